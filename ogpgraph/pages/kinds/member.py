"""A member of OGP: its plans, who leads, what about, and its roles."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead
from ogpgraph.pages.statements import Facts


async def member_lead(context: Context, facts: Facts) -> Lead:
    """Plans in time, the institutions and policy areas that occur most, roles in OGP."""
    tables = {
        name: await context.rows(f"kind-member-{name}", entity=facts.iri)
        for name in ("plans", "institutions", "areas", "roles")
    }
    return Lead("kinds/member.html", tables)
