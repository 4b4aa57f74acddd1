"""Words of one language as those of another, learned from the labels of the project's own vocabulary.

Every concept and term has a label in English, French and Spanish. Words that stand in the labels of the same things,
and seldom elsewhere, say the same: "données" and "data". This is the association by Dice's coefficient with
competitive linking (Melamed 2000, Models of Translational Equivalence among Words): the pair with the highest
coefficient is taken first, and each word has one counterpart in English, its pivot.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from pyoxigraph import Literal

from ogpgraph.search.folding import fold, words
from ogpgraph.vocabulary import ONTOLOGY_FOLDER, SKOS, turtle

_PIVOT = "en"
_LEAST_DICE = 0.5
_LEAST_LABELS = 2
_LABELS = frozenset(
    {
        "http://www.w3.org/2000/01/rdf-schema#label",
        SKOS.prefLabel.value,
        SKOS.altLabel.value,
    }
)


def pivot(word: str) -> str:
    """The English word that a folded French or Spanish word stands for; the word itself where none is known."""
    return _pivots().get(word, word)


@cache
def _pivots() -> dict[str, str]:
    labels = list(_labels())
    english = {word for label in labels for word in label.get(_PIVOT, ())}
    found: dict[str, str] = {}
    for language in ("fr", "es"):
        pairs = [(label[language], label[_PIVOT]) for label in labels if language in label and _PIVOT in label]
        for word, other in _associated(pairs):
            if word not in english:
                found.setdefault(word, other)
    return found


def _labels() -> Iterable[dict[str, frozenset[str]]]:
    """The words of the labels of each thing by language, in the order of the files and of the IRIs."""
    for path in sorted(ONTOLOGY_FOLDER.rglob("*.ttl")):
        things: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        for triple in turtle(path):
            value = triple.object
            if triple.predicate.value in _LABELS and isinstance(value, Literal) and value.language:
                of_thing = things[str(triple.subject)]
                known = of_thing.get(value.language, frozenset())
                of_thing[value.language] = known | frozenset(words(fold(value.value)))
        yield from (things[name] for name in sorted(things))


def _associated(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> list[tuple[str, str]]:
    """Words of two languages that stand for each other, the surest first."""
    one = Counter(word for left, _ in pairs for word in left)
    other = Counter(word for _, right in pairs for word in right)
    both = Counter((a, b) for left, right in pairs for a in left for b in right)
    scored = sorted(
        ((2 * count / (one[a] + other[b]), a, b) for (a, b), count in both.items() if count >= _LEAST_LABELS),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    taken_left: set[str] = set()
    taken_right: set[str] = set()
    found: list[tuple[str, str]] = []
    for dice, a, b in scored:
        if dice >= _LEAST_DICE and a not in taken_left and b not in taken_right:
            taken_left.add(a)
            taken_right.add(b)
            found.append((a, b))
    return found
