"""Which names RDF that somebody brings may use: the terms, codes and kinds of IRI that the graph knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache

from pyoxigraph import NamedNode

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import (
    OGP,
    ONTOLOGY_FOLDER,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SH,
    SHAPES_FOLDER,
    SKOS,
    Vocabulary,
    turtle,
    without_blank_nodes,
)

# What stands after id/ in the IRI of an entity (ogpgraph/iris.py).
KINDS = (
    *("member", "plan", "commitment", "institution", "change", "institution-family", "report", "assessment"),
    *("initiative", "role", "lineage", "source"),
)
# What a release says of itself: it makes these anew.
OWN_BOOKS = ("conflict", "derivation", "cube", "agent", "release", "dataset")

# Names that somebody meant to be ours.
_NEARLY_OURS = re.compile(r"https?://(?:www\.)?w3id\.org/o[a-z]{0,3}[-_]?graph", re.IGNORECASE)
# Terms that any RDF may use beside those that ontology and shapes name.
_USUAL = (
    *(RDF[name] for name in ("type", "value")),
    *(RDFS[name] for name in ("label", "comment", "seeAlso", "isDefinedBy")),
    *(OWL[name] for name in ("sameAs", "versionInfo", "Ontology")),
    *(SKOS[f"{name}Match"] for name in ("exact", "close", "broad", "narrow", "related")),
)
# Vocabularies for the description of a data set: a file may describe itself with all of them.
_DESCRIBING = ("dcat", "dcterms", "void", "prov", "foaf", "vann", "schema", "sd", "spdx")


@cache
def known_terms() -> frozenset[NamedNode]:
    """Properties and classes of ontology, alignments and shapes, and what any RDF may use."""
    found: set[NamedNode] = set(_USUAL)
    for path in (*(ONTOLOGY_FOLDER / name for name in ("ogp.ttl", "alignments.ttl", "cube.ttl")),):
        for subject, _, value in without_blank_nodes(turtle(path)):
            found |= {subject, value} if isinstance(value, NamedNode) else {subject}
    asked = (SH.path, SH["class"], SH.targetClass)
    for path in sorted(SHAPES_FOLDER.glob("*.ttl")):
        for _, predicate, value in without_blank_nodes(turtle(path)):
            if predicate in asked and isinstance(value, NamedNode):
                found.add(value)
    return frozenset(found)


def wrong_name(iri: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """Rule and message where an IRI of ours, or nearly of ours, names nothing; None where it is well."""
    if not iri.startswith(BASE):
        if not _NEARLY_OURS.match(iri):
            return None
        meant = BASE + re.sub(_NEARLY_OURS, "", iri).lstrip("/")
        return "wrong-namespace", f"<{iri}> is not below {BASE}: did you mean <{meant}>?"
    path = iri.removeprefix(BASE)
    if path.startswith("ontology#"):
        return _unknown_term(iri, vocabulary)
    if path.startswith("scheme/"):
        return _unknown_code(path, vocabulary)
    kind = re.match(r"id/([^/]+)/.", path)
    if kind:
        return None if kind.group(1) in (*KINDS, *OWN_BOOKS) else _unknown_kind(iri, kind.group(1))
    if path in ("", "ontology", "shapes") or path.startswith(("graph/", "shapes#", "dataset", "catalog")):
        return None
    meant = f": did you mean <{OGP.iri}{path.removeprefix('ontology/')}>?" if path.startswith("ontology/") else ""
    return "wrong-namespace", f"<{iri}> is none of the forms of IRI below {BASE}{meant}"


def _unknown_term(iri: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    term = NamedNode(iri)
    if term in vocabulary.terms or term in known_terms():
        return None
    local = iri.removeprefix(OGP.iri)
    near = nearest(local, (known.value.removeprefix(OGP.iri) for known in vocabulary.terms))
    remedy = f"did you mean ogp:{near}?" if near else "the terms are at /ontology"
    return "unknown-term", f"ogp:{local} is no term of the ontology: {remedy}"


def _unknown_code(path: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    name, _, slug = path.removeprefix("scheme/").partition("/")
    scheme = vocabulary.schemes.get(name)
    if scheme is None:
        near = nearest(name, vocabulary.schemes)
        return "unknown-code", f"scheme/{name} is no scheme" + (f": did you mean scheme/{near}?" if near else "")
    if not slug or slug in scheme.concepts:
        return None
    near = nearest(slug, scheme.concepts)
    remedy = f"did you mean scheme/{name}/{near}?" if near else f"the codes are at /scheme/{name}"
    return "unknown-code", f"scheme/{name}/{slug} is no concept: {remedy}"


def _unknown_kind(iri: str, kind: str) -> tuple[str, str]:
    near = nearest(kind, KINDS)
    remedy = f"did you mean id/{near}/?" if near else f"the kinds are {', '.join(KINDS)}"
    return "unknown-kind", f"<{iri}>: id/{kind}/ is no kind of IRI: {remedy}"


def foreign_term(term: NamedNode) -> str | None:
    """What to say of a property or class that nothing here uses; None where it is known."""
    if term in known_terms() or term.value.startswith(BASE) or _NEARLY_OURS.match(term.value):
        return None
    for prefix, namespace in PREFIXES.items():
        if term.value.startswith(namespace):
            local = term.value.removeprefix(namespace)
            near = nearest(local, (t.value.removeprefix(namespace) for t in known_terms() if namespace in t.value))
            if not near and prefix in _DESCRIBING:
                return None
            remedy = f"did you mean {prefix}:{near}?" if near else "it is kept, but no page and no check knows it"
            return f"{prefix}:{local} is used by neither ontology nor shapes: {remedy}"
    return f"<{term.value}> is used by neither ontology nor shapes: it is kept, but no page and no check knows it"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like another one."""
    lower = {each.casefold(): each for each in sorted(known)}
    found = difflib.get_close_matches(word.casefold(), list(lower), n=1, cutoff=0.7)
    return lower[found[0]] if found else None
