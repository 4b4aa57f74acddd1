"""The vocabularies of others that the ontology builds on: prefix, namespace, name, and where they are explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownVocabulary:
    """A vocabulary with the address of its documentation."""

    prefix: str
    namespace: str
    name: str
    documentation: str


KNOWN = tuple(
    KnownVocabulary(*each)
    for each in (
        ("bibo", "http://purl.org/ontology/bibo/", "Bibliographic Ontology", "https://www.dublincore.org/specifications/bibo/"),
        ("cv", "http://data.europa.eu/m8g/", "Core Vocabularies of the EU", "https://semiceu.github.io/CPOV/releases/2.1.1/"),
        ("dcat", "http://www.w3.org/ns/dcat#", "Data Catalog Vocabulary", "https://www.w3.org/TR/vocab-dcat-3/"),
        ("dcterms", "http://purl.org/dc/terms/", "DCMI Metadata Terms", "https://www.dublincore.org/specifications/dublin-core/dcmi-terms/"),
        ("fabio", "http://purl.org/spar/fabio/", "FRBR-aligned Bibliographic Ontology", "https://sparontologies.github.io/fabio/current/fabio.html"),
        ("foaf", "http://xmlns.com/foaf/0.1/", "FOAF", "http://xmlns.com/foaf/spec/"),
        ("oa", "http://www.w3.org/ns/oa#", "Web Annotation Vocabulary", "https://www.w3.org/TR/annotation-vocab/"),
        ("org", "http://www.w3.org/ns/org#", "The Organization Ontology", "https://www.w3.org/TR/vocab-org/"),
        ("owl", "http://www.w3.org/2002/07/owl#", "OWL 2", "https://www.w3.org/TR/owl2-overview/"),
        ("pav", "http://purl.org/pav/", "Provenance, Authoring and Versioning", "https://pav-ontology.github.io/pav/"),
        ("prov", "http://www.w3.org/ns/prov#", "PROV-O", "https://www.w3.org/TR/prov-o/"),
        ("qb", "http://purl.org/linked-data/cube#", "RDF Data Cube Vocabulary", "https://www.w3.org/TR/vocab-data-cube/"),
        ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "RDF", "https://www.w3.org/TR/rdf11-concepts/"),
        ("rdfs", "http://www.w3.org/2000/01/rdf-schema#", "RDF Schema", "https://www.w3.org/TR/rdf-schema/"),
        ("schema", "https://schema.org/", "Schema.org", "https://schema.org/docs/schemas.html"),
        ("sdmx-dimension", "http://purl.org/linked-data/sdmx/2009/dimension#", "SDMX dimensions", "https://www.w3.org/TR/vocab-data-cube/#dsd-cog"),
        ("sdmx-measure", "http://purl.org/linked-data/sdmx/2009/measure#", "SDMX measures", "https://www.w3.org/TR/vocab-data-cube/#dsd-cog"),
        ("semapv", "https://w3id.org/semapv/vocab/", "Semantic Mapping Vocabulary", "https://mapping-commons.github.io/semantic-mapping-vocabulary/"),
        ("sh", "http://www.w3.org/ns/shacl#", "SHACL", "https://www.w3.org/TR/shacl/"),
        ("skos", "http://www.w3.org/2004/02/skos/core#", "SKOS", "https://www.w3.org/TR/skos-reference/"),
        ("sssom", "https://w3id.org/sssom/", "Simple Standard for Sharing Ontological Mappings", "https://mapping-commons.github.io/sssom/"),
        ("vann", "http://purl.org/vocab/vann/", "VANN", "https://vocab.org/vann/"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#", "XML Schema datatypes", "https://www.w3.org/TR/xmlschema11-2/"),
    )
)  # fmt: skip


def vocabulary_of(iri: str) -> KnownVocabulary | None:
    """The vocabulary that a term belongs to; None where it is not known here."""
    return next((each for each in KNOWN if iri.startswith(each.namespace)), None)


def compact(iri: str) -> str:
    """``prov:Entity`` for a term of a known vocabulary, else the IRI.

    >>> compact("http://www.w3.org/ns/prov#Entity")
    'prov:Entity'
    """
    vocabulary = vocabulary_of(iri)
    return f"{vocabulary.prefix}:{iri.removeprefix(vocabulary.namespace)}" if vocabulary else iri


def by_vocabulary(iris: Iterable[str]) -> list[tuple[KnownVocabulary, list[str]]]:
    """Terms of others by their vocabulary, each once; terms of unknown vocabularies are left out."""
    terms = set(iris)
    found = [(each, sorted(iri for iri in terms if vocabulary_of(iri) == each)) for each in KNOWN]
    return [(vocabulary, its) for vocabulary, its in found if its]
