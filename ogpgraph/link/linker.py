"""The linker: items prepared once, then asked for the candidates of others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from scipy import sparse

from ogpgraph.link.assignment import assigned
from ogpgraph.link.blocking import nearest
from ogpgraph.link.comparison import CURVES, FEATURES, Pair, Wording, bits, features
from ogpgraph.link.items import Item
from ogpgraph.link.scored import DEFAULT, Candidate, Options
from ogpgraph.link.wordings import Bag, Weighing, cosines, text_bag, title_bag

# So many rows of the left are compared at a time: what is held meanwhile does not grow with the left.
_SLICE_ITEMS = 1_000
# Pairs that blocking lets through for each candidate that is wanted.
_COMPARED_PER_WANTED = 4
_LEAST_COMPARED = 20

# A candidate with the binary logarithm of its odds, which is finer than the score near 0 and 1.
_Scored = tuple[float, Candidate]


class Linker:
    """The items of one side, ready to be compared with any others.

    The order in which items are given changes nothing: they are sorted by IRI first, and equal scores go by IRI.
    """

    def __init__(self, right: Iterable[Item], options: Options = DEFAULT) -> None:
        """Prepare ``right``. ValueError where an option names a feature or a field that there is not."""
        unknown = sorted({*options.features, *options.within} - {*FEATURES})
        if unknown:
            raise ValueError(f"no such feature: {', '.join(unknown)}; there are {', '.join(FEATURES)}")
        self._options = options
        self._names = options.features or FEATURES
        blocks: dict[tuple[str, ...], list[Item]] = defaultdict(list)
        for item in sorted(right, key=lambda item: item.iri):
            blocks[self._block(item)].append(item)
        self._blocks = {key: _Side(items) for key, items in sorted(blocks.items())}

    def _block(self, item: Item) -> tuple[str, ...]:
        return tuple(str(getattr(item, name) or "") for name in self._options.within)

    def candidates(self, left: Iterable[Item]) -> Iterator[Candidate]:
        """The candidates of each item, best first, in the order of the items' IRIs."""
        found = self._found(sorted(left, key=lambda item: item.iri))
        if self._options.one_to_one:
            found = iter(_one_to_one(list(found), _bits(self._options.least_score)))
        return (candidate for _, candidate in found)

    def _found(self, left: Sequence[Item]) -> Iterator[_Scored]:
        for start in range(0, len(left), _SLICE_ITEMS):
            part = left[start : start + _SLICE_ITEMS]
            of_block: dict[tuple[str, ...], list[Item]] = defaultdict(list)
            for item in part:
                of_block[self._block(item)].append(item)
            of_item: dict[str, list[_Scored]] = defaultdict(list)
            for key, items in of_block.items():
                if key in self._blocks:
                    for odds, candidate in self._in_block(items, self._blocks[key]):
                        of_item[candidate.left.iri].append((odds, candidate))
            for iri in dict.fromkeys(item.iri for item in part):
                yield from of_item[iri]

    def _in_block(self, left: list[Item], right: _Side) -> Iterator[_Scored]:
        """The best pairs of each left item with the items of its block."""
        prior = math.log2(max(1, len(right.items)))  # of so many at most one is the same
        for _, pairs in groupby(right.pairs(left, self._compared, self._names), key=lambda pair: pair[0].iri):
            scored = []
            for pair in pairs:
                found = bits(pair, self._names)
                if found is not None and _probability(found - prior) >= self._options.least_score:
                    scored.append((round(found - prior, 4), pair))
            scored.sort(key=lambda one: (-one[0], one[1][1].iri))
            for odds, pair in scored[: self._options.per_item]:
                yield odds, Candidate(pair[0], pair[1], _probability(odds), features(pair, self._names))

    @property
    def _compared(self) -> int:
        return max(_LEAST_COMPARED, _COMPARED_PER_WANTED * self._options.per_item)


def _probability(odds: float) -> float:
    """The probability that goes with odds given as their binary logarithm."""
    return round(1.0 / (1.0 + 2.0 ** -max(-60.0, min(60.0, odds))), 6)


def _bits(probability: float) -> float:
    """The other way round."""
    sure = min(max(probability, 1e-18), 1.0 - 1e-9)
    return math.log2(sure / (1.0 - sure))


def _one_to_one(found: list[_Scored], least: float) -> list[_Scored]:
    left = {iri: place for place, iri in enumerate(sorted({candidate.left.iri for _, candidate in found}))}
    right = {iri: place for place, iri in enumerate(sorted({candidate.right.iri for _, candidate in found}))}
    pairs = [(left[candidate.left.iri], right[candidate.right.iri]) for _, candidate in found]
    gains = [max(odds - least, 0.0) + 0.001 for odds, _ in found]
    return [found[place] for place in assigned(pairs, gains)]


@dataclass(frozen=True)
class _Wordings:
    """The titles of many items, one row each, and whose they are; the text of each item."""

    owners: np.ndarray
    languages: np.ndarray
    titles: list[str]
    title_rows: sparse.csr_matrix
    text_rows: sparse.csr_matrix
    rows_of: list[list[int]]


def _title_bags(items: Iterable[Item]) -> Iterator[Bag]:
    return (title_bag(title) for item in items for title, _ in item.titles)


def _wordings(items: Sequence[Item], title_rows: sparse.csr_matrix, text_rows: sparse.csr_matrix) -> _Wordings:
    owned = [(place, title, language) for place, item in enumerate(items) for title, language in item.titles]
    rows_of: list[list[int]] = [[] for _ in items]
    for row, (place, _, _) in enumerate(owned):
        rows_of[place].append(row)
    return _Wordings(
        np.array([place for place, _, _ in owned], dtype=np.int64),
        np.array([language for _, _, language in owned], dtype=str),
        [title for _, title, _ in owned],
        title_rows,
        text_rows,
        rows_of,
    )


class _Side:
    """The items of one block with the weighing of their wordings."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self._title_weighing = Weighing(_title_bags(items))
        self._text_weighing = Weighing(text_bag(item.texts) for item in items)
        self._own = _wordings(items, self._title_weighing.own, self._text_weighing.own)

    def pairs(self, left: Sequence[Item], count: int, names: Sequence[str]) -> Iterator[Pair]:
        """At most ``count`` pairs of each left item that are worth comparing, in the order of the left items."""
        texts_of_left = self._text_weighing.vectors(text_bag(item.texts) for item in left)
        seen = _wordings(left, self._title_weighing.vectors(_title_bags(left)), texts_of_left)
        found = [np.zeros((0, 2), dtype=np.int64)]
        if "title" in names:
            rows = nearest(seen.title_rows, self._own.title_rows, count)
            found.append(np.column_stack((seen.owners[rows[:, 0]], self._own.owners[rows[:, 1]])))
        if "text" in names:
            found.append(nearest(seen.text_rows, self._own.text_rows, count))
        pairs = np.unique(np.concatenate(found), axis=0)
        titles = self._titles(seen, pairs) if "title" in names else _Titles.none(len(pairs))
        texts = cosines(seen.text_rows, self._own.text_rows, pairs) if "text" in names else np.zeros(len(pairs))
        for place in _likest(pairs, titles.weights() + np.maximum(_weights("text", texts), 0.0), count).tolist():
            one, other = left[pairs[place, 0]], self.items[pairs[place, 1]]
            if one.iri != other.iri:
                text = float(texts[place]) if "text" in names and one.texts and other.texts else None
                yield one, other, titles.wording(place, seen.titles, self._own.titles, text)

    def _titles(self, seen: _Wordings, pairs: np.ndarray) -> _Titles:
        """For each pair the likest two of its titles; two of one language go before two of different ones."""
        combined = [
            (place, a, b)
            for place, (one, other) in enumerate(pairs.tolist())
            for a in seen.rows_of[one]
            for b in self._own.rows_of[other]
        ]
        of_pair, a, b = np.array(combined, dtype=np.int64).reshape(-1, 3).T
        values = cosines(seen.title_rows, self._own.title_rows, np.column_stack((a, b)))
        one, other = seen.languages[a], self._own.languages[b]
        translated = (one != other) & (one != "") & (other != "")
        order = np.lexsort((b, a, -values, translated, of_pair))
        first = order[np.unique(of_pair[order], return_index=True)[1]]
        found = _Titles.none(len(pairs))
        found.values[of_pair[first]] = values[first]
        found.translated[of_pair[first]] = translated[first]
        found.rows[of_pair[first]] = np.column_stack((a, b))[first]
        return found


@dataclass(frozen=True)
class _Titles:
    """For each pair the likeness of its titles (NaN without), whether in two languages, and their rows."""

    values: np.ndarray
    translated: np.ndarray
    rows: np.ndarray

    @classmethod
    def none(cls, pairs: int) -> _Titles:
        return cls(np.full(pairs, np.nan), np.zeros(pairs, dtype=bool), np.zeros((pairs, 2), dtype=np.int64))

    def weights(self) -> np.ndarray:
        plain, translated = _weights("title", self.values), _weights("translated title", self.values)
        return np.nan_to_num(np.where(self.translated, translated, plain))

    def wording(self, place: int, left: Sequence[str], right: Sequence[str], text: float | None) -> Wording:
        if np.isnan(self.values[place]):
            return Wording(text=text)
        one, other = self.rows[place]
        return Wording(float(self.values[place]), (left[one], right[other]), bool(self.translated[place]), text)


def _weights(curve: str, values: np.ndarray) -> np.ndarray:
    likeness, weights = np.array(CURVES[curve]).T
    return np.interp(values, likeness, weights)


def _likest(pairs: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """The places of at most ``count`` pairs of each left row with the highest weights, by left row."""
    order = np.lexsort((pairs[:, 1], -np.round(weights, 4), pairs[:, 0]))
    rows = pairs[order, 0]
    starts = np.searchsorted(rows, rows, side="left")
    return order[np.arange(len(rows)) - starts < count]
