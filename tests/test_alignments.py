"""Mappings of the hand-kept data: the triples that follow, those that do not, and what is said of a bad one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import three_plans
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from ogpgraph import iris
from ogpgraph.build import build, check, read
from ogpgraph.problems import ProblemsFound
from ogpgraph.records import Alignments, Collection
from ogpgraph.release import Release
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.sssom import read_sssom
from ogpgraph.vocabulary import OGP, OWL, RDF, RDFS, SKOS, SSSOM, Vocabulary

pytest_plugins = ["fixtures_three_plans"]

FILE = "alignments/xanadu.sssom.tsv"
HEAD = """\
#curie_map:
#  commitment: https://w3id.org/ogpgraph/id/commitment/
#  copy: https://copy.example/ogp/id/commitment/
#  country: http://publications.europa.eu/resource/authority/country/
#  id: https://w3id.org/ogpgraph/id/
#  ogp: https://w3id.org/ogpgraph/ontology#
#  scheme: https://w3id.org/ogpgraph/scheme/
#mapping_set_id: https://w3id.org/ogpgraph/id/mapping-set/xanadu
#mapping_set_title: Xanadu elsewhere
#mapping_set_description: Where else the things of Xanadu are described.
#license: https://creativecommons.org/licenses/by/4.0/
#mapping_date: 2026-11-22
"""
SLOTS = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification", "author_id")
COLUMNS = "\t".join((*SLOTS, "confidence", "comment")) + "\n"
COUNTRY = "http://publications.europa.eu/resource/authority/country/XXA"
GRAPH = iris.mapping_set_graph("xanadu")


def row(
    subject: str, predicate: str, target: str, modifier: str = "", comment: str = "", confidence: str = "0.9"
) -> str:
    cells = (subject, predicate, modifier, target, "semapv:ManualMappingCuration", "id:agent/ogp-graph")
    return "\t".join((*cells, confidence, comment)) + "\n"


def write(data: Path, *rows: str, head: str = HEAD) -> None:
    (data / "alignments").mkdir(exist_ok=True)
    (data / FILE).write_text(head + COLUMNS + "".join(rows), "utf-8")


def lifted(data: Path, vocabulary: Vocabulary) -> set[Quad]:
    return three_plans.quads_of(data, vocabulary)


def stands(quads: set[Quad], triple: Triple, graph: NamedNode) -> bool:
    """Whether a triple is in a graph and, as that graph says, in the default graph."""
    return {Quad(*triple, graph), Quad(*triple, DefaultGraph())} <= quads


def commitment(path: str) -> NamedNode:
    return iris.commitment(path)


MADE = {
    "match": (
        row("id:member/XA", "skos:exactMatch", "country:XXA"),
        [Triple(iris.member("XA"), SKOS.exactMatch, NamedNode(COUNTRY))],
    ),
    "local member": (
        row("id:member/XAL", "skos:broadMatch", "country:XXA"),
        [Triple(iris.member("XAL"), SKOS.broadMatch, NamedNode(COUNTRY))],
    ),
    "concept": (
        row("scheme:policy-area/health", "skos:relatedMatch", "country:XXA"),
        [Triple(NamedNode(f"{BASE}scheme/policy-area/health"), SKOS.relatedMatch, NamedNode(COUNTRY))],
    ),
    "copy of ours": (
        row("commitment:XA0001", "owl:sameAs", "copy:XA0001"),
        [Triple(commitment("XA0001"), OWL.sameAs, NamedNode("https://copy.example/ogp/id/commitment/XA0001"))],
    ),
    "same commitment, both ways": (
        row("commitment:XA0001", "ogp:sameCommitment", "commitment:XA0002"),
        [
            Triple(commitment("XA0001"), OGP.sameCommitment, commitment("XA0002")),
            Triple(commitment("XA0002"), OGP.sameCommitment, commitment("XA0001")),
        ],
    ),
}


@pytest.mark.parametrize("case", MADE)
def test_a_mapping_makes_its_triples_in_the_graph_of_its_set(case: str, data: Path, vocabulary: Vocabulary) -> None:
    text, triples = MADE[case]
    write(data, text)
    quads = lifted(data, vocabulary)
    assert all(stands(quads, triple, GRAPH) for triple in triples)


@pytest.mark.parametrize("case", MADE)
def test_a_negative_makes_none_of_them_and_is_described(case: str, data: Path, vocabulary: Vocabulary) -> None:
    text, triples = MADE[case]
    write(data, text.replace("\t\t", "\tNot\t", 1))
    quads = lifted(data, vocabulary)
    assert not {quad.triple for quad in quads} & set(triples)
    (mapping,) = {quad.subject for quad in quads if quad.predicate == SSSOM.predicate_modifier}
    assert stands(quads, Triple(mapping, SSSOM.predicate_modifier, SSSOM.NegatedPredicate), GRAPH)
    assert stands(quads, Triple(mapping, OWL.annotatedSource, triples[0].subject), GRAPH)
    assert any(
        " is not " in quad.object.value for quad in quads if (quad.subject, quad.predicate) == (mapping, RDFS.label)
    )


def test_shapes_and_rules_accept_what_mappings_make(data: Path) -> None:
    successor = row("commitment:XA0002", "ogp:possibleSuccessor", "commitment:XA0006")
    write(data, *(text for text, _ in MADE.values()), successor)
    assert [problem for problem in check(data) if problem.severity.value == "violation"] == []


def test_the_set_and_its_mappings_are_nodes_with_iris_and_labels(data: Path, vocabulary: Vocabulary) -> None:
    write(data, row("id:member/XA", "skos:exactMatch", "country:XXA", comment="why"))
    quads = lifted(data, vocabulary)
    node = iris.mapping_set("xanadu")
    (mapping,) = {quad.object for quad in quads if (quad.subject, quad.predicate) == (node, SSSOM.mappings)}
    assert isinstance(mapping, NamedNode)
    assert mapping.value.startswith(f"{node.value}/")
    for triple in (
        Triple(node, RDF.type, SSSOM.MappingSet),
        Triple(node, OGP.graph, GRAPH),
        Triple(mapping, RDF.type, OWL.Axiom),
        Triple(mapping, RDFS.comment, Literal("why")),
    ):
        assert stands(quads, triple, GRAPH)
    label = Triple(mapping, RDFS.label, Literal("XA is an exact match of XXA", language="en"))
    assert stands(quads, label, iris.derivation_graph("label"))


@pytest.mark.parametrize("case", MADE)
@pytest.mark.parametrize("agreement", ["0", "-1"])
def test_what_its_reviewer_does_not_agree_with_is_described_only(
    case: str, agreement: str, data: Path, vocabulary: Vocabulary
) -> None:
    text, triples = MADE[case]
    (data / "alignments").mkdir()
    head = HEAD + COLUMNS.rstrip() + "\treviewer_agreement\n"
    (data / FILE).write_text(f"{head}{text.rstrip(chr(10))}\t{agreement}\n", "utf-8")
    quads = lifted(data, vocabulary)
    assert not {quad.triple for quad in quads} & set(triples)
    (mapping,) = {quad.subject for quad in quads if quad.predicate == SSSOM.reviewer_agreement}
    assert stands(quads, Triple(mapping, OWL.annotatedSource, triples[0].subject), GRAPH)


def test_a_possible_successor_is_an_inferred_statement_and_never_a_stated_relation(
    data: Path, vocabulary: Vocabulary
) -> None:
    before = lifted(data, vocabulary)
    write(data, row("commitment:XA0002", "ogp:possibleSuccessor", "commitment:XA0006", comment="Same words."))
    quads = lifted(data, vocabulary)
    ends = (commitment("XA0002"), commitment("XA0006"))
    joined = {quad.predicate for quad in quads - before if (quad.subject, quad.object) == ends}
    assert joined == {OGP.possibleSuccessor}
    (statement,) = {quad.subject for quad in quads - before if quad.object == OGP.LineageStatement}
    said = {(quad.predicate, quad.object) for quad in quads if quad.subject == statement}
    assert {
        (OGP.basis, NamedNode(f"{BASE}scheme/basis/inferred")),
        (OGP.evidence, Literal("Same words.", language="en")),
        (OGP.assertedBy, NamedNode(f"{BASE}scheme/asserter/curator")),
    } <= said


def test_a_row_that_the_build_has_not_read_is_described_only(data: Path, vocabulary: Vocabulary) -> None:
    write(data, row("commitment:XA0001", "ogp:sameCommitment", "commitment:XA-2014/77"))
    quads = lifted(data, vocabulary)
    assert all(quad.predicate != OGP.sameCommitment for quad in quads)
    described = (OWL.annotatedTarget, commitment("XA-2014/77"))
    assert any((quad.predicate, quad.object) == described for quad in quads)


REFUSED = {
    "predicate": (
        row("id:member/XA", "skos:related", "country:XXA"),
        "unknown-predicate: nothing is loaded by http://www.w3.org/2004/02/skos/core#related: use skos:exactMatch, ",
    ),
    "same as a thing of others": (
        row("id:member/XA", "owl:sameAs", "country:XXA"),
        "no-copy: owl:sameAs stands between two of our IRIs of one kind, or one and its copy elsewhere: use skos:exact",
    ),
    "copy of another thing": (row("commitment:XA0001", "owl:sameAs", "copy:XA0002"), "no-copy: "),
    "same as another kind": (row("id:member/XA", "owl:sameAs", "commitment:XA0001"), "no-copy: "),
    "match among ours": (
        row("id:member/XA", "skos:closeMatch", "id:member/XAL"),
        "own-object: a match leads to a thing",
    ),
    "subject of others": (row("country:XXA", "skos:exactMatch", "id:member/XA"), "foreign-subject: the subject http"),
    "no commitments": (row("id:member/XA", "ogp:sameCommitment", "commitment:XA0001"), "no-commitment: "),
    "no confidence": (
        row("id:member/XA", "skos:exactMatch", "country:XXA", confidence=""),
        "missing-slot: confidence is empty: every mapping says who holds it, since when and how surely",
    ),
    "unknown member": (
        row("id:member/XB", "skos:exactMatch", "country:XXA"),
        f"unknown-mapped-thing: {BASE}id/member/XB is not in the data: ",
    ),
    "unknown concept": (
        row("scheme:policy-area/helth", "skos:closeMatch", "country:XXA"),
        f"unknown-mapped-thing: {BASE}scheme/policy-area/helth is not in the data: did you mean 'health'?",
    ),
    "bad cell": (row("id:member/XA", "skos:exactMatch", "XXA"), "no-curie: object_id: 'XXA' is no CURIE: "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_mapping_that_breaks_the_rule_is_refused_at_its_line(case: str, data: Path) -> None:
    text, words = REFUSED[case]
    write(data, row("id:member/XAL", "skos:broadMatch", "country:XXA"), text)
    (problem,) = check(data)
    assert str(problem).startswith(f"data/{FILE}:15: {words}")


def test_the_same_pair_is_decided_once(data: Path) -> None:
    pair = ("id:member/XA", "skos:exactMatch", "country:XXA")
    write(data, row(*pair), row(*pair), row(*pair, modifier="Not"))
    assert [str(problem).partition(": keep")[0] for problem in check(data)] == [
        f"data/{FILE}:15: repeated-mapping: the row repeats line 14",
        f"data/{FILE}:16: repeated-mapping: the row says the contrary of line 14",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("mapping-set/xanadu", "mapping-set/xandu", "1: wrong-set-id: the set is called "),
        ("#mapping_set_title: Xanadu elsewhere\n", "", "1: missing-slot: the set has no mapping_set_title"),
        ("#mapping_date:", "#mapping_dat:", "12: unknown-slot: 'mapping_dat' is no slot of a mapping set"),
    ],
)
def test_a_bad_head_is_refused(old: str, new: str, words: str, data: Path) -> None:
    write(data, head=HEAD.replace(old, new))
    assert any(str(problem).startswith(f"data/{FILE}:{words}") for problem in check(data))


def test_what_was_decided_not_to_hold_stops_a_build_that_states_it(data: Path) -> None:
    write(data, row("id:member/XA", "skos:exactMatch", "country:XXA"))
    other = (data / FILE).read_text("utf-8").replace("mapping-set/xanadu", "mapping-set/decided")
    (data / "alignments/decided.sssom.tsv").write_text(other.replace("exactMatch\t\t", "exactMatch\tNot\t"), "utf-8")
    assert [problem.rule for problem in check(data) if problem.severity.value == "violation"] == [
        "053-mapping-not-contradicted"
    ]


def test_json_lines_of_the_records_hold_the_mappings(data: Path, vocabulary: Vocabulary) -> None:
    write(data, row("id:member/XA", "skos:exactMatch", "country:XXA", modifier="Not"))
    collection = read(data, vocabulary, lambda name: None).collection
    again = Collection.from_json_lines(collection.json_lines())
    assert again.of(Alignments) == collection.of(Alignments) != []


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of Xanadu with a match and a negative."""
    folder = tmp_path_factory.mktemp("aligned")
    negative = row("commitment:XA0001", "ogp:sameCommitment", "commitment:XA0002", modifier="Not")
    write(three_plans.copy_to(folder), row("id:member/XA", "skos:exactMatch", "country:XXA"), negative)
    return build(folder / "data", folder / "dist")


def test_a_release_has_each_set_as_tsv_and_turtle(aligned: Release) -> None:
    path = aligned.folder / "alignments" / "xanadu.sssom.tsv"
    found, problems = read_sssom(path.read_text("utf-8"), "xanadu.sssom.tsv")
    assert problems == []
    assert {(m.subject_id, m.predicate_id, m.negated, m.object_id, m.confidence) for m in found.mappings} == {
        (iris.member("XA").value, SKOS.exactMatch.value, False, COUNTRY, 0.9),
        (commitment("XA0001").value, OGP.sameCommitment.value, True, commitment("XA0002").value, 0.9),
    }
    triples = {q.triple for q in parse(path=str(path.with_name("xanadu.ttl")), format=RdfFormat.TURTLE)}
    assert Triple(iris.member("XA"), SKOS.exactMatch, NamedNode(COUNTRY)) in triples
    for mapping in found.mappings:  # the name that the table gives is the node of the graph
        assert Triple(NamedNode(mapping.record_id), OWL.annotatedSource, NamedNode(mapping.subject_id)) in triples
    catalogue = (aligned.folder / "catalogue.ttl").read_text("utf-8")
    assert "alignments/xanadu.sssom.tsv" in catalogue
    assert "text/tab-separated-values" in catalogue


def test_void_counts_the_links_and_not_the_negatives(aligned: Release) -> None:
    store = Store()
    store.load(path=str(aligned.folder / "void.ttl"), format=RdfFormat.TURTLE)
    links = store.query(
        "PREFIX void: <http://rdfs.org/ns/void#> SELECT ?n { ?set a void:Linkset ; void:triples ?n ; "
        f"void:linkPredicate <{SKOS.exactMatch.value}> ; void:objectsTarget/void:uriSpace ?space "
        'FILTER(STRENDS(STR(?space), "/authority/")) }'
    )
    assert [row["n"].value for row in links] == ["1"]


def test_the_order_of_the_rows_changes_nothing(data: Path, vocabulary: Vocabulary) -> None:
    rows = [text for text, _ in MADE.values()]
    write(data, *rows)
    quads = lifted(data, vocabulary)
    write(data, *reversed(rows))
    assert lifted(data, vocabulary) == quads


def rows_of_members() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((PROJECT / "data" / "members.csv").read_text("utf-8"))))


def test_every_member_leads_to_the_entry_of_its_country(store: Store) -> None:
    """ISO codes are facts: the EU's entries are named by alpha-3; a local member has its country's as a broader one."""
    table = "http://publications.europa.eu/resource/authority/country/"
    alpha3 = {row["code"]: row["iso_alpha3"] for row in rows_of_members()}
    for member in rows_of_members():
        local = member["kind"] == "local"
        relation, other = (SKOS.broadMatch, SKOS.exactMatch) if local else (SKOS.exactMatch, SKOS.broadMatch)
        expected = table + alpha3[member["part_of"] if local else member["code"]]
        node = iris.member(member["code"])
        assert [q.object.value for q in store.quads_for_pattern(node, relation, None, DefaultGraph())] == [expected]
        assert list(store.quads_for_pattern(node, other, None, DefaultGraph())) == []


def test_the_uk_is_gb_in_iso(store: Store) -> None:
    codes = [
        next(store.quads_for_pattern(iris.member("UK"), predicate, None, DefaultGraph())).object.value
        for predicate in (OGP.isoCode, OGP.isoCode3, OGP.isoNumeric)
    ]
    assert codes == ["GB", "GBR", "826"]


def test_a_set_that_cannot_be_read_is_reported_with_all_that_is_wrong(data: Path) -> None:
    write(data, row("id:member/XA", "skos:exactMatch", "XXA"), row("id:member/XA", "exact", "country:XXA"))
    with pytest.raises(ProblemsFound) as found:
        build(data, Path("dist"))
    assert [(p.line, p.column) for p in found.value.problems] == [(14, "object_id"), (15, "predicate_id")]
