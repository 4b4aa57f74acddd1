"""The part of the description of the interface that is about reconciliation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ogpgraph.reconcile import limits

_SPECS = "https://reconciliation-api.github.io/specs"
_QUERIES_0_2 = '{"q0": {"query": "Open data", "limit": 3}}'
_EXTEND = '{"ids": ["id/commitment/FR0042"], "properties": [{"id": "ontology#member"}]}'
_CONDITION = {"matchType": "name", "propertyValue": "Open data"}
_FORM = "application/x-www-form-urlencoded"
Json = dict[str, Any]


def reconciliation_paths(parameter: Callable[[str, Json, str], Json], problem: Callable[[str], Json]) -> Json:
    """The paths of both versions; ``parameter`` and ``problem`` write a parameter of a query and an error."""
    queries = {"type": "string", "example": _QUERIES_0_2}
    extend = {"type": "string", "example": _EXTEND}
    errors = {
        "400": problem("A request that is not one of the protocol: the detail names the place."),
        "408": problem("The request took too long to arrive."),
        "413": problem("More than a bound allows; `limit` names it."),
        "415": problem("A body of another media type."),
        "503": problem("The release is still being loaded, or a limit was met."),
    }
    answer = {"description": "As the version of the protocol writes it.", "content": {"application/json": {}}}
    form = {"type": "object", "properties": {"queries": queries, "extend": extend}}
    batch = {
        "type": "object",
        "required": ["queries"],
        "properties": {"queries": {"type": "array", "maxItems": limits.BATCH, "items": {"type": "object"}}},
        "example": {"queries": [{"conditions": [_CONDITION]}]},
    }
    page = {**answer, "content": {"application/json": {}, "text/html; charset=utf-8": {}}}
    get = {
        "summary": "Reconciliation Service API 0.2: manifest, or a batch of queries, or data extension",
        "externalDocs": {"url": f"{_SPECS}/0.2/"},
        "operationId": "reconcile_by_get",
        "parameters": [
            parameter("queries", queries, "A batch of queries as JSON; without it and extend, the manifest."),
            parameter("extend", extend, "A data extension query as JSON."),
        ],
        "responses": {"200": page, **errors},
    }
    post = {
        "summary": "Reconciliation Service API 0.2: a batch of queries, or data extension",
        "operationId": "reconcile_by_post",
        "requestBody": {"required": True, "content": {_FORM: {"schema": form}}},
        "responses": {"200": answer, **errors},
    }
    match = {
        "summary": "Reconciliation Service API 1.0 (draft): a batch of queries",
        "externalDocs": {"url": f"{_SPECS}/draft/"},
        "operationId": "reconcile_match",
        "requestBody": {"required": True, "content": {"application/json": {"schema": batch}}},
        "responses": {"200": answer, **errors},
    }
    return {"/reconcile": {"get": get, "post": post}, "/reconcile/1.0/match": {"post": match}}
