"""Terms and rows: what a SELECT query answers, as pages use it."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """An RDF term: ``kind`` is ``iri``, ``literal`` or ``blank``; ``datatype`` is empty for plain strings."""

    kind: str
    value: str
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Whether it names something."""
        return self.kind == "iri"

    def __str__(self) -> str:
        return self.value


Row = dict[str, Term]  # by variable; what is not bound is missing


_KINDS = {"uri": "iri", "literal": "literal", "typed-literal": "literal", "bnode": "blank"}


def rows_of(results: bytes) -> list[Row]:
    """The rows of a SELECT query's answer in JSON (https://www.w3.org/TR/sparql11-results-json/)."""
    return [
        {name: _term(found) for name, found in binding.items()}
        for binding in json.loads(results)["results"]["bindings"]
    ]


def _term(found: dict[str, str]) -> Term:
    return Term(_KINDS[found["type"]], found["value"], found.get("xml:lang", ""), found.get("datatype", ""))
