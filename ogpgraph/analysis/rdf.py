"""Terms, graphs and datasets as rdflib has them; literals stay as they are written, ill-typed ones too."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ogpgraph.analysis.answers import Solutions, Term
from ogpgraph.vocabulary import PREFIXES

Node = rdflib.URIRef | rdflib.BNode | rdflib.Literal


@lru_cache(maxsize=50_000)  # the same IRIs stand in many triples
def node_of(term: Term) -> Node:
    """A term of the engine as one of rdflib; ValueError for a triple term, which rdflib 7 does not know."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Triple):
        raise ValueError(f"rdflib has no triple terms: {term}")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == str(rdflib.XSD.string):
        return rdflib.Literal(term.value)  # simple literals and xsd:string are one in RDF 1.1
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def term_of(node: str | rdflib.term.Node) -> NamedNode | Literal:
    """An IRI or a literal as the engine has it, in a query; ValueError where it is neither."""
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype))) if node.datatype else Literal(str(node))
    if isinstance(node, rdflib.BNode):
        raise ValueError("a blank node has no name that a query can ask for")
    return NamedNode(str(node))


def graph_of(triples: Iterable[Triple], prefixes: dict[str, str] = PREFIXES) -> rdflib.Graph:
    """Triples as a graph with prefixes."""
    graph = rdflib.Graph(bind_namespaces="none")
    _bind(graph, prefixes)
    for triple in triples:
        graph.add((node_of(triple.subject), node_of(triple.predicate), node_of(triple.object)))
    return graph


def dataset_of_rows(solutions: Solutions, prefixes: dict[str, str] = PREFIXES) -> rdflib.Dataset:
    """Rows of graph, subject, predicate and object as a dataset; without a graph they are in the default graph."""
    dataset = rdflib.Dataset(default_union=False)
    _bind(dataset, prefixes)
    graphs: dict[str, rdflib.Graph] = {}
    for name, *triple in solutions.rows:
        key = name.value if isinstance(name, NamedNode) else ""
        if key not in graphs:
            graphs[key] = dataset.graph(rdflib.URIRef(key)) if key else dataset.default_graph
        subject, predicate, target = (node_of(term) for term in triple if term is not None)
        graphs[key].add((subject, predicate, target))
    return dataset


def _bind(graph: rdflib.Graph, prefixes: dict[str, str]) -> None:
    for prefix, iri in prefixes.items():
        graph.bind(prefix, iri, override=True, replace=True)
