"""Review documents and the assessments that they make."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.dates import PartialDate
from ogpgraph.lift.statements import Claim, Statements, date_literal, date_term, whole_number, words
from ogpgraph.read.references import VARIABLE_SCHEMES
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, text

# Review documents that the IRM did not write.
_NOT_IRM = ("self-assessment", "civil-society-review")


def lift_reports(file: r.Reports, said: Statements) -> None:
    """One member's review documents."""
    for document in file.documents:
        _document(file.member, document, said)


def _document(member: str, document: r.ReviewDocument, said: Statements) -> None:
    node, source = iris.report(document.id), document.source
    assert source is not None
    report_type = said.vocabulary.concept("report-type", document.type)
    assert report_type is not None
    said.entity(node, OGP.ReviewDocument if document.type.startswith(_NOT_IRM) else OGP.IRMReport, source)
    said.stand(node, DCTERMS.identifier, Literal(document.id), source)
    said.stand(node, OGP.reportType, report_type, source)
    said.stand(node, OGP.reviewsPlan, iris.plan(document.plan), source)
    said.one(node, DCTERMS.title, document.title, words)
    said.many(node, DCTERMS.alternative, document.alternative_titles, words)
    said.one(node, DCTERMS.issued, document.issued, date_term)
    said.one(node, OGP.periodText, document.period, words)
    said.one(node, OGP.commitmentCount, document.commitment_count, whole_number)
    said.many(node, DCTERMS.publisher, document.publisher, lambda s: iris.institution(member, s.value))
    said.many(node, OGP.finding, document.findings, words)
    if document.period_start:
        said.stand(
            node, OGP.periodStart, date_literal(PartialDate.parse(document.period_start).first_day.isoformat()), source
        )
    if document.period_end:
        said.stand(
            node, OGP.periodEnd, date_literal(PartialDate.parse(document.period_end).last_day.isoformat()), source
        )
    for page in document.pages:
        said.stand(node, FOAF.page, NamedNode(page), source)


def lift_assessment(row: r.AssessmentRow, said: Statements) -> None:
    """One value of one variable, as a report gives it for a commitment and a phase."""
    assert row.report is not None
    node, commitment = iris.assessment(row.commitment, row.phase), iris.commitment(row.commitment)
    phase = said.vocabulary.concept("phase", row.phase)
    assert phase is not None
    label = f"Assessment of {row.commitment}, {row.phase.replace('-', ' ')}"
    said.entity(node, OGP.Assessment, row.source, label)
    said.stand(node, OGP.assesses, commitment, row.source)
    said.stand(node, OGP.phase, phase, row.source)
    said.stand(node, OGP.inReport, iris.report(row.report), row.source)
    assessor = "government" if row.phase.startswith("self-assessment") else "irm"
    by = said.vocabulary.concept("asserter", assessor)
    if by:
        said.stand(node, OGP.assessedBy, by, row.source)
    _value(node, row, said)


def _value(node: NamedNode, row: r.AssessmentRow, said: Statements) -> None:
    variable = OGP[row.variable]
    if row.variable not in VARIABLE_SCHEMES:
        said.stand(node, variable, text(row.value), row.source)
        return
    precedence, printed = said.precedence(row.source), row.printed or None
    if row.value.startswith("absent:"):
        reason = said.vocabulary.concept("absence", row.value.removeprefix("absent:"))
        said.compete(node, variable, Claim(frozenset(), row.source, precedence, reason, printed))
        return
    concept = said.vocabulary.first(VARIABLE_SCHEMES[row.variable], row.value.rpartition("/")[2])
    assert concept is not None
    if row.variable in ("recommends", "relevance"):
        said.stand(node, variable, concept, row.source)  # several values of one report stand together
    else:
        said.compete(node, variable, Claim(frozenset({concept}), row.source, precedence, printed=printed))
