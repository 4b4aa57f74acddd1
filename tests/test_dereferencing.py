"""Every IRI of the release that is ours opens: as HTML for people, as Turtle with its statements for programs.

A few of each kind are asked for; with ``OGPGRAPH_TEST_EVERY_IRI=1`` in the environment all are.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from fastapi.testclient import TestClient
from httpx2 import Response
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from selectolax.lexbor import LexborHTMLParser
from serve_process import ServeProcess
from two_versions import GONE, OLDER, YOUNG

from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import BASE, PROJECT, Settings

pytest_plugins = ["fixtures_two_versions"]

EVERY = bool(os.environ.get("OGPGRAPH_TEST_EVERY_IRI"))
OF_EACH_KIND = 3
COMMITMENT = "id/commitment/XA0006"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def kind_of(path: str) -> str:
    """IRIs of one kind have the same pattern: the names of folders, the number of parts."""
    parts = re.split(r"[/#]", path)
    return "/".join([*parts[:2], str(len(parts))]) if parts[0] in ("id", "graph") else f"{parts[0]}/{len(parts)}"


def own_iris(store: pyoxigraph.Store) -> list[str]:
    """Every IRI of ours, in whatever position: all, or some of each kind."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for quad in store:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode) and term.value.startswith(BASE):
                kinds[kind_of(term.value.removeprefix(BASE))].add(term.value)
    assert len(kinds) > 40
    chosen = [sorted(found) if EVERY else _spread(sorted(found)) for found in kinds.values()]
    return [iri for found in chosen for iri in found]


def _spread(found: list[str]) -> list[str]:
    """The first, the last and those between, as far apart as they can be."""
    if len(found) <= OF_EACH_KIND:
        return found
    return [found[n * (len(found) - 1) // (OF_EACH_KIND - 1)] for n in range(OF_EACH_KIND)]


@pytest.fixture(scope="module")
def real(release: Release) -> Iterator[TestClient]:
    settings = Settings(out=str(release.folder.parent), access_log="", release_check_seconds=0)
    with TestClient(application(settings)) as client:
        yield client


def said_of(iri: str, store: pyoxigraph.Store) -> set[Triple]:
    """What the answer must hold: the statements of an entity, or those that a graph states."""
    node = NamedNode(iri)
    quads = list(store.quads_for_pattern(node, None, None, DefaultGraph()))
    if iri.startswith(f"{BASE}graph/"):
        quads = list(store.quads_for_pattern(None, None, None, node))
    elif iri.startswith((f"{BASE}shapes", f"{BASE}.well-known/")):
        quads = list(store.quads_for_pattern(node, None, None, None))
    triples = {quad.triple for quad in quads}
    return {
        each for each in triples if not isinstance(each.object, BlankNode) and not isinstance(each.subject, BlankNode)
    }


_opened: dict[tuple[int, str, str], Response] = {}


def opened(client: TestClient, path: str, accept: str) -> Response:
    """The answer for a path; many IRIs with a fragment share one."""
    key = (id(client), path, accept)
    if key not in _opened:
        if len(_opened) > 20:
            _opened.clear()
        _opened[key] = client.get(path, headers={"accept": accept})
    return _opened[key]


@lru_cache(4)
def triples_of(turtle: bytes) -> frozenset[Triple]:
    return frozenset(quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE, base_iri=BASE))


def by_value(triple: Triple) -> Triple:
    """A store keeps decimals by their value: 1.0 of a file is 1 there."""
    value = triple.object
    if isinstance(value, Literal) and value.datatype.value.endswith("#decimal"):
        return Triple(triple.subject, triple.predicate, Literal(str(Decimal(value.value).normalize())))
    return triple


def wrong_with(iri: str, client: TestClient, store: pyoxigraph.Store) -> str:
    """What is wrong with the answers for an IRI; empty where nothing is."""
    path = "/" + iri.removeprefix(BASE).partition("#")[0]
    page = opened(client, path, BROWSER)
    if path.startswith("/dumps/"):
        return "" if page.status_code == 200 else f"file: {page.status_code}"
    if page.status_code != 200 or not page.headers["content-type"].startswith("text/html"):
        return f"HTML: {page.status_code} {page.headers.get('content-type')} {page.url}"
    if path == "/" and not said_of(iri, store):
        return ""  # the start page is about the dataset, not an entity of its own
    data = opened(client, path, "text/turtle")
    if data.status_code != 200 or not data.headers["content-type"].startswith("text/turtle"):
        return f"Turtle: {data.status_code} {data.headers.get('content-type')} {data.url}"
    missing = {by_value(each) for each in said_of(iri, store)} - {by_value(each) for each in triples_of(data.content)}
    return f"Turtle lacks {len(missing)}, such as {next(iter(missing))}" if missing else ""


def test_every_iri_opens_and_its_turtle_holds_its_statements(real: TestClient, store: pyoxigraph.Store) -> None:
    wrong = {iri: told for iri in own_iris(store) if (told := wrong_with(iri, real, store))}
    assert wrong == {}


def test_the_files_of_a_release_open(real: TestClient, release: Release) -> None:
    """They are nodes of the catalogue, not of the graph."""
    quads = list(parse((release.folder / "catalogue.ttl").read_bytes(), format=RdfFormat.TURTLE))
    files = sorted({q.object.value for q in quads if q.predicate.value.endswith("#downloadURL")})
    sizes = {q.subject.value: q.object.value for q in quads if q.predicate.value.endswith("#byteSize")}
    assert len(files) > 100
    for iri in files if EVERY else _spread(files):
        answer = real.head("/" + iri.removeprefix(BASE))
        assert (answer.status_code, answer.headers["content-length"]) == (200, sizes[iri]), iri


# What negotiation does, by a commitment of Xanadu.


@pytest.mark.parametrize(
    ("accept", "target", "content_type"),
    [
        (BROWSER, f"/page/{COMMITMENT}", "text/html; charset=utf-8"),
        ("text/html", f"/page/{COMMITMENT}", "text/html; charset=utf-8"),
        ("text/turtle;q=0.5,text/html", f"/page/{COMMITMENT}", "text/html; charset=utf-8"),
        ("text/html;q=0.5,text/turtle", f"/data/{COMMITMENT}.ttl", "text/turtle; charset=utf-8"),
        ("*/*", f"/data/{COMMITMENT}.ttl", "text/turtle; charset=utf-8"),
        ("application/n-triples", f"/data/{COMMITMENT}.nt", "application/n-triples"),
        ("application/ld+json", f"/data/{COMMITMENT}.jsonld", "application/ld+json"),
        ("application/rdf+xml", f"/data/{COMMITMENT}.rdf", "application/rdf+xml"),
    ],
)
def test_an_entity_sends_each_client_to_what_it_reads(
    accept: str, target: str, content_type: str, past: TestClient
) -> None:
    answer = past.get(f"/{COMMITMENT}", headers={"accept": accept})
    assert (answer.status_code, answer.headers["location"], answer.content) == (303, target, b"")
    assert answer.headers["vary"] == "Accept, Accept-Datetime"
    head = past.head(f"/{COMMITMENT}", headers={"accept": accept})
    fields = ("location", "vary", "link")
    assert [head.headers[name] for name in fields] == [answer.headers[name] for name in fields]
    found, same = past.get(target), past.head(target)
    assert (found.status_code, found.headers["content-type"], len(found.content) > 500) == (200, content_type, True)
    assert (same.status_code, same.content) == (200, b"")
    differing = {"date", "x-request-id", "server-timing", "cache-status"}
    assert {k: v for k, v in found.headers.items() if k not in differing} == {
        k: v for k, v in same.headers.items() if k not in differing
    }
    again = past.get(target, headers={"if-none-match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_nobody_can_give_is_not_acceptable(past: TestClient) -> None:
    answer = past.get(f"/{COMMITMENT}", headers={"accept": "image/png"})
    assert (answer.status_code, answer.headers["vary"]) == (406, "Accept")
    assert "text/turtle" in answer.json()["offered"]


def test_documents_link_to_the_entity_and_to_the_other_forms(past: TestClient) -> None:
    kind = f'<{BASE}ontology#Commitment>; rel="type"'
    page, data = past.get(f"/page/{COMMITMENT}").headers["link"], past.get(f"/data/{COMMITMENT}.ttl").headers["link"]
    assert f'<{BASE}{COMMITMENT}>; rel="canonical describes"' in page
    assert f'<{BASE}{COMMITMENT}>; rel="describes"' in data
    for header in (page, data):
        assert kind in header
        assert f'<{BASE}id/dataset/ogp-graph>; rel="collection"' in header
        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in header
        assert f'</data/{COMMITMENT}.jsonld>; rel="alternate' in header
    assert f'</page/{COMMITMENT}>; rel="alternate"; type="text/html"' in data
    assert f"</data/{COMMITMENT}.ttl>" not in data


def test_a_graph_sends_browsers_to_its_page(past: TestClient, xanadu_store: pyoxigraph.Store) -> None:
    graph = min(str(each.value) for each in xanadu_store.named_graphs() if "/graph/source/" in str(each))
    path = "/" + graph.removeprefix(BASE)
    answer = past.get(path, headers={"accept": BROWSER})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/page{path}")
    triples = {quad.triple for quad in xanadu_store.quads_for_pattern(None, None, None, NamedNode(graph))}
    found = past.get(path, headers={"accept": "application/n-triples"})
    assert {quad.triple for quad in parse(found.content, format=RdfFormat.N_TRIPLES)} == triples


# What is gone, and what never was.


@pytest.mark.parametrize("path", [f"/id/{GONE}", f"/page/id/{GONE}", f"/data/id/{GONE}.ttl"])
def test_what_only_an_older_version_knows_is_gone(path: str, past: TestClient) -> None:
    answer = past.get(path)
    assert (answer.status_code, answer.json()["title"]) == (410, "Gone")
    old = f"/versions/{OLDER}/id/{GONE}"
    assert old in answer.json()["detail"]
    assert answer.json()["older"] == old
    assert f'<{old}>; rel="predecessor-version"' in answer.headers["link"]
    page = past.get(path, headers={"accept": BROWSER})
    assert (page.status_code, LexborHTMLParser(page.text).css_matches(f'main a[href="{old}"]')) == (410, True)
    assert past.get(old).status_code == 303


@pytest.mark.parametrize("form", ["/id/{}", "/page/id/{}", "/data/id/{}.ttl"])
def test_what_never_was_is_not_found(form: str, past: TestClient) -> None:
    assert past.get(form.format("commitment/XA7777")).status_code == 404
    assert past.get(f"/versions/{OLDER}{form.format('commitment/XA7777')}").status_code == 404
    assert past.get(f"/versions/{OLDER}{form.format(YOUNG)}").status_code == 404


@pytest.fixture(scope="module")
def retired(tmp_path_factory: pytest.TempPathFactory, xanadu_release: Release) -> Iterator[TestClient]:
    """Xanadu with two retired entities, stated as ``ontology/retired.ttl`` would state them."""
    from two_versions import rewritten

    owl, terms = "http://www.w3.org/2002/07/owl#", "http://purl.org/dc/terms/"
    note = NamedNode("http://www.w3.org/2004/02/skos/core#historyNote")
    merged, dropped = (NamedNode(f"{BASE}id/commitment/{name}") for name in ("XA8881", "XA8882"))
    true = Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
    quads = [
        Quad(merged, NamedNode(owl + "deprecated"), true),
        Quad(merged, NamedNode(terms + "isReplacedBy"), NamedNode(BASE + COMMITMENT)),
        Quad(dropped, NamedNode(owl + "deprecated"), true),
        Quad(dropped, note, Literal("Counted <twice>.", language="en")),
    ]
    out = rewritten(xanadu_release.folder, tmp_path_factory.mktemp("retired"), [f"{quad} .\n" for quad in quads])
    settings = Settings(out=str(out), access_log="", release_check_seconds=0)
    with TestClient(application(settings), follow_redirects=False) as client:
        yield client


def test_what_was_merged_leads_to_what_took_its_place(retired: TestClient) -> None:
    answer = retired.get("/id/commitment/XA8881")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/{COMMITMENT}")


def test_what_was_withdrawn_says_why(retired: TestClient) -> None:
    answer = retired.get("/id/commitment/XA8882")
    assert (answer.status_code, answer.json()["detail"]) == (410, "Counted <twice>.")
    page = retired.get("/id/commitment/XA8882", headers={"accept": BROWSER})
    assert (page.status_code, page.headers["content-type"]) == (410, "text/html; charset=utf-8")
    assert "Counted &lt;twice&gt;." in page.text


def test_nothing_is_listed_as_retired_that_makes_no_sense() -> None:
    """Each retired entity is marked, and has a reason or a replacement; nothing else stands in the file."""
    triples = list(parse((PROJECT / "ontology" / "retired.ttl").read_bytes(), format=RdfFormat.TURTLE))
    subjects = {str(each.subject) for each in triples}
    for subject in subjects:
        said = {
            each.predicate.value.rpartition("/")[2].rpartition("#")[2]
            for each in triples
            if str(each.subject) == subject
        }
        assert {"deprecated"} < said <= {"deprecated", "isReplacedBy", "historyNote"}
        assert subject.startswith(f"<{BASE}id/")


# Errors, for people and for programs.


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/nothing/here", {}, 404),
        (f"/id/{GONE}", {}, 410),
        ("/timegate/id/member/XA", {"accept-datetime": "never"}, 400),
        ("/page/id/commitment/XA7777", {}, 404),
    ],
)
def test_an_error_is_a_page_for_people_and_a_problem_for_programs(
    path: str, headers: dict[str, str], status: int, past: TestClient
) -> None:
    page, told = past.get(path, headers={"accept": BROWSER, **headers}), past.get(path, headers=headers)
    assert (page.status_code, told.status_code) == (status, status)
    assert (page.headers["vary"], told.headers["vary"]) == ("Accept", "Accept")
    assert told.headers["content-type"] == "application/problem+json"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    tree = LexborHTMLParser(page.text)
    assert [each.text() for each in tree.css("h1")] == [told.json()["title"]]
    assert [each.attributes["action"] for each in tree.css("form[role=search]")] == ["/search"]
    assert tree.css("script, [style]") == []
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_failure_is_a_page_that_tells_nothing_of_it(past: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("ogpgraph.serve.memento.at", broken)
    page = past.get("/timegate/id/member/XA", headers={"accept": BROWSER})
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "secret" not in page.text


# Clients of Linked Data.


@pytest.fixture(scope="module")
def server(
    xanadu_out: Path, tmp_path_factory: pytest.TempPathFactory, xanadu_release: Release
) -> Iterator[ServeProcess]:
    from two_versions import rewritten

    with ServeProcess(rewritten(xanadu_release.folder, tmp_path_factory.mktemp("served") / "out", [])) as server:
        yield server


def test_rdflib_follows_an_iri_to_its_statements(server: ServeProcess, xanadu_store: pyoxigraph.Store) -> None:
    graph = rdflib.Graph().parse(f"http://127.0.0.1:{server.port}/{COMMITMENT}")
    node = NamedNode(BASE + COMMITMENT)
    expected = {
        (q.predicate.value, q.object.value) for q in xanadu_store.quads_for_pattern(node, None, None, DefaultGraph())
    }
    assert expected
    found = {(str(p), str(o)) for p, o in graph.predicate_objects(rdflib.URIRef(BASE + COMMITMENT))}
    assert expected <= found
    topic = rdflib.URIRef("http://xmlns.com/foaf/0.1/primaryTopic")
    assert [str(each) for each in graph.objects(None, topic)] == [BASE + COMMITMENT]
