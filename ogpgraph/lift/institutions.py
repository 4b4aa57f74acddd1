"""Institutions, what became of them, and the families that a curator sees."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.statements import Statements, date_term, words
from ogpgraph.vocabulary import DCTERMS, OGP, ORG, RDF, SKOS, XSD, text


def lift_institutions(file: r.Institutions, said: Statements) -> None:
    """One member's institutions."""
    for institution in file.institutions:
        _institution(file.member, institution, said)
    for change in file.changes:
        _change(file.member, change, said)
    for family in file.families:
        _family(file.member, family, said)


def _institution(member: str, institution: r.Institution, said: Statements) -> None:
    node, source = iris.institution(member, institution.key), institution.source
    assert source is not None
    said.entity(node, OGP.Institution, source)
    said.stand(node, OGP.member, iris.member(member), source)
    kind = said.vocabulary.concept("institution-kind", institution.kind)
    if kind:
        said.stand(node, OGP.institutionKind, kind, source)
    if institution.acronym:
        said.stand(node, OGP.acronym, Literal(institution.acronym), source)
    if institution.note:
        said.stand(node, SKOS.note, text(institution.note), source)
    said.one(node, SKOS.prefLabel, institution.name, words)
    said.many(node, SKOS.altLabel, institution.names, words)
    said.one(node, OGP.created, institution.created, date_term)
    said.many(node, ORG.subOrganizationOf, institution.parent, lambda s: iris.institution(member, s.value))


def _change(member: str, change: r.InstitutionChange, said: Statements) -> None:
    node, source = iris.institution_change(member, change.key), change.source
    assert source is not None
    before = [iris.institution(member, key) for key in change.before]
    after = [iris.institution(member, key) for key in change.after]
    kind = said.vocabulary.concept("institution-change", change.kind)
    basis = said.vocabulary.concept("basis", change.basis)
    assert kind is not None
    assert basis is not None
    names = f"{' + '.join(change.before)} → {' + '.join(change.after)}"
    said.entity(node, ORG.ChangeEvent, source, f"{member}: {names} ({change.kind.replace('-', ' ')})")
    said.stand(node, OGP.changeKind, kind, source)
    said.stand(node, OGP.basis, basis, source)
    if change.confidence is not None:
        said.stand(node, OGP.confidence, Literal(str(change.confidence), datatype=XSD.decimal), source)
    said.one(node, DCTERMS.date, change.date, date_term)
    said.one(node, DCTERMS.description, change.description, words)
    for body in before:
        said.stand(node, ORG.originalOrganization, body, source)
        said.stand(body, ORG.changedBy, node, source)
    for body in after:
        said.stand(node, ORG.resultingOrganization, body, source)
        said.stand(body, ORG.resultedFrom, node, source)


def _family(member: str, family: r.InstitutionFamily, said: Statements) -> None:
    """A family is a curator's judgement: its graph is a derivation's, whatever it was read off."""
    node, graph = iris.institution_family(member, family.key), iris.derivation_graph("curation")
    basis = said.vocabulary.concept("basis", family.basis)
    assert basis is not None
    assert family.source is not None

    def add(predicate: NamedNode, value: NamedNode | Literal) -> None:
        said.derive(Triple(node, predicate, value), graph)

    add(RDF.type, OGP.InstitutionFamily)
    add(OGP.member, iris.member(member))
    add(OGP.basis, basis)
    add(DCTERMS.source, iris.source(family.source))
    if family.confidence is not None:
        add(OGP.confidence, Literal(str(family.confidence), datatype=XSD.decimal))
    if family.note:
        add(SKOS.note, text(family.note))
    for key in family.institutions:
        add(OGP.familyMember, iris.institution(member, key))
    said.labels[node] = text(family.label)
