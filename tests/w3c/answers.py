"""What an endpoint answered and what a suite expects, compared.

Solutions are multisets (sequences where the query orders them), graphs are sets; blank nodes may have any label. Both
become datasets that are compared after canonicalisation of their blank nodes.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from tests.w3c.suites import RDF, Description, Node, path_of, read_quads

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_ROW = "urn:row:"
_TRUTH = {"0": "false", "1": "true"}
_DOUBLES = {f"{XSD}double", f"{XSD}float"}
_INTEGERS = {
    XSD + name
    for name in (
        *("integer", "long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        *("positiveInteger", "nonNegativeInteger", "negativeInteger", "nonPositiveInteger"),
    )
}

RESULT_FORMATS = {
    each.media_type.partition(";")[0]: each
    for each in (QueryResultsFormat.XML, QueryResultsFormat.JSON, QueryResultsFormat.CSV, QueryResultsFormat.TSV)
}
GRAPH_FORMATS = {
    each.media_type: each
    for each in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML, RdfFormat.N_QUADS, RdfFormat.TRIG)
}


@dataclass(frozen=True)
class Solutions:
    """The answer to SELECT; ``ordered`` where the sequence counts."""

    variables: frozenset[str]
    rows: tuple[frozenset[tuple[str, Node]], ...]
    ordered: bool = False


@dataclass(frozen=True)
class Graph:
    """The answer to CONSTRUCT or DESCRIBE, or the content of a store."""

    quads: tuple[Quad, ...] = field(repr=False)


Answer = bool | Solutions | Graph


def parsed(body: bytes, media_type: str, base: str | None = None) -> Answer:
    """An answer from its bytes; SyntaxError or ValueError where they are not what the media type says."""
    if media_type == "text/csv":
        return _from_csv(body)
    if media_type in RESULT_FORMATS:
        return _from_results(parse_query_results(body, RESULT_FORMATS[media_type]))
    if media_type in GRAPH_FORMATS:
        return Graph(tuple(parse(body, GRAPH_FORMATS[media_type], base_iri=base)))
    raise ValueError(f"{media_type!r} is no media type of an answer")


def expected(iri: str) -> tuple[Answer, str]:
    """What a result file says, and the media type to ask for so as to compare with it."""
    ending = iri.rpartition(".")[2]
    if ending in ("ttl", "rdf", "nt"):
        description = Description(iter(read_quads(iri)))
        sets = description.subjects_of(f"{RS}ResultSet")
        if sets:
            return _from_result_set(description, sets[0]), QueryResultsFormat.JSON.media_type
        media_type = RdfFormat.RDF_XML.media_type if ending == "rdf" else RdfFormat.TURTLE.media_type
        return Graph(read_quads(iri)), media_type
    format = QueryResultsFormat.from_extension(ending)
    assert format is not None, f"{iri}: unknown kind of result"
    media_type = format.media_type.partition(";")[0]
    return parsed(path_of(iri).read_bytes(), media_type), media_type


def difference(expected: Answer, found: Answer, lax: bool = False, by_value: bool = False) -> str:
    """What differs, for people; empty where both say the same.

    ``lax``: the number of equal solutions does not count (REDUCED). ``by_value``: 1.0 equals 1.00.
    """
    if isinstance(expected, bool) or isinstance(found, bool) or type(expected) is not type(found):
        return "" if expected is found else f"expected {_kind(expected)}, found {_kind(found)}"
    if isinstance(expected, Solutions) and isinstance(found, Solutions):
        return _solutions_difference(expected, found, lax, by_value)
    assert isinstance(expected, Graph)
    assert isinstance(found, Graph)
    return _dataset_difference(expected.quads, found.quads, by_value)


def _solutions_difference(expected: Solutions, found: Solutions, lax: bool, by_value: bool) -> str:
    if expected.variables != found.variables:
        return f"expected the variables {sorted(expected.variables)}, found {sorted(found.variables)}"
    ordered = expected.ordered and found.ordered
    left, right = (_as_quads(each.rows, ordered, lax) for each in (expected, found))
    if not _dataset_difference(left, right, by_value):
        return ""
    rows = [Counter(_row_text(row, by_value) for row in each.rows) for each in (expected, found)]
    return _shown_difference(*rows) if rows[0] != rows[1] else "the same solutions in another order or number"


def _row_text(row: frozenset[tuple[str, Node]], by_value: bool) -> str:
    """A solution for people, blank nodes without their labels."""
    shown = {
        name: "_:" if isinstance(term, BlankNode) else str(_valued(term) if by_value else term) for name, term in row
    }
    return "(" + " ".join(f"?{name}={shown[name]}" for name in sorted(shown)) + ")"


def _kind(answer: Answer) -> str:
    return str(answer).lower() if isinstance(answer, bool) else type(answer).__name__.lower()


def _from_results(results: QueryBoolean | QuerySolutions) -> bool | Solutions:
    if isinstance(results, QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    rows = tuple(
        frozenset((name, term) for name, term in zip(names, solution, strict=True) if term is not None)
        for solution in results
    )
    return Solutions(frozenset(names), rows, ordered=True)


def _from_csv(body: bytes) -> Solutions:
    """CSV keeps no kinds of terms: a cell is a blank node, a number by its look, or text."""
    head, *lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    rows = tuple(
        frozenset((name, _from_cell(text)) for name, text in zip(head, line, strict=True) if text) for line in lines
    )
    return Solutions(frozenset(head), rows, ordered=True)


def _from_cell(text: str) -> Node:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return Literal(text, datatype=NamedNode(f"{XSD}double")) if _NUMBER.fullmatch(text) else Literal(text)


def _from_result_set(description: Description, node: Node) -> bool | Solutions:
    """The result set vocabulary of the older suites."""
    if truth := description.text(node, f"{RS}boolean"):
        return truth == "true"
    found = [
        (int(description.text(solution, f"{RS}index") or 0), _bindings(description, solution))
        for solution in description.all(node, f"{RS}solution")
    ]
    found.sort(key=lambda pair: pair[0])
    names = frozenset(each.value for each in description.all(node, f"{RS}resultVariable"))
    return Solutions(names, tuple(row for _, row in found), ordered=any(index for index, _ in found))


def _bindings(description: Description, solution: Node) -> frozenset[tuple[str, Node]]:
    return frozenset(
        (description.text(binding, f"{RS}variable"), value)
        for binding in description.all(solution, f"{RS}binding")
        if (value := description.one(binding, f"{RS}value")) is not None
    )


def _as_quads(rows: tuple[frozenset[tuple[str, Node]], ...], ordered: bool, lax: bool) -> list[Quad]:
    """A node for each distinct row, with its values and with its places or the number of its occurrences."""
    places: dict[frozenset[tuple[str, Node]], list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row, []).append(place)
    quads = []
    for row, found in places.items():
        node = BlankNode()
        mark = str(found) if ordered else "some" if lax else str(len(found))
        quads.append(Quad(node, NamedNode(_ROW), Literal(mark)))
        quads += [Quad(node, NamedNode(_ROW + name), value) for name, value in row]
    return quads


def _valued(term: Node | Triple) -> Node | Triple:
    """A number or a truth value in the one spelling of its value; any other term, and an ill-typed one, as it is."""
    if not isinstance(term, Literal):
        return term
    datatype, text = term.datatype.value, term.value
    try:
        if datatype in _DOUBLES:
            return Literal(repr(float(text)), datatype=term.datatype)
        if datatype == f"{XSD}decimal":
            return Literal(format(Decimal(text).normalize(), "f"), datatype=term.datatype)
    except (ValueError, ArithmeticError):
        return term
    if datatype in _INTEGERS and text.lstrip("+-").isdecimal():
        return Literal(int(text))
    return Literal(_TRUTH.get(text, text), datatype=term.datatype) if datatype == f"{XSD}boolean" else term


def _dataset_difference(left: Iterable[Quad], right: Iterable[Quad], by_value: bool) -> str:
    """The quads of one side only, after giving equal blank nodes equal labels."""
    expected, found = (_canonical(quads, by_value) for quads in (left, right))
    return "" if expected == found else _shown_difference(Counter(expected), Counter(found))


def _canonical(quads: Iterable[Quad], by_value: bool) -> list[str]:
    if by_value:
        quads = [Quad(quad.subject, quad.predicate, _valued(quad.object), quad.graph_name) for quad in quads]
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return sorted(str(dataset).splitlines())


def _shown_difference(expected: Counter[str], found: Counter[str]) -> str:
    return f"missing {_shown(expected - found)}; unexpected {_shown(found - expected)}"


def _shown(lines: Counter[str], most: int = 3) -> str:
    shown = [line.replace(XSD, "xsd:").replace(RDF, "rdf:") for line in sorted(lines)[:most]]
    return (" ".join(shown) or "nothing") + (f" … ({len(lines)})" if len(lines) > most else "")
