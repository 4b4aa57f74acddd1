"""The lineage of a member, of a plan or of a commitment on a page, as a page and as a document."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from markupsafe import Markup

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.lineage_drawing import drawn
from ogpgraph.pages.lineage_forms import FORMS, as_dot, as_graphml, as_json
from ogpgraph.pages.lineage_graph import Lineage, Node, Said, line_of_commitment, lineage_of


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table that says what the drawing shows; ``later`` is missing in a fate."""

    earlier: Node
    says: str
    says_iri: str
    later: Node | None
    said: Said


async def lineage_section(context: Context, iri: str) -> Markup:
    """What stands on the page of a member, a plan or a commitment: the drawing, a table that says the same, and where
    both are to be had for programs. NotFound for what is none of them."""
    return await _section(context, await lineage_of(context, iri), is_page=False)


async def commitment_section(context: Context, iri: str) -> Markup:
    """The same for what is known to be a commitment, of which something is said."""
    return await _section(context, await line_of_commitment(context, iri), is_page=False)


def unsaid_section(context: Context, iri: str) -> Markup:
    """The same for a commitment of whose lineage nothing is said, for which nothing needs to be asked."""
    return Markup(context.render("lineage-section.html", lineage=Lineage.of_nothing(iri), lines=(), is_page=False))


async def lineage_page(context: Context, iri: str) -> str:
    """A page with the drawing alone, as wide as the window; NotFound as above."""
    lineage = await lineage_of(context, iri)
    section = await _section(context, lineage, is_page=True)
    return context.render("lineage.html", lineage=lineage, iri=iri, section=section)


async def lineage_document(context: Context, iri: str, form: str) -> str:
    """A lineage in one of ``FORMS``; NotFound as above, and for another form."""
    if form not in FORMS:
        raise NotFound(form)
    return await asyncio.to_thread(_document, context, await lineage_of(context, iri), form)


def _document(context: Context, lineage: Lineage, form: str) -> str:
    if form == "svg":
        return drawn(lineage, context.links.page, alone=True) + "\n"
    return {"dot": as_dot, "graphml": as_graphml, "json": as_json}[form](lineage)


async def _section(context: Context, lineage: Lineage, is_page: bool) -> Markup:
    told = lineage.edges or lineage.fates
    drawing = await asyncio.to_thread(drawn, lineage, context.links.page) if told else ""
    at = f"{context.links.root}/lineage/{context.links.path(lineage.subject)}"
    return Markup(
        context.render(
            "lineage-section.html",
            lineage=lineage,
            labels=lineage.labels,
            drawing=Markup(drawing),
            lines=lines_of(lineage),
            forms=[(name, f"{at}.{form}") for form, (_, name) in FORMS.items()],
            at=at,
            is_page=is_page,
        )
    )


def lines_of(lineage: Lineage) -> list[Line]:
    """All that the drawing shows, in the order of plans."""
    nodes = lineage.nodes
    links = [Line(nodes[e.earlier], e.label, e.relation, nodes[e.later], e.said) for e in lineage.edges]
    fates = [Line(nodes[f.node], f.label, f.fate, None, f.said) for f in lineage.fates]

    def place(line: Line) -> tuple[str, str, str, str]:
        plan = lineage.plans.get(line.earlier.plan)
        cycle = plan.cycle if plan else line.earlier.cycle
        return cycle, line.earlier.key, line.later.key if line.later else "", line.said.statement

    return sorted(links + fates, key=place)
