"""What terms of other vocabularies are called on a page: the graph holds no labels of them."""

from __future__ import annotations

import re

from ogpgraph.pages.links import short
from ogpgraph.vocabulary import PREFIXES

# Where the last part of the IRI does not say it well.
_BETTER = {
    "rdf:type": "type",
    "rdfs:seeAlso": "see also",
    "rdfs:isDefinedBy": "defined in",
    "skos:prefLabel": "name",
    "skos:altLabel": "other name",
    "skos:hiddenLabel": "also written",
    "skos:inScheme": "in scheme",
    "skos:topConceptOf": "top concept of",
    "skos:hasTopConcept": "top concept",
    "skos:broader": "broader",
    "skos:narrower": "narrower",
    "skos:exactMatch": "same as (exact match)",
    "skos:closeMatch": "nearly the same as",
    "skos:broadMatch": "narrower than",
    "skos:narrowMatch": "broader than",
    "owl:sameAs": "the same as",
    "owl:Axiom": "Mapping",
    "owl:annotatedSource": "subject of the mapping",
    "owl:annotatedProperty": "relation of the mapping",
    "owl:annotatedTarget": "object of the mapping",
    "pav:authoredBy": "author",
    "skos:relatedMatch": "related to",
    "skos:notation": "code",
    "skos:memberList": "members in order",
    "dcterms:isReplacedBy": "replaced by",
    "dcterms:alternative": "other title",
    "dcterms:isPartOf": "part of",
    "foaf:page": "page on the web",
    "org:subOrganizationOf": "part of",
    "org:resultedFrom": "resulted from the change",
    "org:changedBy": "changed by",
    "org:originalOrganization": "before the change",
    "org:resultingOrganization": "after the change",
    "prov:wasDerivedFrom": "derived from",
    "qb:dataSet": "data set",
    "void:exampleResource": "example",
}


def external_name(iri: str) -> str:
    """A readable name of an IRI of others: words for a term of a known vocabulary, else an address, else its end."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri != namespace:
            local = iri[len(namespace) :]
            return _BETTER.get(f"{prefix}:{local}") or _words(local)
    if "#" not in iri and iri.startswith(("http://", "https://")):
        return iri.partition("://")[2].removeprefix("www.").rstrip("/")
    return short(iri)


def _words(local: str) -> str:
    """``priorVersion`` and ``prior_version`` as ``prior version``; what starts with a capital (a class) keeps it."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", local.replace("_", " "))
    return spaced[:1] + spaced[1:].lower()
