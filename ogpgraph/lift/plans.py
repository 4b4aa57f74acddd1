"""Action plans with their themes, commitments, milestones, documents and co-creation."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.dates import PartialDate, Period, period
from ogpgraph.lift.statements import (
    Claim,
    Statements,
    date_literal,
    date_term,
    plain,
    whole_number,
    words,
    year_literal,
)
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, XSD, text


def lift_plan(plan: r.Plan, said: Statements) -> None:
    """A plan and everything that its file tells."""
    node = iris.plan(plan.plan)
    said.entity(node, OGP.ActionPlan, plan.source)
    said.stand(node, DCTERMS.identifier, Literal(plan.plan), plan.source)
    said.stand(node, OGP.member, iris.member(plan.member), plan.source)
    said.stand(node, OGP.cycle, year_literal(plan.cycle), plan.source)
    if plan.ordinal is not None:
        said.stand(node, OGP.ordinal, Literal(str(plan.ordinal), datatype=XSD.integer), plan.source)
    said.one(node, DCTERMS.title, plan.title, words)
    said.many(node, DCTERMS.alternative, plan.alternative_titles, words)
    said.one(node, DCTERMS.abstract, plan.summary, words)
    said.one(node, OGP.startDate, plan.start, date_term)
    said.one(node, OGP.endDate, plan.end, date_term)
    said.one(node, DCTERMS.issued, plan.issued, date_term)
    said.one(node, OGP.commitmentCount, plan.commitment_count, whole_number)
    said.many(node, OGP.coordinatedBy, plan.coordinated_by, lambda s: iris.institution(plan.member, s.value))
    said.many(node, OGP.carriedOverTopic, plan.carried_over_topics, words)
    said.many(node, OGP.emergingTopic, plan.emerging_topics, words)
    said.many(node, OGP.finding, plan.findings, words)
    for document in plan.documents:
        _reference(iris.plan_document(plan.plan, document.name), document, node, OGP.document, said)
    for theme in plan.themes:
        _theme(plan, theme, said)
    for activity in plan.cocreation:
        _activity(plan, activity, said)
    for commitment in plan.commitments:
        _commitment(plan, commitment, said)


def _theme(plan: r.Plan, theme: r.Theme, said: Statements) -> None:
    node = iris.theme(plan.plan, theme.number)
    source = _known(theme.source)
    said.entity(node, OGP.Theme, source)
    said.stand(node, OGP.number, Literal(theme.number), source)
    said.stand(node, OGP.inPlan, iris.plan(plan.plan), source)
    said.one(node, DCTERMS.title, theme.title, words)


def _activity(plan: r.Plan, activity: r.CoCreationActivity, said: Statements) -> None:
    node = iris.cocreation(plan.plan, activity.key)
    source = _known(activity.source)
    kind = said.vocabulary.concept("cocreation-activity", activity.kind)
    assert kind is not None
    said.entity(node, OGP.CoCreationActivity, source, activity.label)
    said.stand(node, OGP.inPlan, iris.plan(plan.plan), source)
    said.stand(node, OGP.activityKind, kind, source)
    said.one(node, DCTERMS.description, activity.description, words)
    said.many(node, OGP.convenedBy, activity.convened_by, lambda s: iris.institution(plan.member, s.value))
    said.many(node, OGP.consulted, activity.consulted, lambda s: iris.institution(plan.member, s.value))
    said.many(node, OGP.benchmarked, activity.benchmarked, lambda s: iris.member(s.value))
    said.one(node, OGP.participantCount, activity.participants, whole_number)
    said.one(node, DCTERMS.date, activity.date, date_term)


def _commitment(plan: r.Plan, commitment: r.Commitment, said: Statements) -> None:
    node = iris.commitment(commitment.id)
    source = _known(commitment.source)
    said.entity(node, OGP.Commitment, source)
    if "/" not in commitment.id:
        said.stand(node, DCTERMS.identifier, Literal(commitment.id), source)
    said.stand(node, OGP.member, iris.member(plan.member), source)
    for variable, value in ((OGP.inPlan, iris.plan(plan.plan)), (OGP.cycle, year_literal(plan.cycle))):
        said.compete(node, variable, Claim(frozenset({value}), source, said.precedence(source)))
    _number(node, commitment, said)
    said.one(node, DCTERMS.title, commitment.title, words)
    said.many(node, DCTERMS.alternative, commitment.alternative_titles, words)
    said.one(node, DCTERMS.abstract, commitment.summary, words)
    said.many(node, OGP["text"], commitment.text, words)
    said.one(node, OGP.theme, commitment.theme, lambda s: iris.theme(plan.plan, s.value))
    said.many(node, OGP.principle, commitment.principles, words)
    said.one(node, OGP.startDate, commitment.start, date_term)
    said.one(node, OGP.endDate, commitment.end, date_term)
    _printed_date(node, OGP.startDate, OGP.startDateText, commitment.start_text, said)
    _printed_date(node, OGP.endDate, OGP.endDateText, commitment.end_text, said)
    _institutions(node, OGP.leadInstitution, plan.member, commitment.lead_institutions, said)
    _institutions(node, OGP.supportInstitution, plan.member, commitment.support_institutions, said)
    for areas in commitment.policy_areas:
        source_of_areas = _known(areas.source)
        concepts = frozenset(c for slug in areas.values if (c := said.vocabulary.concept("policy-area", slug)))
        if concepts:
            said.compete(node, OGP.policyArea, Claim(concepts, source_of_areas, said.precedence(source_of_areas)))
    for milestone in commitment.milestones:
        _milestone(plan, commitment.id, milestone, said)
    for reference in commitment.references:
        target = iris.reference(commitment.id, reference.name)
        _reference(target, reference, node, OGP.hasReference, said)
        if reference.cited_in:
            cited_in = iris.assessment(commitment.id, reference.cited_in)
            said.stand(cited_in, OGP.hasReference, target, _known(reference.source))


def _number(node: NamedNode, commitment: r.Commitment, said: Statements) -> None:
    """The number in the plan, and what the number rests on."""
    said.one(node, OGP.planNumber, commitment.number, plain)
    basis = said.vocabulary.concept("basis", commitment.number_basis)
    if commitment.number and basis:
        said.stand(node, OGP.planNumberBasis, basis, _known(commitment.number[0].source))


def _printed_date(
    node: NamedNode, variable: NamedNode, printed_as: NamedNode, stated: tuple[r.Stated[str], ...], said: Statements
) -> None:
    """A printed date; one whose wording is an absence ("Not Specified") is an absence."""
    for order, statement in enumerate(stated):
        source = _known(statement.source)
        reason = said.vocabulary.concept("absence", statement.value)
        if reason is None:
            said.stand(node, printed_as, text(statement.value, statement.lang), source)
        else:
            precedence = said.precedence(source, order)
            said.compete(node, variable, Claim(frozenset(), source, precedence, reason, statement.value))


def _institutions(
    node: NamedNode, link: NamedNode, member: str, lists: tuple[r.StatedSet[str], ...], said: Statements
) -> None:
    for order, stated in enumerate(lists):
        source = _known(stated.source)
        values = frozenset(iris.institution(member, key) for key in stated.values)
        reason = None if values else said.vocabulary.concept("absence", stated.printed or "")
        if values or reason:
            said.compete(node, link, Claim(values, source, (1, -order), reason, stated.printed))


def _milestone(plan: r.Plan, commitment_id: str, milestone: r.Milestone, said: Statements) -> None:
    node = iris.milestone(commitment_id, milestone.number)
    source = _known(milestone.source)
    said.entity(node, OGP.Milestone, source, f"{commitment_id}, milestone {milestone.number}")
    said.stand(node, OGP.milestoneOf, iris.commitment(commitment_id), source)
    said.stand(node, OGP.number, Literal(milestone.number), source)
    said.one(node, DCTERMS.description, milestone.description, words)
    said.many(node, OGP.responsible, milestone.responsible, lambda s: iris.institution(plan.member, s.value))
    for statement in milestone.due:
        said.stand(node, OGP.dueText, text(statement.value, statement.lang), _known(statement.source))
    bounds = due_period(milestone)
    if bounds:
        kind = said.vocabulary.concept("period", bounds.kind)
        if bounds.start:
            said.stand(node, OGP.dueStart, date_literal(bounds.start.isoformat()), source)
        said.stand(node, OGP.dueEnd, date_literal(bounds.end.isoformat()), source)
        if kind:
            said.stand(node, OGP.periodKind, kind, source)


def due_period(milestone: r.Milestone) -> Period | None:
    """The bounds that the data give, else those that the printed text implies."""
    if milestone.due_start and milestone.due_end:
        first, last = PartialDate.parse(milestone.due_start), PartialDate.parse(milestone.due_end)
        return Period("date-range", first.first_day, last.last_day)
    return period(milestone.due[0].value) if milestone.due else None


def _reference(node: NamedNode, reference: r.Reference, cited_by: NamedNode, link: NamedNode, said: Statements) -> None:
    source = _known(reference.source)
    said.entity(node, OGP.Reference, source)
    said.stand(cited_by, link, node, source)
    if reference.number:
        said.stand(node, OGP.number, Literal(reference.number), source)
    said.one(node, DCTERMS.title, reference.title, words)
    kind = said.vocabulary.concept("reference-kind", reference.kind)
    if kind:
        said.stand(node, OGP.referenceKind, kind, source)
    if reference.publisher:
        said.stand(node, DCTERMS.publisher, text(reference.publisher), source)
    if reference.url:
        said.stand(node, FOAF.page, NamedNode(reference.url), source)
    if reference.issued:
        said.stand(node, DCTERMS.issued, date_literal(reference.issued), source)
    if reference.accessed:
        said.stand(node, OGP.accessDate, date_literal(reference.accessed), source)


def _known(source: str | None) -> str:
    assert source is not None, "records come from with_sources"
    return source
