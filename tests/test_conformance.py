"""The W3C suites of SPARQL, offline and over HTTP: exactly the known failures. Runs only where the suites are there."""

from __future__ import annotations

from collections import Counter

import pytest
import rdflib
from writable_server import copy_of

from ogpgraph.release import Release
from tests.w3c import report, run
from tests.w3c.earl import earl
from tests.w3c.evaluation import Verdict
from tests.w3c.suites import SUITES

pytest_plugins = ["fixtures_three_plans"]
pytestmark = pytest.mark.skipif(not SUITES.is_dir(), reason="the W3C suites are not beside the checkout")

# Parts of which nothing may fail over HTTP.
WHOLE = (
    "SPARQL 1.1 protocol",
    "SPARQL 1.1 service description",
    "SPARQL 1.1 graph store",
    "SPARQL 1.1 update evaluation",
)


@pytest.fixture(scope="module")
def offline() -> list[run.Result]:
    """Every test that needs no HTTP, by the engine in this process."""
    return run.run_offline()


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory, xanadu_release: Release) -> list[run.Result]:
    """Every test, by a real server."""
    return run.run_over_http(copy_of(xanadu_release.folder, tmp_path_factory.mktemp("conformance")))


def verdicts(results: list[run.Result]) -> dict[tuple[str, str], Verdict]:
    return {(result.case.suite, result.case.name): result.outcome.verdict for result in results}


def test_offline_failures_are_the_known_ones(offline: list[run.Result]) -> None:
    assert report.surprises("offline", offline) == []


def test_failures_over_http_are_the_known_ones(http: list[run.Result]) -> None:
    assert report.surprises("http", http) == []


def test_every_test_of_the_suites_is_counted(offline: list[run.Result], http: list[run.Result]) -> None:
    assert len(http) == len(verdicts(http)) == 1125
    assert set(verdicts(http)) - set(verdicts(offline)) == {
        (result.case.suite, result.case.name)
        for result in http
        if result.case.kind in ("ProtocolTest", "GraphStoreProtocolTest", "ServiceDescriptionTest")
    }


def test_the_parts_that_are_http_itself_are_whole(http: list[run.Result]) -> None:
    counts = Counter((report.part_of(result.case), result.outcome.verdict) for result in http)
    assert {part: counts[part, Verdict.PASS] for part in WHOLE} == dict(zip(WHOLE, (34, 3, 13, 94), strict=True))
    assert [key for key in counts if key[0] in WHOLE and key[1] is not Verdict.PASS] == []


def test_query_evaluation_over_http_is_not_below_the_engine(offline: list[run.Result], http: list[run.Result]) -> None:
    alone, served = verdicts(offline), verdicts(http)
    evaluated = [
        (result.case.suite, result.case.name)
        for result in offline
        if "Syntax" not in result.case.kind and result.case.suite != "sparql11/service"
    ]
    assert {key: served[key] for key in evaluated} == {key: alone[key] for key in evaluated}
    counts = Counter(alone[key] for key in evaluated if key[0].startswith("sparql11/"))
    assert counts == {Verdict.PASS: 299, Verdict.EQUAL: 20, Verdict.FAIL: 10, Verdict.NOT_RUN: 70}


def test_the_results_can_be_handed_in_as_earl(offline: list[run.Result]) -> None:
    graph = rdflib.Graph().parse(data=earl(offline, "0.1.0", "2026-11-21"), format="turtle")
    term = rdflib.Namespace("http://www.w3.org/ns/earl#")
    told = Counter(
        str(graph.value(graph.value(each, term.result), term.outcome)).removeprefix(str(term))
        for each in graph.subjects(rdflib.RDF.type, term.Assertion)
    )
    found = Counter(result.outcome.verdict for result in offline)
    assert told["passed"] == found[Verdict.PASS] > 400
    assert told["failed"] == found[Verdict.FAIL] + found[Verdict.EQUAL]
    assert told["untested"] == found[Verdict.NOT_RUN]
    assert len(set(graph.objects(None, term.test))) == len(offline)
