"""Printed names and titles to the entities that they name."""

from __future__ import annotations

from pyoxigraph import NamedNode

from ogpgraph import records as r
from ogpgraph.read.page_values import report_in
from ogpgraph.vocabulary import Vocabulary, folded


class Names:
    """The names of institutions, plans and reports of each member, and the labels of policy areas."""

    def __init__(self, collection: r.Collection, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._institutions: dict[tuple[str, str], str] = {}
        self._plans: dict[tuple[str, str], str] = {}
        self._reports: dict[str, dict[str, str]] = {}
        for file in collection.of(r.Institutions):
            for institution in file.institutions:
                for stated in (*institution.name, *institution.names):
                    self._institutions[file.member, folded(stated.value)] = institution.key
        for plan in collection.of(r.Plan):
            for stated in (*plan.title, *plan.alternative_titles):
                self._plans[plan.member, folded(stated.value)] = plan.plan
        for reports in collection.of(r.Reports):
            titles = self._reports.setdefault(reports.member, {})
            for document in reports.documents:
                for stated in (*document.title, *document.alternative_titles):
                    titles[folded(stated.value)] = document.id

    def institution(self, member: str, name: str) -> str:
        """The key of the institution with this name; KeyError where ``check`` was not run before."""
        return self._institutions[member, folded(name)]

    def plan(self, member: str, title: str) -> str:
        """The plan with this title."""
        return self._plans[member, folded(title)]

    def report(self, member: str, title: str) -> str:
        """The report with this title."""
        found = report_in(title, self._reports.get(member, {}))
        if found is None:
            raise KeyError((member, title))
        return found

    def policy_area(self, label: str | None) -> NamedNode | None:
        """The policy area with this label."""
        return self._vocabulary.concept("policy-area", label) if label else None
