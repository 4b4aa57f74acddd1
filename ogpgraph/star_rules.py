"""The rules by which the IRM gave stars, as functions of the ratings that they look at.

The three concepts of ``scheme/star-rule``; the thresholds are those that reproduce the columns of OGP's files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_SPECIFICITY = ("none", "low", "medium", "high")
_IMPACT = ("none", "minor", "moderate", "transformative")
_COMPLETION = ("not-started", "limited", "substantial", "complete")


@dataclass(frozen=True)
class Ratings:
    """What a star depends on: slugs of the concepts; completion is that of the phase that is judged."""

    specificity: str | None
    relevant: bool | None
    potential_impact: str | None
    completion: str | None


def _at_least(scale: tuple[str, ...], value: str | None, bound: str) -> bool:
    return value in scale and scale.index(value) >= scale.index(bound)


def _before_june_2014(ratings: Ratings) -> bool:
    """Relevant, at least moderate impact, at least substantial completion; specificity does not count."""
    return (
        bool(ratings.relevant)
        and _at_least(_IMPACT, ratings.potential_impact, "moderate")
        and _at_least(_COMPLETION, ratings.completion, "substantial")
    )


def _in_2015(ratings: Ratings) -> bool:
    """The same, and at least medium specificity."""
    return _before_june_2014(ratings) and _at_least(_SPECIFICITY, ratings.specificity, "medium")


def _current(ratings: Ratings) -> bool:
    """The same, and the impact has to be transformative."""
    return _in_2015(ratings) and ratings.potential_impact == "transformative"


STAR_RULES: dict[str, Callable[[Ratings], bool]] = {
    "pre-june-2014": _before_june_2014,
    "2015-only": _in_2015,
    "current": _current,
}


def is_starred(rule: str, ratings: Ratings) -> bool:
    """Whether ratings earn a star by a rule, a slug of ``scheme/star-rule``.

    >>> is_starred("current", Ratings("high", True, "moderate", "complete"))
    False
    >>> is_starred("2015-only", Ratings("high", True, "moderate", "complete"))
    True
    """
    return STAR_RULES[rule](ratings)
