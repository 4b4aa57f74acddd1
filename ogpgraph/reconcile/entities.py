"""Entities as they are compared: their names, their codes and the values that conditions look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ogpgraph.reconcile.schema import BY_TYPE_ID, CODES, COMMITMENT, MEMBER, NAMES, PLAN, identifier_of
from ogpgraph.vocabulary import DCTERMS, OGP

_LANGUAGES = ("en", "")  # that a name is shown in where there is one


class Row(NamedTuple):
    """A value of an entity as a query answers it. ``language`` is that of a literal, ``name`` what an IRI is called."""

    entity: str
    property: str
    value: str
    language: str = ""
    name: str = ""


class Name(NamedTuple):
    """What an entity is called, with the language tag; empty for none."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of a type. ``values`` are by the identifiers of properties, IRIs in them as identifiers."""

    id: str
    type: str
    name: Name
    names: tuple[Name, ...]
    codes: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the queries answered of one type: ``names_query`` and ``values_query``."""

    type: str
    names: tuple[Row, ...]
    values: tuple[Row, ...]


def entities_of(answered: Iterable[Rows]) -> tuple[tuple[Entity, ...], dict[str, str]]:
    """The entities in the order of their identifiers, and the names of values that are no entities."""
    answered = tuple(answered)
    bare = {each.id: each for rows in answered for each in _bare(rows)}
    labels = {identifier_of(row.value): row.name for rows in answered for row in sorted(rows.values) if row.name} | {
        each.id: each.name.text for each in bare.values()
    }
    described = (_described(bare[identifier], labels) for identifier in sorted(bare))
    return tuple(described), {value: name for value, name in labels.items() if value not in bare}


def _bare(rows: Rows) -> Iterable[Entity]:
    names: dict[str, list[tuple[int, int, Name]]] = defaultdict(list)
    codes: dict[str, set[str]] = defaultdict(set)
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows.names:
        if row.property in CODES:
            codes[row.entity].add(row.value)
        else:
            name = Name(row.value, row.language)
            names[row.entity].append((_rank(name), NAMES.index(row.property), name))
    for row in rows.values:
        values[row.entity][identifier_of(row.property)].add(identifier_of(row.value))
    for iri in {*names, *codes}:
        identifier = identifier_of(iri)
        called = tuple(dict.fromkeys(name for _, _, name in sorted(names[iri])))
        called = called or (Name(identifier.rpartition("/")[2]),)
        held = {name: tuple(sorted(found)) for name, found in values[iri].items()}
        yield Entity(identifier, rows.type, called[0], called, tuple(sorted(codes[iri])), held)


def _rank(name: Name) -> int:
    return _LANGUAGES.index(name.language) if name.language in _LANGUAGES else len(_LANGUAGES)


def _described(entity: Entity, labels: Mapping[str, str]) -> Entity:
    """The entity with a line that tells it from its namesakes: kind, code, member, cycle."""

    def first(iri: str) -> str:
        found = entity.values.get(identifier_of(iri), ("",))[0]
        return labels.get(found, found)

    kind = first(OGP.institutionKind.value) or BY_TYPE_ID[entity.type].name
    code = entity.values.get(identifier_of(DCTERMS.identifier.value), ("",))[0]
    parts = [f"{kind} {code}" if code and entity.type in (COMMITMENT.id, MEMBER.id, PLAN.id) else kind]
    parts += [first(OGP.member.value), first(OGP.cycle.value)]
    text = " · ".join(filter(None, parts))
    return Entity(entity.id, entity.type, entity.name, entity.names, entity.codes, entity.values, text)
