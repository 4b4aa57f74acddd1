"""The page of any entity: what matters of its kind, all that is said of it, by whom, and who points to it."""

from __future__ import annotations

import re
from contextlib import suppress

from markupsafe import Markup

from ogpgraph.pages.charts import ratings_section
from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.crumbs import crumbs_of
from ogpgraph.pages.cut_lists import cut_lists_of
from ogpgraph.pages.embedded import schema_block, statements_block
from ogpgraph.pages.incoming import Incoming, incoming_of
from ogpgraph.pages.kinds.lead import Lead, Picked
from ogpgraph.pages.kinds.table import lead_of
from ogpgraph.pages.labels import Label, iris_in, labels_of
from ogpgraph.pages.lineage import commitment_section, lineage_section, unsaid_section
from ogpgraph.pages.links import short
from ogpgraph.pages.statements import Facts, facts_of
from ogpgraph.pages.terms import Row
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, ORG, QB, SKOS

_VOCABULARIES = {"ogp": OGP, "dcterms": DCTERMS, "skos": SKOS, "org": ORG, "foaf": FOAF, "qb": QB}
# What is drawn of which class, in this order.
_SECTIONS = {
    OGP.NationalMember.value: (ratings_section, lineage_section),
    OGP.LocalMember.value: (ratings_section, lineage_section),
    OGP.ActionPlan.value: (ratings_section,),
}
_LINEAGE_ENDS = {OGP.earlier.value, OGP.later.value}
_ABOUT_OTHERS = re.compile(r"/id/lineage/|/id/conflict/|/absence/")  # nodes whose labels hold names of properties
_PROPERTY = re.compile(r"\b[a-z]+(?:[A-Z][a-z]+)+\b")
_SHOWN_VALUES = 60  # of one property; the others are folded


async def entity_page(context: Context, iri: str) -> str:
    """The page of an entity; NotFound where the graph says nothing of it."""
    rows = await context.rows("entity", entity=iri)
    facts = facts_of(iri, rows)
    incoming = await incoming_of(context, iri, rows)
    lead = await lead_of(context, facts)
    if not (facts.statements or incoming or (lead and lead.tables)):
        raise NotFound(iri)
    disputes = await _disputes(context, iri, incoming)
    crumbs = await crumbs_of(context, facts, incoming)
    known = await labels_of(context, _mentioned(facts, incoming, lead, crumbs) | iris_in(disputes))
    labels = {iri: _spelled(iri, label) for iri, label in known.items()}
    name = _name(facts, labels)
    return context.render(
        "entity.html",
        iri=iri,
        name=name,
        identifier=_identifier(facts),
        labels=_identified(labels, iri),
        facts=facts,
        own={prefix: Picked(facts, vocabulary) for prefix, vocabulary in _VOCABULARIES.items()},
        lead=lead,
        crumbs=crumbs,
        incoming=incoming,
        disputes=disputes,
        cut_lists=await cut_lists_of(context),
        shown_values=_SHOWN_VALUES,
        drawings=await _drawings(context, facts, incoming),
        statements_block=statements_block(facts),
        schema_block=schema_block(context, facts, name, crumbs, labels),
    )


async def _disputes(context: Context, iri: str, incoming: list[Incoming]) -> list[Row]:
    """Where sources differ on an entity."""
    if all(each.property != OGP.about.value for each in incoming):
        return []
    return await context.rows("kind-conflicts", entity=iri)


async def _drawings(context: Context, facts: Facts, incoming: list[Incoming]) -> list[Markup]:
    """The pictures of an entity's kind; of one that has nothing to draw there is none."""
    if OGP.Commitment.value in facts.types:
        is_told_of = any(each.property in _LINEAGE_ENDS for each in incoming)
        return [await commitment_section(context, facts.iri) if is_told_of else unsaid_section(context, facts.iri)]
    found = []
    for name in facts.types:
        for section in _SECTIONS.get(name, ()):
            with suppress(NotFound):
                found.append(await section(context, facts.iri))
    return [drawing for drawing in found if drawing]


def _name(facts: Facts, labels: dict[str, str]) -> str:
    return labels.get(facts.iri) or short(facts.iri)


def _identifier(facts: Facts) -> str:
    """The identifier that people use, or the end of the IRI where it has none."""
    found = facts.first(DCTERMS.identifier.value)
    return found.value if found else ""


def _identified(labels: dict[str, str], own: str) -> dict[str, str]:
    """Labels with the identifier before a commitment's title, which alone does not tell one from another."""
    return {iri: _with_identifier(iri, label) if iri != own else label for iri, label in labels.items()}


def _spelled(iri: str, label: str) -> str:
    """The label of a statement about others without names of properties: ``extendedBy`` becomes ``extended by``."""
    if not _ABOUT_OTHERS.search(iri):
        return label
    words = _PROPERTY.sub(lambda found: re.sub("([A-Z])", r" \1", found[0]).lower(), label)
    return Label(words, getattr(label, "language", ""))


def _with_identifier(iri: str, label: str) -> str:
    path = iri.partition("/id/commitment/")[2]
    if not path or "milestone" in path or "absence" in path or "reference" in path or path in label:
        return label
    return Label(f"{path}: {label}", getattr(label, "language", ""))


def _mentioned(facts: Facts, incoming: list[Incoming], lead: Lead | None, crumbs: list[str]) -> set[str]:
    """Every IRI whose name the page writes."""
    named = {facts.iri, *facts.statements, *facts.graphs(), *crumbs}
    named |= {term.value for term in facts.terms() if term.is_iri}
    named |= {term.datatype for term in facts.terms() if term.form == "code"}
    for each in incoming:
        named |= {each.property, *each.subjects, *filter(None, each.classes)}
    return named | (lead.iris() if lead else set())
