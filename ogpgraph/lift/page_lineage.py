"""What pages say of origins and fates, as the same kind of statement that the hand-kept data make.

A statement that the data hold already gets the page as a further source of the same node. Numbers of a plan become
ids only where they are known; else the statement keeps the number and the link stays open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import records as r
from ogpgraph.lift.lineage import lift_lineage, statement_node
from ogpgraph.lift.plan_numbers import PlanNumbers, member_of, plan_of
from ogpgraph.lift.statements import Statements
from ogpgraph.vocabulary import OGP, folded

# How sure a statement is that a wording was read as, with and without a doubt that the reader noted.
_CONFIDENCE, _DOUBTFUL = Decimal("0.9"), Decimal("0.7")
# Relations within one plan; the others lead from one plan to another.
_WITHIN_PLAN = ("splitInto", "mergedInto")
# What the data say in their own words stays theirs where a page makes the same statement.
_OUR_WORDS = frozenset({OGP.evidence, OGP.counterEvidence, OGP.confidence, OGP.topic, OGP.printedText})
_SPEAKERS = {"government": "the government's text", "irm": "the IRM's text"}


@dataclass(frozen=True)
class _Said:
    """A statement of one page: the record, and whether the data hold it already."""

    member: str
    source: str
    record: r.LineageStatement
    kept: r.LineageStatement | None


class PageLineages:
    """The lineage of all pages; statements that several pages make become one node."""

    def __init__(self, collection: r.Collection, said: Statements, numbers: PlanNumbers) -> None:
        self.said, self.numbers = said, numbers
        self._kept: dict[str, list[r.LineageStatement]] = defaultdict(list)
        for file in collection.of(r.Lineage):
            self._kept[file.member] += file.statements
        self._initiatives = {
            (file.member, folded(initiative.label)): initiative.key
            for file in collection.of(r.Initiatives)
            for initiative in file.initiatives
        }
        self._found: dict[NamedNode, list[_Said]] = defaultdict(list)

    def add(self, document: r.SourceDocument, page: r.CommitmentPage) -> None:
        """The statements of one page."""
        member = member_of(document, page)
        for told in page.lineage or ():
            record = self._record(document, page, told)
            if record is None:
                continue
            kept = self._twin(member, record, told)
            node = self._node(member, kept or record, is_kept=kept is not None)
            self._found[node].append(_Said(member, document.key, record, kept))

    def finish(self) -> Iterator[tuple[str, str, str]]:
        """Lift everything; gives the commitments that statements name, with member and source."""
        for node in sorted(self._found, key=lambda node: node.value):
            ranked = sorted(self._found[node], key=lambda s: (self.said.precedence(s.source), s.source), reverse=True)
            for statement in ranked:
                self._lift(node, statement, ranked[0].record)
                for end in (statement.record.earlier, statement.record.later):
                    if end:
                        yield end, statement.member, statement.source

    def _lift(self, node: NamedNode, statement: _Said, first: r.LineageStatement) -> None:
        record, without = statement.kept or first, frozenset[NamedNode]()
        if statement.kept is not None:
            without = _OUR_WORDS
            if statement.kept.asserted_by != statement.record.asserted_by:
                without |= {OGP.assertedBy}
        record = record.model_copy(update={"sources": (statement.source,), "plan_number": statement.record.plan_number})
        lift_lineage(statement.member, record, self.said, node=node, without=without)
        if record.earlier is None and record.plan_number:
            self.said.stand(node, OGP.namedByNumber, Literal(record.plan_number), statement.source)
        own = statement.record.printed
        if own and (own != record.printed or statement.kept is not None):
            self.said.only_in_source(Triple(node, OGP.printedText, Literal(own)), statement.source)

    # From the words of a page to a record

    def _record(
        self, document: r.SourceDocument, page: r.CommitmentPage, told: r.PageLineage
    ) -> r.LineageStatement | None:
        """The statement with the ids that are known; None where neither commitment nor plan is left."""
        member, own_plan = member_of(document, page), plan_of(document, page)
        backward = told.later == page.id and told.relation is not None and told.relation not in _WITHIN_PLAN
        earlier_plan = self.numbers.of_years(member, told.earlier_plan) if backward else own_plan
        later_plan = self._later_plan(member, own_plan, told)
        earlier = told.earlier or self._end(page, told.earlier_number, earlier_plan, own_plan)
        later = told.later or self._end(page, told.later_number, later_plan, own_plan)
        if told.relation and not self._in_order(told.relation, earlier, later):
            earlier, earlier_plan = (None, None) if later == page.id else (earlier, earlier_plan)
            later, later_plan = (None, None) if later != page.id else (later, later_plan)
        doubt = _doubt(told, earlier)
        given = {
            "earlier": earlier,
            "later": later,
            "earlier_plan": earlier_plan if not earlier and told.relation and backward else None,
            "later_plan": later_plan if not later and told.relation and not backward else None,
            "initiative": self._initiatives.get((member, folded(told.initiative))) if told.initiative else None,
            "plan_number": _number(page, told, earlier),
        }
        if not (given["earlier"] or given["later"] or given["earlier_plan"] or given["later_plan"]):
            return None
        if given["earlier_plan"] and not self._plans_in_order(given["earlier_plan"], later):
            given["earlier_plan"] = None
        return r.LineageStatement(
            **{key: value for key, value in given.items() if value},  # type: ignore[arg-type]
            relation=told.relation,
            fate=told.fate,
            basis="stated",
            asserted_by=told.asserted_by,
            confidence=_DOUBTFUL if doubt else _CONFIDENCE,
            evidence=_evidence(page, told, doubt),
            printed=told.printed,
            sources=(document.key,),
        )

    def _later_plan(self, member: str, own_plan: str | None, told: r.PageLineage) -> str | None:
        if told.relation in _WITHIN_PLAN:
            return own_plan
        return (
            self.numbers.following(own_plan)
            if told.later_plan == "next"
            else self.numbers.of_years(member, told.later_plan)
        )

    def _end(self, page: r.CommitmentPage, number: str | None, plan: str | None, own_plan: str | None) -> str | None:
        """The commitment of a number; a number of the page's own plan stands for itself where it has no id."""
        if number is None:
            return None
        if plan is None or plan != own_plan:
            return self.numbers.find(plan, number)
        return page.id if number == page.number else self.numbers.in_plan(plan, number)

    def _in_order(self, relation: str, earlier: str | None, later: str | None) -> bool:
        """Whether two ends can be what they are said to be: two commitments, the later one not in an earlier cycle."""
        if earlier is None or later is None:
            return True
        first, second = self.numbers.cycle(earlier), self.numbers.cycle(later)
        if first and second and (first > second or (relation in _WITHIN_PLAN and first != second)):
            return False
        return earlier != later

    def _plans_in_order(self, earlier_plan: str, later: str | None) -> bool:
        cycle = self.numbers.cycle(later)
        return cycle is None or earlier_plan[-4:] <= cycle

    # The same statement in the data

    def _twin(self, member: str, record: r.LineageStatement, told: r.PageLineage) -> r.LineageStatement | None:
        """The one stated claim of the data with the same ends and the same relation or fate."""
        found = [s for s in self._kept[member] if s.basis == "stated" and _same(s, record, told)]
        return found[0] if len(found) == 1 else None

    def _node(self, member: str, record: r.LineageStatement, *, is_kept: bool) -> NamedNode:
        """The IRI by the rule of lineage; where the data use it for a claim of another kind, who states it is added."""
        node = statement_node(record)
        if not is_kept and any(statement_node(s) == node for s in self._kept[member]):
            return NamedNode(f"{node.value}-stated-by-{record.asserted_by}")
        return node


def _same(kept: r.LineageStatement, record: r.LineageStatement, told: r.PageLineage) -> bool:
    def ends(s: r.LineageStatement) -> tuple[str | None, ...]:
        return (s.relation, s.fate, s.earlier, s.later, s.earlier_plan, s.later_plan)

    if ends(kept) != ends(record):
        return False
    if kept.initiative == record.initiative:
        return True
    return bool(told.initiative and kept.printed) and folded(kept.printed or "") == folded(told.printed)


def _number(page: r.CommitmentPage, told: r.PageLineage, earlier: str | None) -> str | None:
    """The number by which the page names the other commitment; its own needs none."""
    if told.earlier_number and earlier != page.id:
        return told.earlier_number
    return told.later_number if told.relation and told.later != page.id else None


def _doubt(told: r.PageLineage, earlier: str | None) -> str:
    """What stays open: a number that the reader could not resolve may have an id now."""
    doubts = told.doubt.split("; ") if told.doubt else []
    if earlier and "/" not in earlier:
        doubts = [doubt for doubt in doubts if not doubt.endswith("is not resolved to an id")]
    return "; ".join(doubts)


def _evidence(page: r.CommitmentPage, told: r.PageLineage, doubt: str) -> str:
    """Why the statement stands, in our words; the printed words are beside it."""
    what = "states this relation" if told.relation else "states this fate"
    named = f" It names {told.initiative} as what took its place." if told.initiative else ""
    title = f" It gives the title as {told.earlier_title}." if told.earlier_title else ""
    still_open = f" Open: {doubt}." if doubt else ""
    speaker = _SPEAKERS.get(told.asserted_by, told.asserted_by)
    return f"On the page of {page.id}, {speaker} {what}.{title}{named}{still_open}"
