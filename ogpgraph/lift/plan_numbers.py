"""Which commitment a number in a plan means, and which plan the words of a page mean.

A number becomes an id only through numbers that are known of that plan: from the hand-kept plans, else from
pages that print the number of their own commitment. A number that two pages claim means neither.
"""

from __future__ import annotations

import re

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.names import Names


def member_of(document: r.SourceDocument, page: r.CommitmentPage) -> str:
    """The code of the member whose commitment a page shows."""
    code = re.match(r"[A-Z]+", page.id)
    assert code is not None
    return document.member or code[0]


def plan_of(document: r.SourceDocument, page: r.CommitmentPage) -> str | None:
    """The plan of a page's commitment, by member and cycle."""
    return f"{member_of(document, page)}-{page.cycle}" if page.cycle else None


class PlanNumbers:
    """Numbers, plans and cycles as the hand-kept data and the pages that were read know them."""

    def __init__(self, collection: r.Collection, names: Names) -> None:
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._ordinals: dict[tuple[str, int], str] = {}
        self._plans: set[str] = set()
        self._cycles: dict[str, str] = {}
        self.kept: set[str] = set()
        for plan in collection.of(r.Plan):
            self._know_plan(plan)
        pages = [(d, d.commitment) for d in collection.of(r.SourceDocument) if d.commitment]
        kept = set(self._ids)
        for document, page in pages:
            self._know_page(document, page, names, kept)

    def _know_plan(self, plan: r.Plan) -> None:
        self._plans.add(plan.plan)
        if plan.ordinal is not None:
            self._ordinals[plan.member, plan.ordinal] = plan.plan
        for commitment in plan.commitments:
            self._cycles[commitment.id] = plan.cycle
            for number in commitment.number[:1]:
                self._ids.setdefault((plan.plan, number.value), set()).add(commitment.id)
                self.kept.add(commitment.id)

    def _know_page(
        self, document: r.SourceDocument, page: r.CommitmentPage, names: Names, kept: set[tuple[str, str]]
    ) -> None:
        for entry in page.member_commitments or ():
            self._cycles.setdefault(entry.id, entry.cycle)
        plan = plan_of(document, page)
        if plan is None or page.cycle is None:
            return
        self._cycles.setdefault(page.id, page.cycle)
        for title in (page.action_plan or ()) if document.sha256 else ():
            named = names.plan_node(member_of(document, page), title, document.key, page.cycle)
            if named == iris.plan(plan):
                self._plans.add(plan)
        number = page.number and iris.number_key(page.number)
        if number and (plan, number) not in kept and page.id not in self.kept:
            self._ids.setdefault((plan, number), set()).add(page.id)

    def find(self, plan: str | None, number: str | None) -> str | None:
        """The one commitment that has this number in this plan."""
        ids = self._ids.get((plan, iris.number_key(number)), set()) if plan and number else set()
        return next(iter(ids)) if len(ids) == 1 else None

    def in_plan(self, plan: str | None, number: str) -> str | None:
        """The same; a number without an id stands for itself where the plan is known: ``FR-2015/10.1``."""
        found = self.find(plan, number)
        if found is None and plan in self._plans and re.fullmatch(r"[0-9A-Za-z.]+", iris.number_key(number)):
            return iris.row_commitment(str(plan), iris.number_key(number))
        return found

    def whole_numbers(self, plan: str) -> list[str]:
        """The whole numbers that are known of a plan, in their order."""
        numbers = {number for known, number in self._ids if known == plan and number.isdigit()}
        return sorted(numbers, key=int)

    def of_years(self, member: str, words: str | None) -> str | None:
        """The known plan of a member that starts in the first year of some words ("2015-2017")."""
        year = re.search(r"\b(?:19|20)\d{2}", words or "")
        plan = f"{member}-{year[0]}" if year else None
        return plan if plan in self._plans else None

    def of_ordinal(self, member: str, ordinal: int) -> str | None:
        """The first, second, … plan of a member."""
        return self._ordinals.get((member, ordinal))

    def following(self, plan: str | None) -> str | None:
        """The plan after a plan, where the data say which one it is."""
        known = [key for key, value in self._ordinals.items() if value == plan]
        return self._ordinals.get((known[0][0], known[0][1] + 1)) if known else None

    def cycle(self, commitment_id: str | None) -> str | None:
        """The cycle of a commitment."""
        if commitment_id and "/" in commitment_id:
            return commitment_id.partition("/")[0][-4:]
        return self._cycles.get(commitment_id or "")
