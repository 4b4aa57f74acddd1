"""How alike two names are.

Names are compared folded (``ogpgraph.search.folding``: without case and diacritics, in words). Of two names that are
not the same, the likeness is the mean of

- the share of trigrams that both have, each counting for its rarity among all names (inverse document frequency), so
  that "ministry of" says little; words may stand in any order. It is the mean of the share in both names and of that in
  the shorter one, so that a name within a longer one counts;
- the edit ratio (Indel distance, RapidFuzz) of their words in alphabetical order, so that a slip of the pen costs
  little in a long name.

Likeness is from 0 to 1, and 1 only for the same words in the same order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.fuzz import token_sort_ratio

from ogpgraph.search.folding import fold, words

MOST_ALIKE = 0.99  # of names that are not the same
_MOST_REMEMBERED = 5_000  # names: the trigrams of one take some kilobytes


@lru_cache(50_000)
def plain(text: str) -> str:
    """A name as it is compared: its folded words with one blank between two."""
    return " ".join(words(fold(text)))


@lru_cache(50_000)
def code_form(text: str) -> str:
    """A code as it is compared: letters and digits only."""
    return "".join(words(fold(text)))


@lru_cache(_MOST_REMEMBERED)
def trigrams(plain_text: str) -> frozenset[str]:
    """Three characters each of the words of a folded name, which begin and end with a blank."""
    return frozenset(
        spaced[start : start + 3]
        for word in plain_text.split()
        for spaced in (f" {word} ",)
        for start in range(len(word))
    )


class Rarity:
    """What each trigram counts for: the logarithm of how rare it is among names; 1 more so that none counts nothing."""

    def __init__(self, plain_names: Iterable[str]) -> None:
        found: Counter[str] = Counter()
        number = 0
        for name in plain_names:
            found.update(trigrams(name))
            number += 1
        self.weights = {each: 1 + math.log(number / times) for each, times in found.items()}
        self._unknown = 1 + math.log(number + 1)
        self._whole = lru_cache(50_000)(self._count)

    def shared(self, one: str, other: str) -> float:
        """The share of trigrams that two folded names have in common, from 0 to 1; one of them is among the names.

        The mean of the Dice coefficient and the overlap coefficient, both with weights.
        """
        both = sum(map(self.weights.__getitem__, trigrams(one) & trigrams(other)))
        if not both:
            return 0.0
        first, second = self._whole(one), self._whole(other)
        return both / (first + second) + both / min(first, second) / 2

    def _count(self, plain_text: str) -> float:
        """What the trigrams of a folded name count for together."""
        return sum(self.weights.get(each, self._unknown) for each in trigrams(plain_text))


def edit_ratio(one: str, other: str) -> float:
    """How alike the words of two folded names are as strings, in alphabetical order, from 0 to 1."""
    return token_sort_ratio(one, other) / 100


def likeness(one: str, other: str, rarity: Rarity) -> tuple[float, float]:
    """How alike two folded names are, as the module says, and their edit ratio."""
    if one == other:
        return 1.0, 1.0
    ratio = edit_ratio(one, other)
    return min((rarity.shared(one, other) + ratio) / 2, MOST_ALIKE), ratio
