"""The graph in Python: a release, a dump and an endpoint answer alike, with the types and tables that are promised."""

from __future__ import annotations

import csv
import gzip
import http.server
import math
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import networkx
import pandas
import polars
import pyoxigraph
import pytest
import rdflib
from pandas.testing import assert_frame_equal
from serve_process import ServeProcess

import ogpgraph
from ogpgraph.analysis import tables
from ogpgraph.analysis.frames import LibraryMissing
from ogpgraph.analysis.rdf import node_of
from ogpgraph.release import Release
from ogpgraph.release.tables import all_columns
from ogpgraph.settings import BASE, PROJECT

pytest_plugins = ["fixtures_three_plans"]
Graph = ogpgraph.KnowledgeGraph[pandas.DataFrame]
FORMS = ("local", "remote")
TABLES = ("commitments", *tables.TABLES)
OGP = f"{BASE}ontology#"


@pytest.fixture(scope="module")
def local(xanadu_out: Path) -> Graph:
    """The invented release, in this process."""
    return ogpgraph.open(xanadu_out)


@pytest.fixture(scope="module")
def remote(xanadu_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The same release behind a real server."""
    out = tmp_path_factory.mktemp("served") / "dist"
    shutil.copytree(xanadu_out, out, symlinks=True)
    with (
        ServeProcess(out) as server,
        ogpgraph.open(f"http://127.0.0.1:{server.port}/sparql") as graph,
    ):
        yield graph


@pytest.fixture(params=FORMS)
def graph(request: pytest.FixtureRequest) -> Graph:
    """Each form in turn."""
    found: Graph = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def small(tmp_path: Path) -> Callable[[str], Graph]:
    """Opens a few triples of one's own as a dump; their prefixes are xsd: and the empty one."""

    def opening(turtle: str) -> Graph:
        head = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <http://example.org/> .\n"
        file = tmp_path / "small.ttl"
        file.write_text(head + turtle, "utf-8")
        return ogpgraph.open(file)

    return opening


# -------------------------------------------------------------------- both forms


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("member", [None, "XA"])
def test_a_release_and_an_endpoint_give_the_same_tables(
    local: Graph, remote: Graph, table: str, member: str | None
) -> None:
    here, there = getattr(local, table)(member), getattr(remote, table)(member)
    assert len(here) > 1
    assert_frame_equal(here, there)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described_and_has_the_type_that_is_described(local: Graph, table: str) -> None:
    described = local.columns(table).set_index("name")
    frame = getattr(local, table)()
    assert list(frame.columns) == list(described.index)
    types = {"integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "boolean", "texts": "object"}
    for name, kind in described["type"].items():
        assert str(frame[name].dtype) == types.get(kind, "string"), name
    assert described["description"].str.len().min() > 5


def test_the_other_answers_are_the_same_too(local: Graph, remote: Graph) -> None:
    assert local.version == remote.version != ""
    assert local.issued == remote.issued != ""
    assert local.examples() == remote.examples() != {}
    for form in ("text", "bibtex", "cff"):
        assert local.cite(form) == remote.cite(form)
    for inferred in (False, True):
        here, there = local.lineage("XA", inferred=inferred), remote.lineage("XA", inferred=inferred)
        assert dict(here.nodes(data=True)) == dict(there.nodes(data=True))
        assert list(here.edges(keys=True, data=True)) == list(there.edges(keys=True, data=True))
    said = [each.said_by("commitment:XA0001", "dcterms:title") for each in (local, remote)]
    assert said[0] == said[1] != []
    for words in ("archives", "rivière -forum"):
        assert_frame_equal(local.search(words), remote.search(words))


@pytest.mark.parametrize("name", [None, "member:XA", "commitment:XA0001", "graph:scheme/star"])
def test_graphs_are_the_same_in_both_forms(local: Graph, remote: Graph, name: str | None) -> None:
    here, there = local.graph(name), remote.graph(name)
    assert len(here) == len(there) > 1
    assert _named(here) == _named(there)


def test_a_dataset_has_every_statement_of_the_release(graph: Graph, xanadu_store: pyoxigraph.Store) -> None:
    quads = list(xanadu_store)
    dataset = graph.dataset()
    assert sum(len(part) for part in dataset.graphs()) == len(quads)
    expected = {(_text(q.graph_name), _text(q.subject), q.predicate.value, _text(q.object)) for q in quads}
    default = dataset.default_graph.identifier
    found = {
        ("" if part.identifier == default else str(part.identifier), _shown(s), str(p), _shown(o))
        for part in dataset.graphs()
        for s, p, o in part
    }
    assert found == expected


# -------------------------------------------------------------------- against the files of the release


def test_the_commitments_are_those_of_the_csv_file(graph: Graph, xanadu_release: Release) -> None:
    with (xanadu_release.folder / "commitments.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    separators = {column.name: column.separator for column in all_columns()}
    found = [
        {
            name: separators[name].join(value) if isinstance(value, list) else "" if pandas.isna(value) else str(value)
            for name, value in row.items()
        }
        for row in graph.commitments().to_dict("records")
    ]
    assert found == expected


def test_numbers_of_a_table_are_those_of_the_commitments(local: Graph) -> None:
    commitments = local.commitments()
    plans = local.plans().set_index("id")["commitments"].to_dict()
    assert plans == commitments["plan"].value_counts().to_dict() == {"XA-2015": 2, "XA-2018": 2, "XA-2021": 2}
    institutions = local.institutions()
    leads = commitments.explode("lead_institutions")["lead_institutions"].value_counts()
    assert institutions.set_index("name").query("leads > 0")["leads"].to_dict() == leads.to_dict()
    assert institutions["leads"].min() == 0
    ratings = local.ratings()
    assert (ratings["value"].isna() != ratings["absent"].isna()).all()
    assert set(ratings["commitment"]) <= set(commitments["commitment"])


def test_a_member_and_the_whole_are_the_files_of_the_release(graph: Graph, xanadu_release: Release) -> None:
    for name, file in (("member:XA", "members/XA.ttl"), (None, "ogp-graph.ttl")):
        triples = pyoxigraph.parse((xanadu_release.folder / file).read_bytes(), pyoxigraph.RdfFormat.TURTLE)
        expected = {(_text(t.subject), t.predicate.value, _text(t.object)) for t in triples}
        found = {(_shown(s), str(p), _shown(o)) for s, p, o in graph.graph(name)}
        assert found == expected, file


def test_an_entity_comes_with_its_parts(graph: Graph) -> None:
    found = graph.graph("commitment:XA0001")
    subjects = {str(subject) for subject in found.subjects()}
    iri = f"{BASE}id/commitment/XA0001"
    assert iri in subjects
    assert any(subject.startswith(f"{iri}/milestone/") for subject in subjects)
    assert all(subject == iri or subject.startswith(f"{iri}/") for subject in subjects)
    assert found.namespace_manager.curie(iri) == "commitment:XA0001"


def test_what_the_release_does_not_know_is_no_empty_graph(graph: Graph) -> None:
    with pytest.raises(LookupError, match="XA9999"):
        graph.graph("commitment:XA9999")
    with pytest.raises(ValueError, match="no IRI and no CURIE"):
        graph.graph("XA 0001")


# -------------------------------------------------------------------- any query


def test_a_query_needs_no_prefixes_and_tells_its_mistakes_by_their_place(graph: Graph) -> None:
    frame = graph.frame("SELECT ?c ?cycle { ?c a ogp:Commitment ; ogp:cycle ?cycle } ORDER BY ?c", curies=True)
    assert frame["c"].iloc[0] == "commitment:XA0001"
    assert frame["cycle"].tolist()[:2] == [2015, 2015]
    for query, place in (
        ("SELECT * {\n  ?c a ogp:Commitment ; }}", (2, 26)),
        ("SELECT * { ?a\n\n ?b }", (3, 5)),
        ("SELECT * {\n ?a nowhere:b ogp:c }", (2, 5)),
    ):
        with pytest.raises(ogpgraph.QuerySyntaxError) as error:
            graph.frame(query)
        assert (error.value.line, error.value.column) == place
        assert str(error.value).startswith(f"line {place[0]}, column {place[1]}: ")


def test_a_query_of_another_form_is_named(graph: Graph) -> None:
    select, ask, construct = "SELECT * { ?s a ogp:Theme }", "ASK { ?s a ogp:Theme }", "DESCRIBE member:XA"
    assert graph.ask(ask)
    assert not graph.ask("ASK { ?s a ogp:Nothing }")
    assert (rdflib.URIRef(f"{BASE}id/member/XA"), rdflib.RDFS.label, rdflib.Literal("Xanadu", lang="en")) in (
        graph.construct(construct)
    )
    for method, query in (
        (graph.frame, ask),
        (graph.bindings, construct),
        (graph.ask, select),
        (graph.construct, select),
        (graph.construct, ask),
    ):
        with pytest.raises(ValueError, match=r"\(\) (is|are) for"):
            method(query)


def test_bindings_are_terms_of_rdflib_as_they_are(graph: Graph) -> None:
    query = "SELECT ?c ?title ?none { BIND(commitment:XA0001 AS ?c) ?c dcterms:title ?title }"
    assert graph.bindings(query) == [
        {"c": rdflib.URIRef(f"{BASE}id/commitment/XA0001"), "title": rdflib.Literal("Opening the archives", lang="en")}
    ]


def test_names_are_shortened_and_read_back(local: Graph) -> None:
    iris = {str(row["s"]) for row in local.bindings("SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) }")}
    short = {iri: local.shorten(iri) for iri in iris}
    assert all(local.expand(name) == iri for iri, name in short.items())
    assert len(set(short.values())) == len(iris)
    assert local.shorten(f"{BASE}scheme/star/yes") == "star:yes"
    assert local.shorten(f"{BASE}id/institution/xa/archive-office") == "institution:xa/archive-office"


def test_the_example_queries_run_by_name(local: Graph) -> None:
    files = {file.stem: file for file in (PROJECT / "queries" / "examples").glob("*.rq")}
    examples = local.examples()
    assert set(examples) == set(files)
    example = examples["012-plan-succession"]
    assert example.title in files[example.name].read_text("utf-8")
    assert example.keywords
    assert local.frame(example.query)["nextTitle"].tolist()[0] == "Xanadu Action Plan 2018-2020"


# -------------------------------------------------------------------- types


VALUES = """
:a :integer 12 ; :year "2015"^^xsd:gYear ; :decimal 0.97 ; :double 1.5e3 ; :flag true ; :day "2015-07-17"^^xsd:date ;
   :time "2015-07-17T08:30:00"^^xsd:dateTime ; :instant "2015-07-17T08:30:00+02:00"^^xsd:dateTime ;
   :text "Été"@fr ; :mixed 1 ; :count "7"^^xsd:nonNegativeInteger ; :wrong "2015-02-30"^^xsd:date ; :numbers 1 ;
   :large 99999999999999999999 ; :dates "2015"^^xsd:gYear ; :infinite "INF"^^xsd:double .
:b :integer -3 ; :year "-0044"^^xsd:gYear ; :decimal 1 ; :flag "0"^^xsd:boolean ; :text "plain" ; :mixed "one" ;
   :wrong "2015-02-28"^^xsd:date ; :numbers 2.5 ; :dates "2015-07"^^xsd:gYearMonth .
:c :none [] .
"""
EXPECTED: dict[str, tuple[str, Any, list[Any]]] = {
    "integer": ("Int64", polars.Int64, [12, -3, None]),
    "year": ("Int64", polars.Int64, [2015, -44, None]),
    "decimal": ("Float64", polars.Float64, [0.97, 1.0, None]),
    "double": ("Float64", polars.Float64, [1500.0, None, None]),
    "flag": ("boolean", polars.Boolean, [True, False, None]),
    "day": ("datetime64[s]", polars.Date, [date(2015, 7, 17), None, None]),
    "time": ("datetime64[us]", polars.Datetime("us"), [datetime(2015, 7, 17, 8, 30), None, None]),
    "instant": (
        "datetime64[us, UTC]",
        polars.Datetime("us", "UTC"),
        [datetime(2015, 7, 17, 6, 30, tzinfo=UTC), None, None],
    ),
    "text": ("string", polars.String, ["Été", "plain", None]),
    "mixed": ("string", polars.String, ["1", "one", None]),
    "count": ("Int64", polars.Int64, [7, None, None]),
    "wrong": ("string", polars.String, ["2015-02-30", "2015-02-28", None]),
    "numbers": ("Float64", polars.Float64, [1.0, 2.5, None]),
    "large": ("Float64", polars.Float64, [1e20, None, None]),
    "dates": ("string", polars.String, ["2015", "2015-07", None]),
    "infinite": ("Float64", polars.Float64, [math.inf, None, None]),
    "unknown": ("string", polars.String, [None, None, None]),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_column_has_the_type_of_its_values(small: Callable[[str], Graph], tmp_path: Path, name: str) -> None:
    graph = small(VALUES)
    query = f"SELECT ?s ?v {{ VALUES ?s {{ :a :b :c }} OPTIONAL {{ ?s :{name} ?v }} }} ORDER BY ?s"
    query = f"PREFIX : <http://example.org/> {query}"
    in_pandas, in_polars, expected = EXPECTED[name]
    column = graph.frame(query)["v"]
    assert str(column.dtype) == in_pandas
    assert [None if pandas.isna(value) else value for value in column] == [
        pandas.Timestamp(value) if isinstance(value, date) else value for value in expected
    ]
    other = ogpgraph.open(tmp_path / "small.ttl", frames="polars").frame(query)["v"]
    assert other.dtype == in_polars
    assert other.to_list() == expected


def test_languages_blank_nodes_and_iris_are_texts(small: Callable[[str], Graph]) -> None:
    graph = small(VALUES)
    prefix = "PREFIX : <http://example.org/> "
    frame = graph.frame(
        prefix + "SELECT ?s ?t ?n { ?s :text ?t OPTIONAL { ?s :integer ?n } } ORDER BY ?s", languages=True
    )
    assert list(frame.columns) == ["s", "t", "t_language", "n"]
    assert frame["t_language"].tolist() == ["fr", pandas.NA]
    assert frame["s"].tolist() == ["http://example.org/a", "http://example.org/b"]
    blank = graph.frame(prefix + "SELECT ?v { ?s :none ?v }")["v"].iloc[0]
    assert blank.startswith("_:")


def test_a_query_without_an_answer_gives_its_columns(local: Graph) -> None:
    frame = local.frame("SELECT ?a ?b { ?a ogp:nothing ?b }")
    assert list(frame.columns) == ["a", "b"]
    assert frame.empty
    assert [str(kind) for kind in local.plans("ZZ").dtypes] == [str(kind) for kind in local.plans().dtypes]


def test_literals_stay_as_they_are_written(small: Callable[[str], Graph]) -> None:
    graph = small(':a :v "2015-02-30"^^xsd:date, "007"^^xsd:gYear, "1.50"^^:money .').graph()
    assert {str(value) for value in graph.objects()} == {"2015-02-30", "007", "1.50"}
    integer = pyoxigraph.Literal("01", datatype=pyoxigraph.NamedNode(str(rdflib.XSD.integer)))
    assert node_of(integer).n3() == f'"01"^^<{rdflib.XSD.integer}>'


def test_polars_frames_have_lists(xanadu_out: Path) -> None:
    graph = ogpgraph.open(xanadu_out, frames="polars")
    frame = graph.institutions()
    assert isinstance(frame, polars.DataFrame)
    assert frame.schema["other_names"] == polars.List(polars.String)
    office = frame.filter(polars.col("institution").str.ends_with("archive-office"))
    assert office["other_names"].to_list() == [["Bureau des archives"]]


# -------------------------------------------------------------------- lineage and provenance


def test_lineage_is_what_is_stated_unless_the_inferred_is_asked_for(local: Graph) -> None:
    stated, all_of_it = local.lineage("XA"), local.lineage("XA", inferred=True)
    iri = f"{BASE}id/commitment/XA000"
    assert {(a, b) for a, b, _ in stated.edges} == {
        (f"{iri}1", f"{iri}3"),
        (f"{iri}3", f"{iri}5"),
        (f"{iri}4", f"{BASE}id/initiative/xa/cavern-map"),
    }
    assert {(a, b) for a, b, _ in all_of_it.edges} - {(a, b) for a, b, _ in stated.edges} == {(f"{iri}2", f"{iri}4")}
    edge = stated.edges[f"{iri}1", f"{iri}3", f"{BASE}id/lineage/XA0001-extendedBy-XA0003"]
    assert edge["relation"] == "extendedBy"
    assert (edge["stated"], edge["confidence"]) == (True, 0.97)
    assert edge["sources"] == f"{BASE}id/source/xa-2018-plan"
    assert edge["evidence"]
    assert stated.nodes[f"{iri}1"]["title"] == "Opening the archives"
    assert stated.nodes[f"{iri}1"]["cycle"] == 2015
    assert stated.nodes[f"{iri}2"]["fate"] == "Withdrawn"
    assert "fate" not in stated.nodes[f"{iri}6"]  # declared new by inference only
    assert all_of_it.nodes[f"{iri}6"]["fate"] == "Declared new"
    assert stated.nodes[f"{BASE}id/initiative/xa/cavern-map"]["kind"] == "initiative"
    assert f"{iri}7" in stated  # of no lineage


def test_lineage_can_be_written_and_read_by_networkx(local: Graph, tmp_path: Path) -> None:
    lineage = local.lineage("XA", inferred=True)
    networkx.write_graphml(lineage, tmp_path / "lineage.graphml")
    again = networkx.read_graphml(tmp_path / "lineage.graphml", force_multigraph=True)
    assert dict(again.nodes(data=True)) == dict(lineage.nodes(data=True))
    assert sorted(again.edges(keys=True)) == sorted(lineage.edges(keys=True))


def test_a_statement_names_its_sources_and_rules(local: Graph) -> None:
    extended = local.said_by("commitment:XA0001", "ogp:extendedBy", "commitment:XA0003")
    assert len(extended) == 1
    assert extended[0].is_derived
    assert extended[0].in_release
    assert extended[0].graph == f"{BASE}graph/derivation/plan-number-to-id"
    titles = local.said_by("commitment:XA0001", "dcterms:title")
    believed = {account.value for account in titles if account.in_release}
    lost = {account.value for account in titles if not account.in_release}
    assert believed == {rdflib.Literal("Opening the archives", lang="en")}
    assert lost
    assert not believed & lost
    assert all(account.page.startswith("http") and not account.is_derived for account in titles)
    one = local.said_by("commitment:XA0001", "dcterms:title", next(iter(lost)))
    assert {account.value for account in one} == {account.value for account in titles if account in one} <= lost
    assert local.said_by("commitment:XA0001", "dcterms:title", rdflib.Literal("Nobody says so")) == []


def test_a_search_narrows_and_refuses_what_cannot_be_asked(local: Graph) -> None:
    assert local.search("archives", kind="Commitment", cycle=2015)["name"].tolist() == ["Opening the archives"]
    assert len(local.search("archives", most=1)) == 1
    assert local.search("archives", member=["XA"], curies=True)["entity"].str.contains(":").all()
    for wrong in ({"words": ""}, {"words": "x" * 1000}, {"words": "x", "cycle": 20155}):
        with pytest.raises(ValueError):
            local.search(**wrong)


def test_a_version_is_cited(local: Graph, xanadu_release: Release) -> None:
    assert local.version == xanadu_release.version
    assert local.cite() == (
        f"OGP Graph contributors ({local.issued[:4]}). Three plans of Xanadu, version {local.version} [Data set]. "
        f"{BASE}dumps/{local.version}/"
    )
    assert local.cite("bibtex").startswith(f"@misc{{ogpgraph-{local.version},")
    with pytest.raises(ValueError, match="there are text, bibtex, cff"):
        local.cite("ris")  # type: ignore[arg-type]


# -------------------------------------------------------------------- opening


@pytest.mark.parametrize("name", ["dataset.nq", "dataset.nq.gz", "dataset.trig.gz", "dataset.jsonld"])
def test_a_dump_answers_as_its_release(local: Graph, xanadu_release: Release, name: str) -> None:
    dump = ogpgraph.open(xanadu_release.folder / name)
    assert dump.version == local.version
    assert_frame_equal(dump.commitments(), local.commitments())
    assert_frame_equal(dump.ratings(), local.ratings())
    assert dump.said_by("commitment:XA0001", "dcterms:title") == local.said_by("commitment:XA0001", "dcterms:title")
    if name == "dataset.nq":
        assert_frame_equal(dump.search("archives"), local.search("archives"))


def test_a_release_opens_by_folder_version_and_text(xanadu_release: Release, local: Graph) -> None:
    out = xanadu_release.folder.parent
    for graph in (
        ogpgraph.open(str(out)),
        ogpgraph.open(xanadu_release.folder),
        ogpgraph.open(out, version=xanadu_release.version),
    ):
        assert graph.version == local.version
        assert repr(graph) == f"<OGP Graph {xanadu_release.folder.resolve()}>"


def test_a_release_above_the_limit_is_a_store_on_disk(
    xanadu_out: Path, local: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    shutil.copytree(xanadu_out, out, symlinks=True)
    monkeypatch.setenv("OGPGRAPH_MEMORY_QUADS", "10")
    for _ in range(2):
        assert_frame_equal(ogpgraph.open(out).plans(), local.plans())
    assert len([path for path in (out / "stores").iterdir() if path.is_dir()]) == 1


def test_opening_prints_nothing_and_writes_nothing(xanadu_out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = sorted(xanadu_out.rglob("*"))
    with ogpgraph.open(xanadu_out) as graph:
        assert len(graph.search("archives"))
        assert len(graph.plans()) == 3
    assert sorted(xanadu_out.rglob("*")) == before
    assert capfd.readouterr() == ("", "")


def test_what_is_no_release_is_refused_with_a_remedy(xanadu_out: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder or file"):
        ogpgraph.open(tmp_path / "missing")
    with pytest.raises(FileNotFoundError, match="ogpgraph build"):
        ogpgraph.open(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"1\.2\.3 holds no release: it holds 9"):
        ogpgraph.open(xanadu_out, version="1.2.3")
    (tmp_path / "table.csv").write_text("a,b\n")
    with pytest.raises(ValueError, match="nq, trig, ttl"):
        ogpgraph.open(tmp_path / "table.csv")
    (tmp_path / "cut.nq.gz").write_bytes(gzip.compress(b"<a:a> <a:b> <a:c> .\n" * 99)[:40])
    with pytest.raises(ValueError, match="download it again"):
        ogpgraph.open(tmp_path / "cut.nq.gz")
    (tmp_path / "no.ttl").write_text("no Turtle")
    with pytest.raises(SyntaxError, match=r"no\.ttl"):
        ogpgraph.open(tmp_path / "no.ttl")
    with pytest.raises(ValueError, match="URL"):
        ogpgraph.open("http://")
    with pytest.raises(ValueError, match="pandas and polars"):
        ogpgraph.open(xanadu_out, frames="excel")  # type: ignore[call-overload]


def test_a_damaged_release_is_not_opened(xanadu_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    shutil.copytree(xanadu_out, out, symlinks=True)
    file = out / "latest" / "dataset.nq"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ogpgraph.DamagedRelease, match="SHA-256"):
        ogpgraph.open(out)


def test_a_dump_that_is_no_release_has_no_version_to_cite(small: Callable[[str], Graph]) -> None:
    graph = small(":a :b :c .")
    assert graph.version == ""
    with pytest.raises(ogpgraph.QueryFailed, match="does not say which version"):
        graph.cite()


# -------------------------------------------------------------------- endpoints that fail


@pytest.fixture
def failing() -> Iterator[Callable[[int, str, str], Graph]]:
    """Opens an endpoint that gives one answer to everything, with status, media type and body."""
    servers = []

    def opening(status: int, media_type: str, body: str) -> Graph:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Nothing is written to the terminal."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return ogpgraph.open(f"http://user:secret@127.0.0.1:{server.server_port}/sparql?key=hidden")

    yield opening
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "media_type", "body", "said"),
    [
        (400, "text/plain", "Parse error:\n near '}'", "answered 400: Parse error: near '}'"),
        (503, "application/problem+json", '{"title": "Busy", "detail": "ask later"}', "answered 503: ask later"),
        (500, "application/problem+json", "[]", "answered 500: []"),
        (200, "text/html", "<html>", "answered text/html, not SPARQL results or RDF"),
        (200, "application/sparql-results+json", '{"head": {"vars": ["scheme"]}, "results": {"bind', "breaks off"),
    ],
)
def test_an_endpoint_that_fails_is_named_with_what_it_says(
    failing: Callable[[int, str, str], Graph], status: int, media_type: str, body: str, said: str
) -> None:
    with pytest.raises(ogpgraph.QueryFailed) as error:
        failing(status, media_type, body).plans()
    assert said in str(error.value)
    assert "secret" not in str(error.value) + repr(error.value)
    assert "hidden" not in str(error.value)


def test_an_endpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ogpgraph.QueryFailed, match="cannot be reached"):
        ogpgraph.open("http://127.0.0.1:9/sparql").plans()


def test_a_limit_of_the_server_is_told(remote: Graph) -> None:
    with pytest.raises(ogpgraph.QueryFailed, match=r"answered 413: query_depth is 100"):
        remote.ask("ASK " + "{" * 200 + "}" * 200)


# -------------------------------------------------------------------- the import


def test_importing_the_package_loads_nothing_else() -> None:
    """Workers and servers import it, and a hundred of them start at once."""
    code = "import sys; before = set(sys.modules); import ogpgraph; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['__future__', 'ogpgraph']\n"


def test_names_are_found_when_they_are_asked_for() -> None:
    assert set(ogpgraph.__all__) <= set(dir(ogpgraph))
    for name in ogpgraph.__all__:
        assert getattr(ogpgraph, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'close'"):
        _ = ogpgraph.close  # type: ignore[attr-defined]


def test_a_missing_library_says_how_to_install_it(xanadu_out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library, extra in (("pandas", "analysis"), ("polars", "polars")):
        graph = ogpgraph.open(xanadu_out, frames=library)  # type: ignore[call-overload]
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(LibraryMissing, match=rf"{library} is not installed: pip install 'ogpgraph\[{extra}\]'"):
            graph.plans()
        assert len(graph.graph("member:XA")) > 100  # all but frames works without


def _text(term: Any) -> str:
    if isinstance(term, pyoxigraph.DefaultGraph):
        return ""
    return "_:" if isinstance(term, pyoxigraph.BlankNode) else str(term.value)


def _shown(node: rdflib.term.Node) -> str:
    """Blank nodes have another name each time."""
    return "_:" if isinstance(node, rdflib.BNode) else str(node)


def _named(graph: rdflib.Graph) -> set[tuple[Any, ...]]:
    return {triple for triple in graph if not any(isinstance(term, rdflib.BNode) for term in triple)}
