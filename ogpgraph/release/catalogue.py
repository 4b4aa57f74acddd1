"""What a release says of itself in DCAT 3: coverage, licence, version, services, and a distribution for each file.

Part of it stands inside the dataset (``describe``); the whole with the distributions, whose checksums cannot stand
inside what they sum up, is the file ``catalogue.ttl`` (``dcat``)::

    <catalog>  dcat:Catalog --dcat:dataset--> <id/dataset/ogp-graph>  dcat:Dataset --dcat:distribution--> <dumps/v/…>
                            --dcat:service--> <sparql>                             --dcat:hasVersion----> <dumps/v/>
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from ogpgraph import iris
from ogpgraph.records import ReleaseNotes
from ogpgraph.release.dumps import by_subject, stated_in
from ogpgraph.release.patch import MEDIA_TYPE as PATCH
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCAT, DCTERMS, FOAF, OGP, OWL, RDF, RDFS, SKOS, SPDX, VOID, XSD, Namespace, text

LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
DATASET = iris.entity("dataset/ogp-graph")
CATALOGUE, SERVICE, AGENT = NamedNode(BASE + "catalog"), NamedNode(BASE + "sparql"), iris.entity("agent/ogp-graph")
FRAGMENTS = NamedNode(BASE + "fragments")
MADE_BY = "OGP Graph contributors"

_VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_MEDIA = NamedNode("http://www.w3.org/ns/iana/media-types/")
_MEDIA_TYPES = {
    "nq": "application/n-quads",
    "trig": "application/trig",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "json": "application/json",
    "csv-metadata.json": "application/csvm+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "parquet": "application/vnd.apache.parquet",
    "rdfp": PATCH,
    "txt": "text/plain",
    "gz": "application/gzip",
}
# Files of a release that describe it and are no form of the dataset.
_ABOUT = (
    *("manifest.json", "catalogue.ttl", "void.ttl", "service.ttl", "sparql-examples.ttl"),
    *("validation", "changes", "conflicts.csv", "unread.csv", "commitments.csv-metadata.json"),
)

# What catalogues file the dataset under: words, and the tables of the EU's Publications Office.
KEYWORDS = (
    *(
        "open government",
        "Open Government Partnership",
        "action plans",
        "commitments",
        "Independent Reporting Mechanism",
    ),
    *("linked data", "provenance", "transparency", "public participation"),
)
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_COUNTRY = _AUTHORITY + "country/"
_THEME, _ENGLISH, _FRENCH, _SPANISH, _PUBLIC, _IRREGULAR = (
    NamedNode(_AUTHORITY + name)
    for name in (
        *("data-theme/GOVE", "language/ENG", "language/FRA", "language/SPA"),
        *("access-right/PUBLIC", "frequency/IRREG"),
    )
)
_PERIOD, _CONTACT = NamedNode(f"{DATASET.value}#period"), NamedNode(f"{DATASET.value}#contact")
_SPARQL_ACCESS, _FRAGMENT_ACCESS = NamedNode(f"{DATASET.value}#sparql"), NamedNode(f"{DATASET.value}#fragments")
_SPARQL_PROTOCOL = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
_FRAGMENTS_SPECIFICATION = NamedNode("https://linkeddatafragments.org/specification/triple-pattern-fragments/")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the data of a release are about, read off the data.

    ``data_from`` is the earliest start of a plan or a commitment, ``data_until`` what the release notes give; both are
    years, months or days (ISO 8601).
    """

    data_from: str
    data_until: str
    countries: tuple[NamedNode, ...]  # in the EU's table, those of the members that made commitments
    conforms_to: tuple[NamedNode, ...]  # the versions of ontology and shapes

    @classmethod
    def of(cls, data: Iterable[Quad], notes: ReleaseNotes) -> Coverage:
        """The coverage of a dataset."""
        planned = (f"<{iris.plan('').value}", f"<{iris.commitment('').value}")
        begun: set[str] = set()
        members: set[object] = set()
        countries: list[tuple[object, NamedNode]] = []
        versions: dict[object, NamedNode] = {}
        for quad in data:
            if quad.graph_name != DefaultGraph():
                continue
            predicate, value = quad.predicate, quad.object
            if predicate in (OGP.cycle, OGP.startDate) and str(quad.subject).startswith(planned):
                begun |= {value.value} if isinstance(value, Literal) else set()
            elif predicate == OGP.member and str(quad.subject).startswith(f"<{iris.commitment('').value}"):
                members.add(value)
            elif predicate == SKOS.exactMatch and isinstance(value, NamedNode) and value.value.startswith(_COUNTRY):
                countries.append((quad.subject, value))
            elif predicate == OWL.versionIRI and isinstance(value, NamedNode):
                versions[quad.subject] = value
        where = {country for member, country in countries if member in members}
        documents = (NamedNode(BASE + "ontology"), NamedNode(BASE + "shapes"))
        return cls(
            min(begun, default=notes.data_until),
            notes.data_until,
            tuple(sorted(where, key=str)),
            tuple(versions.get(document, document) for document in documents),
        )


def media_type(name: str) -> str:
    """The media type of a file of a release, by its name."""
    endings = (ending for ending in _MEDIA_TYPES if name.endswith(f".{ending}"))
    return _MEDIA_TYPES[max(endings, key=len)]


def is_of_release(node: object) -> bool:
    """Whether a node is the dataset or a part of its description."""
    return isinstance(node, NamedNode) and (node == DATASET or node.value.startswith(f"{DATASET.value}#"))


def describe(notes: ReleaseNotes, version: str, coverage: Coverage) -> Iterator[Quad]:
    """The dataset itself, as it stands inside the dataset: name, licence, version, coverage, what it conforms to."""
    return stated_in(iris.graph("catalogue"), _dataset(notes, version, coverage))


def _dataset(notes: ReleaseNotes, version: str, coverage: Coverage) -> list[Triple]:
    issued = Literal(notes.issued, datatype=XSD.date)
    return [
        Triple(DATASET, RDF.type, DCAT.Dataset),
        Triple(DATASET, RDF.type, VOID.Dataset),
        Triple(DATASET, RDFS.label, text(notes.title)),
        Triple(DATASET, DCTERMS.title, text(notes.title)),
        Triple(DATASET, DCTERMS.description, text(notes.description)),
        Triple(DATASET, DCTERMS.license, LICENCE),
        Triple(DATASET, DCTERMS.publisher, AGENT),
        Triple(DATASET, DCTERMS.creator, AGENT),
        Triple(DATASET, DCTERMS.issued, issued),
        Triple(DATASET, DCTERMS.modified, issued),
        Triple(DATASET, DCAT.version, Literal(version)),
        Triple(DATASET, OWL.versionInfo, Literal(version)),
        Triple(DATASET, FOAF.homepage, NamedNode(BASE)),
        Triple(DATASET, DCAT.landingPage, NamedNode(BASE)),
        Triple(DATASET, DCAT.theme, _THEME),
        *(Triple(DATASET, DCAT.keyword, text(word)) for word in KEYWORDS),
        *(Triple(DATASET, DCTERMS.language, language) for language in (_ENGLISH, _FRENCH, _SPANISH)),
        *(Triple(DATASET, DCTERMS.conformsTo, document) for document in coverage.conforms_to),
        *(Triple(DATASET, DCTERMS.spatial, country) for country in coverage.countries),
        Triple(DATASET, DCTERMS.temporal, _PERIOD),
        Triple(_PERIOD, RDF.type, DCTERMS.PeriodOfTime),
        Triple(_PERIOD, RDFS.label, text(f"{coverage.data_from} to {coverage.data_until}")),
        Triple(_PERIOD, DCAT.startDate, _date(coverage.data_from)),
        Triple(_PERIOD, DCAT.endDate, _date(coverage.data_until)),
    ]


def _date(iso: str) -> Literal:
    """A year, month or day as the datatype that holds just that."""
    datatypes = (XSD.gYear, XSD.gYearMonth, XSD.date)
    return Literal(iso, datatype=datatypes[iso.count("-")])


Facts = dict[str, dict[str, str | int]]  # by file: bytes, sha256


def dcat(notes: ReleaseNotes, version: str, previous: str | None, coverage: Coverage, files: Facts) -> list[Triple]:
    """The whole catalogue: the dataset, its version, its endpoint, and a distribution for each file of ``files``."""
    triples = [
        *_dataset(notes, version, coverage),
        *_for_catalogues(coverage),
        *_catalogue(notes),
        *_version(notes, version, previous),
        *_service(SERVICE, _SPARQL_ACCESS, "SPARQL endpoint of OGP Graph", _SPARQL_PROTOCOL),
        *_service(FRAGMENTS, _FRAGMENT_ACCESS, "Triple Pattern Fragments of OGP Graph", _FRAGMENTS_SPECIFICATION),
    ]
    for name, facts in sorted(files.items()):
        if not name.startswith(_ABOUT):
            triples += _distribution(version, name, facts)
    return sorted(set(triples), key=by_subject)


def _for_catalogues(coverage: Coverage) -> Iterator[Triple]:
    """What a catalogue wants to know beside, and the classes of what is pointed to (DCAT-AP 3)."""
    yield Triple(DATASET, DCTERMS.accessRights, _PUBLIC)
    yield Triple(DATASET, DCTERMS.accrualPeriodicity, _IRREGULAR)
    yield Triple(DATASET, DCAT.contactPoint, _CONTACT)
    yield Triple(_CONTACT, RDF.type, _VCARD.Organization)
    yield Triple(_CONTACT, RDF.type, _VCARD.Kind)
    yield Triple(_CONTACT, _VCARD.fn, Literal(MADE_BY))
    yield Triple(_CONTACT, _VCARD.hasURL, NamedNode(BASE))
    yield Triple(AGENT, RDF.type, FOAF.Agent)
    yield Triple(AGENT, FOAF.name, text(MADE_BY))
    yield Triple(AGENT, FOAF.homepage, NamedNode(BASE))
    yield Triple(LICENCE, RDF.type, DCTERMS.LicenseDocument)
    yield Triple(_PUBLIC, RDF.type, DCTERMS.RightsStatement)
    yield Triple(_IRREGULAR, RDF.type, DCTERMS.Frequency)
    yield from (Triple(language, RDF.type, DCTERMS.LinguisticSystem) for language in (_ENGLISH, _FRENCH, _SPANISH))
    yield Triple(_THEME, RDF.type, SKOS.Concept)
    yield Triple(_THEME, SKOS.prefLabel, text("Government and public sector"))
    yield from (Triple(page, RDF.type, FOAF.Document) for page in (NamedNode(BASE), CATALOGUE))
    yield from (Triple(_media(name), RDF.type, DCTERMS.MediaType) for name in set(_MEDIA_TYPES.values()))
    yield from (Triple(document, RDF.type, DCTERMS.Standard) for document in coverage.conforms_to)
    yield from (Triple(country, RDF.type, DCTERMS.Location) for country in coverage.countries)


def _catalogue(notes: ReleaseNotes) -> Iterator[Triple]:
    yield Triple(CATALOGUE, RDF.type, DCAT.Catalog)
    yield Triple(CATALOGUE, DCTERMS.title, text(f"Catalogue of {notes.title}"))
    yield Triple(CATALOGUE, DCTERMS.description, text("The dataset, its versions and files, and the endpoint for it."))
    yield Triple(CATALOGUE, DCTERMS.publisher, AGENT)
    yield Triple(CATALOGUE, DCTERMS.license, LICENCE)
    yield Triple(CATALOGUE, DCTERMS.modified, Literal(notes.issued, datatype=XSD.date))
    yield Triple(CATALOGUE, DCTERMS.language, _ENGLISH)
    yield Triple(CATALOGUE, FOAF.homepage, CATALOGUE)
    yield Triple(CATALOGUE, DCAT.dataset, DATASET)
    yield Triple(CATALOGUE, DCAT.service, SERVICE)
    yield Triple(CATALOGUE, DCAT.service, FRAGMENTS)


def _version(notes: ReleaseNotes, version: str, previous: str | None) -> Iterator[Triple]:
    """The release as a resource of its own: the dataset as it is in this version."""
    node = dump(version)
    for predicate in (DCAT.hasVersion, DCAT.hasCurrentVersion):
        yield Triple(DATASET, predicate, node)
    yield Triple(node, RDF.type, DCAT.Dataset)
    yield Triple(node, DCTERMS.title, text(f"{notes.title} {version}"))
    yield Triple(node, DCTERMS.description, text(notes.description))
    yield Triple(node, DCTERMS.issued, Literal(notes.issued, datatype=XSD.date))
    yield Triple(node, DCTERMS.license, LICENCE)
    yield Triple(node, DCTERMS.publisher, AGENT)
    yield Triple(node, DCAT.version, Literal(version))
    yield Triple(node, DCAT.isVersionOf, DATASET)
    if previous:
        for newer in (DATASET, node):
            yield Triple(newer, DCAT.previousVersion, dump(previous))


def _service(service: NamedNode, access: NamedNode, name: str, standard: NamedNode) -> Iterator[Triple]:
    """A way to ask the dataset as a service, and as a distribution of it."""
    title = text(name)
    yield Triple(service, RDF.type, DCAT.DataService)
    yield Triple(service, DCTERMS.title, title)
    yield Triple(service, DCTERMS.license, LICENCE)
    yield Triple(service, DCTERMS.publisher, AGENT)
    yield Triple(service, DCTERMS.accessRights, _PUBLIC)
    yield Triple(service, DCTERMS.conformsTo, standard)
    yield Triple(service, DCAT.endpointURL, service)
    yield Triple(service, DCAT.endpointDescription, service)
    yield Triple(service, DCAT.servesDataset, DATASET)
    yield Triple(standard, RDF.type, DCTERMS.Standard)
    yield Triple(DATASET, DCAT.distribution, access)
    yield Triple(access, RDF.type, DCAT.Distribution)
    yield Triple(access, DCTERMS.title, title)
    yield Triple(access, DCTERMS.license, LICENCE)
    yield Triple(access, DCAT.accessURL, service)
    yield Triple(access, DCAT.accessService, service)


def dump(version: str, name: str = "") -> NamedNode:
    """A version, or a file of it, as the server gives it out."""
    return NamedNode(f"{BASE}dumps/{version}/{name}")


def _distribution(version: str, name: str, facts: dict[str, str | int]) -> list[Triple]:
    node = dump(version, name)
    checksum = NamedNode(f"{node.value}#sha256")
    plain_name = name.removesuffix(".gz")
    triples = [
        Triple(DATASET, DCAT.distribution, node),
        Triple(node, RDF.type, DCAT.Distribution),
        Triple(node, DCTERMS.title, text(name)),
        Triple(node, DCAT.accessURL, dump(version)),
        Triple(node, DCAT.downloadURL, node),
        Triple(node, DCTERMS.license, LICENCE),
        Triple(node, DCAT.mediaType, _media(media_type(plain_name))),
        Triple(node, DCAT.byteSize, Literal(str(facts["bytes"]), datatype=XSD.nonNegativeInteger)),
        Triple(node, SPDX.checksum, checksum),
        Triple(checksum, RDF.type, SPDX.Checksum),
        Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
        Triple(checksum, SPDX.checksumValue, Literal(str(facts["sha256"]), datatype=XSD.hexBinary)),
    ]
    if name.endswith(".gz"):
        triples.append(Triple(node, DCAT.compressFormat, _media("application/gzip")))
    return triples


def _media(name: str) -> NamedNode:
    return NamedNode(_MEDIA.value + name)
