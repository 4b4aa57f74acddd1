"""What the server says of itself: Service Description, VoID, DCAT and examples, by content negotiation."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import rdflib
from fastapi.testclient import TestClient
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS
from ogpgraph.release import Release, void
from ogpgraph.release.catalogue import DATASET
from ogpgraph.serve.application import application
from ogpgraph.serve.description import DOCUMENTS, FORMAT_NAMES
from ogpgraph.serve.releases import Releases
from ogpgraph.settings import Settings
from ogpgraph.vocabulary import DCAT, DCTERMS, PREFIXES, RDF, RDFS, SD, SH, VOID

pytest_plugins = ["fixtures_three_plans"]

SERVICE = "/sparql"
PATHS = [SERVICE, *DOCUMENTS]
HOST = "data.example:8080"
PROLOGUE = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
FORMATS = {offered.media_type: offered for offered in GRAPH_FORMATS}
# What each description is bound to say.
TOLD = {
    SERVICE: (RDF.type, SD.Service),
    "/.well-known/void": (RDF.type, VOID.Dataset),
    "/.well-known/sparql-examples": (RDF.type, SH.SPARQLExecutable),
    "/catalog": (RDF.type, DCAT.Dataset),
}


@pytest.fixture(scope="module")
def client(xanadu_out: Path, xanadu_release: Release) -> Iterator[TestClient]:
    settings = Settings(out=str(xanadu_out), access_log="", cache_seconds=77)
    with TestClient(application(settings), base_url=f"http://{HOST}", follow_redirects=False) as client:
        yield client


def beside(releases: Any, **settings: Any) -> TestClient:
    """A server that needs no engine: releases that say which folder is in service, or that none is."""
    return TestClient(application(Settings(access_log="", **settings), releases), base_url=f"http://{HOST}")


def in_service(folder: Path | None) -> Any:
    engine = SimpleNamespace(version="1", digest="d", quads=0)
    return SimpleNamespace(engine=engine, ready=True, version="1", folder=folder, health=dict)


def store_of(body: bytes, media_type: str = "text/turtle") -> Store:
    store = Store()
    store.load(body, format=FORMATS[media_type].engine)
    return store


def values(store: Store, query: str) -> set[tuple[str, ...]]:
    return {tuple(value.value for value in row) for row in store.query(PROLOGUE + query)}


@pytest.mark.parametrize("media_type", FORMATS)
@pytest.mark.parametrize("path", PATHS)
def test_each_description_is_given_in_each_form(path: str, media_type: str, client: TestClient) -> None:
    answer = client.get(path, headers={"accept": media_type})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[media_type].content_type
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=77"
    found = {quad.triple for quad in store_of(answer.content, media_type)}
    turtle = {quad.triple for quad in store_of(client.get(path).content)}
    assert found == turtle
    assert TOLD[path] in {(t.predicate, t.object) for t in found}


@pytest.mark.parametrize(("path", "name"), DOCUMENTS.items())
def test_the_documents_are_the_files_of_the_release(
    path: str, name: str, client: TestClient, xanadu_release: Release
) -> None:
    assert client.get(path).content == (xanadu_release.folder / name).read_bytes()


@pytest.mark.parametrize("path", PATHS)
def test_a_description_that_nobody_can_read_is_refused(path: str, client: TestClient) -> None:
    answer = client.get(path, headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["offered"] == list(FORMATS)


@pytest.mark.parametrize("path", PATHS)
def test_format_goes_before_accept(path: str, client: TestClient) -> None:
    answer = client.get(path, params={"format": "nt"}, headers={"accept": "application/ld+json"})
    assert answer.headers["content-type"] == "application/n-triples"
    assert client.get(path, params={"format": "docx"}).status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_who_has_a_description_is_told_so(path: str, client: TestClient) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    again = client.get(path, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["vary"] == "Accept, Accept-Encoding"
    other = client.get(path, headers={"accept": "application/n-triples", "if-none-match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag


@pytest.mark.parametrize("path", PATHS)
def test_a_description_is_compressed_for_who_asks(path: str, client: TestClient) -> None:
    plain = client.get(path, headers={"accept-encoding": "identity"})
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers
    assert answer.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get(path: str, client: TestClient) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == 200
    for name in ("content-type", "etag", "vary", "cache-control", "content-length"):
        assert head.headers[name] == get.headers[name], name


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_takes_no_other_method(path: str, client: TestClient) -> None:
    answer = client.post(path)
    assert answer.status_code == 405
    assert answer.json()["status"] == 405


# ---- what the Service Description says


def test_the_endpoint_is_the_one_that_the_client_asked(client: TestClient) -> None:
    store = store_of(client.get(SERVICE).content)
    assert values(store, "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }") == {(f"http://{HOST}/sparql",)}
    other = store_of(client.get(SERVICE, headers={"host": "[::1]:9000"}).content)
    assert values(other, "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }") == {("http://[::1]:9000/sparql",)}


@pytest.mark.parametrize("host", ['a"><script', "a b", "a/b", "a@b", "ä.example", "a:123456", "<x>", "", "x" * 300])
def test_a_host_that_is_none_is_not_repeated(host: str, client: TestClient) -> None:
    answer = client.get(SERVICE, headers={"host": host.encode("utf-8")})
    store = store_of(answer.content)
    assert values(store, "SELECT ?e { ?s sd:endpoint ?e }") == {("https://w3id.org/ogpgraph/sparql",)}
    assert b"endpoint.invalid" not in answer.content


@pytest.mark.parametrize(("proxies", "scheme"), [(0, "http"), (1, "https")])
def test_the_scheme_is_what_a_trusted_proxy_says(proxies: int, scheme: str, xanadu_release: Release) -> None:
    client = beside(in_service(xanadu_release.folder), trusted_proxies=proxies)
    store = store_of(client.get(SERVICE, headers={"x-forwarded-proto": "gopher, https"}).content)
    assert values(store, "SELECT ?e { ?s sd:endpoint ?e }") == {(f"{scheme}://{HOST}/sparql",)}


def test_it_says_what_the_endpoint_can(client: TestClient) -> None:
    store = store_of(client.get(SERVICE).content)
    start = "http://www.w3.org/ns/formats/"
    assert values(store, "SELECT ?l { ?s sd:supportedLanguage ?l }") == {(SD.SPARQL11Query.value,)}
    assert values(store, "SELECT ?f { ?s sd:resultFormat ?f }") == {(start + name,) for name in FORMAT_NAMES.values()}
    assert values(store, "SELECT ?f { ?s sd:inputFormat|sd:feature ?f }") == set()
    assert values(store, "SELECT ?l { ?s a sd:Service ; dcterms:license ?l }") == {
        ("https://creativecommons.org/licenses/by/4.0/",)
    }
    ((limits,),) = values(store, "SELECT ?l { ?s a sd:Service ; rdfs:comment ?l }")
    assert "query_seconds 30 seconds" in limits
    assert "result_bytes 256000000 bytes" in limits


def test_every_form_of_an_answer_has_its_name() -> None:
    assert set(FORMAT_NAMES) == {offered.name for offered in (*RESULT_FORMATS, *GRAPH_FORMATS)}


def test_writing_and_federation_are_told_where_they_are_on(xanadu_release: Release) -> None:
    settings = {"update_token": "t" * 20, "service_endpoints": "https://other.example/sparql"}
    store = store_of(beside(in_service(xanadu_release.folder), **settings).get(SERVICE).content)
    languages = {(SD.SPARQL11Query.value,), (SD.SPARQL11Update.value,)}
    assert values(store, "SELECT ?l { ?s sd:supportedLanguage ?l }") == languages
    assert values(store, "SELECT ?f { ?s sd:feature ?f }") == {(SD.BasicFederatedQuery.value,)}
    assert (f"http://www.w3.org/ns/formats/{FORMAT_NAMES['turtle']}",) in values(
        store, "SELECT ?f { [] sd:inputFormat ?f }"
    )
    assert "t" * 20 not in str(list(store))


def test_it_names_every_graph_with_its_size(client: TestClient, xanadu_store: Store) -> None:
    store = store_of(client.get(SERVICE).content)
    said = values(
        store,
        """SELECT ?g ?n { ?s a sd:Service ; sd:defaultDataset ?d . ?d a sd:Dataset ; sd:namedGraph ?x .
           ?x a sd:NamedGraph ; sd:name ?g ; sd:graph/void:triples ?n }""",
    )
    assert said == values(xanadu_store, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    default = values(store, "SELECT ?g { ?s sd:defaultDataset/sd:defaultGraph ?g . ?g a sd:Graph }")
    assert default == {(DATASET.value,)}


def test_void_describes_what_the_service_names(client: TestClient) -> None:
    service, described = (store_of(client.get(path).content) for path in (SERVICE, "/.well-known/void"))
    graphs = "SELECT ?x ?g { ?d sd:namedGraph ?x . ?x sd:name ?g }"
    assert values(service, graphs) == values(described, graphs) != set()
    assert values(described, f"SELECT ?n {{ {DATASET} void:triples ?n }}") != set()
    assert (void.GRAPH.value,) in values(service, "SELECT ?d { ?s a sd:Service ; rdfs:seeAlso ?d }")


def test_rdflib_reads_every_form_of_the_service_description(client: TestClient) -> None:
    """Another parser than the one that belongs to the writer."""
    names = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/ld+json": "json-ld"}
    sizes = set()
    for media_type, name in names.items():
        graph = rdflib.Graph().parse(data=client.get(SERVICE, headers={"accept": media_type}).content, format=name)
        (endpoint,) = graph.objects(None, rdflib.URIRef(SD.endpoint.value))
        assert str(endpoint) == f"http://{HOST}/sparql"
        sizes.add(len(graph))
    assert len(sizes) == 1


# ---- where there is no release behind it


def test_before_a_remote_endpoint_the_description_is_plain_and_there_are_no_documents() -> None:
    client = beside(in_service(None))
    store = store_of(client.get(SERVICE).content)
    assert values(store, "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }") == {(f"http://{HOST}/sparql",)}
    assert values(store, "SELECT ?g { ?s sd:defaultDataset/sd:defaultGraph ?g }") == {(DATASET.value,)}
    assert values(store, "SELECT ?g { [] sd:namedGraph ?g }") == set()
    for path in DOCUMENTS:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_a_written_copy_of_a_release_has_no_counts(tmp_path: Path) -> None:
    store = store_of(beside(in_service(tmp_path)).get(SERVICE).content)
    assert values(store, "SELECT ?g { [] sd:namedGraph ?g }") == set()
    assert beside(in_service(tmp_path)).get("/.well-known/void").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_before_a_release_is_loaded_a_description_is_not_ready(path: str, xanadu_out: Path) -> None:
    settings = Settings(out=str(xanadu_out), access_log="")
    answer = TestClient(application(settings, Releases(settings))).get(path)
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert answer.headers["retry-after"]


def test_another_release_is_described_anew(xanadu_release: Release, tmp_path: Path) -> None:
    releases = in_service(xanadu_release.folder)
    client = beside(releases)
    first = {path: client.get(path) for path in PATHS}
    for name in ("service.ttl", *DOCUMENTS.values()):
        (tmp_path / name).write_text(f"<urn:x:{name}> <{RDFS.label.value}> 'new' .\n", "utf-8")
    releases.folder = tmp_path
    for path in PATHS:
        answer = client.get(path)
        assert answer.headers["etag"] != first[path].headers["etag"]
        assert NamedNode(RDFS.label.value) in {q.predicate for q in parse(answer.content, format=RdfFormat.TURTLE)}
        assert b"urn:x:" in answer.content
    assert DCTERMS.license.value.encode() not in client.get("/catalog").content
