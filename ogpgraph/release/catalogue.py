"""What a release says of itself in DCAT 3: name, licence, version, and a distribution for each of its files."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ogpgraph import iris
from ogpgraph.records import ReleaseNotes
from ogpgraph.release.dumps import by_subject, stated_in
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SPDX, VOID, XSD, text

LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
_MEDIA = NamedNode("http://www.w3.org/ns/iana/media-types/")
_MEDIA_TYPES = {
    "nq": "application/n-quads",
    "trig": "application/trig",
    "ttl": "text/turtle",
    "json": "application/json",
    "txt": "text/plain",
}
# Files of a release that describe it and are no form of the dataset.
_ABOUT = (
    *("manifest.json", "catalogue.ttl", "void.ttl", "service.ttl", "sparql-examples.ttl"),
    *("validation", "changes", "conflicts.csv", "unread.csv"),
)

DATASET = iris.entity("dataset/ogp-graph")


def describe(notes: ReleaseNotes, version: str) -> Iterator[Quad]:
    """The dataset itself, as it stands inside the dataset: name, licence, version, what it conforms to."""
    return stated_in(iris.graph("catalogue"), _dataset(notes, version))


def _dataset(notes: ReleaseNotes, version: str) -> list[Triple]:
    agent = iris.entity("agent/ogp-graph")
    return [
        Triple(DATASET, RDF.type, DCAT.Dataset),
        Triple(DATASET, RDF.type, VOID.Dataset),
        Triple(DATASET, RDFS.label, text(notes.title)),
        Triple(DATASET, DCTERMS.title, text(notes.title)),
        Triple(DATASET, DCTERMS.description, text(notes.description)),
        Triple(DATASET, DCTERMS.license, LICENCE),
        Triple(DATASET, DCTERMS.publisher, agent),
        Triple(DATASET, DCTERMS.creator, agent),
        Triple(DATASET, DCTERMS.issued, Literal(notes.issued, datatype=XSD.date)),
        Triple(DATASET, DCAT.version, Literal(version)),
        Triple(DATASET, OWL.versionInfo, Literal(version)),
        Triple(DATASET, DCTERMS.conformsTo, NamedNode(BASE + "ontology")),
        Triple(DATASET, DCTERMS.conformsTo, NamedNode(BASE + "shapes")),
        Triple(DATASET, FOAF.homepage, NamedNode(BASE)),
    ]


def dcat(
    notes: ReleaseNotes, version: str, previous: str | None, files: dict[str, dict[str, str | int]]
) -> list[Triple]:
    """The catalogue record with a distribution for each file: address, media type, size, checksum."""
    triples = _dataset(notes, version)
    if previous:
        triples.append(Triple(DATASET, DCAT.previousVersion, NamedNode(f"{BASE}dumps/{previous}/")))
    for name, facts in sorted(files.items()):
        if not name.startswith(_ABOUT):
            triples += _distribution(version, name, facts)
    return sorted(triples, key=by_subject)


def _distribution(version: str, name: str, facts: dict[str, str | int]) -> list[Triple]:
    node = NamedNode(f"{BASE}dumps/{version}/{name}")
    checksum = iris.entity(f"checksum/{version}/{name}")
    plain_name = name.removesuffix(".gz")
    triples = [
        Triple(DATASET, DCAT.distribution, node),
        Triple(node, RDF.type, DCAT.Distribution),
        Triple(node, DCTERMS.title, text(name)),
        Triple(node, DCAT.downloadURL, node),
        Triple(node, DCTERMS.license, LICENCE),
        Triple(node, DCAT.mediaType, NamedNode(_MEDIA.value + _MEDIA_TYPES[plain_name.rpartition(".")[2]])),
        Triple(node, DCAT.byteSize, Literal(str(facts["bytes"]), datatype=XSD.nonNegativeInteger)),
        Triple(node, SPDX.checksum, checksum),
        Triple(checksum, RDF.type, SPDX.Checksum),
        Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
        Triple(checksum, SPDX.checksumValue, Literal(str(facts["sha256"]), datatype=XSD.hexBinary)),
    ]
    if name.endswith(".gz"):
        triples.append(Triple(node, DCAT.compressFormat, NamedNode(_MEDIA.value + "application/gzip")))
    return triples
