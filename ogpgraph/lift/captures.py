"""Sources, and what a captured commitment page says."""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph.dates import partial_date
from ogpgraph.lift.names import Names
from ogpgraph.lift.statements import Claim, Statements, date_literal, year_literal
from ogpgraph.read.page_values import LABELS, PAGE_VARIABLES, PageVariable, absence_in, is_default_relevance
from ogpgraph.records import CommitmentPage, SourceDocument
from ogpgraph.vocabulary import DCTERMS, OGP, PROV, RDF, XSD, Term, Vocabulary, text


def lift_source(document: SourceDocument, said: Statements) -> None:
    """The source itself: what it is, where it is, how much of it was read."""
    node, catalogue = iris.source(document.key), iris.graph("catalogue")
    vocabulary = said.vocabulary

    def add(predicate: NamedNode, value: Term | None) -> None:
        if value is not None:
            said.derive(Triple(node, predicate, value), catalogue)

    add(RDF.type, OGP.Source)
    add(RDF.type, PROV.Entity)
    add(DCTERMS.identifier, Literal(document.key))
    add(DCTERMS.source, NamedNode(document.url))
    add(DCTERMS.title, Literal(document.title, language=document.language) if document.title else None)
    add(DCTERMS.language, Literal(document.language))
    add(DCTERMS.issued, date_literal(document.issued) if document.issued else None)
    add(DCTERMS.modified, date_literal(document.modified) if document.modified else None)
    add(DCTERMS.type, text(document.document_type) if document.document_type else None)
    add(OGP.documentStatus, text(document.document_status) if document.document_status else None)
    add(OGP.scope, text(document.scope) if document.scope else None)
    add(OGP.sourceKind, vocabulary.concept("source-kind", document.kind))
    add(OGP.layout, vocabulary.concept("layout", document.layout) if document.layout else None)
    add(OGP.extent, text(document.extent) if document.extent else None)
    add(OGP.sha256, Literal(document.sha256) if document.sha256 else None)
    add(DCTERMS.license, NamedNode(document.licence) if document.licence else None)
    add(OGP.graph, iris.source_graph(document.key))
    if document.machine_translated:
        add(OGP.machineTranslated, Literal("true", datatype=XSD.boolean))
    for path in document.describes:
        add(OGP.describes, iris.entity(path))
    if document.commitment:
        add(OGP.describes, iris.commitment(document.commitment.id))
    said.labels[node] = text(document.title or f"{document.key}: {document.url}")


def lift_page(document: SourceDocument, page: CommitmentPage, said: Statements, names: Names) -> None:
    """Everything that the header and the foot list of one captured page state."""
    lifted = _Page(document, page, said, names)
    lifted.identity()
    lifted.plan()
    lifted.dates()
    lifted.institutions()
    lifted.reports()
    for variable in PAGE_VARIABLES.values():
        if variable.key in page.model_fields_set:
            lifted.variable(variable)
    lifted.listed_commitments()


class _Page:
    """One captured page on its way to RDF."""

    def __init__(self, document: SourceDocument, page: CommitmentPage, said: Statements, names: Names) -> None:
        self.document, self.page, self.said, self.names = document, page, said, names
        self.source = document.key
        self.member = document.member or page.id.rstrip("0123456789")
        self.node = iris.commitment(page.id)
        self.assessment = iris.assessment(page.id, "header")
        self.vocabulary: Vocabulary = said.vocabulary
        # A file that was read has a hash; what is hand-kept was checked against the rest of the data.
        self.brought = document.sha256 is not None
        if self.brought:
            names.newcomers.member(self.member, page.country, self.source, local=len(self.member) > 2)

    def claim(
        self,
        subject: NamedNode,
        variable: NamedNode,
        values: Collection[Term],
        absence: NamedNode | None = None,
        printed: str | None = None,
    ) -> None:
        precedence = self.said.precedence(self.source)
        claim = Claim(frozenset(values), self.source, precedence, absence, printed)
        self.said.compete(subject, variable, claim, about=self.node)

    def identity(self) -> None:
        page, said = self.page, self.said
        said.entity(self.node, OGP.Commitment, self.source)
        said.stand(self.node, DCTERMS.identifier, Literal(page.id), self.source)
        said.stand(self.node, OGP.member, iris.member(self.member), self.source)
        self.claim(self.node, DCTERMS.title, {Literal(page.title, language=self.document.language)})
        if page.cycle:
            self.claim(self.node, OGP.cycle, {year_literal(page.cycle)})
        for principle in page.principles or ():
            said.stand(self.node, OGP.principle, text(principle), self.source)
        if page.primary_sector:
            said.stand(self.node, OGP.localSector, text(page.primary_sector), self.source)

    def dates(self) -> None:
        """Dates as the page prints them, typed where the words say which day, month or year is meant."""
        for key, variable, printed_as in (
            ("start_date", OGP.startDate, OGP.startDateText),
            ("end_date", OGP.endDate, OGP.endDateText),
        ):
            shown = getattr(self.page, key)
            if shown is None:
                continue
            date = partial_date(shown)
            reason = absence_in(shown, self.vocabulary)
            if date is not None:
                self.claim(self.node, variable, {date_literal(str(date))}, printed=shown)
            elif reason is not None:
                self.claim(self.node, variable, set(), reason, shown)
            self.said.only_in_source(Triple(self.node, printed_as, text(shown, self.document.language)), self.source)

    def plan(self) -> None:
        if "action_plan" not in self.page.model_fields_set:
            return
        plans: set[NamedNode] = set()
        for title in self.page.action_plan or ():
            plan = self.plan_named(title)
            if plan is not None:
                plans.add(plan)
                self.plan_title(plan, title)
        self.claim_or_absence("action_plan", self.node, OGP.inPlan, plans)

    def plan_named(self, title: str) -> NamedNode | None:
        """The plan with this title; a page that somebody brings may be the first to name it."""
        if self.brought:
            return self.names.plan_node(self.member, title, self.source, self.page.cycle)
        return iris.plan(self.names.plan(self.member, title))

    def institution_named(self, name: str) -> NamedNode:
        if self.brought:
            return self.names.institution_node(self.member, name, self.source, self.document.language)
        return iris.institution(self.member, self.names.institution(self.member, name))

    def report_named(self, title: str) -> NamedNode | None:
        if self.brought:
            return self.names.report_node(self.member, title, self.source, self.document.language)
        return iris.report(self.names.report(self.member, title))

    def plan_title(self, plan: NamedNode, title: str) -> None:
        """The title that this capture prints for the plan; pages of one plan print several."""
        literal = Literal(self.page.as_shown.get("Action Plan", title), language=self.document.language)
        if len(self.page.action_plan or ()) > 1:
            literal = Literal(title, language=self.document.language)
        claim = Claim(frozenset({literal}), self.source, self.said.precedence(self.source))
        self.said.compete(plan, DCTERMS.title, claim)

    def institutions(self) -> None:
        for key, link, printed_as in (
            ("lead_institutions", OGP.leadInstitution, OGP.leadInstitutionText),
            ("support_institutions", OGP.supportInstitution, OGP.supportInstitutionText),
        ):
            shown = self.page.as_shown.get(LABELS[key])
            given = getattr(self.page, key)
            if shown and given != () and absence_in(shown, self.vocabulary) is None:
                self.claim(self.node, printed_as, {Literal(shown, language=self.document.language)})
            if key in self.page.model_fields_set:
                # A machine translation names no body: its words are kept, but they make no institution.
                names = () if self.document.machine_translated else given or ()
                found = {self.institution_named(name) for name in names}
                self.claim_or_absence(key, self.node, link, found)

    def reports(self) -> None:
        if "irm_reports" not in self.page.model_fields_set:
            return
        named = {self.report_named(title) for title in self.page.irm_reports or ()}
        reports = {report for report in named if report is not None}
        self.claim_or_absence("irm_reports", self.node, OGP.reviewedIn, reports)

    def variable(self, variable: PageVariable) -> None:
        subject = self.node
        if variable.of_assessment:
            subject = self.assessment
            self.header_assessment()
        values = variable.values_of(self.page)
        concepts = {found for value in values if (found := variable.concept(value, self.vocabulary))}
        shown = self.page.as_shown.get(variable.label)
        if variable.key == "relevant_to_ogp_values" and is_default_relevance(self.page):
            reason = self.vocabulary.concept("absence", "default-value")
            self.claim(subject, variable.variable, set(), reason, shown or values[0])
        elif concepts:
            self.claim(subject, variable.variable, concepts, printed=shown)
        else:
            self.claim_or_absence(
                variable.key, subject, variable.variable, set(), values[0] if values else None, variable.blank
            )

    def header_assessment(self) -> None:
        label = f"Ratings in the header of {self.page.id}"
        self.said.entity(self.assessment, OGP.Assessment, self.source, label)
        self.said.stand(self.assessment, OGP.assesses, self.node, self.source)
        phase = self.vocabulary.concept("phase", "header")
        assert phase is not None
        self.said.stand(self.assessment, OGP.phase, phase, self.source)

    def claim_or_absence(
        self,
        key: str,
        subject: NamedNode,
        variable: NamedNode,
        values: Collection[Term],
        printed: str | None = None,
        blank: str = "label-without-value",
    ) -> None:
        """Claim the values, or say why there are none: what stands there, or nothing at all."""
        if values:
            self.claim(subject, variable, values)
            return
        printed = printed or self.page.as_shown.get(LABELS[key])
        reason = absence_in(printed, self.vocabulary) if printed else None
        if reason is None and printed:
            return  # text without an identified body: the printed text says what there is
        self.claim(subject, variable, set(), reason or self.vocabulary.concept("absence", blank), printed)

    def listed_commitments(self) -> None:
        """The foot list: identity, first tag and star of the member's commitments."""
        for position, entry in enumerate(self.page.member_commitments or (), start=1):
            node = iris.commitment(entry.id)
            place = Literal(str(position), datatype=XSD.integer)
            self.said.only_in_source(Triple(node, OGP.listPosition, place), self.source)
            self.said.entity(node, OGP.Commitment, self.source)
            self.said.stand(node, DCTERMS.identifier, Literal(entry.id), self.source)
            self.said.stand(node, OGP.member, iris.member(self.member), self.source)
            precedence = (1, *self.said.precedence(self.source))
            for variable, value in (
                (DCTERMS.title, text(entry.title)),
                (OGP.cycle, year_literal(entry.cycle)),
                (OGP.leadingPolicyArea, self.names.policy_area(entry.policy_area)),
                (OGP.listedAsStarred, Literal(str(entry.starred).lower(), datatype=XSD.boolean)),
            ):
                if value is not None:
                    self.said.compete(node, variable, Claim(frozenset({value}), self.source, precedence))
