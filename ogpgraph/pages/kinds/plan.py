"""An action plan with its commitments, and a theme of a plan."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead, by_number, grouped
from ogpgraph.pages.statements import Facts
from ogpgraph.pages.terms import Row


async def plan_lead(context: Context, facts: Facts) -> Lead:
    """The commitments in the plan's order, who leads them, how they fared; reports, documents, themes, making."""
    commitments = by_number(_one_each(await context.rows("kind-plan-commitments", entity=facts.iri)))
    leads = await context.rows("kind-plan-leads", entity=facts.iri)
    parts = await context.rows("kind-plan-parts", entity=facts.iri)
    return Lead(
        "kinds/plan.html",
        {"commitments": commitments, "leads": leads, "parts": parts},
        {"leads": grouped(leads, "commitment"), "parts": grouped(parts, "what")},
    )


async def theme_lead(context: Context, facts: Facts) -> Lead:
    """The commitments under a theme."""
    commitments = by_number(await context.rows("kind-theme-commitments", entity=facts.iri))
    return Lead("kinds/theme.html", {"commitments": commitments})


def _one_each(rows: list[Row]) -> list[Row]:
    """The first row of each commitment: two values of one rating make two rows."""
    return [found[0] for found in grouped(rows, "commitment").values()]
