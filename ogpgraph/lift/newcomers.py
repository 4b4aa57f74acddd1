"""Members, plans, institutions and reports that sources name and that no hand-kept record describes.

A source may speak of any member. What it names becomes an entity of its own, with the names as they are printed
and an IRI by rule: a member by OGP's code, a plan by member and start year, an institution by member and the slug of
its name. The hand-kept data are not touched by this; what they describe is no newcomer.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.statements import Statements, year_literal
from ogpgraph.read.languages import language_of
from ogpgraph.read.member_names import member_code, member_names
from ogpgraph.vocabulary import DCTERMS, OGP, SKOS, Vocabulary, folded, text

# The language of a name whose words do not tell it (BCP 47: undetermined).
UNDETERMINED = "und"


def provisional_code(name: str) -> str:
    """A code for a member whose code is not known: X, which ISO 3166 leaves to its users, and three letters.

    The letters come from a hash of the name, so that they depend on nothing else.

    >>> provisional_code("Ruritania") == provisional_code("ruritania")
    True
    """
    number = int.from_bytes(hashlib.sha256(folded(name).encode()).digest()[:8], "big")
    letters = ""
    for _ in range(3):
        number, rest = divmod(number, 26)
        letters += chr(ord("A") + rest)
    return f"X{letters}"


@dataclass
class _Named:
    """A thing that sources name: each printed name with the sources that print it."""

    kind: NamedNode
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    counts: Counter[str] = field(default_factory=Counter)
    languages: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)

    def add(self, name: str, source: str, language: str | None = None) -> None:
        self.names[name].add(source)
        self.counts[name] += 1
        self.languages[name, language or UNDETERMINED] += 1
        self.sources.add(source)

    @property
    def usual_name(self) -> str:
        """The name that is printed most often; of several, the first in the alphabet."""
        return min(self.counts, key=lambda name: (-self.counts[name], name))

    def literal(self, name: str) -> Literal:
        """A name in the language that its words tell, else in that of most texts that print it."""
        told = [(count, language) for (n, language), count in self.languages.items() if n == name]
        return Literal(name, language=language_of(name) or min(told, key=lambda pair: (-pair[0], pair[1]))[1])


@dataclass
class _Plan:
    member: str
    cycle: str
    ordinals: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


@dataclass
class _Report:
    plan: str
    kind: str
    named: _Named


class Newcomers:
    """What the sources name beyond the hand-kept data."""

    def __init__(self, collection: r.Collection) -> None:
        self._known_members = {member.code for member in collection.of(r.Member)}
        self._member_by_name = {
            folded(name): member.code
            for member in collection.of(r.Member)
            for name in (member.name, member.name_fr, member.name_es)
            if name
        }
        self._known_plans = {plan.plan for plan in collection.of(r.Plan)}
        self._known_bodies = {
            (file.member, body.key) for file in collection.of(r.Institutions) for body in file.institutions
        }
        self._known_reports = {document.id for file in collection.of(r.Reports) for document in file.documents}
        self._reports: dict[str, _Report] = {}
        self._members: dict[str, _Named] = {}
        self._plans: dict[str, _Plan] = {}
        self._institutions: dict[tuple[str, str], _Named] = {}

    def member_code(self, name: str) -> str:
        """The code of the member with this name: as the data have it, as OGP has it, else a provisional one."""
        return self._member_by_name.get(folded(name)) or member_code(name) or provisional_code(name)

    def member(self, code: str, name: str | None, source: str, local: bool = False) -> NamedNode:
        """A member that a source names."""
        if code not in self._known_members:
            kind = OGP.LocalMember if local else OGP.NationalMember
            known = member_names().get(code)
            self._members.setdefault(code, _Named(kind)).add(name or (known.name if known else code), source, "en")
        return iris.member(code)

    def plan(self, plan_id: str, member: str, cycle: str, source: str, ordinal: str | None = None) -> NamedNode:
        """A plan that a source names, by its member and the year in which it starts."""
        if plan_id not in self._known_plans:
            plan = self._plans.setdefault(plan_id, _Plan(member, cycle))
            plan.sources.add(source)
            if ordinal and ordinal.isdigit():
                plan.ordinals.add(str(int(ordinal)))
        return iris.plan(plan_id)

    def institution(self, member: str, key: str, name: str, source: str, language: str | None = None) -> NamedNode:
        """A body that a source names, with the name as printed."""
        if (member, key) not in self._known_bodies:
            self._institutions.setdefault((member, key), _Named(OGP.Institution)).add(name, source, language)
        return iris.institution(member, key)

    def report(self, member: str, title: str, source: str, language: str, vocabulary: Vocabulary) -> NamedNode | None:
        """A review document that a source names, if its title says of which plan and of which type it is."""
        kind = _report_type(title, vocabulary)
        year = re.search(r"\b(20[0-9]{2})\b", title)
        if kind is None or year is None:
            return None
        plan_id = f"{member}-{year.group(1)}"
        report_id = f"{plan_id}-{kind.removesuffix('-report')}"
        if report_id not in self._known_reports:
            self.plan(plan_id, member, year.group(1), source)
            report = self._reports.setdefault(report_id, _Report(plan_id, kind, _Named(OGP.IRMReport)))
            report.named.add(title, source, language)
        return iris.report(report_id)

    def lift(self, said: Statements) -> None:
        """All newcomers as entities."""
        for code in sorted(self._members):
            self._lift_member(code, self._members[code], said)
        for plan_id in sorted(self._plans):
            self._lift_plan(plan_id, self._plans[plan_id], said)
        for (member, key), body in sorted(self._institutions.items()):
            _lift_institution(member, key, body, said)
        for report_id, report in sorted(self._reports.items()):
            _lift_report(report_id, report, said)

    def _lift_member(self, code: str, named: _Named, said: Statements) -> None:
        node = iris.member(code)
        known = member_names().get(code)
        usual = known.name if known else named.usual_name
        for source in sorted(named.sources):
            said.entity(node, named.kind, source)
            said.stand(node, DCTERMS.identifier, Literal(code), source)
        _names(node, named, text(usual), said)
        if known:
            said.derive(Triple(node, OGP.isoCode3, Literal(known.iso_alpha3)), iris.derivation_graph("member-name"))
        said.labels[node] = text(usual)

    def _lift_plan(self, plan_id: str, plan: _Plan, said: Statements) -> None:
        node = iris.plan(plan_id)
        for source in sorted(plan.sources):
            said.entity(node, OGP.ActionPlan, source)
            said.stand(node, DCTERMS.identifier, Literal(plan_id), source)
            said.stand(node, OGP.member, iris.member(plan.member), source)
            said.stand(node, OGP.cycle, year_literal(plan.cycle), source)
        member = said.labels.get(iris.member(plan.member))
        name = member.value if member else plan.member
        said.labels.setdefault(node, text(f"{name}: action plan of {plan.cycle}"))


def _lift_institution(member: str, key: str, body: _Named, said: Statements) -> None:
    node = iris.institution(member, key)
    for source in sorted(body.sources):
        said.entity(node, OGP.Institution, source)
        said.stand(node, OGP.member, iris.member(member), source)
    _names(node, body, body.literal(body.usual_name), said)


def _report_type(title: str, vocabulary: Vocabulary) -> str | None:
    """The type whose label stands in a title; the longest label decides. A version for public comment is no report."""
    words = folded(title)
    scheme = vocabulary.schemes["report-type"]
    found = [(len(label), concept) for label, concept in scheme.labels.items() if label in words]
    if not found:
        return None
    slug = iris.local_name(max(found, key=lambda pair: (pair[0], pair[1].value))[1])
    return None if slug in ("public-comment-version", "self-assessment", "civil-society-review") else slug


def _lift_report(report_id: str, report: _Report, said: Statements) -> None:
    node = iris.report(report_id)
    kind = said.vocabulary.concept("report-type", report.kind)
    assert kind is not None
    for source in sorted(report.named.sources):
        said.entity(node, OGP.IRMReport, source)
        said.stand(node, DCTERMS.identifier, Literal(report_id), source)
        said.stand(node, OGP.reportType, kind, source)
        said.stand(node, OGP.reviewsPlan, iris.plan(report.plan), source)
    for name, sources in report.named.names.items():
        for source in sources:
            said.stand(node, DCTERMS.title, report.named.literal(name), source)


def _names(node: NamedNode, named: _Named, usual: Literal, said: Statements) -> None:
    """Every printed name in the graphs of the sources that print it; the usual one is preferred (SKOS, S13)."""
    for name, sources in sorted(named.names.items()):
        predicate = SKOS.prefLabel if name == usual.value else SKOS.altLabel
        literal = usual if name == usual.value else named.literal(name)
        for source in sorted(sources):
            said.stand(node, predicate, literal, source)
    if usual.value not in named.names:
        said.derive(Triple(node, SKOS.prefLabel, usual), iris.derivation_graph("member-name"))
