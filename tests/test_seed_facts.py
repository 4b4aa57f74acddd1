"""Every fact that the five seed pages print is reachable by a query.

tests/seed_facts.csv lists the facts in our own words, one a row: the page that prints it, the fact, the query that
reaches it and the answer. A query has no prefixes of its own (they stand in PROLOGUE) and projects one variable; the
answer is its sorted distinct values, joined by " | ", IRIs without their base. ASK answers true or false. A query that
is about what the very page says asks the graph of that page.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

BASE = "https://w3id.org/ogpgraph/"
PROLOGUE = f"""
BASE <{BASE}>
PREFIX ogp: <{BASE}ontology#>
PREFIX id: <{BASE}id/>
PREFIX s: <{BASE}scheme/>
PREFIX g: <{BASE}graph/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
COLUMNS = ["page", "fact", "query", "answer"]
PAGES = {"FR0013 page", "FR0042 page", "FR0038 page", "Joinup case study", "FR0041 page"}


def table() -> list[dict[str, str]]:
    with (Path(__file__).parent / "seed_facts.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


FACTS = table()


def plain(term: pyoxigraph.NamedNode | pyoxigraph.Literal) -> str:
    return term.value.removeprefix(BASE)


def answer(store: pyoxigraph.Store, query: str) -> str:
    found = store.query(PROLOGUE + query)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return str(bool(found)).lower()
    assert isinstance(found, pyoxigraph.QuerySolutions)
    assert len(found.variables) == 1, "a query projects one variable"
    return " | ".join(sorted({plain(row[0]) for row in found}))


@pytest.mark.parametrize(
    "fact", [pytest.param(fact, id=f"{fact['page']} {number}") for number, fact in enumerate(FACTS, start=1)]
)
def test_fact_is_reachable(store: pyoxigraph.Store, fact: dict[str, str]) -> None:
    assert answer(store, fact["query"]) == fact["answer"], fact["fact"]


def test_table_covers_the_five_pages() -> None:
    assert len(FACTS) >= 150
    assert {fact["page"] for fact in FACTS} == PAGES


def test_every_row_is_a_fact_of_its_own() -> None:
    assert all(fact[column] for fact in FACTS for column in COLUMNS)
    facts = Counter((fact["page"], fact["fact"]) for fact in FACTS)
    assert [fact for fact, times in facts.items() if times > 1] == []
