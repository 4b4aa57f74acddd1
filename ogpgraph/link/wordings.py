"""Texts as vectors: what two wordings share, weighed by how rare it is (TF-IDF), whatever the language.

A title is its words, the groups of four letters in them, and a pivot for each word of the project's own vocabulary
(:mod:`ogpgraph.link.lexicon`): words carry meaning, groups of letters carry spelling and cognates, pivots carry what
two languages say in different words. Scripts without blanks between words are taken two characters at a time.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from scipy import sparse

from ogpgraph.link.lexicon import pivot
from ogpgraph.search.folding import fold, is_unspaced, words

_LETTERS = 4
# How much a group of letters counts beside a whole word: a word of eight letters has seven groups.
_LETTERS_COUNT = 0.5
_TEXT_CHARACTERS = 4_000  # enough to tell descriptions apart; the rest costs time only
# "Commitment 4.2:", "O8M3:", "3.1.2 ", "a) ": the number before a title belongs to the plan, not to the wording.
_NUMBERING = re.compile(
    r"(?:(?:commitments?|action|engagement|compromiso|compromisso|measure|milestone|objective)\s*)?"
    r"(?:n\s?[°ºo.]\s*|group\s+|no\.\s*)?"
    r"(?:(?!(?:19|20)\d\d\b)[a-z]{0,2}\d[a-z\d]{0,3}(?:[.:()-]{1,2}(?:\d{1,3}[a-z]?|[a-z](?![a-z])))*|[a-z][.):])"
    r"[\s.:)–—-]+"
)

Bag = Mapping[str, float]


def bare(title: str) -> str:
    """A title folded, without the number before it: it often changes where the commitment does not.

    >>> bare("Commitment 4.2: Données ouvertes")
    'donnees ouvertes'
    """
    folded = fold(title).strip()
    numbering = _NUMBERING.match(folded)
    return folded[numbering.end() :] if numbering and numbering.end() < len(folded) else folded


def title_bag(title: str) -> Bag:
    """What a title is made of, each with how much it counts: its words by their pivots, and groups of their letters."""
    bag: defaultdict[str, float] = defaultdict(float)
    for word in map(pivot, _words(bare(title))):
        bag[f"={word}"] += 1.0
        padded = f" {word} "
        for start in range(len(padded) - _LETTERS + 1):
            bag[padded[start : start + _LETTERS]] += _LETTERS_COUNT
    return bag


def text_bag(texts: Iterable[str]) -> Bag:
    """The words of descriptions; a repeated word counts less than twice."""
    counted = Counter(word for text in texts for word in _words(fold(text[:_TEXT_CHARACTERS])))
    return {word: 1.0 + math.log(count) for word, count in counted.items()}


def _words(folded: str) -> list[str]:
    """Words; characters of an unspaced script in overlapping pairs."""
    if folded.isascii():
        return words(folded)
    found: list[str] = []
    before = ""
    for word in words(folded):
        if not is_unspaced(word):
            found.append(word)
            before = ""
        else:
            found.append(before + word)
            before = word
    return found


class Weighing:
    """How rare each part of a wording is in one collection; turns bags into vectors of length 1.

    ``own`` has the collection's vectors, one row a bag. Bags are taken one at a time, so that only numbers are held.
    """

    def __init__(self, bags: Iterable[Bag]) -> None:
        self._columns: dict[str, int] = {}
        rows, _ = self._rows(bags, learn=True)
        documents, parts = rows.shape
        holding = np.bincount(rows.indices, minlength=parts)
        self._rarity = np.array([_rarity(documents, count) for count in holding.tolist()], dtype=np.float32)
        self._unseen = _rarity(documents, 0) ** 2
        self.own = self._weighed(rows, np.zeros(documents))

    def vectors(self, bags: Iterable[Bag]) -> sparse.csr_matrix:
        """One row a bag. Parts that the collection does not have lengthen the row's vector, but meet nothing."""
        return self._weighed(*self._rows(bags, learn=False))

    def _rows(self, bags: Iterable[Bag], learn: bool) -> tuple[sparse.csr_matrix, np.ndarray]:
        """How much each part counts in each bag, and the sum of squares of the parts that have no column."""
        pointers, columns, counts, unseen = array("q", [0]), array("i"), array("f"), array("d")
        for bag in bags:
            missing = 0.0
            for part, count in bag.items():
                column = self._columns.setdefault(part, len(self._columns)) if learn else self._columns.get(part)
                if column is None:
                    missing += count * count
                else:
                    columns.append(column)
                    counts.append(count)
            pointers.append(len(columns))
            unseen.append(missing)
        shape = (len(unseen), len(self._columns))
        parts = (np.array(counts, np.float32), np.array(columns, np.int32), np.array(pointers, np.int64))
        return sparse.csr_matrix(parts, shape=shape), np.array(unseen)

    def _weighed(self, rows: sparse.csr_matrix, unseen: np.ndarray) -> sparse.csr_matrix:
        rows.data *= self._rarity[rows.indices]
        squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel() + unseen * self._unseen
        rows.data /= np.repeat(np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32), np.diff(rows.indptr))
        rows.sort_indices()
        return rows


def _rarity(documents: int, holding: int) -> float:
    return math.log((1 + documents) / (1 + holding)) + 0.2


def cosines(left: sparse.csr_matrix, right: sparse.csr_matrix, pairs: np.ndarray) -> np.ndarray:
    """The cosine of each pair of rows; ``pairs`` has two columns, a row of the left and one of the right."""
    found = np.zeros(len(pairs), dtype=np.float32)
    for start in range(0, len(pairs), 50_000):
        part = slice(start, start + 50_000)
        shared = left[pairs[part, 0]].multiply(right[pairs[part, 1]])
        found[part] = np.asarray(shared.sum(axis=1)).ravel()
    return np.clip(found, 0.0, 1.0)
