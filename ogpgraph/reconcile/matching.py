"""The answer to a question: the entities that are probably meant, with a score and what it is made of.

The score, from 0 to 100, is

- 100 times the likeness of the name (``comparison``) to the likest name of the entity; 1 where the name is its
  identifier or one of its codes;
- with conditions: 70 for the name and 30 for the share of the conditions that hold; without a name only that share.

A type that the question names is demanded. A condition that is ``required`` is demanded; others only count.

``match`` is said of a candidate only where it is sure: one of its names is the name asked for (folded), or it is its
code; every condition holds; and no other entity of the types asked for has that name too, with the same conditions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ogpgraph.reconcile.comparison import code_form, likeness, plain
from ogpgraph.reconcile.entities import Entity
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.schema import TYPES, identifier_of

_LEAST_SCORE = 20.0  # a candidate below it helps nobody
_NAME_SHARE = 0.7  # of the score, where there are conditions too
_MOST_LISTED = 200  # entities that are scored where there is no name


@dataclass(frozen=True, slots=True)
class Condition:
    """What a property must be: any of the values, all of them, or none. ``property`` is an identifier."""

    property: str
    values: tuple[str, ...]
    quantifier: str = "any"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for. ``types`` are identifiers, none for all; ``name`` may also be an identifier or a code.

    ``ids`` are identifiers of which the entity must have one, where there are any.
    """

    name: str = ""
    types: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    ids: tuple[str, ...] = ()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a score is made of; numbers are from 0 to 100."""

    id: str
    name: str
    value: float | bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that is perhaps meant."""

    entity: Entity
    score: float
    match: bool = False
    features: tuple[Feature, ...] = field(default=())


def candidates(index: Index, question: Question) -> tuple[Candidate, ...]:
    """At most ``limit`` candidates, the best first; of the same score by identifier."""
    types = question.types or tuple(each.id for each in TYPES)
    holding = [_holding(index, each) for each in question.conditions]
    numbers = _worth_scoring(index, question, types, holding)
    demanded = [held for held, each in zip(holding, question.conditions, strict=True) if each.required]
    scored = [
        _Scored(index, question, number, holding)
        for number in numbers
        if index.entities[number].type in types and all(_has(held, number) for held in demanded)
    ]
    scored = [each for each in scored if each.score >= _LEAST_SCORE]
    scored.sort(key=lambda each: (-each.score, each.number))
    sure = [each for each in scored if each.is_sure]
    matched = sure[0] if len(sure) == 1 else None
    return tuple(each.candidate(each is matched) for each in scored[: question.limit])


@dataclass(frozen=True, slots=True)
class _Held:
    """The entities of which a condition holds; with ``others`` all but these."""

    numbers: frozenset[int]
    others: bool = False


def _has(held: _Held, number: int) -> bool:
    return (number in held.numbers) != held.others


def _holding(index: Index, condition: Condition) -> _Held:
    found = [index.holding(condition.property, identifier_of(value)) for value in condition.values]
    if condition.quantifier == "all":
        return _Held(frozenset.intersection(*found) if found else frozenset())
    return _Held(frozenset().union(*found), condition.quantifier == "none")


def _worth_scoring(index: Index, question: Question, types: tuple[str, ...], holding: list[_Held]) -> Collection[int]:
    """The entities that can have a good score, without looking at all of them."""
    if question.ids:
        known = (index.number_of(identifier_of(each)) for each in question.ids)
        return {number for number in known if number is not None}
    allowed = _allowed(holding)
    if not question.name:
        return sorted(allowed or ())[:_MOST_LISTED] if allowed is not None else ()
    name = plain(question.name)
    number = index.number_of(identifier_of(question.name.strip()))
    found = {*index.called(name), *index.with_code(question.name), *([] if number is None else [number])}
    found |= index.alike(name, types)
    if allowed:
        of_types = [each for each in allowed if index.entities[each].type in types]
        found |= index.alike_among(name, of_types)
    return found


def _allowed(holding: list[_Held]) -> frozenset[int] | None:
    """The entities of which all conditions hold; None where no condition says of whom."""
    said = [held.numbers for held in holding if not held.others]
    if not said:
        return None
    without = frozenset().union(*(held.numbers for held in holding if held.others))
    return frozenset.intersection(*said) - without


class _Scored:
    """An entity compared with a question."""

    def __init__(self, index: Index, question: Question, number: int, holding: list[_Held]) -> None:
        self.number, self._entity, self._question = number, index.entities[number], question
        self._holds = [_has(held, number) for held in holding]
        name = plain(question.name)
        names = index.names_of(number)
        self._is_code = bool(question.ids) or self._is_meant_by_code(question.name)
        self._is_name = bool(name) and name in names
        alike = max((likeness(name, each, index.rarity) for each in names), default=(0.0, 0.0))
        self._likeness, self._edits = (1.0 if self._is_code else alike[0]), alike[1]
        share = sum(self._holds) / len(self._holds) if self._holds else 0.0
        if not (question.name or question.ids):
            self.score = 100 * share
        elif holding:
            self.score = 100 * (_NAME_SHARE * self._likeness + (1 - _NAME_SHARE) * share)
        else:
            self.score = 100 * self._likeness

    @property
    def is_sure(self) -> bool:
        """Whether nothing speaks against it; another one may be as sure."""
        return (self._is_code or self._is_name) and all(self._holds)

    def candidate(self, match: bool) -> Candidate:
        """As it is answered."""
        return Candidate(self._entity, round(self.score, 2), match, tuple(self._features()))

    def _is_meant_by_code(self, text: str) -> bool:
        if identifier_of(text.strip()) == self._entity.id:
            return True
        given = code_form(text)
        codes = (*self._entity.codes, self._entity.id.rpartition("/")[2])
        return bool(given) and given in map(code_form, codes)

    def _features(self) -> list[Feature]:
        found = [
            Feature("name_likeness", "Likeness of the name", round(100 * self._likeness, 2)),
            Feature("name_edit_ratio", "Edit ratio of that name", round(100 * self._edits, 2)),
            Feature("name_same", "The name is the same", self._is_name),
            Feature("code_same", "Identifier or code", self._is_code),
        ]
        if not (self._question.name or self._question.ids):
            found = []
        for condition, holds in zip(self._question.conditions, self._holds, strict=True):
            found.append(Feature(f"condition:{condition.property}", f"{condition.property} as asked for", holds))
        return found
