"""Data extension: the values of properties of entities, for columns of somebody's table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from ogpgraph.reconcile import limits
from ogpgraph.reconcile.entities import Row
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.limits import Unreadable, within
from ogpgraph.reconcile.reading import listed, mapping, text_of
from ogpgraph.reconcile.schema import BY_PROPERTY_ID, BY_TYPE_ID, Property, identifier_of, iri_of, property_named

_CONTENTS = ("name", "id", "iri")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A property with the settings of the request: how many values (0: all), and what of an entity."""

    property: Property
    given: str  # the identifier as it was asked for, by which it is answered
    limit: int = 0
    content: str = "name"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: identifiers as they were given, with the IRIs that they mean, and the properties."""

    entities: Mapping[str, str]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as the protocol writes it, with the language of a text."""

    content: Mapping[str, Any]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Extended:
    """The answer: about the properties, and the values of each entity by property."""

    meta: list[dict[str, Any]]
    rows: dict[str, dict[str, list[Value]]]


def asked(found: Any) -> Asked:
    """What a data extension query asks for; Unreadable, TooMuch."""
    given = mapping(found, "a data extension query")
    ids = [text_of(each, "ids") for each in listed(given.get("ids"), "ids")]
    within(len(ids), limits.BATCH * 4, "ids", f"the query has {len(ids)}")
    properties = listed(given.get("properties"), "properties")
    within(len(properties), limits.CONDITIONS, "properties", f"the query has {len(properties)}")
    columns = tuple(_column(mapping(each, "properties")) for each in properties)
    return Asked({each: _iri(each) for each in ids}, columns)


def answer(wanted: Asked, rows: Iterable[Row], index: Index) -> Extended:
    """The answer from what the query of ``queries.extension_query`` answered, in its order."""
    held: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        held.setdefault((row.entity, row.property), []).append(row)
    table = {
        given: {
            column.given: _values(held.get((iri, column.property.iri), []), column, index) for column in wanted.columns
        }
        for given, iri in wanted.entities.items()
    }
    return Extended([_about(each) for each in wanted.columns], table)


def proposed(type_id: str | None, limit: int) -> list[dict[str, str]]:
    """The properties that entities of a type have; of all types where none is given."""
    found = [each for each in BY_PROPERTY_ID.values() if not type_id or type_id in {kind.id for kind in each.types}]
    return [{"id": each.id, "name": each.name, "description": each.description} for each in found[: limit or None]]


def _iri(identifier: str) -> str:
    try:
        return NamedNode(iri_of(identifier)).value
    except ValueError:
        raise Unreadable(f"ids: {identifier[:100]!r} is no identifier") from None


def _column(given: Mapping[str, Any]) -> Column:
    name = text_of(given.get("id"), "properties.id")
    found = property_named(name)
    if found is None:
        raise Unreadable(f"properties: there is no property {name[:100]!r}, see suggest/property")
    settings = mapping(given.get("settings") or {}, f"settings of {name[:100]!r}")
    content = settings.get("content") or "name"
    if content not in _CONTENTS:
        raise Unreadable(f"settings of {name[:100]!r}: content is name, id or iri")
    return Column(found, name, _number(settings.get("limit"), name), content)


def _number(found: Any, name: str) -> int:
    """A number, which OpenRefine may send as a string; 0 where there is none."""
    text = str(found or 0).removesuffix(".0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Unreadable(f"settings of {name[:100]!r}: limit must be a number from 0")
    return int(text)


def _about(column: Column) -> dict[str, Any]:
    kind = BY_TYPE_ID.get(column.property.range) if column.content == "name" else None
    described = {"type": {"id": kind.id, "name": kind.name}} if kind else {}
    return {"id": column.given, "name": column.property.name, **described}


def _values(rows: list[Row], column: Column, index: Index) -> list[Value]:
    found: dict[str, Value] = {}
    for row in rows:  # of several names of a value the first counts
        found.setdefault(f"{row.value} {row.language}", _value(row, column, index))
    most = min(column.limit or limits.EXTENDED, limits.EXTENDED)
    return list(found.values())[:most]


def _value(row: Row, column: Column, index: Index) -> Value:
    identifier = identifier_of(row.value)
    entity = index.by_id.get(identifier)
    is_iri = row.value.startswith(("http://", "https://"))
    if is_iri and column.content != "name":
        return Value({"str": row.value if column.content == "iri" else identifier})
    if entity:
        return Value({"id": entity.id, "name": entity.name.text})
    if is_iri:  # a value of a list, such as a completion, is not among the entities of this service
        return Value({"str": row.name or row.value})
    if _DAY.fullmatch(row.value):
        return Value({"date": f"{row.value}T00:00:00Z"})
    if _WHOLE.fullmatch(row.value) and not (row.language or row.value.startswith("0")):
        return Value({"int": int(row.value)})
    return Value({"str": row.value}, row.language)
