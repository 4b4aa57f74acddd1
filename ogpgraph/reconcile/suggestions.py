"""Suggest services: entities, types and properties by the beginning of a name."""

from __future__ import annotations

from html import escape
from typing import Any

from ogpgraph.reconcile.comparison import plain
from ogpgraph.reconcile.entities import Entity
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.matching import Question, candidates
from ogpgraph.reconcile.schema import (
    BY_PROPERTY_ID,
    BY_TYPE_ID,
    CONDITIONS,
    TYPES,
    Property,
    Type,
    identifier_of,
    property_named,
    type_named,
)

Json = dict[str, Any]


def entities(index: Index, prefix: str, types: tuple[str, ...], first: int, most: int) -> list[Json]:
    """Entities that begin like the prefix, or whose identifier or code it is, then those that are alike."""
    kinds = types or tuple(BY_TYPE_ID)
    found: dict[str, Entity] = {}
    if prefix.strip():
        for each in candidates(index, Question(prefix, types, limit=5)):
            if each.match or each.score == 100:
                found[each.entity.id] = each.entity
    found |= {each.id: each for each in map(index.entities.__getitem__, index.beginning(plain(prefix), kinds))}
    if len(found) < first + most and prefix.strip():
        found |= {each.entity.id: each.entity for each in candidates(index, Question(prefix, types, limit=20))}
    return [_entity(each) for each in list(found.values())[first : first + most]]


def types(prefix: str, first: int, most: int) -> list[Json]:
    """Types by the beginning of a word of their name, or by their identifier."""
    found = [each for each in TYPES if each is type_named(prefix) or _begins(each.name, prefix)]
    return [_named(each) for each in found[first : first + most]]


def properties(prefix: str, first: int, most: int) -> list[Json]:
    """Properties of which a question can demand a value, by the beginning of a word of their name or identifier."""
    found = [each for each in CONDITIONS if each is property_named(prefix) or _begins(each.name, prefix)]
    return [_named(each) for each in found[first : first + most]]


def flyout(index: Index, what: str, identifier: str) -> Json | None:
    """A few words of HTML about an entity, a type or a property (0.2, section 6.5); None where there is none."""
    given = identifier_of(identifier)
    found: Entity | Type | Property | None
    if what == "entity":
        found = index.by_id.get(given)
        name = found.name.text if found else ""
    else:
        found = type_named(given) if what == "type" else BY_PROPERTY_ID.get(given)
        name = found.name if found else ""
    if found is None:
        return None
    return {"id": identifier, "html": f"<p><b>{escape(name)}</b><br>{escape(found.description)}</p>"}


def _begins(name: str, prefix: str) -> bool:
    wanted = plain(prefix)
    return f" {plain(name)}".find(f" {wanted}") >= 0 or not wanted


def _named(found: Type | Property) -> Json:
    return {"id": found.id, "name": found.name, "description": found.description}


def _entity(found: Entity) -> Json:
    return {
        "id": found.id,
        "name": found.name.text,
        "description": found.description,
        "notable": [{"id": found.type, "name": BY_TYPE_ID[found.type].name}],
    }
