"""Roles, references, activities, families, rules and all else that has no page of its own kind: what describes it."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead
from ogpgraph.pages.statements import Facts
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, ORG, OWL, PAV, RDFS, SKOS, SSSOM

_TEXTS = (DCTERMS.abstract, DCTERMS.description, SKOS.definition, RDFS.comment, SKOS.note)
_KEYS = (
    *(
        OGP.roleKind,
        OGP.heldBy,
        OGP.activityKind,
        OGP.convenedBy,
        OGP.consulted,
        OGP.benchmarked,
        OGP.referenceKind,
        OGP.inPlan,
        OGP.member,
    ),
    *(OGP.absentFrom, OGP.variable, OGP.reason, OGP.printedText, OGP.startDate, OGP.endDate, DCTERMS.date),
    *(
        OGP.partner,
        OGP.basis,
        OGP.confidence,
        OGP.familyMember,
        FOAF.page,
        DCTERMS.publisher,
        DCTERMS.issued,
        OGP.accessDate,
        OGP.graph,
        ORG.subOrganizationOf,
    ),
    *(OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget, SSSOM.predicate_modifier),
    *(SSSOM.mapping_justification, SSSOM.confidence, SSSOM.curation_rule_text, PAV.authoredBy, DCTERMS.created),
)


async def thing_lead(context: Context, facts: Facts) -> Lead:
    """The text that says what it is, and its main properties."""
    keys = [node.value for node in _KEYS if node.value in facts.statements]
    text = facts.first(*(node.value for node in _TEXTS))
    return Lead("kinds/thing.html", shaped={"text": text, "keys": keys}, mentioned=set(keys))
