"""A named graph: whose statements it holds, how many, and five hundred of them."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead, grouped
from ogpgraph.pages.statements import Facts


async def graph_lead(context: Context, facts: Facts) -> Lead | None:
    """Five hundred of its statements by subject; None where the IRI names no graph."""
    found = await context.rows("kind-graph-statements", entity=facts.iri)
    if not found:
        return None
    rows = sorted(found, key=lambda row: (row["subject"], row["property"], row["value"]))
    size = await context.rows("kind-graph-size", entity=facts.iri)
    shaped = {"subjects": grouped(rows, "subject"), "number": int(size[0]["number"].value), "of": size[0].get("of")}
    return Lead("kinds/graph.html", {"statements": rows, "size": size}, shaped)
