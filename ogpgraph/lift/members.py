"""Members, the roles they held, and initiatives."""

from __future__ import annotations

from pyoxigraph import Literal

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.statements import Statements, date_term, words
from ogpgraph.vocabulary import DCTERMS, OGP, SKOS, XSD, text


def lift_member(member: r.Member, said: Statements) -> None:
    """A row of the member list."""
    node, source = iris.member(member.code), member.source
    said.entity(node, OGP.LocalMember if member.kind == "local" else OGP.NationalMember, source)
    said.stand(node, DCTERMS.identifier, Literal(member.code), source)
    for language, name in (("en", member.name), ("fr", member.name_fr), ("es", member.name_es)):
        if name:
            said.stand(node, SKOS.prefLabel, text(name, language), source)
    said.labels[node] = text(member.name)
    for predicate, value in (
        (OGP.isoCode, member.iso_alpha2),
        (OGP.isoCode3, member.iso_alpha3),
        (OGP.isoNumeric, member.iso_numeric),
        (OGP.slug, member.slug),
    ):
        if value:
            said.stand(node, predicate, Literal(value), source)
    if member.part_of:
        said.stand(node, OGP.partOfMember, iris.member(member.part_of), source)
    if member.founding == "true":
        said.stand(node, OGP.foundingMember, Literal("true", datatype=XSD.boolean), source)


def lift_roles(file: r.Roles, said: Statements) -> None:
    """When a member joined and what it did in the partnership."""
    node = iris.member(file.member)
    said.one(node, OGP.memberSince, file.joined, date_term)
    said.many(node, OGP.finding, file.facts, words)
    for role in file.roles:
        _role(file.member, role, said)


def _role(member: str, role: r.Role, said: Statements) -> None:
    node, source = iris.role(member, role.key), role.source
    kind = said.vocabulary.concept("role", role.kind)
    assert source is not None
    assert kind is not None
    holder = iris.institution(member, role.held_by) if role.held_by else iris.member(member)
    said.entity(node, OGP.Role, source, role.label)
    said.stand(node, OGP.heldBy, holder, source)
    said.stand(node, OGP.roleKind, kind, source)
    said.one(node, OGP.startDate, role.start, date_term)
    said.one(node, OGP.endDate, role.end, date_term)
    said.one(node, DCTERMS.date, role.date, date_term)
    said.one(node, DCTERMS.description, role.description, words)
    said.many(node, OGP.partner, role.partners, words)


def lift_initiatives(file: r.Initiatives, said: Statements) -> None:
    """Things done or built that are no commitment."""
    for initiative in file.initiatives:
        node, source = iris.initiative(file.member, initiative.key), initiative.source
        assert source is not None
        said.entity(node, OGP.Initiative, source, initiative.label)
        said.stand(node, OGP.member, iris.member(file.member), source)
        said.one(node, DCTERMS.description, initiative.description, words)
        said.many(node, OGP.ranBy, initiative.ran_by, lambda s: iris.institution(file.member, s.value))
