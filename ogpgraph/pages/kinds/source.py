"""A source: what was captured, when, in which state, what it describes, and where it differs from others."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead
from ogpgraph.pages.statements import Facts


async def source_lead(context: Context, facts: Facts) -> Lead:
    """Address, layout, language, hash; its graph; other captures of the same; its claims in conflicts."""
    tables = {
        name: await context.rows(f"kind-source-{name}", entity=facts.iri) for name in ("size", "claims", "others")
    }
    return Lead("kinds/source.html", tables)
