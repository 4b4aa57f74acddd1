"""The page of any entity: all that is said of it, by whom, and who points to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.labels import iris_in, labels_of
from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import RDF

_MOST_SUBJECTS = 100  # that incoming.rq gives


@dataclass(slots=True)
class Value:
    """One value of a property, with the graphs that state it."""

    term: Term
    graphs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Statement:
    """What the release says by one property, and what captures say that the release does not take over."""

    property: str
    values: list[Value] = field(default_factory=list)
    others: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Incoming:
    """Who points to an entity by one property; ``number`` counts all, ``subjects`` may be fewer."""

    property: str
    number: int
    subjects: list[str]


async def statements_of(context: Context, iri: str) -> list[Statement]:
    """What is said of an entity by the release, with its sources; NotFound where nothing is."""
    rows, said = await context.rows("statements", entity=iri), await context.rows("said-by", entity=iri)
    if not rows and not said:
        raise NotFound(iri)
    graphs: dict[tuple[str, Term], list[str]] = defaultdict(list)
    for row in said:
        graphs[row["property"].value, row["value"]].append(row["graph"].value)
    found: dict[str, Statement] = {}
    for row in rows:
        name, value = row["property"].value, row["value"]
        statement = found.setdefault(name, Statement(name))
        statement.values.append(Value(value, graphs.pop((name, value), [])))
    for (name, value), sources in graphs.items():
        found.setdefault(name, Statement(name)).others.append(Value(value, sources))
    return list(found.values())


async def incoming_of(context: Context, iri: str) -> list[Incoming]:
    """Who points to an entity."""
    found = []
    for row in await context.rows("incoming-properties", entity=iri):
        name, number = row["property"].value, int(row["number"].value)
        subjects = await context.rows("incoming", entity=iri, property=name)
        found.append(Incoming(name, number, [each["subject"].value for each in subjects if each["subject"].is_iri]))
    return found


async def entity_page(context: Context, iri: str) -> str:
    """The page of an entity; NotFound where the graph says nothing of it."""
    statements = await statements_of(context, iri)
    incoming = await incoming_of(context, iri)
    labels = await labels_of(context, _mentioned(iri, statements, incoming))
    return context.render(
        "entity.html",
        iri=iri,
        labels=labels,
        types=[each.term.value for each in _values(statements, RDF.type.value)],
        statements=statements,
        incoming=incoming,
    )


def _values(statements: list[Statement], name: str) -> list[Value]:
    return next((each.values for each in statements if each.property == name), [])


def _mentioned(iri: str, statements: list[Statement], incoming: list[Incoming]) -> set[str]:
    rows: list[Row] = []
    for statement in statements:
        for value in (*statement.values, *statement.others):
            rows.append({"value": value.term} | {graph: Term("iri", graph) for graph in value.graphs})
    named = {iri, *(each.property for each in statements), *(each.property for each in incoming)}
    return named | iris_in(rows) | {subject for each in incoming for subject in each.subjects}
