"""What the body of a commitment page says: its text, milestones, assessments, notes, and its number in the plan.

A page may speak of other commitments of its plan. A number that is known leads to their id; a number that is not
known stands for itself (``FR-2015/10.1``) where the plan is known, and is left out where it is not.

Hand-kept words keep standing: where a milestone or a note is described in ``data/``, the page's words are its
``ogp:text`` or stay in the graph of the page. Figures compete: a due date that differs is a conflict.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.dates import PartialDate, period
from ogpgraph.lift.names import Names
from ogpgraph.lift.page_lineage import PageLineages
from ogpgraph.lift.plan_numbers import PlanNumbers, member_of, plan_of
from ogpgraph.lift.plans import due_period
from ogpgraph.lift.statements import Claim, Statements, date_literal, year_literal
from ogpgraph.read.references import VARIABLE_SCHEMES
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, Term, text

# The products that print a phase; a report that repeats the findings of an earlier one is none of them.
_PRODUCTS = {
    "design": {"design-report", "design-and-implementation-report", "action-plan-review", "hybrid-report"},
    "midterm": {"progress-report", "midterm-review"},
    "end-of-term": {
        *("end-of-term-report", "implementation-report", "design-and-implementation-report"),
        *("transitional-results-report", "local-final-irm-report", "end-of-commitment-report", "hybrid-report"),
    },
    "results": {"results-report", "final-learning-exercise"},
}
_SEVERAL = ("recommends", "relevance")
# Below everything that the data say, above the editions of the database.
_BELOW_KEPT = (1, -100)
# Below everything, and never a side of a conflict.
_STOPGAP = (0, -1)


def lift_page_bodies(collection: r.Collection, said: Statements, names: Names) -> None:
    """The bodies of all pages together: two captures of one page may speak of the same milestone or note."""
    pages = [(d, d.commitment) for d in collection.of(r.SourceDocument) if d.commitment and _has_body(d.commitment)]
    if not pages:
        return
    numbers = PlanNumbers(collection, names)
    bodies = _Bodies(collection, said, names, numbers)
    lineages = PageLineages(collection, said, numbers)
    for document, page in sorted(pages, key=lambda pair: pair[0].key):
        body = Body(document, page)
        bodies.lift(body)
        lineages.add(document, page)
    bodies.finish()
    for commitment_id, member, source in lineages.finish():
        bodies.commitment(commitment_id, member, source)


def _has_body(page: r.CommitmentPage) -> bool:
    return any((page.text, page.number, page.milestones, page.assessments, page.lineage, page.references))


@dataclass(frozen=True)
class Body:
    """One page and what identifies it."""

    document: r.SourceDocument
    page: r.CommitmentPage

    @property
    def source(self) -> str:
        return self.document.key

    @property
    def member(self) -> str:
        return member_of(self.document, self.page)

    @property
    def plan(self) -> str | None:
        return plan_of(self.document, self.page)

    def words(self, value: str) -> Literal:
        """A text in the language of the page."""
        return text(value, self.document.language)


@dataclass
class _Told:
    """What the pages tell of one milestone or note: each page once, what it repeats apart."""

    by_source: dict[str, tuple[Body, r.Record]] = field(default_factory=dict)
    repeated: list[tuple[Body, str]] = field(default_factory=list)


class _Kept:
    """What the hand-kept data describe: milestones, notes, and the reports of assessments."""

    def __init__(self, collection: r.Collection) -> None:
        self.milestones: dict[tuple[str, str], r.Milestone] = {}
        self.references: dict[tuple[str, str], r.Reference] = {}
        self.reports: dict[tuple[str, str], str] = {
            (row.commitment, row.phase): row.report for row in collection.of(r.AssessmentRow) if row.report
        }
        self.report_types = {d.id: d.type for file in collection.of(r.Reports) for d in file.documents}
        for plan in collection.of(r.Plan):
            for commitment in plan.commitments:
                for milestone in commitment.milestones:
                    self.milestones[commitment.id, milestone.number] = milestone
                for reference in commitment.references:
                    self.references[commitment.id, reference.name] = reference


class _Bodies:
    """All bodies on their way to RDF."""

    def __init__(self, collection: r.Collection, said: Statements, names: Names, numbers: PlanNumbers) -> None:
        self.said, self.names, self.numbers = said, names, numbers
        self.vocabulary = said.vocabulary
        self.kept = _Kept(collection)
        self.milestones: dict[tuple[str, str], _Told] = defaultdict(_Told)
        self.references: dict[tuple[str, str], _Told] = defaultdict(_Told)

    def lift(self, body: Body) -> None:
        """One page; milestones and notes wait for the other pages."""
        page, said = body.page, self.said
        if page.text:
            said.stand(iris.commitment(page.id), OGP["text"], body.words(page.text), body.source)
        self._number(body)
        for milestone in page.milestones or ():
            owner = self._owner(body, milestone.commitment, milestone.plan_number)
            if owner:
                key = (owner, iris.number_key(milestone.number) or milestone.number)
                self._tell(self.milestones[key], body, milestone, milestone.text)
        for assessment in page.assessments or ():
            owner = self._owner(body, assessment.commitment, assessment.plan_number)
            if owner:
                self._value(body, owner, assessment)
        self._notes(body)

    def finish(self) -> None:
        """What several pages may have told."""
        for (owner, number), told in sorted(self.milestones.items()):
            self._milestone(owner, number, told)
        for (owner, key), told in sorted(self.references.items()):
            self._reference(owner, key, told)

    @staticmethod
    def _tell(told: _Told, body: Body, record: r.Record, words: str) -> None:
        first = told.by_source.setdefault(body.source, (body, record))
        if first[1] is not record:
            told.repeated.append((body, words))

    # Whose it is

    def _owner(self, body: Body, known: str | None, number: str | None) -> str | None:
        """The commitment that a part of the page is about; None where a number leads nowhere."""
        if known or number is None or number == body.page.number:
            owner = known or body.page.id
        else:
            found = self.numbers.in_plan(body.plan, number)
            if found is None:
                return None
            owner = found
        if owner != body.page.id:
            self.commitment(owner, body.member, body.source)
        return owner

    def commitment(self, commitment_id: str, member: str, source: str) -> None:
        """A commitment that a page speaks of beside its own; one without an id is named by plan and number."""
        node, said = iris.commitment(commitment_id), self.said
        said.entity(node, OGP.Commitment, source)
        said.stand(node, OGP.member, iris.member(member), source)
        plan, _, number = commitment_id.partition("/")
        cycle = self.numbers.cycle(commitment_id)
        stopgaps: list[tuple[NamedNode, Term]] = [(OGP.cycle, year_literal(cycle))] if cycle else []
        if not number:
            said.stand(node, DCTERMS.identifier, Literal(commitment_id), source)
            stopgaps.append((DCTERMS.title, text(commitment_id)))
        else:
            said.compete(node, OGP.inPlan, self._claim({iris.plan(plan)}, source))
            said.compete(node, OGP.planNumber, self._claim({Literal(number)}, source))
            stopgaps.append((DCTERMS.title, text(f"Commitment {number}")))
        for variable, value in stopgaps:
            if (node, variable) not in said.competitions:
                said.compete(node, variable, Claim(frozenset({value}), source, _STOPGAP))

    def _claim(self, values: set[Term], source: str, *, below_kept: bool = False) -> Claim:
        precedence = self.said.precedence(source)
        if below_kept and precedence[0]:
            precedence = (*_BELOW_KEPT, *precedence)
        return Claim(frozenset(values), source, precedence)

    def _number(self, body: Body) -> None:
        """The number in the plan that the page prints, where no other commitment is known to have it."""
        number = body.page.number
        if number is None or body.plan is None:
            return
        node, printed = iris.commitment(body.page.id), Literal(iris.number_key(number) or number)
        if self.numbers.find(body.plan, number) != body.page.id:
            self.said.only_in_source(Triple(node, OGP.planNumber, printed), body.source)
            return
        self.said.compete(node, OGP.planNumber, self._claim({printed}, body.source))
        basis = self.vocabulary.concept("basis", "printed")
        if basis and body.page.id not in self.numbers.kept:
            self.said.stand(node, OGP.planNumberBasis, basis, body.source)

    # Milestones

    def _milestone(self, owner: str, number: str, told: _Told) -> None:
        node, said = iris.milestone(owner, number), self.said
        kept = self.kept.milestones.get((owner, number))
        for body, record in told.by_source.values():
            assert isinstance(record, r.PageMilestone)
            said.entity(node, OGP.Milestone, body.source, f"{owner}, milestone {number}")
            said.stand(node, OGP.milestoneOf, iris.commitment(owner), body.source)
            said.stand(node, OGP.number, Literal(number), body.source)
            words = body.words(record.text)
            if kept is not None and kept.description:
                said.stand(node, OGP["text"], words, body.source)
            else:
                said.compete(node, DCTERMS.description, self._claim({words}, body.source))
        for body, repeated in told.repeated:
            said.stand(node, OGP["text"], body.words(repeated), body.source)
        self._due(node, kept, [(b, m) for b, m in told.by_source.values() if isinstance(m, r.PageMilestone)])

    def _due(self, node: NamedNode, kept: r.Milestone | None, told: list[tuple[Body, r.PageMilestone]]) -> None:
        """Printed due times and last days compete; the first day and the kind come from whose last day stands."""
        said = self.said
        kept_bounds = due_period(kept) if kept else None
        is_kept = kept is not None and bool(kept.due or kept_bounds)
        if kept is not None and kept_bounds and kept.source:
            said.compete(node, OGP.dueEnd, Claim(frozenset({_day(kept_bounds.end.isoformat())}), kept.source, (1, 0)))
        ranked = sorted(told, key=lambda pair: (said.precedence(pair[0].source), pair[0].source), reverse=True)
        decided = is_kept
        for body, milestone in ranked:
            if milestone.due_text:
                words = body.words(milestone.due_text)
                if is_kept and kept and kept.due:
                    said.only_in_source(Triple(node, OGP.dueText, words), body.source)
                else:
                    said.compete(node, OGP.dueText, self._claim({words}, body.source))
            if not milestone.due_end:
                continue
            last = _day(milestone.due_end, last=True)
            if not is_kept or kept_bounds:
                said.compete(node, OGP.dueEnd, self._claim({last}, body.source, below_kept=is_kept))
            else:
                said.only_in_source(Triple(node, OGP.dueEnd, last), body.source)
            for predicate, value in self._further_bounds(milestone):
                triple = Triple(node, predicate, value)
                if decided:
                    said.only_in_source(triple, body.source)
                else:
                    said.derive(triple, iris.source_graph(body.source))
            decided = True

    def _further_bounds(self, milestone: r.PageMilestone) -> list[tuple[NamedNode, Term]]:
        read = period(milestone.due_text) if milestone.due_text else None
        kind = self.vocabulary.concept("period", read.kind if read else "date-range")
        found: list[tuple[NamedNode, Term]] = [(OGP.periodKind, kind)] if kind else []
        if milestone.due_start and milestone.due_end and milestone.due_start <= milestone.due_end:
            found.append((OGP.dueStart, _day(milestone.due_start)))
        return found

    # Assessments

    def _assessment(self, body: Body, owner: str, phase: str) -> NamedNode | None:
        concept = self.vocabulary.concept("phase", phase)
        if concept is None or phase == "header":
            return None
        node, said = iris.assessment(owner, phase), self.said
        said.entity(node, OGP.Assessment, body.source, f"Assessment of {owner}, {phase.replace('-', ' ')}")
        said.stand(node, OGP.assesses, iris.commitment(owner), body.source)
        said.stand(node, OGP.phase, concept, body.source)
        by = self.vocabulary.concept("asserter", "government" if phase.startswith("self-assessment") else "irm")
        if by:
            said.stand(node, OGP.assessedBy, by, body.source)
        self._report(body, owner, phase, node)
        return node

    def _report(self, body: Body, owner: str, phase: str, node: NamedNode) -> None:
        """The report, where the page names exactly one of the product that prints such a phase."""
        fitting = [report for report in self._reports(body) if self._type(report) in _PRODUCTS.get(phase, ())]
        if len(set(fitting)) != 1:
            return
        kept = self.kept.reports.get((owner, phase))
        if kept is None:
            self.said.compete(node, OGP.inReport, self._claim({fitting[0]}, body.source))
        elif iris.report(kept) == fitting[0]:
            self.said.stand(node, OGP.inReport, fitting[0], body.source)
        else:
            self.said.only_in_source(Triple(node, OGP.inReport, fitting[0]), body.source)

    def _reports(self, body: Body) -> list[NamedNode]:
        titles = body.page.irm_reports or ()
        if not body.document.sha256:
            return [iris.report(self.names.report(body.member, title)) for title in titles]
        named = (self.names.report_node(body.member, title, body.source, body.document.language) for title in titles)
        return [report for report in named if report is not None]

    def _type(self, report: NamedNode) -> str | None:
        """The product: as the data have it, else by the rule that made the IRI."""
        report_id = iris.path_of(report)
        made_of = report_id.split("-", 2)[-1]
        types = self.vocabulary.schemes["report-type"].concepts
        return self.kept.report_types.get(report_id) or next(
            (name for name in (made_of, f"{made_of}-report") if name in types), None
        )

    def _value(self, body: Body, owner: str, told: r.PageAssessment) -> None:
        node = self._assessment(body, owner, told.phase)
        if node is None:
            return
        variable, said = OGP[told.variable], self.said
        if told.variable == "recommendationText":
            said.stand(node, variable, body.words(told.value), body.source)
            return
        concept = self.vocabulary.first(VARIABLE_SCHEMES.get(told.variable, ()), told.value)
        reason = self.vocabulary.concept("absence", told.value) if concept is None else None
        if concept is not None and told.variable in _SEVERAL:
            said.stand(node, variable, concept, body.source)
        elif concept is not None or reason is not None:
            values = frozenset({concept} if concept else ())
            claim = Claim(values, body.source, said.precedence(body.source), reason, told.printed)
            said.compete(node, variable, claim)

    # Notes

    def _notes(self, body: Body) -> None:
        """Each note under its number; a number that is printed twice for two notes gets its section behind it."""
        seen: dict[str, str] = {}
        for reference in body.page.references or ():
            key = iris.number_key(reference.number) or "note"
            if seen.setdefault(key, reference.text) != reference.text:
                key = f"{key}-{reference.cited_in or 'page'}"
                if seen.setdefault(key, reference.text) != reference.text:
                    key = f"{key}-{len(seen)}"
                    seen[key] = reference.text
            told = self.references[body.page.id, key]
            if body.source not in told.by_source:
                told.by_source[body.source] = (body, reference)
            if reference.cited_in and reference.cited_in != "description":
                node = self._assessment(body, body.page.id, reference.cited_in)
                if node is not None:
                    self.said.stand(node, OGP.hasReference, iris.reference(body.page.id, key), body.source)

    def _reference(self, owner: str, key: str, told: _Told) -> None:
        node, said = iris.reference(owner, key), self.said
        kept = self.kept.references.get((owner, key))
        for body, record in told.by_source.values():
            assert isinstance(record, r.PageReference)
            said.entity(node, OGP.Reference, body.source)
            said.stand(iris.commitment(owner), OGP.hasReference, node, body.source)
            title = body.words(record.text)
            if kept is not None:
                said.only_in_source(Triple(node, DCTERMS.title, title), body.source)
            else:
                said.compete(node, DCTERMS.title, self._claim({title}, body.source))
                if key == iris.number_key(record.number):
                    said.stand(node, OGP.number, Literal(key), body.source)
            for predicate, value, kept_value in self._details(record, kept):
                if kept is not None and kept_value is not None and kept.source:
                    said.compete(node, predicate, Claim(frozenset({kept_value}), kept.source, (1, 0)))
                said.compete(node, predicate, self._claim({value}, body.source, below_kept=kept is not None))

    def _details(self, told: r.PageReference, kept: r.Reference | None) -> list[tuple[NamedNode, Term, Term | None]]:
        """Kind, address and dates of a note, each with what the data say of it."""
        concept = self.vocabulary.concept
        found: list[tuple[NamedNode, Term | None, Term | None]] = [
            (
                OGP.referenceKind,
                concept("reference-kind", told.kind) if kept is None else None,
                None,
            ),
            (FOAF.page, _page(told.url), _page(kept.url if kept else None)),
            (DCTERMS.issued, _partial(told.issued), _partial(kept.issued if kept else None)),
            (OGP.accessDate, _whole_day(told.accessed), _partial(kept.accessed if kept else None)),
        ]
        return [(predicate, value, kept_value) for predicate, value, kept_value in found if value is not None]


def _day(iso: str, *, last: bool = False) -> Literal:
    date = PartialDate.parse(iso)
    return date_literal((date.last_day if last else date.first_day).isoformat())


def _page(url: str | None) -> NamedNode | None:
    return NamedNode(url) if url else None


def _partial(iso: str | None) -> Literal | None:
    return date_literal(iso) if iso else None


def _whole_day(iso: str | None) -> Literal | None:
    """A day; a month or a year of access is too little for ``ogp:accessDate``."""
    return date_literal(iso) if iso and len(iso) == len("2019-01-10") else None
