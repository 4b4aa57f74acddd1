"""Printed names and titles to the entities that they name."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.newcomers import Newcomers
from ogpgraph.read.page_values import report_in
from ogpgraph.vocabulary import Vocabulary, folded


class Names:
    """The names of institutions, plans and reports of each member, and the labels of policy areas.

    ``institution``, ``plan`` and ``report`` know the hand-kept data only. Their twins that end in ``_node`` also
    take in what a source that somebody brings names first (:mod:`ogpgraph.lift.newcomers`).
    """

    def __init__(self, collection: r.Collection, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.newcomers = Newcomers(collection)
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

    def institution_node(self, member: str, name: str, source: str, language: str | None = None) -> NamedNode:
        """The institution with this name; an unknown name makes one, by the slug of the name."""
        key = self._institutions.get((member, folded(name)))
        if key is not None:
            return iris.institution(member, key)
        return self.newcomers.institution(member, iris.slug(name)[:120].strip("-"), name, source, language)

    def plan_node(self, member: str, title: str, source: str, cycle: str | None = None) -> NamedNode | None:
        """The plan with this title; an unknown title makes the plan of the cycle, or of the first year in the title."""
        plan_id = self._plans.get((member, folded(title)))
        if plan_id is not None:
            return iris.plan(plan_id)
        years = re.findall(r"\b(20[0-9]{2})\b", title)
        year = years[0] if years else cycle
        return self.newcomers.plan(f"{member}-{year}", member, year, source) if year else None

    def report_node(self, member: str, title: str, source: str, language: str) -> NamedNode | None:
        """The report with this title; an unknown title makes one where it says which plan and which product it is."""
        found = report_in(title, self._reports.get(member, {}))
        if found is not None:
            return iris.report(found)
        return self.newcomers.report(member, title, source, language, self._vocabulary)

    def policy_area(self, label: str | None) -> NamedNode | None:
        """The policy area with this label."""
        return self._vocabulary.concept("policy-area", label) if label else None
