"""VoID of a release: how much of what its default graph and each of its named graphs hold (W3C Note, 3 March 2011).

The description of the default graph stands in the dataset too, in the graph ``.well-known/void``: its class partitions
have property partitions, and those say which classes and datatypes the objects have, as the SIB's void-generator
writes it and its editors read it; and it has a linkset for each data set that ours links to. It describes the dataset
without the graphs ``.well-known/void`` and ``.well-known/sparql-examples``, so that it need not count itself. Every
node has an IRI, ``.well-known/void#…``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from ogpgraph import iris
from ogpgraph.release.catalogue import DATASET
from ogpgraph.release.dumps import by_subject, default_graph
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OWL, PREFIXES, RDF, RDFS, SD, SKOS, VOID, VOID_EXT, XSD, subject_name, text

GRAPH = NamedNode(BASE + ".well-known/void")
SD_DATASET = NamedNode(GRAPH.value + "#dataset")

# Class, property and, where the object counts, its class or datatype.
_Partition = tuple[NamedNode, ...]


@dataclass
class Contents:
    """What a graph holds, counted in one pass over its triples."""

    triples: int = 0
    entities: int = 0
    subjects: set = field(default_factory=set)
    objects: set = field(default_factory=set)
    properties: Counter[NamedNode] = field(default_factory=Counter)
    classes: Counter[NamedNode] = field(default_factory=Counter)

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> Contents:
        found = cls()
        for triple in triples:
            predicate, target = triple.predicate, triple.object
            found.triples += 1
            found.subjects.add(triple.subject)
            found.objects.add(target)
            found.properties[predicate] += 1
            if predicate == RDF.type and isinstance(target, NamedNode):
                found.classes[target] += 1
        return found


@dataclass
class Links:
    """Which class has which property, how often, and with what class or datatype of object."""

    properties: Counter[_Partition] = field(default_factory=Counter)
    classes: Counter[_Partition] = field(default_factory=Counter)
    datatypes: Counter[_Partition] = field(default_factory=Counter)

    @classmethod
    def of(cls, triples: list[Triple]) -> Links:
        kinds: dict[object, list[NamedNode]] = defaultdict(list)
        for triple in triples:
            if triple.predicate == RDF.type and isinstance(triple.object, NamedNode):
                kinds[triple.subject].append(triple.object)
        found = cls()
        for triple in triples:
            predicate, target = triple.predicate, triple.object
            for kind in kinds.get(triple.subject, ()):
                found.properties[kind, predicate] += 1
                if isinstance(target, Literal):
                    found.datatypes[kind, predicate, target.datatype] += 1
                for target_kind in kinds.get(target, ()):
                    found.classes[kind, predicate, target_kind] += 1
        return found


def of_dataset(ordered: list[Quad], version: str) -> list[Triple]:
    """VoID of the default graph, with what each class is linked to: the graph ``.well-known/void``."""
    triples = default_graph(ordered)
    contents = Contents.of(triples)
    entities = sum(1 for node in contents.subjects if str(node).startswith(f"<{BASE}id/"))
    found = [
        Triple(DATASET, RDF.type, VOID.Dataset),
        _count(DATASET, VOID.entities, entities),
        *_described(DATASET, contents, GRAPH.value + "#"),
        Triple(DATASET, VOID.uriSpace, Literal(BASE)),
        Triple(DATASET, VOID.sparqlEndpoint, NamedNode(BASE + "sparql")),
        Triple(DATASET, VOID.dataDump, NamedNode(f"{BASE}dumps/{version}/ogp-graph.ttl")),
        Triple(DATASET, VOID.exampleResource, iris.commitment("FR0013")),
        *(Triple(DATASET, VOID.vocabulary, NamedNode(namespace)) for namespace in PREFIXES.values()),
        *_linked(Links.of(triples)),
        *_linksets(triples),
    ]
    return sorted(found, key=by_subject)


def sd_dataset() -> list[Triple]:
    """The dataset as SPARQL sees it, as far as it is the same for all: it has a default graph."""
    return [
        Triple(SD_DATASET, RDF.type, SD.Dataset),
        Triple(SD_DATASET, SD.defaultGraph, DATASET),
        Triple(DATASET, RDF.type, SD.Graph),
    ]


def of_graphs(ordered: list[Quad]) -> list[Triple]:
    """The dataset as SPARQL sees it (Service Description): its named graphs, each with its VoID."""
    found = sd_dataset()
    for graph, quads in groupby(ordered, key=lambda quad: quad.graph_name):
        if isinstance(graph, NamedNode):
            node = NamedNode(f"{GRAPH.value}#{graph.value.removeprefix(BASE)}")
            found += [
                Triple(SD_DATASET, SD.namedGraph, node),
                Triple(node, RDF.type, SD.NamedGraph),
                Triple(node, SD.name, graph),
                Triple(node, SD.graph, graph),
                Triple(graph, RDF.type, SD.Graph),
                *_described(graph, Contents.of(quad.triple for quad in quads), f"{node.value}/"),
            ]
    return sorted(found, key=by_subject)


def without_partitions(triples: Iterable[Triple]) -> list[Triple]:
    """A description of graphs with their counts only, which is a tenth of it."""
    return [
        triple
        for triple in triples
        if triple.predicate not in (VOID.classPartition, VOID.propertyPartition)
        and not re.search(r"#(?:.*/)?(?:class|property)/[^/]+$", subject_name(triple))
    ]


def uncounted(quads: Iterable[Quad]) -> set[Triple]:
    """The default graph without its VoID, which changes with every statement and says nothing of an entity."""
    default: set[Triple] = set()
    counts: set[Triple] = set()
    for quad in quads:
        if quad.graph_name == DefaultGraph():
            default.add(quad.triple)
        elif quad.graph_name == GRAPH:
            counts.add(quad.triple)
    return default - counts


def _described(node: NamedNode, contents: Contents, start: str) -> Iterator[Triple]:
    """Counts of a graph, and its partitions by class and by property with IRIs that begin with ``start``."""
    yield _count(node, VOID.triples, contents.triples)
    yield _count(node, VOID.distinctSubjects, len(contents.subjects))
    yield _count(node, VOID.distinctObjects, len(contents.objects))
    yield _count(node, VOID.properties, len(contents.properties))
    yield _count(node, VOID.classes, len(contents.classes))
    for kind, number in contents.classes.items():
        partition = NamedNode(f"{start}class/{_key(kind)}")
        yield Triple(node, VOID.classPartition, partition)
        yield Triple(partition, VOID["class"], kind)
        yield _count(partition, VOID.entities, number)
    for predicate, number in contents.properties.items():
        partition = NamedNode(f"{start}property/{_key(predicate)}")
        yield Triple(node, VOID.propertyPartition, partition)
        yield Triple(partition, VOID.property, predicate)
        yield _count(partition, VOID.triples, number)


def _linked(links: Links) -> Iterator[Triple]:
    """The property partitions of the class partitions, and what the properties lead to."""
    for (kind, predicate), number in links.properties.items():
        partition = _property_of_class(kind, predicate)
        yield Triple(NamedNode(f"{GRAPH.value}#class/{_key(kind)}"), VOID.propertyPartition, partition)
        yield Triple(partition, VOID.property, predicate)
        yield _count(partition, VOID.triples, number)
    for (kind, predicate, target), number in links.classes.items():
        partition = _property_of_class(kind, predicate)
        node = NamedNode(f"{partition.value}/class/{_key(target)}")
        yield Triple(partition, VOID.classPartition, node)
        yield Triple(node, VOID["class"], target)
        yield _count(node, VOID.triples, number)
    for (kind, predicate, datatype), number in links.datatypes.items():
        partition = _property_of_class(kind, predicate)
        node = NamedNode(f"{partition.value}/datatype/{_key(datatype)}")
        yield Triple(partition, VOID_EXT.datatypePartition, node)
        yield Triple(node, VOID_EXT.datatype, datatype)
        yield _count(node, VOID.triples, number)


# Links from what is ours to what others define; that a source is named is no link between data sets.
_LINKS = frozenset(
    (
        *(OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty, RDFS.seeAlso, RDFS.subClassOf, RDFS.subPropertyOf),
        *(SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch),
    )
)
# Data sets that have a name, by the start of their IRIs.
_TARGETS = {
    "http://publications.europa.eu/resource/authority/": "EU authority tables",
    "http://www.wikidata.org/entity/": "Wikidata",
    "http://metadata.un.org/sdg/": "UN Sustainable Development Goals",
    "https://sws.geonames.org/": "GeoNames",
}


# Hosts of many vocabularies, of which each has a start of its own.
_SHARED_HOSTS = ("http://purl.org/", "https://purl.org/", "http://www.w3.org/", "https://www.w3.org/")


def _linksets(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The links to other data sets, counted by data set and by property (VoID, section 5)."""
    counted: Counter[tuple[str, NamedNode]] = Counter()
    for triple in triples:
        target = triple.object
        if triple.predicate in _LINKS and isinstance(target, NamedNode) and not target.value.startswith(BASE):
            counted[_space(target.value), triple.predicate] += 1
    for (space, predicate), number in sorted(counted.items(), key=str):
        name = _TARGETS.get(space) or next((p for p, start in PREFIXES.items() if start == space), space)
        key = iris.slug(name)
        target, linkset = (
            NamedNode(f"{GRAPH.value}#target/{key}"),
            NamedNode(f"{GRAPH.value}#links/{key}/{_key(predicate)}"),
        )
        yield Triple(target, RDF.type, VOID.Dataset)
        yield Triple(target, RDFS.label, text(name))
        yield Triple(target, VOID.uriSpace, Literal(space))
        yield Triple(DATASET, VOID.subset, linkset)
        yield Triple(linkset, RDF.type, VOID.Linkset)
        yield Triple(linkset, RDFS.label, text(f"{iris.local_name(predicate)} to {name}"))
        yield Triple(linkset, VOID.subjectsTarget, DATASET)
        yield Triple(linkset, VOID.objectsTarget, target)
        yield Triple(linkset, VOID.linkPredicate, predicate)
        yield _count(linkset, VOID.triples, number)


def _space(iri: str) -> str:
    """Which data set an IRI belongs to, by its start: a known one, a vocabulary, else its host."""
    known = [space for space in (*_TARGETS, *PREFIXES.values()) if iri.startswith(space)]
    if known:
        return max(known, key=len)
    if "#" in iri or iri.startswith(_SHARED_HOSTS):
        return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    return "/".join(iri.split("/")[:3]) + "/"


def _property_of_class(kind: NamedNode, predicate: NamedNode) -> NamedNode:
    return NamedNode(f"{GRAPH.value}#class/{_key(kind)}/property/{_key(predicate)}")


@lru_cache(maxsize=10_000)
def _key(term: NamedNode) -> str:
    """A term as part of an IRI: ``ogp.Commitment``, or words and a hash where its namespace has no prefix."""
    for prefix, namespace in PREFIXES.items():
        local = term.value.removeprefix(namespace)
        if local != term.value and re.fullmatch(r"[A-Za-z0-9_-]+", local):
            return f"{prefix}.{local}"
    return f"{iris.slug(term.value)}-{hashlib.sha256(term.value.encode()).hexdigest()[:8]}"


def _count(subject: NamedNode, predicate: NamedNode, number: int) -> Triple:
    return Triple(subject, predicate, Literal(str(number), datatype=XSD.integer))
