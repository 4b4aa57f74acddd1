"""pyshacl, the reference, and pyshifty, which validates a release, say the same of whole members.

`test_shapes.py` holds the engines against each other twin by twin; here they meet real graphs, good and damaged.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple, parse, serialize
from validation_engines import disagreements, pyshacl_results, pyshifty_results

from ogpgraph import iris
from ogpgraph.release import Release
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, RDFS, XSD

pytest_plugins = ["fixtures_three_plans"]


def with_what_is_pointed_to(release: Release, store: Store, file: str) -> set[Triple]:
    """A part of a release with the concepts, schemes and entities that it names, and those that they name."""
    found = {quad.triple for quad in parse((release.folder / file).read_bytes(), format=RdfFormat.TURTLE)}
    known: set = {triple.subject for triple in found}
    todo = {triple.object for triple in found}
    while todo := {node for node in todo - known if isinstance(node, NamedNode) and node not in OGP}:
        known |= todo
        about = {quad.triple for node in todo for quad in store.quads_for_pattern(node, None, None, DefaultGraph())}
        found |= about
        todo = {triple.object for triple in about}
    classes = store.quads_for_pattern(None, RDFS.subClassOf, None, DefaultGraph())
    return found | {quad.triple for quad in classes if isinstance(quad.object, NamedNode)}


def ntriples(triples: Iterable[Triple]) -> bytes:
    raw = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert raw is not None
    return raw


def damaged(triples: set[Triple], commitment: NamedNode, assessment: NamedNode) -> set[Triple]:
    """The same graph with one fault of each family of constraints."""
    lost = {t for t in triples if t.subject == commitment and t.predicate in (RDFS.label, OGP.cycle)}
    return (triples - lost) | {
        Triple(commitment, OGP.cycle, Literal("2015-13", datatype=XSD.gYear)),  # ill-typed
        Triple(commitment, OGP.startDate, Literal("soon", language="en")),  # no date
        Triple(commitment, DCTERMS.title, Literal("no language")),  # wrong datatype
        Triple(commitment, OGP.endDate, Literal("2014-02-30", datatype=XSD.date)),  # no day of the calendar
        Triple(commitment, OGP.leadInstitution, commitment),  # wrong class
        Triple(commitment, DCTERMS.identifier, Literal("0001")),  # wrong pattern, and one too many
        Triple(assessment, OGP.completion, iris.entity("nothing")),  # not of the scheme
        Triple(assessment, OGP.phase, Literal("header")),  # literal instead of a node
    }


def test_the_engines_agree_on_the_whole_small_member(xanadu_release: Release, xanadu_store: Store) -> None:
    data = ntriples(with_what_is_pointed_to(xanadu_release, xanadu_store, "members/XA.ttl"))
    assert disagreements(data) == []
    assert {result.shape.rpartition("#")[2] for result in pyshifty_results(data)} == {"CommitmentShape-inPlanMissing>"}


def test_the_engines_agree_on_every_fault_of_a_damaged_member(xanadu_release: Release, xanadu_store: Store) -> None:
    """Agreement on good data alone would also be given by an engine that finds nothing."""
    good = with_what_is_pointed_to(xanadu_release, xanadu_store, "members/XA.ttl")
    data = ntriples(damaged(good, iris.commitment("XA0001"), iris.assessment("XA0001", "header")))
    assert disagreements(data) == []
    components = {
        result.component.rpartition("#")[2].removesuffix("ConstraintComponent>") for result in pyshacl_results(data)
    }
    assert components >= {"MinCount", "MaxCount", "Datatype", "Pattern", "Class", "Node"}


def test_the_engines_agree_on_a_whole_real_member(release: Release, store: Store) -> None:
    """France, with all that it leads to."""
    data = ntriples(with_what_is_pointed_to(release, store, "members/FR.ttl"))
    assert data.count(f"<{RDF.type.value}> <{OGP.Commitment.value}>".encode()) >= 80
    assert disagreements(data) == []
