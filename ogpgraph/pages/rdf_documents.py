"""A vocabulary as RDF: what a graph says, written in a form that the client likes."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import PREFIXES, RDF, RDFS

_FIRST = {RDF.type: 0, RDFS.label: 1}


async def graph_document(context: Context, graph: str, form: RdfFormat) -> str:
    """All that a named graph says, in a form; NotFound where it says nothing."""
    rows = await context.rows("ontology-graph", graph=graph)
    if not rows:
        raise NotFound(graph)
    return written(sorted(triples_of(rows), key=_by_subject), form)


def rewritten(turtle: str, form: RdfFormat) -> str:
    """A Turtle document in a form; the document itself where that is Turtle."""
    if form == RdfFormat.TURTLE:
        return turtle
    return written((quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE)), form)


def written(triples: Iterable[Triple], form: RdfFormat) -> str:
    """Triples in a form, with the project's prefixes where the form knows any."""
    prefixes = None if form == RdfFormat.N_TRIPLES else PREFIXES
    raw = serialize(triples, format=form, prefixes=prefixes)
    assert raw is not None
    return raw.decode()


def triples_of(rows: Iterable[Row]) -> list[Triple]:
    """Rows with ``subject``, ``property`` and ``value`` as triples."""
    return [Triple(_node(row["subject"]), NamedNode(row["property"].value), _term(row["value"])) for row in rows]


def _node(term: Term) -> NamedNode | BlankNode:
    return NamedNode(term.value) if term.is_iri else BlankNode(term.value)


def _term(term: Term) -> NamedNode | BlankNode | Literal:
    if term.kind != "literal":
        return _node(term)
    if term.language:
        return Literal(term.value, language=term.language)
    return Literal(term.value, datatype=NamedNode(term.datatype) if term.datatype else None)


def _by_subject(triple: Triple) -> tuple[str, int, str, str]:
    """Sorting key that keeps a subject together, its type and its label first."""
    return (str(triple.subject), _FIRST.get(triple.predicate, 2), str(triple.predicate), str(triple.object))
