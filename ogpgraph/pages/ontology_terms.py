"""The own terms of the ontology, read from its statements: what each is, and how it stands to the others."""

from __future__ import annotations

from dataclasses import dataclass, field

from ogpgraph.pages.facts import Facts
from ogpgraph.vocabulary import DCTERMS, OWL, QB, RDF, RDFS, SKOS

# Kinds of term in the order of the page. Of several types the first here says what the term is.
_TYPES = {
    OWL.Class.value: "Class",
    OWL.ObjectProperty.value: "Object property",
    OWL.DatatypeProperty.value: "Datatype property",
    OWL.AnnotationProperty.value: "Annotation property",
    RDFS.Datatype.value: "Datatype",
}
KINDS = tuple(_TYPES.values())
_CHARACTERISTICS = {
    OWL.FunctionalProperty.value: "functional: at most one value",
    OWL.InverseFunctionalProperty.value: "inverse functional: a value identifies its subject",
    OWL.SymmetricProperty.value: "symmetric: holds in both directions",
    OWL.AsymmetricProperty.value: "asymmetric: never holds in both directions",
    OWL.TransitiveProperty.value: "transitive",
    OWL.ReflexiveProperty.value: "reflexive",
    OWL.IrreflexiveProperty.value: "irreflexive",
    QB.DimensionProperty.value: "dimension of the data cube",
    QB.MeasureProperty.value: "measure of the data cube",
}


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a term stands to one of another vocabulary, and why."""

    relation: str
    target: str
    reason: str


@dataclass(slots=True)
class OwnTerm:
    """A term of the ontology. Lists hold IRIs; several IRIs in ``domain`` or ``range`` mean any of them."""

    iri: str
    name: str
    kind: str
    labels: dict[str, str]
    definitions: dict[str, str]
    notes: list[str]
    examples: list[str]
    characteristics: list[str]
    parents: list[str]
    domain: list[str]
    range: list[str]
    disjoint: list[str]
    alignments: list[Alignment]
    deprecated: bool
    replaced_by: list[str]
    inverse: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        """Whether things are instances of it."""
        return self.kind == "Class"

    @property
    def label(self) -> str:
        """The English name."""
        return next(iter(self.labels.values()), self.name)


@dataclass(slots=True)
class Branch:
    """A term with those below it."""

    term: OwnTerm
    branches: list[Branch]


@dataclass(slots=True)
class Ontology:
    """All own terms by IRI, in the alphabet of their names."""

    home: str
    facts: Facts
    terms: dict[str, OwnTerm]

    def of_kind(self, kind: str) -> list[OwnTerm]:
        """The terms of a kind."""
        return [term for term in self.terms.values() if term.kind == kind]

    def labels(self) -> dict[str, str]:
        """The English name of each term."""
        return {iri: term.label for iri, term in self.terms.items()}

    def with_domain(self, iri: str) -> list[OwnTerm]:
        """The properties that say something of a class's instances."""
        return [term for term in self.terms.values() if iri in term.domain]

    def with_range(self, iri: str) -> list[OwnTerm]:
        """The properties that lead to a class's instances."""
        return [term for term in self.terms.values() if iri in term.range]

    def tree(self, *kinds: str) -> list[Branch]:
        """The terms of some kinds as a hierarchy; a term with two parents stands below each."""
        chosen = {iri: term for iri, term in self.terms.items() if term.kind in kinds}
        roots = [term for term in chosen.values() if not any(parent in chosen for parent in term.parents)]
        return [self._branch(term, frozenset()) for term in roots]

    def _branch(self, term: OwnTerm, above: frozenset[str]) -> Branch:
        path = above | {term.iri}
        below = [self.terms[child] for child in term.children if child not in path]
        return Branch(term, [self._branch(child, path) for child in below])

    def foreign(self) -> set[str]:
        """Every term of others that the ontology is made with."""
        return {iri for iri in self.facts.mentioned() if not iri.startswith(self.home)}


def ontology_of(facts: Facts, home: str) -> Ontology:
    """The terms that the ontology at ``home`` defines."""
    found = (_term(facts, iri) for iri in facts.pointing(RDFS.isDefinedBy.value, home))
    terms = {term.iri: term for term in sorted(found, key=lambda term: term.name.casefold()) if term.kind}
    for term in terms.values():
        for parent in term.parents:
            if parent in terms:
                terms[parent].children.append(term.iri)
        for other in facts.iris(term.iri, OWL.inverseOf.value):
            _join(terms, term.iri, other)
    return Ontology(home, facts, terms)


def _join(terms: dict[str, OwnTerm], one: str, other: str) -> None:
    """Tell two properties that each is the inverse of the other, whichever of them says so."""
    for iri, inverse in ((one, other), (other, one)):
        if iri in terms and inverse not in terms[iri].inverse:
            terms[iri].inverse.append(inverse)


def _term(facts: Facts, iri: str) -> OwnTerm:
    types = facts.iris(iri, RDF.type.value)
    return OwnTerm(
        iri=iri,
        name=iri.rpartition("#")[2],
        kind=next((kind for type_iri, kind in _TYPES.items() if type_iri in types), ""),
        labels=facts.texts(iri, RDFS.label.value),
        definitions=facts.texts(iri, SKOS.definition.value),
        notes=[value.value for value in facts.values(iri, RDFS.comment.value) if value.language in ("", "en")],
        examples=[value.value for value in facts.values(iri, SKOS.example.value) if value.language in ("", "en")],
        characteristics=[words for type_iri, words in _CHARACTERISTICS.items() if type_iri in types],
        parents=facts.iris(iri, RDFS.subClassOf.value) + facts.iris(iri, RDFS.subPropertyOf.value),
        domain=_classes(facts, iri, RDFS.domain.value),
        range=_classes(facts, iri, RDFS.range.value),
        disjoint=_disjoint(facts, iri),
        alignments=_alignments(facts, iri),
        deprecated=facts.first(iri, OWL.deprecated.value) == "true",
        replaced_by=facts.iris(iri, DCTERMS.isReplacedBy.value),
    )


def _classes(facts: Facts, iri: str, name: str) -> list[str]:
    """The classes that a property's domain or range names, by itself or in a union."""
    found: list[str] = []
    for value in facts.values(iri, name):
        if value.is_iri:
            found.append(value.value)
        else:
            found += [each.value for each in facts.members(facts.first(value.value, OWL.unionOf.value)) if each.is_iri]
    return found


def _disjoint(facts: Facts, iri: str) -> list[str]:
    """The classes that share no instance with a class."""
    found = {*facts.iris(iri, OWL.disjointWith.value), *facts.pointing(OWL.disjointWith.value, iri)}
    for axiom in facts.of_type(OWL.AllDisjointClasses.value):
        members = [each.value for each in facts.members(facts.first(axiom, OWL.members.value))]
        if iri in members:
            found.update(members)
    return sorted(found - {iri})


def _alignments(facts: Facts, iri: str) -> list[Alignment]:
    namespace = iri.rpartition("#")[0] + "#"
    return [
        Alignment(
            facts.first(node, f"{namespace}alignmentRelation"),
            facts.first(node, f"{namespace}alignsTo"),
            facts.text(node, f"{namespace}alignmentReason"),
        )
        for node in facts.pointing(f"{namespace}alignsTerm", iri)
    ]
