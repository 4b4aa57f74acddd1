"""A lineage for other programs: Graphviz, GraphML and JSON.

JSON: an object with ``subject`` (an IRI) and

- ``plans``: ``iri``, ``title``, ``cycle``, in the order of time;
- ``nodes``: ``id``, ``kind`` (commitment, initiative, unnamed), ``iri``, ``identifier``, ``number``, ``title``,
  ``language``, ``plan``, ``cycle``; an ``unnamed`` one is an end that a statement leaves open, its ``iri`` is that of
  the statement;
- ``edges``: ``source`` and ``target`` (ids of nodes), ``relation`` (the IRI of a property), ``label``, and what every
  statement has;
- ``fates``: ``node``, ``fate`` (the IRI of a concept), ``label``, and what every statement has: ``statement``,
  ``basis`` (IRI), ``stated`` (true or false), ``asserted_by``, ``confidence`` (0 to 1), ``topic``, ``evidence``,
  ``counter_evidence``, ``sources`` (IRIs).

In GraphML and Graphviz a fate is a node of kind ``fate``, joined to its commitment by an edge that bears its name. What
is not known is an empty string in JSON, and missing in GraphML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ogpgraph.pages.lineage_graph import Fate, Lineage, Node, Said
from ogpgraph.pages.svg import clean

# By the ending of the path: the media type, and what people call it.
FORMS = {
    "svg": ("image/svg+xml", "SVG"),
    "dot": ("text/vnd.graphviz", "Graphviz"),
    "graphml": ("application/graphml+xml", "GraphML"),
    "json": ("application/json", "JSON"),
}


def as_json(lineage: Lineage) -> str:
    """A lineage as JSON, in the form that this module describes."""
    plans = sorted(lineage.plans.values(), key=lambda plan: (plan.cycle, plan.iri))
    edges = [
        {"source": each.earlier, "target": each.later, "relation": each.relation, "label": each.label}
        | _said(each.said)
        for each in lineage.edges
    ]
    fates = [{"node": each.node, "fate": each.fate, "label": each.label} | _said(each.said) for each in lineage.fates]
    document = {
        "subject": lineage.subject,
        "plans": [{"iri": plan.iri, "title": plan.title, "cycle": plan.cycle} for plan in plans],
        "nodes": [_node(node) for node in lineage.nodes.values()],
        "edges": edges,
        "fates": fates,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _node(node: Node) -> dict[str, str]:
    return {
        "id": node.key,
        "kind": node.kind,
        "iri": node.iri,
        "identifier": node.identifier,
        "number": node.number,
        "title": node.title,
        "language": node.language,
        "plan": node.plan,
        "cycle": node.cycle,
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "statement": said.statement,
        "basis": said.basis,
        "stated": said.is_stated,
        "asserted_by": said.asserted_by,
        "confidence": float(said.confidence),
        "topic": said.topic,
        "evidence": said.evidence,
        "counter_evidence": said.counter_evidence,
        "sources": list(said.sources),
    }


def as_graphml(lineage: Lineage) -> str:
    """A lineage as GraphML (http://graphml.graphdrawing.org/), directed; its edges have the statements' IRIs."""
    import networkx  # type: ignore[import-untyped]  # takes most of a second, which only those who ask for GraphML should wait

    graph = networkx.MultiDiGraph()
    for node in lineage.nodes.values():
        graph.add_node(node.key, **_flat(_node(node)))
    for edge in lineage.edges:
        facts = {"relation": edge.relation, "label": edge.label} | _said(edge.said)
        graph.add_edge(edge.earlier, edge.later, key=edge.said.statement, **_flat(facts))
    for fate in lineage.fates:
        graph.add_node(_fate_key(fate), kind="fate", iri=fate.fate, title=fate.label)
        facts = {"relation": "fate", "label": fate.label} | _said(fate.said)
        graph.add_edge(fate.node, _fate_key(fate), key=fate.said.statement, **_flat(facts))
    return "\n".join(networkx.generate_graphml(graph)) + "\n"


def _fate_key(fate: Fate) -> str:
    return fate.said.statement + "#fate"


def _flat(facts: dict[str, Any]) -> dict[str, Any]:
    """What GraphML can hold: no lists, no characters that XML does not allow, nothing empty."""
    joined = {name: " ".join(value) if isinstance(value, list) else value for name, value in facts.items()}
    cleaned = {name: clean(value) if isinstance(value, str) else value for name, value in joined.items()}
    return {name: value for name, value in cleaned.items() if value != "" and name != "id"}


def as_dot(lineage: Lineage) -> str:
    """A lineage in the language of Graphviz (https://graphviz.org/doc/info/lang.html), plans as clusters."""
    return "\n".join(_dot_lines(lineage)) + "\n"


def _dot_lines(lineage: Lineage) -> Iterator[str]:
    yield f"digraph {_quoted('Lineage of ' + lineage.title)} {{"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    for n, plan in enumerate(sorted(lineage.plans.values(), key=lambda plan: (plan.cycle, plan.iri))):
        yield f"  subgraph cluster_{n} {{"
        yield f"    label={_quoted(plan.title)};"
        yield from (f"    {_dot_node(node)}" for node in lineage.nodes.values() if node.plan == plan.iri)
        yield "  }"
    yield from (f"  {_dot_node(node)}" for node in lineage.nodes.values() if node.plan not in lineage.plans)
    for fate in lineage.fates:
        yield f"  {_quoted(_fate_key(fate))} [label={_quoted(fate.label)}, shape=plaintext];"
        facts = f"{_dot_edge(fate.label, fate.said)}, arrowhead=none"
        yield f"  {_quoted(fate.node)} -> {_quoted(_fate_key(fate))} [{facts}];"
    for edge in lineage.edges:
        yield f"  {_quoted(edge.earlier)} -> {_quoted(edge.later)} [{_dot_edge(edge.label, edge.said)}];"
    yield "}"


def _dot_node(node: Node) -> str:
    name = " ".join(part for part in (node.identifier or node.number, node.title) if part)
    style = ', style="dashed"' if node.kind == "unnamed" else ""
    return f"{_quoted(node.key)} [label={_quoted(name)}, URL={_quoted(node.iri)}{style}];"


def _dot_edge(label: str, said: Said) -> str:
    style = "solid" if said.is_stated else "dashed"
    return f"label={_quoted(label)}, style={style}, URL={_quoted(said.statement)}, tooltip={_quoted(said.basis_label)}"


def _quoted(text: str) -> str:
    """A quoted string. Graphviz reads backslashes in labels as escapes, so each is doubled; line ends become blanks."""
    return '"' + " ".join(clean(text).split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
