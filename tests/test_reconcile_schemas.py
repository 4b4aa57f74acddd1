"""What the service answers, against the JSON schemas of the community group, where they lie beside the project.

The schemas are in https://github.com/reconciliation-api/specs, whose documents do not belong to this project:
``OGPGRAPH_RECONCILIATION_SPECS`` names the folder of a copy, else ``../shared/conformance/reconciliation-specs`` is
looked at. The rules that they hold are tested in words of our own in ``test_reconcile.py``, always.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import search_data
from jsonschema_rs import Draft7Validator
from serve_process import ServeProcess
from test_reconcile import FORM, name, server, told

from ogpgraph.reconcile.schema import BY_TYPE_ID, CONDITIONS, PROPERTIES, TYPES
from ogpgraph.settings import PROJECT

__all__ = ["server"]  # the fixture of the other module

BESIDE = PROJECT.parent / "shared" / "conformance" / "reconciliation-specs"
SPECS = Path(os.environ.get("OGPGRAPH_RECONCILIATION_SPECS", BESIDE))
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=f"{SPECS} is not there: the group's schemas")
Check = Callable[[str, Any], None]

IDS = [f"id/commitment/{number}" for number in search_data.COMMITMENTS] + ["id/member/XX", "id/institution/xx/treasury"]


def validator(version: str, schema: str) -> Draft7Validator:
    """A schema of a version; what it refers to is read beside it, the schema of security schemes is taken for any."""
    folder = SPECS / version / "schemas"

    def retrieve(address: str) -> Any:
        file = folder / address.rpartition("/")[2].partition("#")[0]
        return (
            read(file)
            if file.is_file()
            else {"definitions": {"securityDefinitions": {"additionalProperties": {"required": ["type"]}}}}
        )

    return Draft7Validator(read(folder / f"{schema}.json"), retriever=retrieve)


def read(file: Path) -> Any:
    """A schema without the name of its dialect, which is none that validators know."""
    return {key: value for key, value in json.loads(file.read_text("utf-8")).items() if key != "$schema"}


def check(version: str, schema: str, found: Any) -> None:
    errors = [f"{error.instance_path}: {error.message}" for error in validator(version, schema).iter_errors(found)]
    assert errors == [], f"{version} {schema}"


def test_the_validator_tells_good_examples_from_bad_ones() -> None:
    seen = 0
    for version in ("0.2", "1.0-draft"):
        for file in sorted((SPECS / version / "examples").glob("*/*/*.json")):
            schema, kind = file.parent.parent.name, file.parent.name
            if (SPECS / version / "schemas" / f"{schema}.json").is_file():
                is_valid = validator(version, schema).is_valid(json.loads(file.read_text("utf-8")))
                assert is_valid == (kind == "valid"), file
                seen += 1
    assert seen > 40


def test_manifests(server: ServeProcess) -> None:
    check("0.2", "manifest", told(server, "/reconcile"))
    check("1.0-draft", "manifest", told(server, "/reconcile/1.0"))


def test_batches(server: ServeProcess) -> None:
    names = ["Xanadu", "XX0001", "Open data", "開放政府資料平台", "", "?", "Treasury"]
    properties = [{"pid": each.id, "v": ["2018", {"id": "id/member/XX"}, 3, True]} for each in CONDITIONS]
    batch = {f"q{place}": {"query": each, "properties": properties[:place]} for place, each in enumerate(names)}
    batch |= {f"t{place}": {"query": "data", "type": each.id, "limit": 3} for place, each in enumerate(TYPES)}
    check("0.2", "reconciliation-query-batch", batch)
    found = told(server, "/reconcile", urlencode({"queries": json.dumps(batch)}), FORM)
    check("0.2", "reconciliation-result-batch", found)
    conditions = [
        {"matchType": "property", "propertyId": each.id, "propertyValue": ["2018", "Xanadu"], "matchQuantifier": "any"}
        for each in CONDITIONS
    ]
    newer = {"queries": [{"conditions": [name(each), *conditions[:2]]} for each in names]}
    check("1.0-draft", "reconciliation-query-batch", newer)
    found = told(server, "/reconcile/1.0/match", json.dumps(newer), "application/json")
    check("1.0-draft", "reconciliation-result-batch", found)


@pytest.mark.parametrize(("version", "root"), [("0.2", "/reconcile"), ("1.0-draft", "/reconcile/1.0")])
def test_suggestions(server: ServeProcess, version: str, root: str) -> None:
    for prefix in ("", "X", "data", "?"):
        for what, schema in (("entity", "entities"), ("type", "types"), ("property", "properties")):
            found = told(server, f"{root}/suggest/{what}?{urlencode({'prefix': prefix})}")
            check(version, f"suggest-{schema}-response", found)


def test_data_extension(server: ServeProcess) -> None:
    for start in range(0, len(PROPERTIES), 10):
        properties = [{"id": each.id} for each in PROPERTIES[start : start + 10]]
        asked = {"ids": IDS, "properties": [*properties, {"id": "ontology#member", "settings": {"content": "iri"}}]}
        for version in ("0.2", "1.0-draft"):
            check(version, "data-extension-query", asked)
        form = urlencode({"extend": json.dumps(asked)})
        check("0.2", "data-extension-response", told(server, "/reconcile", form))
        newer = told(server, "/reconcile/1.0/extend", json.dumps(asked), "application/json")
        check("1.0-draft", "data-extension-response", newer)


def test_proposals(server: ServeProcess) -> None:
    for kind in BY_TYPE_ID:
        schema = "data-extension-property-proposal"
        check("0.2", schema, told(server, f"/reconcile/properties?type={quote(kind, safe='')}"))
        check("1.0-draft", schema, told(server, f"/reconcile/1.0/extend/propose?type={quote(kind, safe='')}&limit=3"))
