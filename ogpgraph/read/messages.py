"""What a record's model found wrong, said with the remedy (``data/FORMAT.md`` in error messages)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ogpgraph import records
from ogpgraph.problems import Problem
from ogpgraph.read.located import Located, Place

# What a value must look like, by the pattern that it broke.
_EXPECTED = {
    get_args(kind)[1].pattern: words
    for kind, words in (
        (records.Key, "a key: lower-case words joined by hyphens, such as fr0042-l3-en"),
        (records.MemberCode, "a member code: two capital letters, three or four for a local member, such as FR or ELG"),
        (records.PlanId, "a plan: member code, hyphen, start year, such as FR-2015"),
        (records.CommitmentId, "a commitment: OGP's id such as FR0013, or plan and number such as FR-2015/10"),
        (records.ReportId, "a report: plan and product, such as FR-2015-end-of-term"),
        (records.Year, "a year of four digits"),
        (records.Url, "an address that starts with http:// or https://"),
    )
}


def problems_of(
    error: ValidationError, located: Located, model: type[records.Record], at: Place = ()
) -> Iterator[Problem]:
    """A problem for each thing that the model refused, at its line."""
    for detail in error.errors(include_url=False):
        place = (*at, *detail["loc"])
        rule, message = _words(detail, model)
        yield located.problem(place, rule, message)


def _words(detail: ErrorDetails, model: type[records.Record]) -> tuple[str, str]:
    """Rule and message of one refused thing."""
    kind, place, given = detail["type"], detail["loc"], detail.get("input")
    named = (str(part) for part in reversed(place) if isinstance(part, str) and part not in ("value", "values"))
    name = next(named, "the file")
    if kind == "extra_forbidden":
        return "unknown-key", _unknown_key(str(place[-1]), _model_at(model, place[:-1]))
    if kind == "missing":
        return "missing-key", f"'{name}' is missing: add it (data/FORMAT.md says what it holds)"
    if kind == "value_error":
        rule = "impossible-date" if "calendar" in detail["msg"] or "date" in detail["msg"] else "wrong-form"
        return rule, f"{name}: {detail['msg'].removeprefix('Value error, ')}"
    if kind == "string_pattern_mismatch":
        pattern = detail["ctx"]["pattern"]
        return "wrong-form", f"{name}: '{given}' is not {_EXPECTED.get(pattern, f'of the form {pattern}')}"
    if kind in ("model_type", "dict_type", "tuple_type", "list_type", "string_type"):
        return "wrong-shape", f"{name}: {_shape(kind)} is expected here, not {_what(given)}"
    if kind == "string_too_short":
        return "empty-value", f"{name} is empty: write its value or take the key away"
    return "wrong-value", f"{name}: '{given}': {detail['msg'].lower()}"


def _unknown_key(key: str, model: type[records.Record] | None) -> str:
    known = sorted(model.model_fields) if model else []
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
    return f"'{key}' is no key of the format: {hint}"


def _model_at(model: type[records.Record], place: tuple[int | str, ...]) -> type[records.Record] | None:
    """The record model that stands at a place below ``model``."""
    current: Any = model
    for part in place:
        if isinstance(part, str) and part in current.model_fields:
            current = _record_in(current.model_fields[part].annotation)
            if current is None:
                return None
    return current


def _record_in(annotation: Any) -> type[records.Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, records.Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := _record_in(part))), None)


def _shape(kind: str) -> str:
    return {"string_type": "a text", "tuple_type": "a list", "list_type": "a list"}.get(kind, "a mapping")


def _what(given: Any) -> str:
    if given is None:
        return "nothing"
    names: dict[type, str] = {str: "a text", list: "a list", tuple: "a list", dict: "a mapping"}
    return names.get(type(given), f"'{given}'")
