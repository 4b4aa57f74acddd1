"""Lineage as a networkx graph: commitments and initiatives, joined by what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogpgraph.analysis.answers import Solutions

if TYPE_CHECKING:
    import networkx  # type: ignore[import-untyped]

_FATE, _STATEMENT = "fate", "statement"


def lineage_graph(nodes: Solutions, statements: Solutions, lists: Solutions, inferred: bool) -> networkx.MultiDiGraph:
    """The graph of the answers to ``lineage-nodes``, ``lineage`` and ``lineage-lists``.

    An edge for each statement that names both ends, its key the IRI of the statement; without ``inferred`` only what a
    source states of these very commitments. What is not known is not among the attributes, and sources are one text
    with blanks between, so that networkx writes the graph in every format that it knows (GraphML, GEXF).
    """
    import networkx

    graph = networkx.MultiDiGraph()
    for row in nodes.texts():
        graph.add_node(row.pop("node"), **_known(row))
    sources: dict[str, list[str]] = {}
    for row in lists.texts():
        named = sources.setdefault(str(row["row"]), [])
        if row["value"] and row["value"] not in named:
            named.append(row["value"])
    for row in statements.texts():
        _add(graph, row, " ".join(sources.get(str(row["statement"]), [])), inferred)
    return graph


def _add(graph: networkx.MultiDiGraph, row: dict[str, str | None], sources: str, inferred: bool) -> None:
    """One statement: an edge, or a fate among the attributes of the commitment that it is about."""
    is_stated = row["stated"] in ("true", "1")
    if not (is_stated or inferred):
        return
    earlier, later = row["earlier"], row["later"]
    if row[_FATE]:
        node = earlier or later
        if node in graph:
            known = graph.nodes[node].get(_FATE, "")
            graph.nodes[node][_FATE] = f"{known}; {row[_FATE]}" if known else row[_FATE]
        return
    if not (earlier and later):
        return
    for end, title in ((earlier, row["earlier_title"]), (later, row["later_title"])):
        if end not in graph:  # of another member
            graph.add_node(end, **_known({"title": title}))
    said = {name: row[name] for name in ("relation", "basis", "asserted_by", "topic", "evidence", "counter_evidence")}
    facts: dict[str, Any] = _known({**said, "sources": sources})
    facts["stated"] = is_stated
    if row["confidence"]:
        facts["confidence"] = float(row["confidence"])
    graph.add_edge(earlier, later, key=row[_STATEMENT], **facts)


def _known(facts: dict[str, str | None]) -> dict[str, Any]:
    return {name: int(value) if name == "cycle" else value for name, value in facts.items() if value}
