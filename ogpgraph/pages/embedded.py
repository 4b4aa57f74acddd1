"""The statements of an entity as JSON-LD inside its page, for programs that read HTML.

Two data blocks: the statements as they are (the triples of the Turtle whose subject is the entity), and a few words of
schema.org for crawlers. Neither needs a context of another host.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from ogpgraph.pages.context import Context
from ogpgraph.pages.statements import Facts
from ogpgraph.pages.terms import Term
from ogpgraph.vocabulary import OGP, PREFIXES, SKOS

_SCHEMA_TYPES = {
    OGP.NationalMember: "AdministrativeArea",
    OGP.LocalMember: "AdministrativeArea",
    OGP.ActionPlan: "CreativeWork",
    OGP.Commitment: "CreativeWork",
    OGP.Institution: "Organization",
    OGP.IRMReport: "Report",
    OGP.ReviewDocument: "Report",
    OGP.Assessment: "Review",
    OGP.Source: "WebPage",
    OGP.Initiative: "Project",
    SKOS.Concept: "DefinedTerm",
    SKOS.ConceptScheme: "DefinedTermSet",
}
_BY_CLASS = {node.value: name for node, name in _SCHEMA_TYPES.items()}


def statements_block(facts: Facts) -> Markup:
    """What the release says of an entity as a block of JSON-LD."""
    subject = NamedNode(facts.iri)
    triples = [
        Triple(subject, NamedNode(statement.property), _node(value.term))
        for statement in facts.statements.values()
        for value in statement.values
    ]
    used = {prefix: iri for prefix, iri in PREFIXES.items() if any(iri in str(triple) for triple in triples)}
    text = serialize(triples, format=RdfFormat.JSON_LD, prefixes=used)
    assert text is not None
    return _block(text.decode())


def schema_block(context: Context, facts: Facts, name: str, crumbs: list[str], labels: Mapping[str, str]) -> Markup:
    """Type, name, address and whole of an entity in the words of https://schema.org, as a block of JSON-LD."""
    known = {
        "@context": {"@vocab": "https://schema.org/"},
        "@id": facts.iri,
        "@type": next((_BY_CLASS[each] for each in facts.types if each in _BY_CLASS), "Thing"),
        "name": name,
        "url": facts.iri,
        "mainEntityOfPage": context.links.base.rstrip("/") + context.links.page(facts.iri),
        "license": context.about.licence,
    }
    if crumbs:
        known["isPartOf"] = {"@id": crumbs[-1], "name": str(labels.get(crumbs[-1], crumbs[-1]))}
    return _block(json.dumps(known, ensure_ascii=False))


def _node(term: Term) -> NamedNode | BlankNode | Literal:
    if term.kind == "blank":
        return BlankNode(term.value)
    if term.is_iri:
        return NamedNode(term.value)
    if term.language:
        return Literal(term.value, language=term.language)
    return Literal(term.value, datatype=NamedNode(term.datatype)) if term.datatype else Literal(term.value)


def _block(text: str) -> Markup:
    """A data block; no ``<`` stands in it, so nothing can end it."""
    safe = text.replace("<", "\\u003c")
    return Markup(f'<script type="application/ld+json">{safe}</script>')
