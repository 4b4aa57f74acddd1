"""Which function makes the top of the page for which class."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.commitment import commitment_lead, milestone_lead
from ogpgraph.pages.kinds.concept import collection_lead, concept_lead
from ogpgraph.pages.kinds.conflict import claim_lead, conflict_lead
from ogpgraph.pages.kinds.cube import observation_lead
from ogpgraph.pages.kinds.graph import graph_lead
from ogpgraph.pages.kinds.institution import change_lead, institution_lead
from ogpgraph.pages.kinds.lead import Lead, MakeLead
from ogpgraph.pages.kinds.lineage import initiative_lead, lineage_statement_lead
from ogpgraph.pages.kinds.member import member_lead
from ogpgraph.pages.kinds.plan import plan_lead, theme_lead
from ogpgraph.pages.kinds.review import assessment_lead, report_lead
from ogpgraph.pages.kinds.source import source_lead
from ogpgraph.pages.kinds.thing import thing_lead
from ogpgraph.pages.statements import Facts
from ogpgraph.vocabulary import OGP, ORG, QB, SKOS

# A thing of several classes gets the first that stands here.
LEADS: dict[str, MakeLead] = {
    OGP.NationalMember.value: member_lead,
    OGP.LocalMember.value: member_lead,
    OGP.Member.value: member_lead,
    OGP.ActionPlan.value: plan_lead,
    OGP.Theme.value: theme_lead,
    OGP.Commitment.value: commitment_lead,
    OGP.Milestone.value: milestone_lead,
    OGP.Institution.value: institution_lead,
    ORG.ChangeEvent.value: change_lead,
    OGP.IRMReport.value: report_lead,
    OGP.ReviewDocument.value: report_lead,
    OGP.Assessment.value: assessment_lead,
    OGP.LineageStatement.value: lineage_statement_lead,
    OGP.Initiative.value: initiative_lead,
    OGP.Source.value: source_lead,
    OGP.Conflict.value: conflict_lead,
    OGP.Claim.value: claim_lead,
    QB.Observation.value: observation_lead,
    SKOS.Concept.value: concept_lead,
    SKOS.OrderedCollection.value: collection_lead,
    SKOS.Collection.value: collection_lead,
}


async def lead_of(context: Context, facts: Facts) -> Lead | None:
    """The top of an entity's page, by its class; graphs have none, and are known by what they hold."""
    types = set(facts.types)
    for name, make in LEADS.items():
        if name in types:
            return await make(context, facts)
    return await thing_lead(context, facts) if types else await graph_lead(context, facts)
