"""What of a dataset is searched: the texts of every entity of the kinds, and the values of its facets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, Store

from ogpgraph.search.facets import FACETS, KIND, KINDS
from ogpgraph.vocabulary import DCTERMS, OGP, RDFS, SKOS

# What an entity is called: a match here counts most.
_NAMES = (
    *(RDFS.label, DCTERMS["title"], DCTERMS.alternative, DCTERMS.identifier),
    *(SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, OGP.acronym),
)
_TEXTS = (
    *(DCTERMS.abstract, DCTERMS.description, OGP.text, OGP.finding, OGP.recommendationText, OGP.evidence),
    *(OGP.counterEvidence, OGP.printedText, OGP.topic, OGP.emergingTopic, OGP.carriedOverTopic, OGP.principle),
    *(OGP.leadInstitutionText, OGP.supportInstitutionText, SKOS.note, SKOS.definition, SKOS.scopeNote),
)
# Whose names count for an entity too: its tags and institutions, the commitment of a milestone.
_RELATED = (OGP.policyArea, OGP.leadInstitution, OGP.supportInstitution, OGP.milestoneOf, OGP.assesses)
_PREFIXES = f"PREFIX ogp: <{OGP.iri}>\nPREFIX rdfs: <{RDFS.iri}>\nPREFIX skos: <{SKOS.iri}>\n"


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A text with its language tag; empty for none."""

    value: str
    language: str = ""


@dataclass(slots=True)
class Document:
    """An entity as the index holds it. ``related`` are names of what belongs to it."""

    iri: str
    kind: str
    weight: float
    label: Text
    names: list[Text] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    related: list[Text] = field(default_factory=list)
    facets: list[tuple[str, str]] = field(default_factory=list)  # by their order in FACETS, then by value


def documents_of(store: Store) -> list[Document]:
    """The documents of a dataset in the order of their IRIs."""
    documents = {each.iri: each for each in _bare(store)}
    _add_texts(store, documents)
    _add_related(store, documents)
    _add_facets(store, documents)
    return [documents[iri] for iri in sorted(documents)]


def labels_of_values(store: Store, values: set[str]) -> dict[str, str]:
    """The English names of the values of facets, as far as they have any."""
    found: dict[str, str] = {}
    for value in sorted(values):
        if value.startswith(("http://", "https://")):
            texts = _literals(store, NamedNode(value), (RDFS.label, SKOS.prefLabel))
            if texts:
                found[value] = _preferred(texts).value
    return found


def _bare(store: Store) -> Iterator[Document]:
    seen: set[str] = set()
    for kind, _, weight in KINDS:
        for row in _rows(store, f"SELECT DISTINCT ?entity WHERE {{ ?entity a {kind} }}"):
            if isinstance(row["entity"], NamedNode) and row["entity"].value not in seen:
                seen.add(row["entity"].value)
                yield Document(row["entity"].value, kind.value, weight, Text(""))


def _add_texts(store: Store, documents: dict[str, Document]) -> None:
    for document in documents.values():
        node = NamedNode(document.iri)
        document.names = _literals(store, node, _NAMES)
        document.label = _label(store, node)
        document.texts = _literals(store, node, _TEXTS)


def _add_related(store: Store, documents: dict[str, Document]) -> None:
    names: dict[NamedNode, list[Text]] = {}
    for document in documents.values():
        found: set[Text] = set()
        for node in _objects(store, NamedNode(document.iri), _RELATED):
            if node not in names:
                names[node] = _literals(store, node, _NAMES)
            found.update(names[node])
        document.related = sorted(found.difference(document.names))


def _add_facets(store: Store, documents: dict[str, Document]) -> None:
    kinds = {kind.value for kind, _, _ in KINDS}
    for facet in FACETS:
        found: set[tuple[str, str]] = set()
        for row in _rows(store, f"SELECT ?entity ?value WHERE {{ ?entity {facet.path} ?value }}"):
            value = row["value"].value
            if row["entity"].value in documents and (facet is not KIND or value in kinds):
                found.add((row["entity"].value, value))
        for iri, value in sorted(found):
            documents[iri].facets.append((facet.name, value))


def _label(store: Store, node: NamedNode) -> Text:
    """What an entity is called: by the first of the properties that it has, else by the end of its IRI."""
    for name in _NAMES:
        if found := _literals(store, node, (name,)):
            return _preferred(found)
    return Text(node.value.rpartition("/")[2])


def _preferred(texts: list[Text]) -> Text:
    """English before no language before others; the order of ``texts`` else."""
    return min(texts, key=lambda text: ("en", "").index(text.language) if text.language in ("en", "") else 2)


def _objects(store: Store, node: NamedNode, properties: tuple[NamedNode, ...]) -> Iterator[NamedNode]:
    for name in properties:
        for quad in store.quads_for_pattern(node, name, None, DefaultGraph()):
            if isinstance(quad.object, NamedNode):
                yield quad.object


def _literals(store: Store, node: NamedNode, properties: tuple[NamedNode, ...]) -> list[Text]:
    """The texts that the release itself says of a node, property by property."""
    found: dict[Text, None] = {}
    for name in properties:
        objects = (quad.object for quad in store.quads_for_pattern(node, name, None, DefaultGraph()))
        found |= dict.fromkeys(sorted(_text(each) for each in objects if isinstance(each, Literal)))
    return list(found)


def _text(literal: Literal) -> Text:
    return Text(literal.value, literal.language or "")


def _rows(store: Store, query: str) -> QuerySolutions:
    return cast(QuerySolutions, store.query(_PREFIXES + query))
