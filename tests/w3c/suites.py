"""The manifests of the W3C suites as tests.

A manifest lists tests in order (``mf:entries``) or other manifests (``mf:include``). Files are named by the IRIs
that they have on the web, so that no path of this machine gets into data or answers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from ogpgraph.settings import PROJECT

SUITES = PROJECT.parent / "shared" / "conformance" / "w3c-sparql" / "sparql"
WEB = "https://w3c.github.io/rdf-tests/sparql/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"

_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)
_FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML}

Node = NamedNode | BlankNode | Literal


class Description:
    """A graph that is walked from node to node by predicate."""

    def __init__(self, quads: Iterator[Quad]) -> None:
        self._objects: dict[tuple[Node, str], list[Node]] = {}
        for quad in quads:
            assert not isinstance(quad.subject, Triple)
            assert not isinstance(quad.object, Triple)
            self._objects.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def all(self, subject: Node, predicate: str) -> list[Node]:
        """The objects of a predicate, in the order of the file."""
        return self._objects.get((subject, predicate), [])

    def one(self, subject: Node, predicate: str) -> Node | None:
        """The first object of a predicate."""
        return next(iter(self.all(subject, predicate)), None)

    def text(self, subject: Node, predicate: str) -> str:
        """The first object's IRI or text; empty where there is none."""
        found = self.one(subject, predicate)
        return "" if found is None else found.value

    def items(self, head: Node | None) -> Iterator[Node]:
        """The members of an RDF list."""
        while head is not None and head.value != f"{RDF}nil":
            first = self.one(head, f"{RDF}first")
            if first is not None:
                yield first
            head = self.one(head, f"{RDF}rest")

    def subjects_of(self, kind: str) -> list[Node]:
        """The nodes of a class."""
        return [
            subject
            for (subject, predicate), objects in self._objects.items()
            if predicate == f"{RDF}type" and any(each.value == kind for each in objects)
        ]


@dataclass(frozen=True)
class Case:
    """One test of a manifest."""

    suite: str  # folder, as "sparql11/aggregates"
    name: str  # local name of its IRI
    kind: str  # local name of its class, as "QueryEvaluationTest"
    node: Node
    description: Description

    @property
    def action(self) -> Node:
        """What is done: a query, or a node that names query, data and requests."""
        found = self.description.one(self.node, f"{MF}action")
        assert found is not None, f"{self.suite}/{self.name} has no action"
        return found

    @property
    def result(self) -> Node | None:
        """What is expected."""
        return self.description.one(self.node, f"{MF}result")


@dataclass(frozen=True)
class Dataset:
    """The documents that a query is asked of, by their IRIs."""

    default: tuple[str, ...]
    named: tuple[str, ...]  # each a graph with the document's name
    by_query: bool = False  # the query names them itself, by FROM

    @property
    def quads(self) -> list[Quad]:
        """All of them in one store."""
        quads = [quad for iri in self.default for quad in read_quads(iri)]
        return quads + [quad for iri in self.named for quad in read_quads(iri, iri)]


def dataset_of_query(case: Case, query: str) -> Dataset:
    """What the manifest gives to a query, and the documents that the query names after FROM."""
    base = case.description.text(case.action, f"{QT}query")
    default = tuple(node.value for node in case.description.all(case.action, f"{QT}data"))
    named = {node.value for node in case.description.all(case.action, f"{QT}graphData")}
    documents = {urljoin(base, iri) for iri in _FROM.findall(query)}
    named |= {iri for iri in documents if path_of(iri).is_file()}
    return Dataset(default, tuple(sorted(named)), by_query=bool(documents))


def cases(manifest: str) -> list[Case]:
    """The tests of a manifest (path below the suites) and of those that it includes, in their order."""
    iri = NamedNode(WEB + manifest)
    description = Description(iter(read_quads(iri.value)))
    found = [
        case
        for included in description.items(description.one(iri, f"{MF}include"))
        for case in cases(included.value.removeprefix(WEB))
    ]
    # A few manifests describe themselves by a blank node instead of their own IRI.
    suite = manifest.rpartition("/")[0]
    for manifest_node in description.subjects_of(f"{MF}Manifest"):
        for node in description.items(description.one(manifest_node, f"{MF}entries")):
            kind = description.text(node, f"{RDF}type").rpartition("#")[2]
            found.append(Case(suite, node.value.rpartition("#")[2], kind, node, description))
    return found


def path_of(iri: str) -> Path:
    """Where a file of the suites stands in this checkout."""
    return SUITES / iri.removeprefix(WEB)


def read_text(iri: str) -> str:
    """A query or an update as it stands in its file."""
    return path_of(iri).read_text("utf-8")


@functools.cache
def read_quads(iri: str, graph: str = "") -> tuple[Quad, ...]:
    """An RDF file of the suites, in a named graph or in the default one; its own IRI is the base."""
    raw = path_of(iri).read_bytes()
    quads = parse(raw, _FORMATS[iri.rpartition(".")[2]], base_iri=iri, rename_blank_nodes=True)
    name = NamedNode(graph) if graph else DefaultGraph()
    return tuple(Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)
