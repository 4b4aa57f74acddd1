"""Sets of mappings: each as a graph with what its mappings say and on what ground (``ogpgraph.read.alignments``).

The graph of a set, ``graph/mapping-set/<key>``, holds the triples that follow from the mappings and the mappings
themselves as SSSOM/RDF; the default graph takes both over. A mapping whose end of ours is not in the dataset (a row
of a database that the build was not given) is described, and makes no triple. So is a negative one,
and one that its reviewer does not agree with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from pyoxigraph import NamedNode, Triple

from ogpgraph import iris, sssom
from ogpgraph import records as r
from ogpgraph.lift.lineage import lift_lineage, statement_node
from ogpgraph.lift.statements import Statements
from ogpgraph.read.alignments import MATCHES, POSSIBLE_SUCCESSOR, SAME_AS, SAME_COMMITMENT, own_path
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, text, without_blank_nodes


def lift_alignments(collection: r.Collection, said: Statements) -> None:
    """All sets, once everything that they may speak of has been lifted."""
    sets = collection.of(r.Alignments)
    if not sets:
        return
    dataset = _Dataset(said)
    for alignments in sets:
        _lift_set(alignments, said, dataset)


class _Dataset:
    """What the mappings may speak of: the things and concepts, and the member and the sources of each thing."""

    def __init__(self, said: Statements) -> None:
        schemes = said.vocabulary.schemes.values()
        self.described = {concept.value for scheme in schemes for concept in scheme.concepts.values()}
        self.member: dict[str, NamedNode] = {}
        self.sources: dict[str, set[str]] = defaultdict(set)
        prefix = iris.source("").value
        for subject, predicate, value in without_blank_nodes(said.default):
            if predicate == RDF.type:
                self.described.add(subject.value)
            elif predicate == OGP.member and isinstance(value, NamedNode):
                self.member[subject.value] = value
            elif predicate == DCTERMS.source and value.value.startswith(prefix):
                self.sources[subject.value].add(value.value.removeprefix(prefix))


def _lift_set(alignments: r.Alignments, said: Statements, dataset: _Dataset) -> None:
    mapping_set = alignments.mapping_set
    node, graph = NamedNode(mapping_set.mapping_set_id), iris.mapping_set_graph(alignments.key)
    for quad in sssom.sssom_quads(mapping_set):
        said.derive(quad.triple, graph)
    said.derive(Triple(node, OGP.graph, graph), graph)
    said.labels[node] = text(mapping_set.mapping_set_title)
    for mapping in mapping_set.mappings:
        said.labels[NamedNode(sssom.record_iri(mapping_set, mapping))] = text(_label(mapping))
        ends = [iri for iri in (mapping.subject_id, mapping.object_id) if own_path(iri) is not None]
        if not (mapping.negated or mapping.doubted) and dataset.described.issuperset(ends):
            for triple in _direct(mapping):
                said.derive(triple, graph)
            if mapping.predicate_id == POSSIBLE_SUCCESSOR:
                _lift_candidate(mapping, said, dataset)


def _direct(mapping: sssom.Mapping) -> Iterator[Triple]:
    """The triples that a mapping with this predicate makes."""
    subject, target = NamedNode(mapping.subject_id), NamedNode(mapping.object_id)
    if mapping.predicate_id in MATCHES or mapping.predicate_id in (SAME_AS, SAME_COMMITMENT):
        yield Triple(subject, NamedNode(mapping.predicate_id), target)
    if mapping.predicate_id == SAME_COMMITMENT:
        yield Triple(target, OGP.sameCommitment, subject)


def _lift_candidate(mapping: sssom.Mapping, said: Statements, dataset: _Dataset) -> None:
    """A possible successor is an inferred lineage statement with the sources of both commitments."""
    earlier, later = NamedNode(mapping.subject_id), NamedNode(mapping.object_id)
    statement = r.LineageStatement(
        earlier=iris.path_of(earlier),
        later=iris.path_of(later),
        relation="succeededBy",
        basis="inferred",
        asserted_by="algorithm" if mapping.mapping_tool and not mapping.reviewer_id else "curator",
        confidence=Decimal(str(mapping.confidence or 0)),
        evidence=mapping.comment or "A mapping proposes it; its justification says on what ground.",
        sources=tuple(sorted(dataset.sources[earlier.value] | dataset.sources[later.value])),
    )
    if statement_node(statement) not in said.labels:  # what the hand-kept lineage says goes first
        lift_lineage(iris.path_of(dataset.member[earlier.value]), statement, said)


_WORDS = {
    "sameAs": "the same as",
    "exactMatch": "an exact match of",
    "closeMatch": "a close match of",
    "broadMatch": "narrower than",
    "narrowMatch": "broader than",
    "relatedMatch": "related to",
    "sameCommitment": "the same commitment as",
    "possibleSuccessor": "possibly continued by",
}


def _label(mapping: sssom.Mapping) -> str:
    """``France is an exact match of FRA``, in the words of the labels where there are any."""
    subject, target = (
        label or iri.rstrip("/").rpartition("/")[2]
        for label, iri in ((mapping.subject_label, mapping.subject_id), (mapping.object_label, mapping.object_id))
    )
    verb = "is not" if mapping.negated else "may be" if mapping.doubted else "is"
    return f"{subject} {verb} {_WORDS[iris.local_name(NamedNode(mapping.predicate_id))]} {target}"
