"""VoID and examples in a release: the counts are those of SPARQL, and what SIB's editors ask finds its answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from ogpgraph.release import Release, examples, void
from ogpgraph.release.catalogue import DATASET
from ogpgraph.release.dumps import with_further
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.vocabulary import PREFIXES, SD, VOID

pytest_plugins = ["fixtures_three_plans"]

QUERIES = sorted((PROJECT / "queries" / "examples").glob("*.rq"))
PROLOGUE = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
PARTITION = f"<{void.GRAPH.value}#"


def store_of(path: Path) -> Store:
    store = Store()
    store.load(path=str(path), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def described(xanadu_release: Release) -> Store:
    """The triples of void.ttl."""
    return store_of(xanadu_release.folder / "void.ttl")


@pytest.fixture(scope="module")
def counted(xanadu_release: Release) -> Store:
    """The dataset without what VoID does not count: itself and the examples."""
    quads = set(parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS))
    own = {void.GRAPH, examples.GRAPH}
    accounted = {quad.triple for quad in quads if quad.graph_name not in (DefaultGraph(), *own)}
    store = Store()
    store.extend(q for q in quads if q.graph_name not in own and q.triple in accounted)
    return store


def rows(store: Store, query: str) -> set[tuple]:
    return {tuple(value.value if value else None for value in row) for row in store.query(PROLOGUE + query)}


def test_the_counts_of_the_default_graph_are_what_sparql_counts(described: Store, counted: Store) -> None:
    for predicate, query in (
        (VOID.triples, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        (VOID.distinctSubjects, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        (VOID.distinctObjects, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        (VOID.properties, "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        (VOID.classes, "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c FILTER(isIRI(?c)) }"),
        (
            VOID.entities,
            f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), '{BASE}id/')) }}",
        ),
    ):
        said = rows(described, f"SELECT ?n {{ {DATASET} {predicate} ?n }}")
        assert said == rows(counted, query), predicate


@pytest.mark.parametrize(
    ("described_by", "counted_by"),
    [
        (
            f"SELECT ?c ?n {{ {DATASET} void:classPartition ?x . ?x void:class ?c ; void:entities ?n }}",
            "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c",
        ),
        (
            f"SELECT ?p ?n {{ {DATASET} void:propertyPartition ?x . ?x void:property ?p ; void:triples ?n }}",
            "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        ),
        (
            f"""SELECT ?c ?p ?n {{ {DATASET} void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y .
                ?y void:property ?p ; void:triples ?n }}""",
            "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o FILTER(isIRI(?c)) } GROUP BY ?c ?p",
        ),
        (
            f"""SELECT ?c ?p ?d ?n {{ {DATASET} void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y .
                ?y void:property ?p ; void:classPartition ?z . ?z void:class ?d ; void:triples ?n }}""",
            """SELECT ?c ?p ?d (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o . ?o a ?d FILTER(isIRI(?c) && isIRI(?d)) }
               GROUP BY ?c ?p ?d""",
        ),
        (
            f"""SELECT ?c ?p ?d ?n {{ {DATASET} void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y .
                ?y void:property ?p ; void-ext:datatypePartition ?z . ?z void-ext:datatype ?d ; void:triples ?n }}""",
            """SELECT ?c ?p ?d (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o BIND(DATATYPE(?o) AS ?d) FILTER(isLiteral(?o)) }
               GROUP BY ?c ?p ?d""",
        ),
    ],
    ids=["classes", "properties", "properties of classes", "classes of objects", "datatypes of objects"],
)
def test_partitions_of_the_default_graph_are_what_sparql_counts(
    described_by: str, counted_by: str, described: Store, counted: Store
) -> None:
    found = rows(described, described_by)
    assert found == rows(counted, counted_by)
    assert len(found) > 10


def test_every_named_graph_is_described_as_sparql_counts_it(described: Store, xanadu_store: Store) -> None:
    said = rows(
        described,
        f"""SELECT ?g ?t ?s ?o ?p ?c {{ {void.SD_DATASET} sd:namedGraph ?n .
            ?n a sd:NamedGraph ; sd:name ?g ; sd:graph ?d .
            ?d a sd:Graph ; void:triples ?t ; void:distinctSubjects ?s ; void:distinctObjects ?o ; void:properties ?p ;
              void:classes ?c }}""",
    )
    expected = rows(
        xanadu_store,
        """SELECT ?g (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?os)
             (COUNT(DISTINCT ?p) AS ?ps) (COUNT(DISTINCT ?class) AS ?cs)
           { GRAPH ?g { ?s ?p ?o } BIND(IF(?p = rdf:type && isIRI(?o), ?o, ?none) AS ?class) } GROUP BY ?g""",
    )
    assert said == expected
    assert {void.GRAPH.value, examples.GRAPH.value} <= {row[0] for row in said}


@pytest.mark.parametrize(
    ("partition", "what", "count"), [("class", "class", "entities"), ("property", "property", "triples")]
)
def test_every_named_graph_has_its_partitions(
    partition: str, what: str, count: str, described: Store, xanadu_store: Store
) -> None:
    said = rows(
        described,
        f"""SELECT ?g ?x ?n {{ [] sd:name ?g ; sd:graph ?d . ?d void:{partition}Partition ?y .
            ?y void:{what} ?x ; void:{count} ?n }}""",
    )
    by = "?s a ?x FILTER(isIRI(?x))" if partition == "class" else "?s ?x ?o"
    assert said == rows(xanadu_store, f"SELECT ?g ?x (COUNT(*) AS ?n) {{ GRAPH ?g {{ {by} }} }} GROUP BY ?g ?x")


def test_no_two_terms_share_a_partition() -> None:
    """Terms that differ in case or in a sign only, with and without a prefix."""
    terms = [f"urn:x:{name}" for name in ("a-b", "a/b", "A.b")] + [
        f"{PREFIXES['ogp']}{name}" for name in ("role", "Role")
    ]
    quads = [Quad(NamedNode("urn:x:s"), NamedNode(term), NamedNode("urn:x:o"), NamedNode("urn:x:g")) for term in terms]
    named = {t.subject: t.object.value for t in void.of_graphs(quads) if t.predicate == VOID.property}
    assert sorted(named.values()) == sorted(terms)


def test_the_service_file_has_the_counts_of_the_graphs_and_no_partitions(xanadu_release: Release) -> None:
    service, whole = (store_of(xanadu_release.folder / name) for name in ("service.ttl", "void.ttl"))
    counts = "SELECT ?g ?n { [] a sd:NamedGraph ; sd:name ?g ; sd:graph/void:triples ?n }"
    assert rows(service, counts) == rows(whole, counts) != set()
    kinds = "SELECT DISTINCT ?p { ?s ?p ?o FILTER(CONTAINS(STR(?p), 'artition') || ?p IN (void:class, void:property)) }"
    assert rows(service, kinds) == set()
    assert all(quad in whole for quad in service)


def test_void_and_examples_stand_in_their_graphs_and_in_the_default_graph(xanadu_store: Store) -> None:
    for graph, least in ((void.GRAPH, 1000), (examples.GRAPH, 500)):
        quads = list(xanadu_store.quads_for_pattern(None, None, None, graph))
        assert len(quads) > least
        assert all(Quad(*quad.triple, DefaultGraph()) in xanadu_store for quad in quads)


def test_void_has_no_blank_nodes_and_says_where_it_is_queried(xanadu_store: Store) -> None:
    found = {quad.triple for quad in xanadu_store.quads_for_pattern(None, None, None, void.GRAPH)}
    assert [str(t) for t in found if str(t.subject).startswith("_:") or str(t.object).startswith("_:")] == []
    assert {t.object for t in found if t.predicate == VOID.sparqlEndpoint} == {NamedNode(f"{BASE}sparql")}
    subjects = {str(t.subject) for t in found} - {str(DATASET)}
    assert [name for name in subjects if not name.startswith(PARTITION)] == []


def test_further_quads_find_their_places_and_doubles_do_not_come_twice() -> None:
    def quad(name: str, value: str = "v") -> Quad:
        return Quad(NamedNode(f"urn:x:{name}"), VOID.subset, NamedNode(f"urn:x:{value}"), SD.graph)

    ordered = [quad("b"), quad("d")]
    assert with_further(ordered, [quad("e"), quad("a"), quad("d"), quad("c"), quad("c")]) == [
        quad(name) for name in "abcde"
    ]
    assert with_further([], [quad("a")]) == [quad("a")]
    assert with_further(ordered, []) == ordered


# ---- the triples that SIB's editor looks for when it opens: our own queries over the same terms, each in one place

LINKS = """
SELECT ?from ?link ?to {
  ?partition void:class ?from ; void:propertyPartition ?use .
  ?use void:property ?link .
  OPTIONAL { ?use void:classPartition/void:class ?node }
  OPTIONAL { ?use void-ext:datatypePartition/void-ext:datatype ?datatype }
  BIND(COALESCE(?node, ?datatype) AS ?to)
}"""
DECLARED = "SELECT ?name ?iri { ?declaration sh:prefix ?name ; sh:namespace ?iri }"
EXAMPLES = """
SELECT ?example ?says ?text {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?says .
  { ?example sh:select ?text } UNION { ?example sh:ask ?text }
  UNION { ?example sh:construct ?text } UNION { ?example spex:describe ?text }
}"""


def test_the_editor_finds_what_classes_are_linked_to(xanadu_store: Store) -> None:
    found = {(row["from"].value, row["link"].value, row["to"]) for row in xanadu_store.query(PROLOGUE + LINKS)}
    ogp, xsd = PREFIXES["ogp"], PREFIXES["xsd"]
    assert (f"{ogp}Commitment", f"{ogp}inPlan", NamedNode(f"{ogp}ActionPlan")) in found
    assert (f"{ogp}Commitment", f"{ogp}cycle", NamedNode(f"{xsd}gYear")) in found
    assert (f"{ogp}Commitment", f"{ogp}policyArea", NamedNode(f"{PREFIXES['skos']}Concept")) in found
    assert not [row for row in found if row[1] == VOID.propertyPartition.value], "VoID does not describe itself"


def test_the_editor_finds_the_prefixes(xanadu_store: Store) -> None:
    found = rows(xanadu_store, DECLARED)
    assert {("ogp", PREFIXES["ogp"]), ("skos", PREFIXES["skos"]), ("member", f"{BASE}id/member/")} <= found
    assert len({prefix for prefix, _ in found}) == len(found), "a prefix stands for two namespaces"


def test_the_editor_finds_every_example_as_its_file_has_it(xanadu_store: Store) -> None:
    found = {
        row["example"].value: (row["says"].value, row["text"].value) for row in xanadu_store.query(PROLOGUE + EXAMPLES)
    }
    expected = {}
    for path in QUERIES:
        header, _, body = path.read_text("utf-8").partition("\n\n")
        description = re.search(r"^# description: (.+)$", header, flags=re.MULTILINE)
        assert description
        expected[f"{BASE}.well-known/sparql-examples/{path.stem}"] = (description.group(1), body)
    assert found == expected


def test_examples_name_their_endpoint_form_and_keywords(xanadu_store: Store) -> None:
    start = f"{BASE}.well-known/sparql-examples/"
    kinds = rows(
        xanadu_store, "SELECT ?sq ?kind { ?sq a sh:SPARQLExecutable , ?kind FILTER(?kind != sh:SPARQLExecutable) }"
    )
    assert (f"{start}010-fates-by-kind", f"{PREFIXES['sh']}SPARQLSelectExecutable") in kinds
    assert (f"{start}013-lineage-graph-to-draw", f"{PREFIXES['sh']}SPARQLConstructExecutable") in kinds
    assert (f"{start}015-inferred-links-leak", f"{PREFIXES['sh']}SPARQLAskExecutable") in kinds
    assert len(kinds) == len(QUERIES) - len(rows(xanadu_store, "SELECT ?sq { ?sq spex:describe ?text }"))
    targets = rows(xanadu_store, "SELECT ?sq ?target { ?sq a sh:SPARQLExecutable ; schema:target ?target }")
    assert targets == {(f"{start}{path.stem}", f"{BASE}sparql") for path in QUERIES}
    words = rows(xanadu_store, f"SELECT ?word {{ <{start}029-pending-review> schema:keywords ?word }}")
    assert words == {("absence",), ("pending",), ("IRM review",), ("variable",)}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }\n",
        "# title: T\n# description: D.\n\nSELECT * {}\n",
        "# title: T\n# description: D.\n# keywords: k\n\nINSERT DATA {}\n",
    ],
)
def test_a_file_that_is_no_example_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "001-broken.rq").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"^001-broken\.rq: "):
        examples.described(tmp_path)
