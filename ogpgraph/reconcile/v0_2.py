"""Version 0.2 of the protocol (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/).

OpenRefine speaks it. A type is demanded, whatever ``type_strict`` says; properties count, none is demanded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ogpgraph.reconcile import limits
from ogpgraph.reconcile.extension import Asked, Extended, Value, asked
from ogpgraph.reconcile.limits import Unreadable, within
from ogpgraph.reconcile.matching import Candidate, Question
from ogpgraph.reconcile.reading import condition, document, limit_of, listed, mapping, only, text_of, types_of
from ogpgraph.reconcile.schema import BY_TYPE_ID, SPACE, TYPES

VERSION = "0.2"
_FIELDS = ("query", "type", "limit", "properties", "type_strict")
Json = dict[str, Any]


def manifest(service: str, name: str, documentation: str, logo: str, version: str) -> Json:
    """What the service at the address ``service`` offers (section 3.1)."""

    def suggest(what: str) -> Json:
        return {
            "service_url": service,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": service,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }

    return {
        "versions": [VERSION],
        "name": name,
        "identifierSpace": SPACE,
        "schemaSpace": SPACE,
        "documentation": documentation,
        "logo": logo,
        "serviceVersion": version,
        "defaultTypes": [type_of(each.id) for each in TYPES],
        "view": {"url": f"{service}/view?id={{{{id}}}}"},
        "feature_view": {"url": f"{documentation}#{{{{id}}}}"},
        "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": PREVIEW[0], "height": PREVIEW[1]},
        "suggest": {what: suggest(what) for what in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": [
                {"name": "limit", "label": "Limit", "type": "number", "default": 0, "help_text": LIMIT_HELP},
                {
                    "name": "content",
                    "label": "Content",
                    "type": "select",
                    "default": "name",
                    "help_text": CONTENT_HELP,
                    "choices": [{"value": value, "name": label} for value, label in CONTENT_CHOICES],
                },
            ],
        },
        "batchSize": limits.BATCH,
    }


PREVIEW = (430, 260)  # width and height in pixels
LIMIT_HELP = "How many values to fetch of each entity; 0 for all."
CONTENT_HELP = "What to fetch where a value is an entity."
CONTENT_CHOICES = (("name", "The entity with its name"), ("id", "Its identifier as text"), ("iri", "Its IRI as text"))


def questions(text: str | bytes) -> dict[str, Question]:
    """The questions of a batch by their keys (section 4.1); Unreadable, TooMuch."""
    batch = mapping(document(text, "queries"), "queries")
    within(len(batch), limits.BATCH, "batchSize", f"the batch has {len(batch)} queries")
    return {key: _question(each, f"query {key[:50]!r}") for key, each in batch.items()}


def _question(found: Any, where: str) -> Question:
    given = mapping(found, where)
    only(given, _FIELDS, where)
    name = text_of(given.get("query", ""), f"{where}.query").strip()
    properties = listed(given.get("properties", []), f"{where}.properties")
    if not properties and "query" not in given:
        raise Unreadable(f"{where} must have a query or properties")
    within(len(properties), limits.CONDITIONS, "properties", f"{where} has {len(properties)}")
    conditions = tuple(
        condition(mapping(each, f"{where}.properties"), ("pid", "v"), f"{where}.properties") for each in properties
    )
    kinds = given.get("type", [])
    types = types_of(kinds if isinstance(kinds, list) else [kinds], where)
    return Question(name, types, conditions, limit=limit_of(given.get("limit"), where))


def results(found: Mapping[str, Iterable[Candidate]]) -> Json:
    """The candidates of a batch by the keys of its questions (section 4.2)."""
    return {key: {"result": [_candidate(each) for each in candidates]} for key, candidates in found.items()}


def _candidate(found: Candidate) -> Json:
    return {
        "id": found.entity.id,
        "name": found.entity.name.text,
        "description": found.entity.description,
        "type": [type_of(found.entity.type)],
        "score": found.score,
        "match": found.match,
        "features": [{"id": each.id, "value": each.value} for each in found.features],
    }


def type_of(identifier: str) -> Json:
    """A type as both versions write it."""
    return {"id": identifier, "name": BY_TYPE_ID[identifier].name}


def extension(text: str | bytes) -> Asked:
    """A data extension query (section 7.3); Unreadable, TooMuch."""
    return asked(document(text, "extend"))


def extended(found: Extended) -> Json:
    """Its response (section 7.4)."""
    rows = {
        entity: {name: [_value(each) for each in values] for name, values in properties.items()}
        for entity, properties in found.rows.items()
    }
    return {"meta": found.meta, "rows": rows}


def _value(found: Value) -> Json:
    return dict(found.content)
