"""The lineage of a member as data: commitments and what stands in their place, and what is said to join them.

Each ``ogp:LineageStatement`` is one ``Edge``, or one ``Fate`` where it tells what became of a commitment without naming
another. An end that a statement leaves open ("a commitment of the next plan") is a node of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.links import short
from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import DCTERMS, OGP, RDFS

Kind = Literal["commitment", "initiative", "unnamed"]
_CLASSES: dict[str, Kind] = {OGP.Commitment.value: "commitment", OGP.Initiative.value: "initiative"}
_MEMBERS = {OGP.NationalMember.value, OGP.LocalMember.value}
_ENDS = {OGP[name].value for name in ("earlier", "later", "earlierPlan", "laterPlan")}
_MOST_ROWS = 20_000  # that lineage-things.rq, lineage-statements.rq and their like give

Facts = dict[str, list[Term]]  # values by the IRI of the property


@dataclass(frozen=True, slots=True)
class Plan:
    """An action plan; ``cycle`` is the year in which it starts."""

    iri: str
    title: str
    cycle: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A commitment, an initiative, or an end that a statement does not name.

    ``key`` tells nodes apart; ``iri`` is what the node is about: of an unnamed end it is the statement. ``identifier``
    is OGP's ("FR0013"), ``number`` the one printed in the plan ("10.2"), ``plan`` an IRI; each is empty where unknown.
    """

    key: str
    kind: Kind
    iri: str
    title: str
    language: str = "en"
    identifier: str = ""
    number: str = ""
    plan: str = ""
    cycle: str = ""

    @property
    def name(self) -> str:
        """How the node is called in a sentence."""
        return self.identifier or self.title

    @property
    def full_name(self) -> str:
        """The identifier and the title."""
        return f"{self.identifier}: {self.title}" if self.identifier else self.title


@dataclass(frozen=True, slots=True)
class Said:
    """What all lineage statements have: on what ground, by whom, how surely (0 to 1, as written), by which sources."""

    statement: str
    basis: str
    basis_label: str
    asserted_by: str
    confidence: str
    sources: tuple[str, ...]
    topic: str = ""
    evidence: str = ""
    counter_evidence: str = ""

    @property
    def is_stated(self) -> bool:
        """Whether a source says so of these very commitments."""
        return short(self.basis) == "stated"


@dataclass(frozen=True, slots=True)
class Edge:
    """A statement that joins two nodes, by their keys, from the earlier to the later one."""

    earlier: str
    later: str
    relation: str
    label: str
    said: Said


@dataclass(frozen=True, slots=True)
class Fate:
    """A statement of what became of one node, or where it came from, without another one."""

    node: str
    fate: str
    label: str
    said: Said


@dataclass(frozen=True, slots=True)
class Lineage:
    """A lineage to draw or to hand out. ``subject`` is the entity that was asked for, ``complete`` false where the
    member has more than a page reads."""

    subject: str
    title: str
    nodes: dict[str, Node]
    plans: dict[str, Plan]
    edges: tuple[Edge, ...]
    fates: tuple[Fate, ...]
    labels: dict[str, str]
    is_whole: bool = False  # of a member
    complete: bool = True

    @classmethod
    def of_nothing(cls, subject: str) -> Lineage:
        """The lineage of an entity of which nothing is said."""
        return cls(subject, short(subject), {}, {}, (), (), {})

    def within(self, keys: Iterable[str]) -> Lineage:
        """The part between some nodes, with the plans that these need."""
        nodes = {key: self.nodes[key] for key in self.nodes if key in set(keys)}
        used = {node.plan for node in nodes.values()}
        return replace(
            self,
            nodes=nodes,
            plans={iri: plan for iri, plan in self.plans.items() if iri in used},
            edges=tuple(edge for edge in self.edges if edge.earlier in nodes and edge.later in nodes),
            fates=tuple(fate for fate in self.fates if fate.node in nodes),
        )

    def line_of(self, starts: Iterable[str]) -> set[str]:
        """Some nodes with all that they come from and all that comes of them."""
        before: dict[str, set[str]] = defaultdict(set)
        after: dict[str, set[str]] = defaultdict(set)
        for edge in self.edges:
            before[edge.later].add(edge.earlier)
            after[edge.earlier].add(edge.later)
        starts = set(starts)
        return starts | _reached(starts, before) | _reached(starts, after)


def _reached(starts: set[str], following: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        for key in following.get(waiting.pop(), set()) - found:
            found.add(key)
            waiting.append(key)
    return found


async def lineage_of(context: Context, iri: str) -> Lineage:
    """The lineage of a member, of a plan or of a commitment; NotFound for what is none of them.

    Of a member it is all its commitments; of a plan its commitments, of a commitment itself, with all that they come
    from and all that comes of them.
    """
    kinds = await context.rows("lineage-subject", entity=iri)
    if not kinds:
        raise NotFound(iri)
    classes = {row["class"].value for row in kinds}
    is_member = bool(classes & _MEMBERS)
    member = iri if is_member else next((row["member"].value for row in kinds if "member" in row), "")
    if not member:
        raise NotFound(iri)
    if not is_member and OGP.ActionPlan.value not in classes:
        return await line_of_commitment(context, iri)
    things = await context.rows("lineage-things", member=member)
    whole = await _lineage(context, iri, things, await context.rows("lineage-statements", member=member))
    if is_member:
        return replace(whole, is_whole=True)
    return whole.within(whole.line_of(key for key, node in whole.nodes.items() if node.plan == iri))


async def line_of_commitment(context: Context, iri: str) -> Lineage:
    """The lineage of a commitment or initiative: itself, with all that it comes from and all that comes of it."""
    line = {iri, *(row["thing"].value for row in await context.rows("lineage-line", entity=iri))}
    rows = await context.rows_about("lineage-statements-of", sorted(line))
    ends = {row["value"].value for row in rows if row["property"].value in _ENDS}
    things = await context.rows_about("lineage-nodes", sorted(line | ends))
    lineage = await _lineage(context, iri, things, rows)
    return lineage.within(lineage.line_of({iri} & lineage.nodes.keys()))


async def _lineage(context: Context, subject: str, things: list[Row], rows: list[Row]) -> Lineage:
    """All that is said, in ``rows``, of ``things``."""
    labels = await labels_of(context, {subject} | {row["value"].value for row in rows if row["value"].is_iri})
    classes = {row["thing"].value: row["class"].value for row in things}
    described = _by_subject(things, "thing")
    plans = {
        iri: Plan(iri, _label(iri, facts).value, _first(facts, OGP.cycle.value))
        for iri, facts in described.items()
        if classes[iri] == OGP.ActionPlan.value
    }
    nodes = {iri: _node(iri, _CLASSES[classes[iri]], facts) for iri, facts in described.items() if iri not in plans}
    edges, fates = [], []
    for statement, facts in _by_subject(rows, "statement").items():
        earlier, later = _end(statement, facts, "earlier", labels), _end(statement, facts, "later", labels)
        relation, fate = _first(facts, OGP.relation.value), _first(facts, OGP.fate.value)
        said = _said(statement, facts, labels)
        if relation and earlier and later:
            nodes.setdefault(earlier.key, earlier)
            nodes.setdefault(later.key, later)
            edges.append(Edge(earlier.key, later.key, relation, _called(relation, labels), said))
        elif fate and (end := earlier or later):
            nodes.setdefault(end.key, end)
            fates.append(Fate(end.key, fate, _called(fate, labels), said))
    told = {end for edge in edges for end in (edge.earlier, edge.later)} | {fate.node for fate in fates}
    nodes = {key: node for key, node in nodes.items() if node.kind == "commitment" or key in told}
    title = nodes[subject].full_name if subject in nodes else _called(subject, labels)
    complete = max(len(things), len(rows)) < _MOST_ROWS
    return Lineage(subject, title, nodes, plans, tuple(edges), tuple(fates), labels, complete=complete)


def _by_subject(rows: list[Row], name: str) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    for row in rows:
        found.setdefault(row[name].value, {}).setdefault(row["property"].value, []).append(row["value"])
    return found


def _first(facts: Facts, name: str) -> str:
    return facts[name][0].value if name in facts else ""


def _label(iri: str, facts: Facts) -> Term:
    """English before no language before any other."""
    labels = sorted(facts.get(RDFS.label.value, []), key=lambda term: (term.language != "en", term.language))
    return labels[0] if labels else Term("literal", short(iri))


def _called(iri: str, labels: dict[str, str]) -> str:
    return str(labels.get(iri) or short(iri))


def _node(iri: str, kind: Kind, facts: Facts) -> Node:
    label = _label(iri, facts)
    return Node(
        iri,
        kind,
        iri,
        label.value,
        label.language,
        _first(facts, DCTERMS.identifier.value),
        _first(facts, OGP.planNumber.value),
        _first(facts, OGP.inPlan.value),
        _first(facts, OGP.cycle.value),
    )


def _end(statement: str, facts: Facts, end: str, labels: dict[str, str]) -> Node | None:
    """An end of a statement, as far as the statement tells of it."""
    iri, plan = _first(facts, OGP[end].value), _first(facts, OGP[f"{end}Plan"].value)
    if iri:
        language = getattr(labels.get(iri), "language", "") or "en"
        return Node(iri, "commitment", iri, _called(iri, labels), language)
    if plan:
        topic = _first(facts, OGP.topic.value)
        return Node(f"{statement}#{end}", "unnamed", statement, topic or "a commitment of this plan", plan=plan)
    return None


def _said(statement: str, facts: Facts, labels: dict[str, str]) -> Said:
    basis = _first(facts, OGP.basis.value)
    return Said(
        statement,
        basis,
        _called(basis, labels),
        _called(_first(facts, OGP.assertedBy.value), labels),
        _first(facts, OGP.confidence.value),
        tuple(term.value for term in facts.get(DCTERMS.source.value, ())),
        _first(facts, OGP.topic.value),
        _first(facts, OGP.evidence.value),
        _first(facts, OGP.counterEvidence.value),
    )
