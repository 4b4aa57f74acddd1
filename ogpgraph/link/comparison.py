"""Comparison: what each feature of two items says for or against their being the same.

The model is that of Fellegi and Sunter (1969, A Theory for Record Linkage): a feature's weight is the binary logarithm
of how much more often two items with this likeness are the same than not, and weights add up. Each feature has a
curve from likeness to weight, given by points between which it is straight. The points were set on the members that
``benchmarks/linking.py`` tunes on, and flattened: wordings of other sources differ more than two editions of one table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from ogpgraph.link.items import Item
from ogpgraph.link.lexicon import pivot
from ogpgraph.link.scored import Feature
from ogpgraph.search.folding import fold, words

# Likeness and weight, from the lowest to the highest likeness.
Curve = tuple[tuple[float, float], ...]

CURVES: dict[str, Curve] = {
    "title": ((0.0, -9.0), (0.2, -6.0), (0.4, -1.0), (0.6, 5.0), (0.8, 10.0), (1.0, 14.0)),
    # Of two languages, little in common says little, and names or cognates in common say much.
    "translated title": (
        *((0.0, -3.0), (0.1, -1.5), (0.2, 1.5), (0.35, 5.0)),
        *((0.6, 8.5), (0.8, 10.0), (1.0, 14.0)),
    ),
    "text": ((0.0, -3.0), (0.1, -2.0), (0.3, 0.0), (0.6, 5.0), (0.9, 12.0), (1.0, 14.0)),
    "translated text": ((0.0, -0.5), (0.1, 0.5), (0.3, 3.0), (1.0, 6.0)),
    "institutions": ((0.0, -2.5), (0.4, -1.5), (0.6, 0.0), (0.8, 1.5), (0.95, 3.5), (1.0, 4.5)),
    "tags": ((0.0, -2.5), (0.3, -0.5), (0.5, 0.5), (0.65, 3.5), (0.75, 4.5), (1.0, 6.0)),
    "dates": ((0.0, -1.5), (0.5, 0.5), (1.0, 1.5)),
    "numbers": ((0.0, -1.5), (0.3, 0.0), (1.0, 3.0)),
    "member": ((0.0, -12.0), (1.0, 4.0)),
    "cycle": ((0.0, -4.0), (1.0, 2.0)),
    "plan_number": ((0.0, -2.0), (1.0, 4.0)),
}
FEATURES = ("title", "text", "institutions", "tags", "dates", "numbers", "member", "cycle", "plan_number")


def weight(curve: str, value: float) -> float:
    """The weight that a curve gives to a likeness, in bits."""
    points = CURVES[curve]
    for (lower, low), (upper, high) in pairwise(points):
        if value <= upper:
            return low + (high - low) * (value - lower) / (upper - lower)
    return points[-1][1]


@dataclass(frozen=True, slots=True)
class Wording:
    """The likeness of the wordings of a pair; None where one side has none."""

    title: float | None = None
    titles: tuple[str, str] = ("", "")
    translated: bool = False
    text: float | None = None


Pair = tuple[Item, Item, Wording]


def bits(pair: Pair, names: Sequence[str]) -> float | None:
    """The sum of the weights of the named features; None where none of them says anything."""
    found = [weight(_curve(name, pair), value) for name in names if (value := _MEASURES[name](pair)) is not None]
    return sum(found) if found else None


def features(pair: Pair, names: Sequence[str]) -> tuple[Feature, ...]:
    """What the named features say of a pair. A feature that one of the two lacks says nothing and is left out."""
    measured = [(name, value) for name in names if (value := _MEASURES[name](pair)) is not None]
    return tuple(
        Feature(name, round(value, 4), round(weight(_curve(name, pair), value), 3), _EXPLAIN[name](pair, value))
        for name, value in measured
    )


def _curve(name: str, pair: Pair) -> str:
    return f"translated {name}" if pair[2].translated and name in ("title", "text") else name


def _explain_title(pair: Pair, value: float) -> str:
    one, other = (_shortened(title) for title in pair[2].titles)
    titles = "Titles of two languages" if pair[2].translated else "Titles"
    return f"{titles} share {value:.0%} of their words and letters: “{one}” and “{other}”."


def _explain_text(pair: Pair, value: float) -> str:
    return f"Descriptions share {value:.0%} of their words."


def _institutions(pair: Pair) -> float | None:
    """Half the closest two names, half the mean of the closest to each name of the shorter list.

    One body in common says more than the many that are not: lists of two sources are seldom equally long.
    """
    best = _closest(pair)
    if not best:
        return None
    values = [value for value, _, _ in best]
    return 0.5 * max(values) + 0.5 * sum(values) / len(values)


def _closest(pair: Pair) -> list[tuple[float, str, str]]:
    """For each name of the shorter list the closest of the other, with how close."""
    fewer, more = _names(pair[0].institutions), _names(pair[1].institutions)
    if len(fewer) > len(more):
        fewer, more = more, fewer
    if not fewer:
        return []
    return [(1.0, name, name) if name in more else _closest_name(name, more) for name in fewer]


def _closest_name(name: str, others: Sequence[str]) -> tuple[float, str, str]:
    value, other = max((_name_likeness(name, other), other) for other in others)
    return value, name, other


def _explain_institutions(pair: Pair, value: float) -> str:
    _, one, other = max(_closest(pair))
    return f"Closest institutions: “{_shortened(_last(one))}” and “{_shortened(_last(other))}”."


def _tags(pair: Pair) -> float | None:
    """Dice's coefficient, lowered for few tags: to share the only one says less than to share all of five."""
    one, other = _names(pair[0].tags), _names(pair[1].tags)
    return 2 * len(set(one) & set(other)) / (len(one) + len(other) + 1) if one and other else None


def _explain_tags(pair: Pair, value: float) -> str:
    shared = sorted({*_names(pair[0].tags)} & {*_names(pair[1].tags)})
    return f"Tags in common: {', '.join(_last(tag) for tag in shared[:6])}." if shared else "No tag in common."


def _dates(pair: Pair) -> float | None:
    one, other = pair[0].dates, pair[1].dates
    return max(_date_likeness(a, b) for a in one for b in other) if one and other else None


def _explain_dates(pair: Pair, value: float) -> str:
    _, one, other = max((_date_likeness(a, b), a, b) for a in pair[0].dates for b in pair[1].dates)
    return f"Closest dates: {one} and {other}."


def _date_likeness(one: str, other: str) -> float:
    """1 where the dates agree as far as both go, less for one year and for the next, 0 beyond."""
    if one.startswith(other) or other.startswith(one):
        return 1.0
    years = abs(int(one[:4]) - int(other[:4]))
    return (0.75, 0.25)[years] if years < 2 else 0.0


def _numbers(pair: Pair) -> float | None:
    one, other = pair[0].numbers, pair[1].numbers
    return len({*one} & {*other}) / min(len({*one}), len({*other})) if one and other else None


def _explain_numbers(pair: Pair, value: float) -> str:
    shared = sorted({*pair[0].numbers} & {*pair[1].numbers})
    return f"Figures in common: {', '.join(shared[:6])}." if shared else "No figure in common."


def _equal(one: str | None, other: str | None) -> float | None:
    if not one or not other:
        return None
    return 1.0 if one == other or fold(one) == fold(other) else 0.0


def _explain_equal(noun: str, one: str | None, other: str | None) -> str:
    return f"Same {noun}: {one}." if _equal(one, other) else f"Another {noun}: {one} and {other}."


_MEASURES: dict[str, Callable[[Pair], float | None]] = {
    "title": lambda pair: pair[2].title,
    "text": lambda pair: pair[2].text,
    "institutions": _institutions,
    "tags": _tags,
    "dates": _dates,
    "numbers": _numbers,
    "member": lambda pair: _equal(pair[0].member, pair[1].member),
    "cycle": lambda pair: _equal(pair[0].cycle, pair[1].cycle),
    "plan_number": lambda pair: _equal(pair[0].plan_number, pair[1].plan_number),
}
_EXPLAIN: dict[str, Callable[[Pair, float], str]] = {
    "title": _explain_title,
    "text": _explain_text,
    "institutions": _explain_institutions,
    "tags": _explain_tags,
    "dates": _explain_dates,
    "numbers": _explain_numbers,
    "member": lambda pair, _: _explain_equal("member", pair[0].member, pair[1].member),
    "cycle": lambda pair, _: _explain_equal("cycle", pair[0].cycle, pair[1].cycle),
    "plan_number": lambda pair, _: _explain_equal("number in the plan", pair[0].plan_number, pair[1].plan_number),
}


@lru_cache(maxsize=50_000)
def _names(printed: tuple[str, ...]) -> tuple[str, ...]:
    """Names as they are compared: folded, without punctuation, each once, in one order."""
    folded = (name if _is_iri(name) else " ".join(words(fold(name))) for name in printed)
    return tuple(sorted({name for name in folded if name}))


@lru_cache(maxsize=200_000)
def _name_likeness(one: str, other: str) -> float:
    """1 for one name, 0.9 for a name and its initials, else the likeness of the letters, words in any order."""
    if one == other:
        return 1.0
    if _is_iri(one) or _is_iri(other):
        return 0.0
    if other in _initials(one) or one in _initials(other):
        return 0.9
    return fuzz.ratio(_sorted(one), _sorted(other)) / 100


@lru_cache(maxsize=50_000)
def _initials(name: str) -> tuple[str, ...]:
    """The letters by which a name of several words may be called: with and without its small words."""
    parts = name.split()
    return (
        tuple({"".join(part[0] for part in parts if len(part) > least) for least in (0, 3)}) if len(parts) > 1 else ()
    )


@lru_cache(maxsize=50_000)
def _sorted(name: str) -> str:
    """The words in order, those of French and Spanish by their English pivots: names of one body in two languages."""
    return " ".join(sorted(pivot(word) for word in name.split()))


def _is_iri(name: str) -> bool:
    return name.startswith(("https://", "http://")) and " " not in name


def _last(tag: str) -> str:
    return tag.rstrip("/").rpartition("/")[2] if _is_iri(tag) else tag


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79].rstrip() + "…"
