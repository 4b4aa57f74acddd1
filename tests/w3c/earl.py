"""The results of the suites in EARL 1.0, the Evaluation and Report Language of the W3C, as implementers give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import RDF
from tests.w3c.evaluation import Verdict
from tests.w3c.run import Result

EARL = "http://www.w3.org/ns/earl#"
DCTERMS = "http://purl.org/dc/terms/"
DOAP = "http://usefulinc.com/ns/doap#"
SUBJECT = NamedNode(f"{BASE}id/software/ogpgraph")
_OUTCOMES = {
    Verdict.PASS: "passed",
    Verdict.EQUAL: "failed",  # the suites compare terms, not values; the reason tells
    Verdict.FAIL: "failed",
    Verdict.NOT_RUN: "untested",
}


def earl(results: Iterable[Result], version: str, day: str) -> bytes:
    """The report of a run as Turtle: one ``earl:Assertion`` a test, made on ``day`` (``YYYY-MM-DD``) for a version."""
    prefixes = {"earl": EARL, "dcterms": DCTERMS, "doap": DOAP}
    written = serialize(_statements(results, version, day), format=RdfFormat.TURTLE, prefixes=prefixes)
    assert written is not None
    return written


def _statements(results: Iterable[Result], version: str, day: str) -> Iterator[Triple]:
    for kind in ("earl#Software", "earl#TestSubject"):
        yield Triple(SUBJECT, RDF.type, NamedNode(f"http://www.w3.org/ns/{kind}"))
    yield Triple(SUBJECT, RDF.type, NamedNode(f"{DOAP}Project"))
    yield Triple(SUBJECT, NamedNode(f"{DOAP}name"), Literal("OGP Graph"))
    yield Triple(SUBJECT, NamedNode(f"{DOAP}revision"), Literal(version))
    date = Literal(day, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    for result in results:
        assertion, outcome = BlankNode(), BlankNode()
        yield Triple(assertion, RDF.type, NamedNode(f"{EARL}Assertion"))
        yield Triple(assertion, NamedNode(f"{EARL}assertedBy"), SUBJECT)
        yield Triple(assertion, NamedNode(f"{EARL}subject"), SUBJECT)
        assert isinstance(result.case.node, NamedNode)
        yield Triple(assertion, NamedNode(f"{EARL}test"), result.case.node)
        yield Triple(assertion, NamedNode(f"{EARL}mode"), NamedNode(f"{EARL}automatic"))
        yield Triple(assertion, NamedNode(f"{EARL}result"), outcome)
        yield Triple(outcome, RDF.type, NamedNode(f"{EARL}TestResult"))
        yield Triple(outcome, NamedNode(f"{EARL}outcome"), NamedNode(EARL + _OUTCOMES[result.outcome.verdict]))
        yield Triple(outcome, NamedNode(f"{DCTERMS}date"), date)
        if result.outcome.reason:
            yield Triple(outcome, NamedNode(f"{DCTERMS}description"), Literal(result.outcome.reason, language="en"))
