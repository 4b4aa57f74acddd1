"""JSON of strangers: what both versions of the protocol have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ogpgraph.reconcile import limits
from ogpgraph.reconcile.limits import Unreadable, within
from ogpgraph.reconcile.matching import Condition
from ogpgraph.reconcile.schema import property_named, type_named


def document(text: str | bytes, what: str) -> Any:
    """The value of a JSON text; Unreadable."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{what} is not JSON: {error}") from None


def mapping(found: Any, where: str) -> Mapping[str, Any]:
    """An object of JSON; Unreadable."""
    if not isinstance(found, dict):
        raise Unreadable(f"{where} must be an object")
    return found


def listed(found: Any, where: str) -> list[Any]:
    """An array of JSON; Unreadable."""
    if not isinstance(found, list):
        raise Unreadable(f"{where} must be an array")
    return found


def only(found: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    """Unreadable where an object has a field of another name: what is misspelt would be left out in silence."""
    if unknown := sorted(set(found) - set(names)):
        raise Unreadable(f"{where} has the field {unknown[0][:50]!r}; fields are {', '.join(names)}")


def text_of(found: Any, where: str) -> str:
    """A string within its bound; Unreadable."""
    if not isinstance(found, str):
        raise Unreadable(f"{where} must be a string")
    within(len(found), limits.NAME, "characters", f"{where} has {len(found)}")
    return found


def limit_of(found: Any, where: str) -> int:
    """How many candidates are wanted, within the bound; Unreadable for what is no positive number."""
    if found is None:
        return limits.DEFAULT_CANDIDATES
    if isinstance(found, bool) or not isinstance(found, int | float) or not found >= 1:
        raise Unreadable(f"{where}.limit must be a number from 1")
    return int(min(found, limits.CANDIDATES))


def types_of(found: list[Any], where: str) -> tuple[str, ...]:
    """The identifiers of types; Unreadable for one that the service does not have."""
    within(len(found), limits.VALUES, "types", f"{where} has {len(found)}")
    kinds = [(text, type_named(text)) for text in (text_of(each, f"{where}.type") for each in found) if text]
    for text, kind in kinds:
        if kind is None:
            raise Unreadable(f"{where}.type: there is no type {text[:100]!r}, see suggest/type")
    return tuple(kind.id for _, kind in kinds if kind)


def condition(found: Mapping[str, Any], names: tuple[str, str], where: str) -> Condition:
    """A condition on a property; ``names`` are the fields of property and value in this version. Unreadable."""
    property_field, value_field = names
    given = text_of(found.get(property_field), f"{where}.{property_field}")
    wanted = property_named(given)
    if wanted is None or not wanted.is_condition:
        raise Unreadable(f"{where}: nothing can be demanded of the property {given[:100]!r}, see suggest/property")
    if value_field not in found:
        raise Unreadable(f"{where} must have the field {value_field!r}")
    return Condition(wanted.id, values_of(found[value_field], f"{where}.{value_field}"))


def values_of(found: Any, where: str) -> tuple[str, ...]:
    """The values of a condition as text: strings, numbers, booleans, entities by their identifiers. Unreadable."""
    values = found if isinstance(found, list) else [found]
    within(len(values), limits.VALUES, "values", f"{where} has {len(values)}")
    return tuple(_value(each, where) for each in values)


def _value(found: Any, where: str) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float) and found.is_integer():
        return str(int(found))
    if isinstance(found, int | float):
        return str(found)
    if isinstance(found, dict):
        return text_of(found.get("id"), f"{where}.id")
    return text_of(found, where)
