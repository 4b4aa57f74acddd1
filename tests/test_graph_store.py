"""The SPARQL 1.1 Graph Store HTTP Protocol: graphs as wholes, each answer with its status, headers and body."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from writable_server import AUTHORIZED, Answer, Server, copy_of, serving

from ogpgraph.release import Release
from ogpgraph.settings import CANONICAL_BASE

pytest_plugins = ["fixtures_three_plans"]

JOHN = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . <http://example.org/john> foaf:name 'John' ; foaf:account [] ."
JANE = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . <http://example.org/jane> foaf:name 'Jane' ; foaf:account [] ."
RDF_XML = '<?xml version="1.0"?>{doctype}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {rest}'


@pytest.fixture(scope="module")
def server(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose writes are not validated: these tests are about the protocol."""
    out = copy_of(xanadu_release.folder, tmp_path_factory.mktemp("graph-store"))
    with serving(out, update_checks=0, update_body_bytes=20_000) as server:
        yield server


@pytest.fixture
def graph() -> str:
    """The address of a graph that no other test uses."""
    return f"/graphs?graph=http://example.org/{uuid.uuid4()}"


def turtle(answer: Answer) -> Dataset:
    """The graph of an answer, its blank nodes with canonical names."""
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return canonical(answer.body)


def canonical(raw: bytes | str, form: RdfFormat = RdfFormat.TURTLE) -> Dataset:
    dataset = Dataset(parse(raw, form))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def test_a_graph_is_created_replaced_and_removed(server: Server, graph: str) -> None:
    assert server.request("GET", graph).status == 404
    created = server.write("PUT", graph, JOHN)
    assert (created.status, created.body) == (201, b"")
    assert turtle(server.request("GET", graph)) == canonical(JOHN)
    assert server.write("PUT", graph, JANE).status == 204
    assert turtle(server.request("GET", graph)) == canonical(JANE)
    assert server.write("DELETE", graph).status == 204
    assert server.request("GET", graph).status == 404
    gone = server.write("DELETE", graph)
    assert gone.status == 404
    assert gone.json()["detail"] == f"there is no graph <{graph.partition('=')[2]}>"


def test_post_joins_and_keeps_blank_nodes_apart(server: Server, graph: str) -> None:
    assert server.write("POST", graph, "_:b <http://e/p> 1 .").status == 201
    assert server.write("POST", graph, "_:b <http://e/p> 1 .").status == 204
    found = turtle(server.request("GET", graph))
    assert found == canonical("_:one <http://e/p> 1 . _:two <http://e/p> 1 .")


def test_post_to_the_store_makes_a_new_graph(server: Server) -> None:
    first, second = (server.write("POST", "/graphs", JOHN) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.headers["location"] != second.headers["location"]
    location = first.headers["location"]
    assert location.startswith(f"{CANONICAL_BASE}graph/")
    assert turtle(server.request("GET", f"/graphs?graph={quote(location)}")) == canonical(JOHN)
    assert turtle(server.request("GET", location.removeprefix(CANONICAL_BASE[:-1]))) == canonical(JOHN)


def test_a_path_is_the_graph_of_that_name(server: Server) -> None:
    assert server.write("PUT", "/graph/person/1.ttl", JOHN).status == 201
    assert turtle(server.request("GET", "/graph/person/1.ttl")) == canonical(JOHN)
    name = f"{CANONICAL_BASE}graph/person/1.ttl"
    assert turtle(server.request("GET", f"/graphs?graph={name}")) == canonical(JOHN)
    assert server.rows(f"SELECT ?name {{ GRAPH <{name}> {{ ?s <http://xmlns.com/foaf/0.1/name> ?name }} }}") == [
        ["John"]
    ]


def test_the_graphs_of_the_release_are_read_by_path(server: Server, xanadu_release: Release) -> None:
    found = turtle(server.request("GET", "/graph/catalogue"))
    name = f"<{CANONICAL_BASE}graph/catalogue>"
    quads = parse((xanadu_release.folder / "dataset.nq").read_bytes(), RdfFormat.N_QUADS)
    expected = {quad.triple for quad in quads if str(quad.graph_name) == name}
    assert expected
    assert {quad.triple for quad in found} == expected


def test_the_default_graph_is_a_graph_too(server: Server) -> None:
    before = server.request("GET", "/graphs?default", headers={"Accept": "application/n-triples"}).body
    assert len(before.splitlines()) > 1000
    assert server.write("POST", "/graphs?default", "<http://e/s> <http://e/p> <o> .").status == 204
    joined = server.request("GET", "/graphs?default", headers={"Accept": "application/n-triples"}).body
    added = set(joined.splitlines()) - set(before.splitlines())
    assert added == {f"<http://e/s> <http://e/p> <{CANONICAL_BASE}o> .".encode()}
    assert len(joined.splitlines()) == len(before.splitlines()) + 1
    assert server.write("PUT", "/graphs?default", JOHN).status == 204
    assert turtle(server.request("GET", "/graphs?default")) == canonical(JOHN)


def test_names_of_graphs_are_decoded_once(server: Server) -> None:
    plain, encoded = "/graphs?graph=http://example.org/%31", "/graphs?graph=http://example.org/%2531"
    assert server.write("PUT", plain, JOHN).status == 201
    assert server.write("PUT", encoded, JANE).status == 201
    assert turtle(server.request("GET", "/graphs?graph=http%3A%2F%2Fexample.org%2F1")) == canonical(JOHN)
    assert turtle(server.request("GET", encoded)) == canonical(JANE)


def test_relative_iris_are_resolved_against_the_graph(server: Server) -> None:
    address = "/graphs?graph=http://example.org/a/b"
    assert server.write("PUT", address, "<> <#p> <../c> .").status == 201
    expected = "<http://example.org/a/b> <http://example.org/a/b#p> <http://example.org/c> ."
    assert turtle(server.request("GET", address)) == canonical(expected)
    assert server.write("PUT", "/graph/a/b", "<> <#p> <../c> .").status == 201
    base = f"{CANONICAL_BASE}graph/"
    assert turtle(server.request("GET", "/graph/a/b")) == canonical(f"<{base}a/b> <{base}a/b#p> <{base}c> .")


def test_a_graph_may_be_empty(server: Server, graph: str) -> None:
    assert server.write("PUT", graph, "").status == 201
    assert len(turtle(server.request("GET", graph))) == 0
    assert server.write("PUT", graph, "").status == 204


DOCUMENTS = {
    "text/turtle; charset=UTF-8": "<http://e/s> <http://e/p> 'é' .",
    "application/n-triples": '<http://e/s> <http://e/p> "é" .',
    "application/rdf+xml": RDF_XML.format(
        doctype="",
        rest='xmlns:e="http://e/"><rdf:Description rdf:about="http://e/s"><e:p>é</e:p></rdf:Description></rdf:RDF>',
    ),
    "application/ld+json": '{"@id": "http://e/s", "http://e/p": "é"}',
}


@pytest.mark.parametrize("content_type", DOCUMENTS)
def test_a_graph_is_sent_in_four_formats(server: Server, graph: str, content_type: str) -> None:
    assert server.write("PUT", graph, DOCUMENTS[content_type], content_type).status == 201
    assert turtle(server.request("GET", graph)) == canonical("<http://e/s> <http://e/p> 'é' .")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/n-quads",
        "application/trig",
        "text/plain",
        "application/sparql-update",
        "text/turtle; charset=latin-1",
        "",
    ],
)
def test_other_documents_are_refused(server: Server, graph: str, content_type: str) -> None:
    refused = server.write("PUT", graph, JOHN, content_type)
    assert refused.status == 415
    assert "UTF-8" in refused.json()["detail"] or "text/turtle" in refused.json()["detail"]
    assert server.request("GET", graph).status == 404


READ_AS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}


@pytest.mark.parametrize("accept", READ_AS)
def test_a_graph_is_read_in_every_format(server: Server, accept: str) -> None:
    assert server.write("PUT", "/graph/formats", JOHN).status in (201, 204)
    answer = server.request("GET", "/graph/formats", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert canonical(answer.body, READ_AS[accept]) == canonical(JOHN)
    named = server.request("GET", f"/graph/formats?format={quote(accept)}")
    assert (named.headers["content-type"], named.body) == (answer.headers["content-type"], answer.body)
    head = server.request("HEAD", "/graph/formats", headers={"Accept": accept})
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]
    assert head.headers["content-length"] == str(len(answer.body))


def test_what_cannot_be_given_is_406_and_nothing_is_404_first(server: Server) -> None:
    assert server.request("GET", "/graph/catalogue", headers={"Accept": "image/png"}).status == 406
    assert server.request("HEAD", "/graph/nothing", headers={"Accept": "text/turtle; charset=utf-8"}).status == 404


PART = 'Content-Disposition: form-data; name="{0}.ttl"; filename="{0}.ttl"\r\nContent-Type: text/turtle; charset=utf-8'


def multipart(*documents: str, head: str = PART) -> str:
    parts = (f"--frontier\r\n{head.format(n)}\r\n\r\n{text}\r\n" for n, text in enumerate(documents))
    return f"{''.join(parts)}--frontier--\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_several_documents_are_sent_as_a_form(server: Server, graph: str, method: str) -> None:
    body = multipart("_:b <http://e/p> 1 .", "_:b <http://e/p> 2 .\r\n\r\n<http://e/s> <http://e/p> '--frontier' .")
    assert server.write(method, graph, body, "multipart/form-data; boundary=frontier").status == 201
    expected = "_:a <http://e/p> 1 . _:b <http://e/p> 2 . <http://e/s> <http://e/p> '--frontier' ."
    assert turtle(server.request("GET", graph)) == canonical(expected)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (multipart(JOHN), "multipart/form-data", 400),
        (multipart(JOHN), "multipart/form-data; boundary=other", 400),
        (multipart(JOHN).removesuffix("--\r\n"), "multipart/form-data; boundary=frontier", 400),
        (multipart(JOHN, head="Content-Type: text/plain"), "multipart/form-data; boundary=frontier", 415),
        (multipart(JOHN, head="Content-Disposition: form-data"), "multipart/form-data; boundary=frontier", 415),
        ("--frontier\r\nno head--frontier--", "multipart/form-data; boundary=frontier", 400),
        (multipart(JOHN, "<http://e/s> ."), "multipart/form-data; boundary=frontier", 400),
    ],
)
def test_a_form_that_is_none_changes_nothing(
    server: Server, graph: str, body: str, content_type: str, status: int
) -> None:
    assert server.write("POST", graph, body, content_type).status == status
    assert server.request("GET", graph).status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/graphs"),
        ("PUT", "/graphs"),
        ("DELETE", "/graphs"),
        ("GET", "/graphs?default&graph=http://example.org/g"),
        ("PUT", "/graphs?graph=http://example.org/g&graph=http://example.org/h"),
        ("GET", "/graphs?default=yes"),
        ("GET", "/graphs?graph=relative"),
        ("PUT", "/graphs?graph=relative"),
        ("GET", "/graphs?graph=http://example.org/%20"),
        ("GET", "/graphs?graph=http://example.org/%FF"),
        ("GET", "/graphs?graph=http://e/%3E%20%7B%7D%20SELECT"),
        ("PUT", "/graph/"),
        ("PUT", "/graph/a//b"),
        ("GET", "/graph/../sparql"),
        ("PUT", "/graph/a/./b"),
        ("GET", '/graph/"'),
    ],
)
def test_a_name_that_is_no_graphs_name_is_400(server: Server, method: str, path: str) -> None:
    refused = server.write(method, path, JOHN)
    assert refused.status == 400
    assert refused.json()["title"] == "Bad request"


def test_a_document_that_does_not_parse_is_400_with_its_place(server: Server, graph: str) -> None:
    refused = server.write("PUT", graph, "<http://e/s> <http://e/p> 1 .\n<http://e/s> é .")
    assert refused.status == 400
    assert (refused.json()["line"], refused.json()["column"]) == (2, 14)
    assert "Turtle" in refused.json()["detail"]
    assert server.request("GET", graph).status == 404
    assert server.write("PUT", graph, b"<http://e/s> <http://e/p> '\xff' .").status == 400
    dataset = '{"@id": "http://e/g", "@graph": [{"@id": "http://e/s", "http://e/p": 1}]}'
    assert server.write("PUT", graph, dataset, "application/ld+json").status == 400


BOMBS = {
    "entities of entities": RDF_XML.format(
        doctype='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        rest='xmlns:e="http://e/"><rdf:Description rdf:about="http://e/s"><e:p>&b;</e:p></rdf:Description></rdf:RDF>',
    ),
    "a long entity": RDF_XML.format(
        doctype=f'<!DOCTYPE x [<!ENTITY a "{"a" * 1000}">]>',
        rest='xmlns:e="http://e/"><rdf:Description rdf:about="http://e/s"><e:p>&a;</e:p></rdf:Description></rdf:RDF>',
    ),
    "a file as entity": RDF_XML.format(
        doctype='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        rest='xmlns:e="http://e/"><rdf:Description rdf:about="http://e/s"><e:p>&a;</e:p></rdf:Description></rdf:RDF>',
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_entities_neither_grow_nor_read_files(server: Server, graph: str, bomb: str) -> None:
    refused = server.write("PUT", graph, BOMBS[bomb], "application/rdf+xml")
    assert refused.status == 400
    assert "root:" not in refused.body.decode()
    assert server.request("GET", graph).status == 404


def test_an_entity_that_abbreviates_a_namespace_is_read(server: Server, graph: str) -> None:
    document = RDF_XML.format(
        doctype='<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]>',
        rest='xmlns:e="http://e/"><rdf:Description rdf:about="&e;s"><e:p>1</e:p></rdf:Description></rdf:RDF>',
    )
    assert server.write("PUT", graph, document, "application/rdf+xml").status == 201
    assert turtle(server.request("GET", graph)) == canonical("<http://e/s> <http://e/p> '1' .")


def test_no_context_is_fetched(server: Server, graph: str) -> None:
    """The port that the document names is listened on; nobody comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/context.jsonld"
        document = f'{{"@context": "{address}", "@id": "http://e/s", "p": "o"}}'
        assert server.write("PUT", graph, document, "application/ld+json").status == 400
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_body_is_bounded(server: Server, graph: str) -> None:
    refused = server.write("PUT", graph, b"#" * 20_001)
    assert refused.status == 413
    assert (refused.json()["limit"], refused.json()["value"]) == ("update_body_bytes", 20_000)


def test_other_methods_are_405_with_those_that_are(server: Server) -> None:
    for path in ("/graphs?default", "/graph/catalogue"):
        refused = server.write("PATCH", path, "CLEAR ALL", "application/sparql-update")
        assert refused.status == 405
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS, PUT, POST, DELETE"
        assert server.request("OPTIONS", path).headers["allow"] == refused.headers["allow"]


def test_a_tag_guards_a_graph_against_lost_updates(server: Server, graph: str) -> None:
    def conditional(body: str, **headers: str) -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return server.request("PUT", graph, body, {**AUTHORIZED, "Content-Type": "text/turtle", **given}).status

    assert conditional(JOHN, If_Match="*") == 412
    assert conditional(JOHN, If_None_Match="*") == 201
    assert conditional(JANE, If_None_Match="*") == 412
    tag = server.request("GET", graph, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    assert conditional(JANE, If_Match='"another"') == 412
    assert conditional(JANE, If_None_Match=tag) == 412
    assert conditional(JANE, If_Match=f'"another", {tag}') == 204
    assert conditional(JOHN, If_Match=tag) == 412
    assert turtle(server.request("GET", graph)) == canonical(JANE)


def test_an_answer_is_kept_until_a_write(server: Server, graph: str) -> None:
    server.write("PUT", graph, JOHN)
    first = server.request("GET", graph)
    again = server.request("GET", graph, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert first.headers["cache-control"] == "public, max-age=0"
    server.write("PUT", graph, JANE)
    after = server.request("GET", graph, headers={"If-None-Match": first.headers["etag"]})
    assert turtle(after) == canonical(JANE)
    assert after.headers["ogpgraph-version"] != first.headers["ogpgraph-version"]
