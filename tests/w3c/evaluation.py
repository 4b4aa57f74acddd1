"""The tests that give a query or an update to an engine: evaluation, result formats and syntax."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from pyoxigraph import Quad

from tests.w3c.answers import Graph, Solutions, difference, expected
from tests.w3c.engines import Answering, Broken, Crashed, Engine, NotAllowed, SyntaxRefused
from tests.w3c.suites import MF, QT, RDFS, UT, Case, Node, dataset_of_query, read_quads, read_text

_ORDERED = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)


class Verdict(Enum):
    """How a test ended."""

    PASS = "pass"
    EQUAL = "equal by value"  # other spellings of the same numbers and truth values
    FAIL = "fail"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Outcome:
    """How a test ended and why."""

    verdict: Verdict
    reason: str = ""


PASSED = Outcome(Verdict.PASS)


def failed(reason: str) -> Outcome:
    """A failure with its reason."""
    return Outcome(Verdict.FAIL, reason)


def evaluate(case: Case, engine: Engine) -> Outcome:
    """Run a test of query evaluation, update evaluation or syntax."""
    try:
        if "Syntax" in case.kind:
            return _syntax(case, engine)
        if case.kind == "UpdateEvaluationTest":
            return _update_evaluation(case, engine)
        return query_evaluation(case, engine, read_text(case.description.text(case.action, f"{QT}query")))
    except SyntaxRefused as error:
        return failed(f"refused as a syntax error: {error}")
    except NotAllowed as error:
        return failed(f"not allowed: {error}")
    except (Broken, SyntaxError, ValueError) as error:
        return failed(f"{type(error).__name__}: {error}")


def query_evaluation(case: Case, engine: Answering, query: str) -> Outcome:
    """Ask of the data, compare with the result file."""
    assert case.result is not None
    base = case.description.text(case.action, f"{QT}query")
    wanted, media_type = expected(case.result.value)
    found = engine.answer(query, base, media_type, dataset_of_query(case, query))
    if isinstance(found, Solutions) and not _ORDERED.search(query):
        found = Solutions(found.variables, found.rows)
    lax = case.description.text(case.node, f"{MF}resultCardinality").endswith("LaxCardinality")
    different = difference(wanted, found, lax)
    if different and not difference(wanted, found, lax, by_value=True):
        return Outcome(Verdict.EQUAL, f"other spellings of the same values: {different}")
    return failed(different) if different else PASSED


def _update_evaluation(case: Case, engine: Engine) -> Outcome:
    request = case.description.text(case.action, f"{UT}request")
    assert case.result is not None
    engine.hold(*dataset_of(case, case.action))
    engine.change(read_text(request), request)
    wanted, _ = dataset_of(case, case.result)
    different = difference(Graph(tuple(wanted)), engine.content())
    return failed(different) if different else PASSED


def dataset_of(case: Case, node: Node) -> tuple[list[Quad], list[str]]:
    """The quads and the named graphs that ``ut:data`` and ``ut:graphData`` of a node describe."""
    quads = [quad for data in case.description.all(node, f"{UT}data") for quad in read_quads(data.value)]
    named = []
    for data in case.description.all(node, f"{UT}graphData"):
        name = case.description.text(data, f"{RDFS}label")
        named.append(name)
        quads += read_quads(case.description.text(data, f"{UT}graph"), name)
    return quads, named


def _syntax(case: Case, engine: Engine) -> Outcome:
    """Well written or not: only the engine's parser is asked."""
    iri = case.action.value
    text = read_text(iri)
    positive = case.kind.startswith("Positive")
    try:
        if iri.endswith(".ru"):
            engine.parse_update(text, iri)
        else:
            engine.parse_query(text, iri)
    except SyntaxRefused as error:
        return failed(f"refused: {error}") if positive else PASSED
    except Crashed:
        raise
    except Broken:
        pass  # it was parsed; nothing is said about its evaluation
    return PASSED if positive else failed("accepted")
