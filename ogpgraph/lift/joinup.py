"""What a Joinup page says of an action plan: its themes, its commitments in a list, whom its makers looked at.

The page names the plan by title, years or order, and its commitments by title only. A listed title stays a text of
its theme. It is also tied to a commitment where the list is as long as the plan has numbers: then the order gives
the number, by a rule with a graph of its own.
"""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.names import Names
from ogpgraph.lift.plan_numbers import PlanNumbers
from ogpgraph.lift.statements import Claim, Statements, date_literal
from ogpgraph.vocabulary import DCTERMS, OGP, XSD, Term, text

_RULE = "plan-number-by-order"
# Below the hand-kept statements.
_PRECEDENCE = (1, -100)
_LABELS = {"benchmark": "Plans of other members taken as examples", "meetings": "Meetings with organisations"}


def lift_joinup(collection: r.Collection, said: Statements, names: Names) -> None:
    """All Joinup pages that are about a known plan."""
    documents = collection.of(r.JoinupDocument)
    if not documents:
        return
    numbers = PlanNumbers(collection, names)
    languages = {document.key: document.language for document in collection.of(r.SourceDocument)}
    plans = {plan.plan: plan for plan in collection.of(r.Plan)}
    for document in documents:
        plan_id = _plan(document, names, numbers)
        if plan_id is not None:
            lifted = _Page(document, plan_id, plans.get(plan_id), languages.get(document.source, "en"), said, names)
            lifted.plan()
            lifted.themes(numbers)
            lifted.activity("benchmark", OGP.benchmarked, lifted.benchmarked())
            lifted.activity("meetings", OGP.consulted, lifted.consulted())


def _plan(document: r.JoinupDocument, names: Names, numbers: PlanNumbers) -> str | None:
    """The plan by its title, else by the year in which it starts, else by its order among the member's plans."""
    if document.plan_title:
        try:
            return names.plan(document.member, document.plan_title)
        except KeyError:
            pass
    by_year = numbers.of_years(document.member, document.plan_year)
    if by_year or not document.plan_ordinal:
        return by_year
    return numbers.of_ordinal(document.member, document.plan_ordinal)


class _Page:
    """One page on its way to RDF."""

    def __init__(
        self,
        document: r.JoinupDocument,
        plan_id: str,
        kept: r.Plan | None,
        language: str,
        said: Statements,
        names: Names,
    ) -> None:
        self.document, self.plan_id, self.kept, self.language = document, plan_id, kept, language
        self.said, self.names, self.source = said, names, document.source
        self.node = iris.plan(plan_id)

    def _claim(self, subject: NamedNode, variable: NamedNode, value: Term) -> None:
        self.said.compete(subject, variable, Claim(frozenset({value}), self.source, _PRECEDENCE))

    def plan(self) -> None:
        """The plan: what the page calls it, since when it is public, how many commitments it counts."""
        document, said = self.document, self.said
        said.derive(Triple(iris.source(self.source), OGP.describes, self.node), iris.graph("catalogue"))
        said.entity(self.node, OGP.ActionPlan, self.source)
        if document.plan_title:
            said.stand(self.node, DCTERMS.alternative, text(document.plan_title, self.language), self.source)
        if document.plan_issued:
            self._claim(self.node, DCTERMS.issued, date_literal(document.plan_issued))
        if document.commitment_count is not None:
            self._claim(self.node, OGP.commitmentCount, Literal(str(document.commitment_count), datatype=XSD.integer))

    def themes(self, numbers: PlanNumbers) -> None:
        """The themes with their listed titles; where the data count other themes, only in the graph of the page."""
        themes = self.document.themes
        fits = self.kept is None or not self.kept.themes or len(self.kept.themes) == len(themes)
        for theme in themes:
            node = iris.theme(self.plan_id, theme.number)
            title = text(theme.title, self.language)
            listed = [text(words, self.language) for words in theme.commitments]
            if not fits:
                for predicate, value in ((DCTERMS.title, title), *((OGP.listedCommitment, words) for words in listed)):
                    self.said.only_in_source(Triple(node, predicate, value), self.source)
                continue
            self.said.entity(node, OGP.Theme, self.source)
            self.said.stand(node, OGP.number, Literal(theme.number), self.source)
            self.said.stand(node, OGP.inPlan, self.node, self.source)
            self._claim(node, DCTERMS.title, title)
            for words in listed:
                self.said.stand(node, OGP.listedCommitment, words, self.source)
        if fits:
            self._by_order(numbers)

    def _by_order(self, numbers: PlanNumbers) -> None:
        listed = [(theme.number, words) for theme in self.document.themes for words in theme.commitments]
        known = numbers.whole_numbers(self.plan_id)
        if not listed or known != [str(n) for n in range(1, len(listed) + 1)]:
            return
        graph = iris.derivation_graph(_RULE)
        for number, (theme, words) in zip(known, listed, strict=True):
            commitment_id = numbers.find(self.plan_id, number)
            if commitment_id is None:
                continue
            node, title = iris.commitment(commitment_id), text(words, self.language)
            if title not in self._values(node, DCTERMS.title):
                self.said.derive(Triple(node, DCTERMS.alternative, title), graph)
            theme_node = iris.theme(self.plan_id, theme)
            if self._values(node, OGP.theme) <= {theme_node}:
                self.said.derive(Triple(node, OGP.theme, theme_node), graph)

    def _values(self, subject: NamedNode, variable: NamedNode) -> set[Term]:
        """What sources claim already."""
        competition = self.said.competitions.get((subject, variable))
        return {value for claim in competition.claims for value in claim.values} if competition else set()

    def benchmarked(self) -> list[NamedNode]:
        """The members that were taken as examples."""
        member = self.names.newcomers.member
        return [member(code, None, self.source, local=len(code) > 2) for code in self.document.benchmarked]

    def consulted(self) -> list[NamedNode]:
        """The bodies that were heard."""
        return [
            self.names.institution_node(self.document.member, name, self.source, self.language)
            for name in self.document.consulted
        ]

    def activity(self, kind: str, link: NamedNode, targets: list[NamedNode]) -> None:
        """The step of co-creation with these links: the one of the data that shares a target, else one of its own."""
        concept = self.said.vocabulary.concept("cocreation-activity", kind)
        if not targets or concept is None:
            return
        kept = [a for a in self.kept.cocreation if self._shares(a, kind, targets)] if self.kept else []
        key = kept[0].key if len(kept) == 1 else f"{kind}-{iris.slug(self.source)}"
        node = iris.cocreation(self.plan_id, key)
        self.said.entity(node, OGP.CoCreationActivity, self.source, None if len(kept) == 1 else _LABELS[kind])
        self.said.stand(node, OGP.inPlan, self.node, self.source)
        self.said.stand(node, OGP.activityKind, concept, self.source)
        for target in targets:
            self.said.stand(node, link, target, self.source)

    def _shares(self, activity: r.CoCreationActivity, kind: str, targets: list[NamedNode]) -> bool:
        named = {iris.member(stated.value) for stated in activity.benchmarked}
        named |= {iris.institution(self.document.member, stated.value) for stated in activity.consulted}
        return activity.kind == kind and bool(named & set(targets))
