"""Rows of OGP's databases: commitments, ratings, institutions and dates as one edition states them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.dates import PartialDate
from ogpgraph.lift.names import Names
from ogpgraph.lift.newcomers import UNDETERMINED
from ogpgraph.lift.row_identity import PlacedRow, PlanYears, place_rows, titles_agree
from ogpgraph.lift.statements import Claim, Statements, date_literal, year_literal
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, PROV, XSD, Term, text

_PHASE_LABELS = {
    "midterm": "midterm",
    "end-of-term": "end of term",
    "design": "design",
    "results": "results",
}


def lift_rows(collection: r.Collection, said: Statements, names: Names) -> None:
    """All rows of all editions; those of one commitment are looked at together where they could contradict."""
    rows = collection.of(r.DatabaseRow)
    processes = collection.of(r.ProcessRow)
    if not rows and not processes:
        return
    documents = {document.key: document for document in collection.of(r.SourceDocument)}
    sequence = {key: document.sequence for key, document in documents.items()}
    years = PlanYears(collection, names.newcomers)
    placed = place_rows(rows, sequence, years, names.newcomers)
    contradictory = _contradictory_dates(placed)
    given: set[tuple[NamedNode, NamedNode]] = set()
    for place in placed:
        _Row(place, said, names, given).lift(dates_stand=place.path not in contradictory)
    _identify(placed, collection, said)
    for process in processes:
        _lift_process(process, years, said, names)


def _contradictory_dates(placed: Iterable[PlacedRow]) -> set[str]:
    """Commitments that would end before they start, if what the editions say of them were taken together."""
    bounds: dict[str, tuple[list[PartialDate], list[PartialDate]]] = defaultdict(lambda: ([], []))
    for place in placed:
        for position, printed in enumerate((place.row.start, place.row.end)):
            if printed and printed.value:
                bounds[place.path][position].append(PartialDate.parse(printed.value))
    return {
        path
        for path, (starts, ends) in bounds.items()
        if any(start.first_day > end.last_day for start in starts for end in ends)
    }


class _Row:
    """One row on its way to RDF. ``given`` are the texts that a newer edition gave, by commitment and property."""

    def __init__(
        self, place: PlacedRow, said: Statements, names: Names, given: set[tuple[NamedNode, NamedNode]]
    ) -> None:
        self.place, self.row, self.said, self.names, self.given = place, place.row, said, names, given
        self.source = place.row.source
        self.node = iris.commitment(place.path)
        self.member = names.newcomers.member(place.member, place.row.country, self.source, place.row.local)
        self.language = place.row.text_language or UNDETERMINED

    def lift(self, dates_stand: bool) -> None:
        self.identity()
        self.texts()
        self.plan()
        self.date(self.row.start, "start", dates_stand)
        self.date(self.row.end, "end", dates_stand)
        self.institutions("lead", self.row.lead_text, self.row.lead_institutions)
        self.institutions("support", self.row.support_text, self.row.support_institutions)
        self.concepts(OGP.policyArea, "policy-area", self.row.policy_areas)
        self.concepts(OGP.grandChallenge, "grand-challenge", self.row.grand_challenges)
        self.ratings()

    def claim(
        self,
        subject: NamedNode,
        variable: NamedNode,
        values: Collection[Term],
        reason: str | None = None,
        printed: str | None = None,
    ) -> None:
        absence = self.said.vocabulary.concept("absence", reason) if reason else None
        if values or absence:
            claim = Claim(frozenset(values), self.source, self.said.precedence(self.source), absence, printed)
            self.said.compete(subject, variable, claim)

    def newest(self, variable: NamedNode, values: Collection[Term]) -> None:
        """Texts that editions print in many ways: the newest edition's stand, an older one's stay with their source."""
        first = (self.node, variable) not in self.given
        for value in values:
            if first:
                self.said.stand(self.node, variable, value, self.source)
            else:
                self.said.only_in_source(Triple(self.node, variable, value), self.source)
        if values:
            self.given.add((self.node, variable))

    def identity(self) -> None:
        said, row = self.said, self.row
        said.entity(self.node, OGP.Commitment, self.source)
        said.stand(self.node, OGP.member, self.member, self.source)
        if row.id:
            said.stand(self.node, DCTERMS.identifier, Literal(row.id), self.source)
        number = Literal(str(row.row), datatype=XSD.integer)
        said.only_in_source(Triple(self.node, OGP.sourceRow, number), self.source)
        if row.number and "unnumbered" not in self.place.path:
            self.claim(self.node, OGP.planNumber, {Literal(row.number)})
        if row.url:
            said.stand(self.node, FOAF.page, NamedNode(row.url), self.source)

    def texts(self) -> None:
        row = self.row
        language = row.title_language or self.language
        title = (
            row.title or row.short_title or f"Commitment {row.number or row.row} of {row.country or self.place.member}"
        )
        self.claim(self.node, DCTERMS.title, {Literal(title.replace("\n", " "), language=language)})
        if row.title and row.short_title:
            self.newest(DCTERMS.alternative, [Literal(row.short_title, language=language)])
        if row.text:
            literal = Literal(row.text, language=row.text_language) if row.text_language else Literal(row.text)
            self.newest(OGP["text"], [literal])
        if row.theme:
            self.newest(OGP.themeText, [Literal(row.theme, language=language)])

    def plan(self) -> None:
        if self.place.plan is None:
            return
        cycle = self.place.plan.rpartition("-")[2]
        plan = self.names.newcomers.plan(self.place.plan, self.place.member, cycle, self.source, self.row.plan_number)
        self.claim(self.node, OGP.inPlan, {plan})
        self.claim(self.node, OGP.cycle, {year_literal(cycle)})

    def date(self, printed: r.PrintedDate | None, name: str, stands: bool) -> None:
        """A typed date where one reading is certain; bounds and readings where it is not; always the printed text."""
        if printed is None:
            return
        variable = OGP[f"{name}Date"]
        if printed.absence:
            self.claim(self.node, variable, (), printed.absence, printed.printed)
            return
        self.newest(OGP[f"{name}DateText"], [Literal(printed.printed)])
        if printed.value:
            value = date_literal(printed.value)
            if stands:
                self.claim(self.node, variable, {value}, printed=printed.printed)
            else:
                self.said.only_in_source(Triple(self.node, variable, value), self.source)
        self.newest(OGP[f"{name}DateReading"], [date_literal(reading) for reading in printed.readings])
        if not printed.readings:
            for bound, day in (("NotBefore", printed.not_before), ("NotAfter", printed.not_after)):
                self.newest(OGP[f"{name}{bound}"], [date_literal(day)] if day else [])

    def institutions(self, role: str, printed: str | None, bodies: tuple[str, ...]) -> None:
        variable = OGP[f"{role}Institution"]
        if printed:
            self.claim(self.node, OGP[f"{role}InstitutionText"], {Literal(printed, language=self.language)})
        found = {
            self.names.institution_node(self.place.member, name, self.source, self.row.text_language)
            for name in bodies
            if iris.slug(name)
        }
        reason = self.row.absent.get(f"{role}Institution")
        self.claim(self.node, variable, found, reason, self.row.as_shown.get(f"{role}Institution"))

    def concepts(self, variable: NamedNode, scheme: str, slugs: tuple[str, ...]) -> None:
        found = {self.said.vocabulary.schemes[scheme].concepts[slug] for slug in slugs}
        self.claim(self.node, variable, found, self.row.absent.get(iris.local_name(variable)))

    def ratings(self) -> None:
        merged: dict[tuple[str, str, str | None], list[r.RowValue]] = defaultdict(list)
        for value in self.row.values:
            # A star belongs to its rule; the absence of one belongs to the phase.
            rule = value.rule if value.values else None
            merged[value.phase, value.variable, rule].append(value)
        starred = {phase for phase, variable, rule in merged if variable == "starred" and rule}
        for (phase, variable, rule), values in merged.items():
            if variable == "starred" and rule is None and phase in starred:
                continue
            self.rating(phase, variable, rule, values)

    def rating(self, phase: str, variable: str, rule: str | None, values: list[r.RowValue]) -> None:
        node = self.assessment(phase, rule)
        concepts = {self.concept(name) for value in values for name in value.values}
        absences = [value for value in values if value.absence]
        reason = None if concepts or not absences else absences[0].absence
        printed = (absences if reason else [value for value in values if value.values])[0].printed
        self.claim(node, OGP[variable], concepts, reason, printed)

    def concept(self, path: str) -> NamedNode:
        scheme, _, slug = path.partition("/")
        return self.said.vocabulary.schemes[scheme].concepts[slug]

    def assessment(self, phase: str, rule: str | None) -> NamedNode:
        """The assessment of a phase; a star has a node of its own with its rule, because rules lived side by side."""
        node = iris.assessment(self.place.path, f"{phase}-star-{rule}" if rule else phase)
        said, concept = self.said, self.said.vocabulary.concept
        label = f"Assessment of {self.place.path}, {_PHASE_LABELS.get(phase, phase)}"
        said.entity(node, OGP.Assessment, self.source, f"{label}, star by the rule {rule}" if rule else label)
        said.stand(node, OGP.assesses, self.node, self.source)
        for variable, value in (
            (OGP.phase, concept("phase", phase)),
            (OGP.assessedBy, concept("asserter", "irm")),
            (OGP.starRule, concept("star-rule", rule) if rule else None),
        ):
            if value is not None:
                said.stand(node, variable, value, self.source)
        return node


def _identify(placed: Iterable[PlacedRow], collection: r.Collection, said: Statements) -> None:
    """Rows and commitments with an OGP id that are the same: plan, printed number and title agree."""
    known: dict[tuple[str, str], list[tuple[str, list[str]]]] = defaultdict(list)
    for plan in collection.of(r.Plan):
        for commitment in plan.commitments:
            titles = [stated.value for stated in (*commitment.title, *commitment.alternative_titles)]
            for number in commitment.number:
                known[plan.plan, number.value].append((commitment.id, titles))
    titles_on_pages = defaultdict(list)
    for document in collection.of(r.SourceDocument):
        if document.commitment:
            titles_on_pages[document.commitment.id].append(document.commitment.title)
    graph = iris.derivation_graph("row-identity")
    for place in placed:
        if place.plan is None or place.row.number is None:
            continue
        for commitment_id, titles in known.get((place.plan, place.row.number), []):
            agreed = [t for t in (*titles, *titles_on_pages[commitment_id]) if titles_agree(t, place.row.title)]
            one, other = iris.commitment(place.path), iris.commitment(commitment_id)
            if agreed and one != other:
                said.derive(Triple(one, OGP.sameCommitment, other), graph)
                said.derive(Triple(other, OGP.sameCommitment, one), graph)
                source = iris.source_graph(place.row.source)
                said.derive(Triple(graph, PROV.wasDerivedFrom, source), iris.graph("catalogue"))


def _lift_process(row: r.ProcessRow, years: PlanYears, said: Statements, names: Names) -> None:
    """What the IRM found of how a plan was made: one answer a question, on the plan or, without one, on the member."""
    newcomers = names.newcomers
    code = row.member or newcomers.member_code(row.country)
    member = newcomers.member(code, row.country, row.source)
    plan_id = years.plan(code, row.plan_number, row.year) if row.plan_number else None
    plan = None
    owner = f"member/{code}"
    if plan_id:
        plan = newcomers.plan(plan_id, code, plan_id.rpartition("-")[2], row.source, row.plan_number)
        owner = f"plan/{plan_id}"
    for question, answer in row.answers.items():
        node = iris.process_answer(owner, question)
        said.entity(node, OGP.ProcessAnswer, row.source, f"{plan_id or row.country}: {question}")
        said.stand(node, OGP.member, member, row.source)
        said.stand(node, OGP.question, text(question), row.source)
        if plan is not None:
            said.stand(node, OGP.inPlan, plan, row.source)
        reason = row.absent.get(question)
        absence = said.vocabulary.concept("absence", reason) if reason else None
        values: set[Term] = set() if absence else {Literal(answer)}
        claim = Claim(frozenset(values), row.source, said.precedence(row.source), absence, answer)
        said.compete(node, OGP.answer, claim)
        influence = said.vocabulary.concept("public-influence", answer)
        if influence is not None and "IAP2" in question:
            said.stand(node, OGP.publicInfluence, influence, row.source)
