"""The rules that a release publishes as SHACL-SPARQL shapes find what their queries find."""

from __future__ import annotations

import pyoxigraph
import pyshacl
import pytest
import rdflib

from ogpgraph import checks
from ogpgraph.release import dumps
from ogpgraph.settings import PROJECT

TWINS = PROJECT / "tests" / "checks"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
PUBLISHED = [rule for rule in checks.rules() if rule.fits_shacl]


def focus_nodes(rule: checks.Rule, data: str) -> set[str]:
    shapes = rdflib.Graph().parse(data=dumps.turtle(rule.as_shape()), format="turtle")
    graph = rdflib.Graph().parse(data=data, format="turtle")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False)
    return {str(node) for node in report.objects(None, SH.focusNode)}


def rows(rule: checks.Rule, data: str) -> set[str]:
    store = pyoxigraph.Store()
    store.load(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return {problem.file for problem in rule.problems(store)}


def twins(rule: checks.Rule) -> list[str]:
    return [path.read_text("utf-8") for path in sorted((TWINS / rule.name).glob("*.ttl"))]


def test_most_rules_can_be_published() -> None:
    assert len(PUBLISHED) >= 20


@pytest.mark.parametrize("rule", PUBLISHED, ids=lambda rule: rule.name)
def test_the_shape_finds_what_the_query_finds(rule: checks.Rule) -> None:
    found = [(focus_nodes(rule, data), rows(rule, data)) for data in twins(rule)]
    assert all(by_shape == by_query for by_shape, by_query in found)
    assert any(by_query for _, by_query in found), "the bad twin must have rows"
