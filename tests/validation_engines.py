"""Run the shapes with pyshacl and with pyshifty and give both answers one form.

`pyshacl_results` and `pyshifty_results` return the top-level results of a validation as a set of `Result`;
an empty set means that the data conform. `disagreements` says where the two engines differ.
"""

from __future__ import annotations

import functools
import logging
import pathlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pyoxigraph
import pyshacl
import rdflib
import shifty

SHAPES = pathlib.Path(__file__).resolve().parent.parent / "shapes"
SH = "http://www.w3.org/ns/shacl#"
FIELDS = ("focusNode", "resultPath", "value", "resultSeverity", "sourceConstraintComponent", "sourceShape")


class Result(NamedTuple):
    """One sh:ValidationResult, each term in N-Triples form, "" where the report has none."""

    focus: str
    path: str
    value: str
    severity: str
    component: str
    shape: str
    messages: frozenset[str]


def all_shapes() -> tuple[pathlib.Path, ...]:
    """Every file of the shapes graph, sorted."""
    return tuple(sorted(SHAPES.glob("*.ttl")))


def pyshacl_results(data_ttl: str | bytes, shapes: Iterable[pathlib.Path] | None = None) -> frozenset[Result]:
    """Validate Turtle with pyshacl, the reference engine."""
    with _literals_as_written():
        data = rdflib.Graph().parse(data=data_ttl, format="turtle")
        _, report, _ = pyshacl.validate(
            data, shacl_graph=_rdflib_shapes(_files(shapes)), inference="none", meta_shacl=False, advanced=False
        )
        ntriples = report.serialize(format="nt")
    return _results(ntriples.encode())


def pyshifty_results(data_ttl: str | bytes, shapes: Iterable[pathlib.Path] | None = None) -> frozenset[Result]:
    """Validate Turtle with pyshifty, the fast engine; a shape that it cannot lower is an error."""
    data = data_ttl.encode() if isinstance(data_ttl, str) else data_ttl
    return _results(_prepared(_files(shapes)).report(data))


def disagreements(data_ttl: str | bytes, shapes: Iterable[pathlib.Path] | None = None) -> list[str]:
    """Lines that name each result which only one of the engines reports; empty when they agree."""
    files = _files(shapes)
    reference, fast = pyshacl_results(data_ttl, files), pyshifty_results(data_ttl, files)
    only_reference = [f"only pyshacl: {result}" for result in sorted(reference - fast, key=str)]
    return only_reference + [f"only pyshifty: {result}" for result in sorted(fast - reference, key=str)]


def english_messages(results: Iterable[Result]) -> set[str]:
    """The English messages of the results, as plain text."""
    literals = (pyoxigraph_literal(message) for result in results for message in result.messages)
    return {literal.value for literal in literals if literal.language == "en"}


def pyoxigraph_literal(ntriples_term: str) -> pyoxigraph.Literal:
    """Read one literal back from its N-Triples form."""
    line = f"<urn:s> <urn:p> {ntriples_term} .".encode()
    (quad,) = pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return quad.object


class _FastValidator:
    def __init__(self, files: tuple[pathlib.Path, ...]) -> None:
        self._validator = shifty.PreparedValidator(b"\n".join(file.read_bytes() for file in files))
        if self._validator.diagnostics:
            raise ValueError(f"pyshifty cannot use the shapes: {self._validator.diagnostics}")

    def report(self, data: bytes) -> bytes:
        """The W3C report as N-Triples. The public method returns an rdflib graph, which mends literals."""
        result = self._validator._inner.validate_w3c(
            data, None, "turtle", "data", None, False, "info", True, "error", False
        )
        return result._report_ntriples.encode()


def _files(shapes: Iterable[pathlib.Path] | None) -> tuple[pathlib.Path, ...]:
    return all_shapes() if shapes is None else tuple(shapes)


@functools.cache
def _prepared(files: tuple[pathlib.Path, ...]) -> _FastValidator:
    return _FastValidator(files)


@functools.cache
def _rdflib_shapes(files: tuple[pathlib.Path, ...]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph


@contextmanager
def _literals_as_written() -> Iterator[None]:
    """Keep rdflib from rewriting ill-typed literals and from logging each of them."""
    before, log = rdflib.NORMALIZE_LITERALS, logging.getLogger("rdflib.term")
    rdflib.NORMALIZE_LITERALS, level = False, log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
        log.setLevel(level)


def _results(report_ntriples: bytes) -> frozenset[Result]:
    """Read the results that hang on the report itself; those inside sh:detail do not count."""
    store = pyoxigraph.Store()
    store.bulk_load(report_ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES)
    quads = store.quads_for_pattern(None, pyoxigraph.NamedNode(SH + "result"), None)
    return frozenset(_result(store, quad.object) for quad in quads)


def _result(store: pyoxigraph.Store, node: pyoxigraph.BlankNode | pyoxigraph.NamedNode) -> Result:
    def objects(name: str) -> list[str]:
        found = store.quads_for_pattern(node, pyoxigraph.NamedNode(SH + name), None)
        return sorted(str(quad.object) for quad in found)

    first = [next(iter(objects(name)), "") for name in FIELDS]
    return Result(*first, messages=frozenset(objects("resultMessage")))
