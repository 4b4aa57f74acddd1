"""Lineage: what became of a commitment, who says so, and on what ground (design, section 3).

A claim is always an ``ogp:LineageStatement``. It also becomes a direct property when a source states
it and both ends are identified. Where the source names the earlier commitment by its number in
the plan, the direct property is derived: no source makes it in so many words.
"""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.statements import Statements
from ogpgraph.vocabulary import DCTERMS, OGP, PROV, RDF, XSD, Term, text


def lift_lineage(
    member: str,
    statement: r.LineageStatement,
    said: Statements,
    node: NamedNode | None = None,
    without: frozenset[NamedNode] = frozenset(),
) -> None:
    """One statement, and the direct property or fate that follows from it; ``without`` are properties left out."""
    stated = statement.basis == "stated"
    graphs = [iris.source_graph(key) for key in statement.sources] if stated else [iris.derivation_graph("curation")]
    node = node or statement_node(statement)
    for predicate, value in _facts(member, statement, said):
        for graph in () if predicate in without else graphs:
            said.derive(Triple(node, predicate, value), graph)
    said.labels[node] = text(_label(statement))
    if stated and statement.fate:
        _fate(statement, graphs, said)
    elif stated and statement.relation:
        _direct(member, statement, node, graphs, said)


def statement_node(statement: r.LineageStatement) -> NamedNode:
    """``FR0004-extendedBy-FR0031``; a missing end is its plan and number, a fate stands after its commitment."""
    earlier = statement.earlier or (f"plan-{statement.earlier_plan}" if statement.earlier_plan else "")
    if not statement.earlier and statement.plan_number:
        earlier = "-".join(part for part in (earlier, "no", iris.number_key(statement.plan_number)) if part)
    later = statement.later or statement.initiative or (f"plan-{statement.later_plan}" if statement.later_plan else "")
    topic = iris.slug(statement.topic or "")
    if statement.fate:
        return iris.lineage(statement.earlier or statement.later or earlier or later, _camel(statement.fate), topic)
    relation = statement.relation or ""
    if not (statement.earlier and (statement.later or statement.initiative)):
        return iris.lineage(earlier, relation, later, topic)
    return iris.lineage(earlier, relation, later)


def _facts(member: str, statement: r.LineageStatement, said: Statements) -> list[tuple[NamedNode, Term]]:
    vocabulary = said.vocabulary
    basis = vocabulary.concept("basis", statement.basis)
    asserter = vocabulary.concept("asserter", statement.asserted_by)
    assert basis is not None
    assert asserter is not None
    facts: list[tuple[NamedNode, Term | None]] = [
        (RDF.type, OGP.LineageStatement),
        (OGP.basis, basis),
        (OGP.assertedBy, asserter),
        (OGP.confidence, Literal(str(statement.confidence), datatype=XSD.decimal)),
        (OGP.evidence, text(statement.evidence)),
        (OGP.counterEvidence, text(statement.counter_evidence) if statement.counter_evidence else None),
        (OGP.printedText, Literal(statement.printed) if statement.printed else None),
        (OGP.topic, text(statement.topic) if statement.topic else None),
        (OGP.earlier, iris.commitment(statement.earlier) if statement.earlier else None),
        (OGP.later, _later(member, statement)),
        (OGP.earlierPlan, iris.plan(statement.earlier_plan) if statement.earlier_plan else None),
        (OGP.laterPlan, iris.plan(statement.later_plan) if statement.later_plan else None),
        (OGP.relation, OGP[statement.relation] if statement.relation else None),
        (OGP.fate, vocabulary.concept("fate", statement.fate) if statement.fate else None),
        *((DCTERMS.source, iris.source(key)) for key in statement.sources),
    ]
    return [(predicate, value) for predicate, value in facts if value is not None]


def _later(member: str, statement: r.LineageStatement) -> NamedNode | None:
    if statement.initiative:
        return iris.initiative(member, statement.initiative)
    return iris.commitment(statement.later) if statement.later else None


def _label(statement: r.LineageStatement) -> str:
    earlier = statement.earlier or (f"a commitment of {statement.earlier_plan}" if statement.earlier_plan else "")
    later = (
        statement.later
        or statement.initiative
        or (f"a commitment of {statement.later_plan}" if statement.later_plan else "")
    )
    if statement.fate:
        return f"{earlier or later}: {statement.fate.replace('-', ' ')}"
    return f"{earlier} {statement.relation} {later}".strip() + (f" ({statement.topic})" if statement.topic else "")


def _fate(statement: r.LineageStatement, graphs: list[NamedNode], said: Statements) -> None:
    commitment = statement.earlier or statement.later
    fate = said.vocabulary.concept("fate", statement.fate or "")
    if commitment and fate:
        for graph in graphs:
            said.derive(Triple(iris.commitment(commitment), OGP.fate, fate), graph)


def _direct(
    member: str, statement: r.LineageStatement, node: NamedNode, graphs: list[NamedNode], said: Statements
) -> None:
    later = _later(member, statement)
    if statement.earlier is None or later is None or statement.relation is None:
        return
    triple = Triple(iris.commitment(statement.earlier), OGP[statement.relation], later)
    if statement.plan_number is None:
        for graph in graphs:
            said.derive(triple, graph)
        return
    resolution = iris.derivation_graph("plan-number-to-id")
    said.derive(triple, resolution)
    for key in statement.sources:
        said.derive(Triple(node, PROV.wasDerivedFrom, iris.source(key)), resolution)
    said.derive(Triple(node, PROV.wasDerivedFrom, iris.commitment(statement.earlier)), resolution)
    said.derive(Triple(node, OGP.namedByNumber, Literal(statement.plan_number)), resolution)


def _camel(key: str) -> str:
    first, *rest = key.split("-")
    return first + "".join(part.capitalize() for part in rest)
