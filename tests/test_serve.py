"""The endpoint, answer by answer: status, type and body of what a client gets."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import rdflib
import zstandard
from fastapi.testclient import TestClient
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, RdfFormat, Store, Triple, parse, parse_query_results

from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.serve.openapi import DOCUMENTS
from ogpgraph.settings import BASE, PROJECT, Settings
from ogpgraph.vocabulary import OGP

pytest_plugins = ["fixtures_three_plans"]

PREFIX = f"PREFIX ogp: <{OGP.iri}> PREFIX dcterms: <http://purl.org/dc/terms/> "
SELECT = (
    PREFIX
    + "SELECT ?id ?title ?none { ?c a ogp:Commitment ; dcterms:identifier ?id ; dcterms:title ?title "
    + '. FILTER(?id = "XA0006") }'
)
ASK = PREFIX + 'ASK { ?c dcterms:identifier "XA0006" }'
CONSTRUCT = (
    PREFIX + 'CONSTRUCT { ?c dcterms:title ?title } WHERE { ?c dcterms:identifier "XA0006" ; dcterms:title ?title }'
)
NODE = OGP.iri.replace("ontology#", "id/commitment/XA0006")
TRIPLE = f'<{NODE}> <http://purl.org/dc/terms/title> "Forum de la rivière"@fr .\n'
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}


@pytest.fixture(scope="module")
def client(xanadu_out: Path, xanadu_release: Release) -> Iterator[TestClient]:
    settings = Settings(out=str(xanadu_out), body_bytes=5000, access_log="")
    with TestClient(application(settings), follow_redirects=False) as client:
        yield client


def asked(client: TestClient, query: str, accept: str | None = None, **parameters: str):
    headers = {"accept": accept} if accept else {}
    return client.get("/sparql", params={"query": query, **parameters}, headers=headers)


RESULTS = {
    "application/sparql-results+json": json.dumps(
        {
            "head": {"vars": ["id", "title", "none"]},
            "results": {
                "bindings": [
                    {
                        "id": {"type": "literal", "value": "XA0006"},
                        "title": {"type": "literal", "value": "Forum de la rivière", "xml:lang": "fr"},
                    }
                ]
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ),
    "text/csv": "id,title,none\r\nXA0006,Forum de la rivière,\r\n",
    "text/tab-separated-values": '?id\t?title\t?none\n"XA0006"\t"Forum de la rivière"@fr\t\n',
    "application/sparql-results+xml": (
        '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="id"/>'
        '<variable name="title"/><variable name="none"/></head><results><result><binding name="id"><literal>XA0006'
        '</literal></binding><binding name="title"><literal xml:lang="fr">Forum de la rivière</literal></binding>'
        "</result></results></sparql>"
    ),
}
TEXT = {"text/csv", "text/tab-separated-values", "text/turtle"}


@pytest.mark.parametrize("accept", RESULTS)
def test_select_in_each_result_format(accept: str, client: TestClient) -> None:
    answer = asked(client, SELECT, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == (f"{accept}; charset=utf-8" if accept in TEXT else accept)
    assert answer.content.decode("utf-8") == RESULTS[accept]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/n-quads", RdfFormat.N_QUADS),
        ("application/trig", RdfFormat.TRIG),
    ],
)
def test_construct_in_each_graph_format(accept: str, form: RdfFormat, client: TestClient) -> None:
    answer = asked(client, CONSTRUCT, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == accept
    (quad,) = parse(answer.content, format=form)
    assert f"{quad.triple} .\n" == TRIPLE
    names = {
        "text/turtle": "turtle",
        "application/n-triples": "nt",
        "application/rdf+xml": "xml",
        "application/ld+json": "json-ld",
        "application/n-quads": "nquads",
        "application/trig": "trig",
    }
    assert len(rdflib.Dataset(default_union=True).parse(data=answer.content, format=names[accept])) == 1


def test_ntriples_byte_by_byte(client: TestClient) -> None:
    assert asked(client, CONSTRUCT, "application/n-triples").content == TRIPLE.encode()


def test_describe_is_a_graph(client: TestClient) -> None:
    answer = asked(client, f"DESCRIBE <{NODE}>", "application/n-triples")
    assert TRIPLE in answer.content.decode("utf-8").splitlines(keepends=True)


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("application/sparql-results+json", '{"head":{},"boolean":true}'),
        (
            "application/sparql-results+xml",
            '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head></head><boolean>true</boolean></sparql>',
        ),
        ("text/csv", "true"),
        ("text/tab-separated-values", "true"),
    ],
)
def test_ask_in_each_result_format(accept: str, body: str, client: TestClient) -> None:
    answer = asked(client, ASK, accept)
    assert (answer.status_code, answer.text) == (200, body)
    assert asked(client, ASK.replace("XA0006", "XA9999"), accept).text == body.replace("true", "false")


@pytest.mark.parametrize("way", ["GET", "POST form", "POST direct", "QUERY form", "QUERY direct"])
def test_every_way_to_ask_gives_the_same_answer(way: str, client: TestClient) -> None:
    accept = {"accept": "text/csv"}
    if way == "GET":
        answer = client.get("/sparql", params={"query": SELECT}, headers=accept)
    else:
        method, _, kind = way.partition(" ")
        body, headers = (urlencode({"query": SELECT}), FORM) if kind == "form" else (SELECT, DIRECT)
        answer = client.request(method, "/sparql", content=body, headers=headers | accept)
    assert (answer.status_code, answer.text) == (200, RESULTS["text/csv"])


@pytest.mark.parametrize("encoded", [quote, lambda text: quote(text).replace("%20", "+")], ids=["%20", "+"])
def test_a_form_is_decoded_once(encoded, client: TestClient) -> None:
    query = 'SELECT ("a%20b+c d" AS ?x) {}'
    for answer in (
        client.post("/sparql", content=f"query={encoded(query)}", headers=FORM | {"accept": "text/csv"}),
        client.get(f"/sparql?query={encoded(query)}", headers={"accept": "text/csv"}),
    ):
        assert answer.text == "x\r\na%20b+c d\r\n"


def test_an_answer_without_a_wish_is_json_or_turtle(client: TestClient) -> None:
    assert asked(client, ASK, "*/*").headers["content-type"] == "application/sparql-results+json"
    assert asked(client, CONSTRUCT, "*/*").headers["content-type"] == "text/turtle; charset=utf-8"


def test_headers_tell_caches_scripts_and_readers_what_they_need(client: TestClient, xanadu_release: Release) -> None:
    headers = asked(client, ASK).headers
    assert headers["vary"] == "Accept, Accept-Encoding"
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert headers["access-control-expose-headers"].startswith("ETag, Link, OGPGraph-Version, OGPGraph-Data-Period, ")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["ogpgraph-version"] == xanadu_release.version
    licence, cited = headers["link"].split(", ")
    assert licence == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    assert cited == f'<{BASE}dumps/{xanadu_release.version}/>; rel="cite-as"'


def test_the_dataset_is_the_one_that_the_request_names(client: TestClient) -> None:
    query = PREFIX + "SELECT DISTINCT ?v { ?a ogp:assesses ?c ; ogp:earlyResults ?v . ?c dcterms:identifier 'XA0001' }"
    base = OGP.iri.removesuffix("ontology#")

    def values(**parameters: str) -> list[str]:
        rows = csv.reader(io.StringIO(asked(client, query, "text/csv", **parameters).text))
        return [row[0].removeprefix(base) for row in rows][1:]

    assert values() == ["scheme/early-results/marginal"]
    assert values(**{"default-graph-uri": f"{base}graph/source/xa0001-l1-en"}) == ["scheme/early-results/major"]
    assert values(**{"default-graph-uri": f"{base}graph/source/none"}) == []
    body = urlencode({"query": query, "default-graph-uri": f"{base}graph/source/xa0001-l3-fr"})
    answer = client.post("/sparql", content=body, headers=FORM | {"accept": "text/csv"})
    assert answer.text == f"v\r\n{base}scheme/early-results/worsened\r\n"


def problem(answer, status: int) -> dict:
    """The problem details of an error; every error has this shape."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.pop("type") == "about:blank"
    assert body.pop("status") == status
    assert set(body) >= {"title", "detail"}
    return body


def test_a_syntax_error_is_told_with_line_and_column(client: TestClient) -> None:
    body = problem(asked(client, "SELECT * {\n  ?s ?p oops }"), 400)
    assert body["title"] == "Query syntax error"
    assert (body["line"], body["column"]) == (2, 13)
    assert "is not expected here" in body["detail"]


def test_an_update_is_no_query(client: TestClient) -> None:
    body = problem(asked(client, "DELETE WHERE { ?s ?p ?o }"), 400)
    assert body["title"] == "Query syntax error"
    assert (body["line"], body["column"]) == (1, 1)
    assert "DELETE" in body["detail"]


@pytest.mark.parametrize(("parameters", "found"), [([], "none"), ([("query", ASK), ("query", ASK)], "2")])
def test_exactly_one_query_is_expected(parameters: list[tuple[str, str]], found: str, client: TestClient) -> None:
    expected = {"title": "Bad request", "detail": f"exactly one 'query' is expected, {found} was found"}
    assert problem(client.post("/sparql", content=urlencode(parameters), headers=FORM), 400) == expected
    assert problem(client.get("/sparql", params=[*parameters, ("x", "1")]), 400) == expected


def test_a_body_that_is_not_utf8_is_told(client: TestClient) -> None:
    body = problem(client.post("/sparql", content=b"ASK { ?s ?p '\xe4' }", headers=DIRECT), 400)
    assert body == {"title": "Bad request", "detail": "the body is not UTF-8: invalid continuation byte at byte 13"}


def test_a_call_of_another_endpoint_is_refused(client: TestClient) -> None:
    body = problem(asked(client, "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"), 403)
    detail = "SERVICE is refused: this endpoint does not ask other endpoints; ask them from your own client"
    assert body == {"title": "Query refused", "detail": detail}


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        (
            ASK,
            [
                "application/sparql-results+json",
                "application/sparql-results+xml",
                "text/csv",
                "text/tab-separated-values",
            ],
        ),
        (
            CONSTRUCT,
            [
                *("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"),
                *("application/n-quads", "application/trig"),
            ],
        ),
    ],
)
def test_what_cannot_be_given_is_refused_with_what_can(query: str, offered: list[str], client: TestClient) -> None:
    detail = f"nothing in 'Accept: image/png' can be given here; offered are {', '.join(offered)}"
    assert problem(asked(client, query, "image/png"), 406) == {
        "title": "Not acceptable",
        "detail": detail,
        "offered": offered,
    }


def test_a_body_above_the_limit_is_refused_with_limit_and_size(client: TestClient) -> None:
    fits = f"{ASK}#".ljust(5000, "x")
    assert client.post("/sparql", content=fits, headers=DIRECT).json()["boolean"] is True
    body = problem(client.post("/sparql", content=fits + "x", headers=DIRECT), 413)
    found = "the body is larger: Content-Length is 5001"
    facts = {"limit": "body_bytes", "value": 5000, "found": found}
    assert body == {"title": "Limit reached", "detail": f"body_bytes is 5000; {found}", **facts}


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "text/turtle"])
def test_another_body_is_refused_with_what_can_be_sent(content_type: str, client: TestClient) -> None:
    body = problem(client.post("/sparql", content=ASK, headers={"content-type": content_type}), 415)
    detail = f"a body of type '{content_type}' is no query: send application/sparql-query, "
    detail += "application/sparql-update or application/x-www-form-urlencoded"
    assert body == {"title": "Unsupported media type", "detail": detail}


def test_a_compressed_body_is_refused(client: TestClient) -> None:
    headers = DIRECT | {"content-encoding": "gzip"}
    body = problem(client.post("/sparql", content=gzip.compress(ASK.encode()), headers=headers), 415)
    assert body["detail"] == "Content-Encoding 'gzip' is not read here: send the body as it is"


def test_a_write_is_refused_where_writing_is_off(client: TestClient) -> None:
    for content, headers in (
        ("DELETE WHERE { ?s ?p ?o }", {"content-type": "application/sparql-update"}),
        (urlencode({"update": "DELETE WHERE { ?s ?p ?o }"}), FORM),
    ):
        assert problem(client.post("/sparql", content=content, headers=headers), 403)["title"] == "Read-only"


def test_an_unknown_path_is_told_where_to_go(client: TestClient) -> None:
    detail = "there is nothing here: see /sparql, /health and /openapi.json"
    assert problem(client.get("/nothing"), 404) == {"title": "Not Found", "detail": detail}


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE"])
def test_another_method_is_refused_with_those_that_there_are(method: str, client: TestClient) -> None:
    answer = client.request(method, "/sparql")
    assert problem(answer, 405)["title"] == "Method not allowed"
    assert answer.headers["allow"] == "GET, HEAD, POST, QUERY, OPTIONS"
    assert problem(client.post("/health"), 405)["title"] == "Method Not Allowed"


def test_options_say_what_the_endpoint_takes(client: TestClient) -> None:
    answer = client.options("/sparql")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, POST, QUERY, OPTIONS"
    assert answer.headers["accept-query"] == "application/sparql-query, application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/sparql", "/data/id/commitment/XA0006.ttl", "/nothing"])
def test_a_script_of_any_page_may_ask(path: str, client: TestClient) -> None:
    asked_for = {"origin": "https://example.org", "access-control-request-method": "QUERY"}
    answer = client.options(path, headers=asked_for)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, QUERY, OPTIONS"
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Accept", "Authorization", "Content-Type"} <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("query", "name", "content_type"),
    [
        (SELECT, "csv", "text/csv; charset=utf-8"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (CONSTRUCT, "nt", "application/n-triples"),
        (CONSTRUCT, "ttl", "text/turtle; charset=utf-8"),
        (CONSTRUCT, "json", "application/ld+json"),
    ],
)
def test_a_parameter_names_the_form_before_accept_does(
    query: str, name: str, content_type: str, client: TestClient
) -> None:
    for parameter in ("format", "output"):
        assert asked(client, query, "image/png", **{parameter: name}).headers["content-type"] == content_type
        form = urlencode({"query": query, parameter: name})
        assert client.post("/sparql", content=form, headers=FORM).headers["content-type"] == content_type


def test_an_unknown_form_is_refused_with_the_known_ones(client: TestClient) -> None:
    body = problem(asked(client, SELECT, format="html"), 400)
    assert body["title"] == "Unknown format"
    assert body["offered"] == ["json", "xml", "csv", "tsv"]
    assert problem(asked(client, SELECT, format="turtle"), 400)["offered"] == ["json", "xml", "csv", "tsv"]


def unpacked_zstd(raw: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(raw)


@pytest.mark.parametrize(("coding", "unpacked"), [("gzip", gzip.decompress), ("zstd", unpacked_zstd)])
def test_a_long_answer_is_compressed_for_who_takes_it(coding: str, unpacked, client: TestClient) -> None:
    query = "SELECT * { ?s ?p ?o } LIMIT 300"
    plain = asked(client, query)
    with client.stream("GET", "/sparql", params={"query": query}, headers={"accept-encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["content-length"] == str(len(raw))
    assert len(raw) < len(plain.content) / 2
    assert unpacked(raw) == plain.content


def test_a_short_answer_is_compressed_only_for_who_takes_nothing_else(client: TestClient) -> None:
    assert "content-encoding" not in client.get("/sparql", params={"query": ASK}).headers
    only = {"accept-encoding": "gzip, identity;q=0"}
    answer = client.get("/sparql", params={"query": ASK}, headers=only)
    assert (answer.headers["content-encoding"], answer.json()["boolean"]) == ("gzip", True)
    body = problem(client.get("/sparql", params={"query": ASK}, headers={"accept-encoding": "br, *;q=0"}), 406)
    assert body["offered"] == ["gzip", "identity"]


def test_a_browser_gets_a_form_and_a_program_the_description(client: TestClient) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = client.get("/sparql", headers={"accept": browser})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<form id="query-form" action="/sparql" method="get"' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none';")
    described = client.get("/sparql")
    assert (described.status_code, described.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert "sparql-service-description" in described.text


@pytest.mark.parametrize(("given", "kept"), [("a.B-1_x", True), ("x" * 64, True), ("x" * 65, False), ("a b", False)])
def test_a_request_has_an_id(given: str, kept: bool, client: TestClient) -> None:
    found = client.get("/health", headers={"x-request-id": given}).headers["x-request-id"]
    assert (found == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", found)


def test_what_takes_time_is_told_in_milliseconds(client: TestClient) -> None:
    timing = asked(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?o ?q ?v }").headers["server-timing"]
    found = re.fullmatch(r"queue;dur=([\d.]+), eval;dur=([\d.]+), total;dur=([\d.]+)", timing)
    assert found, timing
    queue, evaluation, total = (float(each) for each in found.groups())
    assert 0 <= queue + evaluation <= total
    assert evaluation > 0.05  # in seconds this would be 0.00


def test_health_says_what_is_served(client: TestClient, xanadu_release: Release) -> None:
    answer = client.get("/health")
    found = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (found["status"], found["version"], found["quads"]) == (
        "ready",
        xanadu_release.version,
        xanadu_release.quads,
    )
    manifest = json.loads((xanadu_release.folder / "manifest.json").read_text("utf-8"))
    assert found["digest"] == manifest["files"]["dataset.nq"]["sha256"]
    assert found["engine"]["workers"] > 0


def test_metrics_count_answers_by_lane_status_and_cache(client: TestClient, xanadu_release: Release) -> None:
    def figures() -> dict[str, float]:
        text = client.get("/metrics").text
        return {name: float(value) for name, value in re.findall(r"^(ogpgraph_[^ ]+) (\S+)$", text, re.MULTILINE)}

    asked(client, ASK)
    before = figures()
    for _ in range(3):
        asked(client, ASK)
    asked(client, "oops")
    client.get("/data/id/commitment/XA0006.ttl")
    after = figures()

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown('ogpgraph_answers_total{status="400"}') == 1
    assert grown('ogpgraph_cache_total{result="hit"}') >= 3
    assert grown('ogpgraph_request_seconds_count{lane="public"}') == 4
    assert grown('ogpgraph_request_seconds_count{lane="reserved"}') == 1
    assert after["ogpgraph_ready"] == 1
    assert after["ogpgraph_engine_memory_bytes"] > 10_000_000
    assert after["ogpgraph_cache_held_bytes"] > 0
    release = (
        f'ogpgraph_release{{digest="{client.get("/health").json()["digest"]}",version="{xanadu_release.version}"}}'
    )
    assert after[release] == xanadu_release.quads


def test_the_interface_describes_itself(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert {"/sparql", "/data/{path}", "/search.json", "/health", "/metrics"} <= set(schema["paths"])
    assert set(schema["paths"]["/sparql"]) == {"get", "post"}
    types = schema["paths"]["/sparql"]["get"]["responses"]["200"]["content"]
    assert {"text/csv; charset=utf-8", "application/trig", "application/sparql-results+json"} <= set(types)


@pytest.mark.parametrize("path", sorted(DOCUMENTS))
def test_what_is_described_is_there(path: str, client: TestClient, xanadu_release: Release) -> None:
    told = client.get("/openapi.json").json()["paths"][path]["get"]["responses"]["200"]["content"]
    ontology = "0.1.0" if path.startswith("/ontology") else xanadu_release.folder.name
    example = "001-fate-of-the-first-plan" if path.startswith("/queries") else "completion"
    entity = "commitment/XA0001" if path.startswith("/id/") else "id/commitment/XA0001"
    answer = client.get(path.format(name=example, version=ontology, file="void.ttl", path=entity))
    assert answer.status_code in (200, 302, 303)
    if answer.status_code == 200 and path != "/dumps/{version}/{file}":
        assert answer.headers["content-type"].split(";")[0] in {each.split(";")[0] for each in told}


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        (None, "ttl"),
        ("application/n-triples", "nt"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdf"),
    ],
)
def test_an_entity_leads_to_its_data(accept: str | None, extension: str, client: TestClient) -> None:
    answer = client.get("/id/commitment/XA0006", headers={"accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["vary"]) == (303, "Accept, Accept-Datetime")
    assert answer.headers["location"] == f"/data/id/commitment/XA0006.{extension}"
    data = client.get(answer.headers["location"])
    assert (data.status_code, data.headers["etag"][0], len(data.content) > 100) == (200, '"', True)


def test_the_data_of_an_entity_are_its_statements_and_those_that_point_to_it(
    client: TestClient, xanadu_store: Store
) -> None:
    node, none = NamedNode(NODE), DefaultGraph()
    expected = {quad.triple for quad in xanadu_store.quads_for_pattern(node, None, None, none)}
    incoming = {quad.triple for quad in xanadu_store.quads_for_pattern(None, None, node, none)}
    assert expected
    assert incoming
    answer = client.get("/data/id/commitment/XA0006.nt")
    document = NamedNode(f"{NODE.replace('/id/', '/data/id/')}.nt")
    about = Triple(document, NamedNode("http://xmlns.com/foaf/0.1/primaryTopic"), node)
    assert {quad.triple for quad in parse(answer.content, format=RdfFormat.N_TRIPLES)} == {about} | expected | incoming
    again = client.get("/data/id/commitment/XA0006.nt", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head("/data/id/commitment/XA0006.nt")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])


@pytest.mark.parametrize(
    "path",
    [
        *("/id/commitment/XA9999", "/data/id/commitment/XA9999.ttl", "/data/id/commitment/XA0006.exe", "/data/x"),
        *("/data/ttl", "/id/", "/id/%3E%20%3Fp%20%3Fo%20%7D%23", "/data/%3E%20%3Fp%20%3Fo%20%7D%23.ttl"),
        *(
            "/data/..%2F..%2F..%2Fetc%2Fpasswd.ttl",
            "/data/%00.ttl",
            "/data/%FF%FE.nt",
            "/id/commitment/XA0006%0D%0AX:1",
        ),
    ],
)
def test_what_the_graph_does_not_know_is_not_found(path: str, client: TestClient) -> None:
    assert problem(client.get(path), 404)["title"] == "Not Found"


def test_an_entity_is_only_read(client: TestClient) -> None:
    answer = client.post("/data/id/commitment/XA0006.ttl")
    assert problem(answer, 405)["title"] == "Method Not Allowed"
    assert answer.headers["allow"] == "GET, HEAD"


def test_an_answer_of_many_rows_is_whole(client: TestClient, xanadu_release: Release) -> None:
    answer = asked(
        client, "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", "application/sparql-results+json"
    )
    results = parse_query_results(answer.content, format=QueryResultsFormat.JSON)
    assert sum(1 for _ in results) == xanadu_release.quads


@pytest.fixture(scope="module")
def served(xanadu_out: Path, xanadu_release: Release) -> Iterator[str]:
    """A real server in a process of its own, on a free port; the address that it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ogpgraph.cli", "serve", "--out", str(xanadu_out), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "200"}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert select.select([server.stderr], [], [], 60)[0], "the server says nothing"
        said = server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said + server.stderr.read()
        yield found[0]
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)


def fetched(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str, str]:
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(200):
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers["content-type"], answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, error.headers["content-type"], error.read().decode("utf-8")
        except urllib.error.URLError:
            # It said its address before it listens.
            select.select([], [], [], 0.05)
    raise AssertionError(f"{url} cannot be reached")


def test_a_real_server_answers_over_http(served: str, xanadu_release: Release) -> None:
    query = urlencode({"query": SELECT})
    assert fetched(f"{served}/sparql?{query}", Accept="text/csv") == (
        200,
        "text/csv; charset=utf-8",
        RESULTS["text/csv"],
    )
    posted = fetched(f"{served}/sparql", query.encode(), Accept="text/csv")
    assert posted == (200, "text/csv; charset=utf-8", RESULTS["text/csv"])
    status, kind, body = fetched(f"{served}/sparql?query=oops")
    assert (status, kind) == (400, "application/problem+json")
    assert json.loads(body)["title"] == "Query syntax error"
    assert json.loads(fetched(f"{served}/health")[2])["version"] == xanadu_release.version
