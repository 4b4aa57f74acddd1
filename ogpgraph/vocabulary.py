"""The ontology and the SKOS schemes as the rest of the code needs them.

Printed words become concepts through the labels of the schemes, so the code book of the graph is the
code book of the reader: a wording that OGP's pages start to use is added as a label, not as code.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from ogpgraph.settings import BASE, CANONICAL_BASE, PROJECT

Term = NamedNode | Literal


class Namespace:
    """Terms of one vocabulary: ``OGP.Commitment``, ``DCTERMS["title"]``."""

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getitem__(self, local: str) -> NamedNode:
        return NamedNode(self.iri + local)

    def __getattr__(self, local: str) -> NamedNode:
        if local.startswith("__"):
            raise AttributeError(local)
        node = self.__dict__[local] = self[local]  # the next time it is found without asking here
        return node

    def __contains__(self, node: object) -> bool:
        return isinstance(node, NamedNode) and node.value.startswith(self.iri)


OGP = Namespace(BASE + "ontology#")
SHAPES = Namespace(BASE + "shapes#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
PROV = Namespace("http://www.w3.org/ns/prov#")
ORG = Namespace("http://www.w3.org/ns/org#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
VOID = Namespace("http://rdfs.org/ns/void#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SH = Namespace("http://www.w3.org/ns/shacl#")
QB = Namespace("http://purl.org/linked-data/cube#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SCHEMA = Namespace("https://schema.org/")
PAV = Namespace("http://purl.org/pav/")
SSSOM = Namespace("https://w3id.org/sssom/")
SEMAPV = Namespace("https://w3id.org/semapv/vocab/")
# What the SIB's editors read beyond the standards: datatypes in VoID, DESCRIBE among the examples.
VOID_EXT = Namespace("http://ldf.fi/void-ext#")
SPEX = Namespace("https://purl.expasy.org/sparql-examples/ontology#")

PREFIXES = {
    "ogp": OGP.iri,
    "dcat": DCAT.iri,
    "dcterms": DCTERMS.iri,
    "foaf": FOAF.iri,
    "org": ORG.iri,
    "owl": OWL.iri,
    "pav": PAV.iri,
    "prov": PROV.iri,
    "qb": QB.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "schema": SCHEMA.iri,
    "sd": SD.iri,
    "semapv": SEMAPV.iri,
    "sh": SH.iri,
    "skos": SKOS.iri,
    "spdx": SPDX.iri,
    "spex": SPEX.iri,
    "sssom": SSSOM.iri,
    "vann": "http://purl.org/vocab/vann/",
    "void": VOID.iri,
    "void-ext": VOID_EXT.iri,
    "xsd": XSD.iri,
}

ONTOLOGY_FOLDER = PROJECT / "ontology"
SHAPES_FOLDER = PROJECT / "shapes"
QUERIES_FOLDER = PROJECT / "queries"


def under_base(text: str) -> str:
    """A file's text with its canonical IRIs moved below the base that is set."""
    return text if BASE == CANONICAL_BASE else text.replace(CANONICAL_BASE, BASE)


def turtle(path: Path) -> Iterator[Triple]:
    """The triples of a Turtle file of ours; SyntaxError names the file and the place."""
    try:
        yield from (quad.triple for quad in parse(under_base(path.read_text("utf-8")), format=RdfFormat.TURTLE))
    except SyntaxError as error:
        raise SyntaxError(f"{path.name}: {error}") from None


def without_blank_nodes(triples: Iterable[Triple]) -> Iterator[tuple[NamedNode, NamedNode, Term]]:
    """Subject, predicate and object of each triple that has names and texts only.

    Blank nodes are lists and class expressions of the ontology; what the records state has none.
    """
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, Term):
            yield triple.subject, triple.predicate, triple.object


def subject_name(triple: Triple) -> str:
    """The IRI of a triple's subject, or the name of its blank node; triples about triples are not used here."""
    assert not isinstance(triple.subject, Triple)
    return triple.subject.value


def folded(text: str) -> str:
    """A label as it is compared: no case, one space, straight quotes, composed letters."""
    text = unicodedata.normalize("NFC", text).replace("’", "'").replace("‘", "'")
    return " ".join(text.split()).casefold()


@dataclass
class Scheme:
    """One SKOS scheme: its concepts by slug and by label."""

    name: str
    concepts: dict[str, NamedNode] = field(default_factory=dict)
    labels: dict[str, NamedNode] = field(default_factory=dict)
    in_force: dict[str, tuple[int, int]] = field(default_factory=dict)
    notations: dict[tuple[str, str], set[NamedNode]] = field(default_factory=dict)

    def find(self, text: str) -> NamedNode | None:
        """The concept with this slug or with this label in any language."""
        return self.concepts.get(text) or self.labels.get(folded(text))


class Vocabulary:
    """The schemes and own terms, read once from ``ontology/``."""

    def __init__(self, folder: Path = ONTOLOGY_FOLDER) -> None:
        self.schemes: dict[str, Scheme] = {}
        self.terms: set[NamedNode] = set()
        self.inverse: dict[NamedNode, NamedNode] = {}
        self.super_properties: dict[NamedNode, set[NamedNode]] = {}
        self.rank: dict[NamedNode, int] = {}
        self._read_ontology(folder / "ogp.ttl")
        for path in sorted((folder / "schemes").glob("*.ttl")):
            self._read_scheme(path)

    def concept(self, scheme: str, text: str) -> NamedNode | None:
        """The concept of ``scheme`` with this slug or label, or None."""
        return self.schemes[scheme].find(text) if scheme in self.schemes else None

    def first(self, schemes: Iterable[str], text: str) -> NamedNode | None:
        """The concept in the first of several schemes that knows the text."""
        return next((found for name in schemes if (found := self.concept(name, text))), None)

    def by_notation(self, scheme: str, notation: str, code_book: str) -> set[NamedNode]:
        """The concepts that an edition of OGP's files writes so; ``code_book`` is ``Code2015`` or its like.

        One code may stand for several: Code2016 writes 0 for an impact of None and for one that is Unclear.
        """
        known = self.schemes[scheme].notations if scheme in self.schemes else {}
        return known.get((code_book, notation), set())

    def in_force(self, concept: NamedNode, cycle: int) -> bool:
        """Whether a value may be given to a commitment of a plan that starts in ``cycle``."""
        scheme, _, slug = concept.value.removeprefix(BASE + "scheme/").partition("/")
        bounds = self.schemes[scheme].in_force
        first, last = bounds.get(slug, bounds.get("", (0, 9999)))
        return first <= cycle <= last

    def supers(self, term: NamedNode) -> set[NamedNode]:
        """All super-properties of an own property, the property itself left out."""
        found: set[NamedNode] = set()
        todo = [term]
        while todo:
            for parent in self.super_properties.get(todo.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        return found

    def _read_ontology(self, path: Path) -> None:
        for subject, predicate, target in without_blank_nodes(turtle(path)):
            if subject not in OGP or not isinstance(target, NamedNode):
                continue
            if predicate == RDF.type:
                self.terms.add(subject)
            elif predicate == OWL.inverseOf and target in OGP:
                self.inverse[subject], self.inverse[target] = target, subject
            elif predicate == RDFS.subPropertyOf and target in OGP:
                self.super_properties.setdefault(subject, set()).add(target)

    def _read_scheme(self, path: Path) -> None:
        scheme = self.schemes[path.stem] = Scheme(path.stem)
        root = f"{BASE}scheme/{path.stem}"
        labels: list[tuple[int, str, NamedNode]] = []
        priority = {SKOS.prefLabel: 0, SKOS.altLabel: 1, SKOS.hiddenLabel: 2}
        bounds: dict[str, dict[NamedNode, int]] = {}
        for subject, predicate, target in without_blank_nodes(turtle(path)):
            slug = subject.value.removeprefix(root).removeprefix("/")
            if predicate == RDF.type and target == SKOS.Concept:
                scheme.concepts[slug] = subject
            elif predicate == SKOS.notation and isinstance(target, Literal):
                code_book = target.datatype.value.removeprefix(OGP.iri)
                scheme.notations.setdefault((code_book, target.value), set()).add(subject)
            elif predicate in priority:
                labels.append((priority[predicate], folded(target.value), subject))
            elif predicate in (OGP.inForceFrom, OGP.inForceUntil):
                bounds.setdefault(slug, {})[predicate] = int(target.value)
            elif predicate == OGP["rank"]:
                self.rank[subject] = int(target.value)
        for _, label, subject in sorted(labels, key=lambda entry: (entry[0], entry[1], entry[2].value)):
            if subject in scheme.concepts.values():
                scheme.labels.setdefault(label, subject)
        for slug, found in bounds.items():
            scheme.in_force[slug] = (found.get(OGP.inForceFrom, 0), found.get(OGP.inForceUntil, 9999))


def text(value: str, language: str = "en") -> Literal:
    """A text in a language."""
    return Literal(value, language=language)
