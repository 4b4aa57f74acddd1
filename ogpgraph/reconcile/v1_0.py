"""The draft of version 1.0 of the protocol (https://reconciliation-api.github.io/specs/draft/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ogpgraph.reconcile import limits
from ogpgraph.reconcile.extension import Asked, Extended, Value, asked
from ogpgraph.reconcile.limits import Unreadable, within
from ogpgraph.reconcile.matching import Candidate, Condition, Question
from ogpgraph.reconcile.reading import (
    condition,
    document,
    limit_of,
    listed,
    mapping,
    only,
    types_of,
    values_of,
)
from ogpgraph.reconcile.schema import TYPES
from ogpgraph.reconcile.v0_2 import CONTENT_CHOICES, CONTENT_HELP, LIMIT_HELP, PREVIEW, type_of

VERSION = "1.0-draft"
_FIELDS = ("type", "limit", "lang", "dir", "conditions")
_QUANTIFIERS = ("any", "all", "none")
Json = dict[str, Any]


def manifest(origin: str, name: str, documentation: str, logo: str, version: str) -> Json:
    """What the service offers (section 3.1); entities are seen below ``origin``."""
    return {
        "versions": [VERSION],
        "name": name,
        "lang": "en",
        "documentation": documentation,
        "logo": logo,
        "serviceVersion": version,
        "defaultTypes": [type_of(each.id) for each in TYPES],
        "view": {"url": f"{origin}/{{+id}}"},
        "featureView": {"url": f"{documentation}{{#id}}"},
        "preview": {"width": PREVIEW[0], "height": PREVIEW[1]},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {"id": "limit", "name": "Limit", "type": "number", "default": 0, "helpText": LIMIT_HELP},
                {
                    "id": "content",
                    "name": "Content",
                    "type": "select",
                    "default": "name",
                    "helpText": CONTENT_HELP,
                    "choices": [{"value": value, "name": label} for value, label in CONTENT_CHOICES],
                },
            ],
        },
        "batchSize": limits.BATCH,
        "standardizedScore": True,
    }


def questions(text: str | bytes) -> list[Question]:
    """The questions of a batch in their order (section 4.1); Unreadable, TooMuch."""
    batch = mapping(document(text, "the body"), "the body")
    found = listed(batch.get("queries"), "queries")
    within(len(found), limits.BATCH, "batchSize", f"the batch has {len(found)} queries")
    return [_question(each, f"queries[{place}]") for place, each in enumerate(found)]


def _question(found: Any, where: str) -> Question:
    given = mapping(found, where)
    only(given, _FIELDS, where)
    conditions = listed(given.get("conditions"), f"{where}.conditions")
    if not conditions:
        raise Unreadable(f"{where}.conditions must have at least one condition")
    within(len(conditions), limits.CONDITIONS, "conditions", f"{where} has {len(conditions)}")
    types = types_of([given["type"]] if "type" in given else [], where)
    question = Question(types=types, limit=limit_of(given.get("limit"), where))
    for place, each in enumerate(conditions):
        at = f"{where}.conditions[{place}]"
        question = _with(question, mapping(each, at), at)
    return question


def _with(question: Question, given: Mapping[str, Any], where: str) -> Question:
    """The question with one more condition. Of several names the first counts."""
    kind = given.get("matchType")
    if kind == "property":
        return replace(question, conditions=(*question.conditions, _condition(given, where)))
    if kind not in ("name", "id"):
        raise Unreadable(f"{where}.matchType must be name, id or property")
    if "propertyValue" not in given:
        raise Unreadable(f"{where} must have the field 'propertyValue'")
    values = values_of(given["propertyValue"], f"{where}.propertyValue")
    if kind == "id":
        return replace(question, ids=(*question.ids, *values))
    return replace(question, name=question.name or next(iter(values), "").strip())


def _condition(given: Mapping[str, Any], where: str) -> Condition:
    found = condition(given, ("propertyId", "propertyValue"), where)
    quantifier, required = given.get("matchQuantifier", "any"), given.get("required", False)
    if quantifier not in _QUANTIFIERS:
        raise Unreadable(f"{where}.matchQuantifier must be any, all or none")
    if not isinstance(required, bool):
        raise Unreadable(f"{where}.required must be true or false")
    if given.get("matchQualifier") is not None:
        raise Unreadable(f"{where}: no property has qualifiers here, so matchQualifier cannot be given")
    return replace(found, quantifier=quantifier, required=required)


def results(found: Iterable[Iterable[Candidate]]) -> Json:
    """The candidates of a batch in the order of its questions (section 4.2)."""
    return {"results": [{"candidates": [_candidate(each) for each in candidates]} for candidates in found]}


def _candidate(found: Candidate) -> Json:
    language = {"lang": found.entity.name.language} if found.entity.name.language else {}
    return {
        "id": found.entity.id,
        "name": found.entity.name.text,
        **language,
        "description": found.entity.description,
        "type": [type_of(found.entity.type)],
        "score": found.score,
        "match": found.match,
        "features": [{"id": each.id, "name": each.name, "value": each.value} for each in found.features],
    }


def extension(text: str | bytes) -> Asked:
    """A data extension query (section 7.3); Unreadable, TooMuch."""
    return asked(document(text, "the body"))


def extended(found: Extended) -> Json:
    """Its response (section 7.4)."""
    rows = [
        {
            "id": entity,
            "properties": [{"id": name, "values": [_value(each) for each in values]} for name, values in row.items()],
        }
        for entity, row in found.rows.items()
    ]
    return {"meta": found.meta, "rows": rows}


def _value(found: Value) -> Json:
    language = {"lang": found.language} if found.language else {}
    return {**found.content, **language}
