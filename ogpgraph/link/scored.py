"""What the linker says of a pair of items: its score, and what each comparison adds to it."""

from __future__ import annotations

from dataclasses import dataclass

from ogpgraph.link.items import Item


@dataclass(frozen=True, slots=True)
class Feature:
    """What one comparison says of a pair.

    ``value``: likeness from 0 to 1. ``weight``: what it adds to the score's log odds (base 2), negative where it speaks
    against the pair. ``explanation``: one sentence for a person.
    """

    name: str
    value: float
    weight: float
    explanation: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that may belong together; ``score`` is the probability that it does, from 0 to 1."""

    left: Item
    right: Item
    score: float
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How candidates are found.

    ``features``: the names of those that count, all by default: title, text, institutions, tags, dates, numbers,
    member, cycle, plan_number. ``within``: fields that a pair must share, such as ``member``. ``per_item``: the most
    candidates that a left item gets. ``least_score``: those below are left out. ``one_to_one``: each item is in at
    most one pair, chosen so that all pairs together are as likely as can be.
    """

    features: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    per_item: int = 5
    least_score: float = 0.1
    one_to_one: bool = False


DEFAULT = Options()
