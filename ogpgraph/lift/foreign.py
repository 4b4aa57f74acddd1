"""Graphs that somebody adds: their statements as they are, beside what the release's own sources say.

All statements stand in the graph of their source. In the default graph

- a statement about what no other source speaks of stands as it is;
- of a property that has one value (by the shapes), or whose list counts as a whole, the release's own value stands, and
  a graph that differs makes a conflict; where the release says that the value is absent, a rating beats the absence,
  as among all sources. Titles, names and summaries are such a property in each language;
- statements of properties with many values add up: nothing that the release says is taken back.

Each entity has the file as its source; a source that the file names without describing it stays in the file's graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.lift.statements import Claim, Statements
from ogpgraph.vocabulary import (
    DCTERMS,
    OGP,
    ORG,
    PROV,
    RDF,
    RDFS,
    SH,
    SHAPES_FOLDER,
    SKOS,
    Term,
    text,
    turtle,
    without_blank_nodes,
)

# Properties whose values are one list: another source's list competes with all of it.
_LISTS = {OGP.policyArea, OGP.leadingPolicyArea, OGP.leadInstitution, OGP.supportInstitution}
# Texts of which there is one a language, though no shape counts them.
_TEXTS = {DCTERMS.title, DCTERMS.abstract, DCTERMS.description, SKOS.prefLabel}
# Told by other statements, and derived anew.
_DERIVED = {RDFS.label, OGP.absent}

_About = tuple[NamedNode, NamedNode]


@cache
def single_valued() -> frozenset[NamedNode]:
    """Properties of which no shape allows two values: by ``sh:maxCount 1``, or one a language."""
    path: dict[NamedNode, NamedNode] = {}
    single: set[NamedNode] = set()
    for file in sorted(SHAPES_FOLDER.glob("*.ttl")):
        for shape, predicate, value in without_blank_nodes(turtle(file)):
            if predicate == SH.path and isinstance(value, NamedNode):
                path[shape] = value
            elif (predicate, value.value) in ((SH.maxCount, "1"), (SH.uniqueLang, "true")):
                single.add(shape)
    many = {name for shape, name in path.items() if shape not in single}
    return frozenset(name for shape, name in path.items() if shape in single) - many


@dataclass
class _Graph:
    """The statements of one file, by subject and property."""

    source: str
    values: dict[_About, set[Term]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, record: r.RdfSource) -> _Graph:
        graph = cls(record.source)
        triples = (quad.triple for quad in parse(record.triples, format=RdfFormat.N_TRIPLES))
        for subject, predicate, value in without_blank_nodes(triples):
            graph.values[subject, predicate].add(value)
        return graph

    def of_class(self, kind: NamedNode) -> set[NamedNode]:
        return {
            subject for (subject, predicate), found in self.values.items() if predicate == RDF.type and kind in found
        }

    def entities(self) -> list[tuple[NamedNode, set[Term]]]:
        """Subjects with a class of the ontology, and their classes; absences and sources are no entities."""
        return [
            (subject, classes)
            for (subject, predicate), classes in sorted(self.values.items(), key=lambda item: item[0][0].value)
            if predicate == RDF.type and any(_is_entity_class(kind) for kind in classes)
        ]

    def one(self, subject: NamedNode, predicate: NamedNode) -> Term | None:
        return min(self.values.get((subject, predicate), ()), key=str, default=None)


def _is_entity_class(kind: Term) -> bool:
    return (kind in OGP and kind not in (OGP.Absence, OGP.Source)) or kind == ORG.ChangeEvent


def lift_foreign(collection: r.Collection, said: Statements) -> None:
    """Join every graph that was brought."""
    graphs = [_Graph.of(record) for record in collection.of(r.RdfSource)]
    if not graphs:
        return
    sources = {iris.source(document.key) for document in collection.of(r.SourceDocument)}
    own = _OwnClaims(said, {about for graph in graphs for about in graph.values})
    for graph in graphs:
        _lift(graph, said, own, sources)


class _OwnClaims:
    """What the release's own sources say of the properties that a graph speaks of too."""

    def __init__(self, said: Statements, asked: set[_About]) -> None:
        self.by_source: dict[_About, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        start = iris.source_graph("").value
        for quad in said.named:
            graph, subject, value = quad.graph_name, quad.subject, quad.object
            if not isinstance(graph, NamedNode) or not isinstance(subject, NamedNode) or isinstance(value, Triple):
                continue
            if (subject, quad.predicate) in asked and graph.value.startswith(start) and isinstance(value, Term):
                self.by_source[subject, quad.predicate][graph.value.removeprefix(start)].add(value)

    def claims(self, about: _About, said: Statements) -> Iterable[Claim]:
        for source, values in sorted(self.by_source.get(about, {}).items()):
            yield Claim(frozenset(values), source, said.precedence(source))

    def classes(self, subject: NamedNode) -> set[Term]:
        return set().union(*self.by_source.get((subject, RDF.type), {}).values())


def _lift(graph: _Graph, said: Statements, own: _OwnClaims, sources: set[NamedNode]) -> None:
    absences = graph.of_class(OGP.Absence)
    known = sources | graph.of_class(OGP.Source)
    _sources(graph, said)
    for (subject, predicate), values in sorted(
        graph.values.items(), key=lambda item: (item[0][0].value, item[0][1].value)
    ):
        if subject in absences:
            continue
        if predicate in _DERIVED:
            _only_here(graph, subject, predicate, values, said)
        elif predicate == RDF.type:
            _classes(graph, subject, values, said, own)
        elif predicate == DCTERMS.source and subject not in known:
            _only_here(graph, subject, predicate, values - known, said)
            for value in values & known:
                said.stand(subject, predicate, value, graph.source)
        elif predicate in _TEXTS:
            _texts(graph, (subject, predicate), values, said, own)
        elif predicate in single_valued() or predicate in _LISTS:
            _compete(graph, (subject, predicate), values, said, own)
        else:
            for value in values:
                said.stand(subject, predicate, value, graph.source)
    for absence in sorted(absences, key=lambda node: node.value):
        _absence(graph, absence, said)
    for subject, _ in graph.entities():
        said.stand(subject, DCTERMS.source, iris.source(graph.source), graph.source)
        _label(graph, subject, said)


def _sources(graph: _Graph, said: Statements) -> None:
    """Sources that the file describes are labelled as it says."""
    for node in graph.of_class(OGP.Source):
        label = graph.one(node, RDFS.label) or graph.one(node, DCTERMS.title)
        said.labels.setdefault(node, text(label.value if label else iris.path_of(node)))
        said.stand(node, RDF.type, PROV.Entity, graph.source)


def _only_here(
    graph: _Graph, subject: NamedNode, predicate: NamedNode, values: Iterable[Term], said: Statements
) -> None:
    for value in values:
        said.only_in_source(Triple(subject, predicate, value), graph.source)


def _classes(graph: _Graph, subject: NamedNode, classes: set[Term], said: Statements, own: _OwnClaims) -> None:
    """What something is: of an entity of the release the graph may only say what the release says too."""
    ours = {kind for kind in own.classes(subject) if kind in OGP}
    theirs = {kind for kind in classes if kind in OGP}
    if ours and theirs - ours:
        _compete(graph, (subject, RDF.type), theirs, said, own)
        classes = classes - theirs
    for kind in classes:
        said.stand(subject, RDF.type, kind, graph.source)


def _texts(graph: _Graph, about: _About, values: set[Term], said: Statements, own: _OwnClaims) -> None:
    """Texts in languages of the release compete with its own; those in other languages stand beside them."""
    spoken = {_language(value) for found in own.by_source.get(about, {}).values() for value in found}
    competing = {value for value in values if _language(value) in spoken}
    if competing:
        _compete(graph, about, competing, said, own)
    for value in values - competing:
        said.stand(*about, value, graph.source)


def _language(value: Term) -> str:
    return (value.language or "") if isinstance(value, Literal) else ""


def _compete(graph: _Graph, about: _About, values: set[Term], said: Statements, own: _OwnClaims) -> None:
    """A claim; where the release's own statement stood without competition it becomes a claim as well."""
    subject, variable = about
    if about not in said.competitions:
        for claim in own.claims(about, said):
            said.compete(subject, variable, claim)
    claim = Claim(frozenset(values), graph.source, said.precedence(graph.source))
    said.compete(subject, variable, claim)


def _absence(graph: _Graph, node: NamedNode, said: Statements) -> None:
    """The reason why a variable has no value, as a claim: a rating of another source beats it."""
    entity, variable = graph.one(node, OGP.absentFrom), graph.one(node, OGP.variable)
    reason, printed = graph.one(node, OGP.reason), graph.one(node, OGP.printedText)
    named = [term for term in (entity, variable, reason) if isinstance(term, NamedNode)]
    if len(named) < 3:
        # The shape of absences says what is missing, so it has to see the node.
        for (subject, predicate), values in graph.values.items():
            for value in values if subject == node else ():
                said.stand(subject, predicate, value, graph.source)
        return
    claim = Claim(
        frozenset(), graph.source, said.precedence(graph.source), named[2], printed.value if printed else None
    )
    said.compete(named[0], named[1], claim)


def _label(graph: _Graph, subject: NamedNode, said: Statements) -> None:
    """The label that the file gives, in English where it can; else its title, else its path."""
    if subject in said.labels:
        return
    given = [v for v in graph.values.get((subject, RDFS.label), ()) if isinstance(v, Literal) and v.language]
    if given:
        said.labels[subject] = min(given, key=lambda label: (label.language != "en", str(label)))
    elif not any(graph.one(subject, name) for name in (DCTERMS.title, SKOS.prefLabel)):
        said.labels[subject] = text(iris.path_of(subject).replace("/milestone/", ", milestone "))
