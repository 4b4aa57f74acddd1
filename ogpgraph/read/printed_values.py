"""Printed values of coded fields: known wordings found in a text, and what is left over.

Wordings are the labels of the schemes, so a new one is added there. A value may be doubled by the text of
its icon ("Major Major"), and lists come with commas, spaces or nothing between their values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from pyoxigraph import Literal, NamedNode

from ogpgraph.vocabulary import ONTOLOGY_FOLDER, SKOS, Vocabulary, folded, turtle

_GLUE = re.compile(r"(?<=[^\W\d_])(?<=[a-zà-ÿ)])(?=[A-ZÀ-ÞŒ][a-zà-ÿ])")
_WORD_END = re.compile(r"(?<=[^\s,;|•])(?=[\s,;|•]|$)")
_SEPARATORS = " \t\n,;|•·"
# The word of commitment pages where the code book's name is longer.
_PAGE_WORDS = {"ogp-value/technology-and-innovation": "Technology"}


@lru_cache(maxsize=64)
def _english(scheme: str) -> dict[str, str]:
    """The English preferred label of each concept of a scheme, by IRI."""
    path = ONTOLOGY_FOLDER / "schemes" / f"{scheme}.ttl"
    return {
        triple.subject.value: triple.object.value
        for triple in turtle(path)
        if triple.predicate == SKOS.prefLabel
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
        and triple.object.language == "en"
    }


def english(concept: NamedNode) -> str:
    """OGP's English label of a concept, as its pages print it."""
    path = concept.value.partition("/scheme/")[2]
    scheme = path.partition("/")[0]
    return _PAGE_WORDS.get(path) or _english(scheme)[concept.value]


@lru_cache(maxsize=1)
def _english_absences() -> dict[str, str]:
    """English wordings of absences, by their folded text."""
    path = ONTOLOGY_FOLDER / "schemes" / "absence.ttl"
    found: dict[str, str] = {}
    for triple in turtle(path):
        labelled = triple.predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
        if labelled and isinstance(triple.object, Literal) and triple.object.language == "en":
            found.setdefault(folded(triple.object.value), triple.object.value)
    return found


def english_wording(concept: NamedNode, shown: str) -> str:
    """A value in English; an absence that is printed in English keeps its wording, such as "NR"."""
    if "/scheme/absence/" in concept.value:
        plain = " ".join(shown.split()).strip(" .:;,")
        wording = _english_absences().get(folded(plain))
        if wording is not None:
            return plain if plain in ("NR", "ND", "NA", "N/A") else wording
    return english(concept)


class PrintedValues:
    """The wordings of some schemes, for one field."""

    def __init__(self, vocabulary: Vocabulary, schemes: Iterable[str]) -> None:
        self.labels: dict[str, NamedNode] = {}
        for name in schemes:
            if name in vocabulary.schemes:
                for label, concept in vocabulary.schemes[name].labels.items():
                    self.labels.setdefault(label, concept)
        self.longest = max(map(len, self.labels), default=0)

    def known(self, text: str) -> NamedNode | None:
        """The concept of a whole text, doubled or not."""
        plain = folded(text.strip(" .:;,"))
        if plain in self.labels:
            return self.labels[plain]
        words = plain.split()
        for cut in range(1, len(words)):
            first, second = (self.labels.get(" ".join(part)) for part in (words[:cut], words[cut:]))
            if first is not None and first == second:
                return first
        return None

    def at_start(self, text: str) -> tuple[NamedNode | None, str]:
        """The longest wording at the beginning of a text, and the rest behind it."""
        whole = self.known(text) if len(text) <= 2 * self.longest + 4 else None
        if whole is not None:
            return whole, ""
        best: tuple[NamedNode, int] | None = None
        for end in _ends(text, 2 * self.longest + 4):
            found = self.known(text[:end])
            if found is not None:
                best = (found, end)
        return (best[0], text[best[1] :].strip()) if best else (None, text)

    def listed(self, text: str) -> tuple[list[NamedNode], list[str]]:
        """The concepts of a list in their order, each once, and the items that no label explains."""
        concepts: list[NamedNode] = []
        unknown: list[str] = []
        for item in self._items(text):
            tiles = self._tiled(item) or self._tiled(_GLUE.sub(" ", item))
            if tiles is None:
                unknown.append(" ".join(item.split()))
            concepts.extend(tile for tile in tiles or () if tile not in concepts)
        return concepts, unknown

    def _items(self, text: str) -> Iterator[str]:
        """Parts between separators; a label that holds a comma stays whole."""
        parts = [part.strip() for part in re.split(r"[,;|•·\n]", text)]
        i = 0
        while i < len(parts):
            for width in (3, 2):
                joined = ", ".join(parts[i : i + width])
                if width <= len(parts) - i and folded(joined) in self.labels:
                    yield joined
                    i += width
                    break
            else:
                if parts[i]:
                    yield parts[i]
                i += 1

    def _tiled(self, item: str) -> list[NamedNode] | None:
        """The labels that fill an item from end to end, longest first; None where words remain."""
        found: list[NamedNode] = []
        rest = item.strip(_SEPARATORS)
        while rest:
            for end in sorted(_ends(rest, self.longest + 8), reverse=True):
                concept = self.known(rest[:end])
                if concept is not None:
                    found.append(concept)
                    rest = rest[end:].strip(_SEPARATORS)
                    break
            else:
                return None
        return found or None


def _ends(text: str, limit: int) -> list[int]:
    """Where a wording may end within the first characters of a text."""
    head = text[: limit + 1]
    ends = {match.start() for match in _WORD_END.finditer(head)} | {match.start() for match in _GLUE.finditer(head)}
    ends |= {i for i, (a, b) in enumerate(pairwise(head), 1) if a.islower() and b.isupper()}
    if len(text) > limit:
        ends.discard(len(head))
    return sorted(ends)
