"""A statement of lineage, and an initiative that takes part in one."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead
from ogpgraph.pages.statements import Facts


async def lineage_statement_lead(context: Context, facts: Facts) -> Lead:
    """Earlier, relation, later; on what it rests and who says so."""
    rows = await context.rows("kind-lineage-ends", entity=facts.iri)
    ends = {row["end"].value: row for row in reversed(rows)}
    return Lead("kinds/lineage-statement.html", {"ends": rows}, {"ends": ends})


async def initiative_lead(context: Context, facts: Facts) -> Lead:
    """What it is, who runs it, and the lineage that it takes part in."""
    return Lead("kinds/initiative.html", {"lineage": await context.rows("kind-lineage-of", entity=facts.iri)})
