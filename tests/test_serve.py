"""The endpoint, answer by answer: status, type and body of what a client gets."""

from __future__ import annotations

import csv
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
from fastapi.testclient import TestClient
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from ogpgraph.release import Release
from ogpgraph.serve import application
from ogpgraph.settings import PROJECT, Settings
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
def client(xanadu_release: Release) -> Iterator[TestClient]:
    with TestClient(application(xanadu_release.folder, Settings(body_bytes=5000)), follow_redirects=False) as client:
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
    }
    assert len(rdflib.Graph().parse(data=answer.content, format=names[accept])) == 1


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


@pytest.mark.parametrize("way", ["GET", "POST form", "POST direct"])
def test_every_way_to_ask_gives_the_same_answer(way: str, client: TestClient) -> None:
    accept = {"accept": "text/csv"}
    if way == "GET":
        answer = client.get("/sparql", params={"query": SELECT}, headers=accept)
    elif way == "POST form":
        answer = client.post("/sparql", content=urlencode({"query": SELECT}), headers=FORM | accept)
    else:
        answer = client.post("/sparql", content=SELECT, headers=DIRECT | accept)
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
    assert headers["vary"] == "Accept"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["ogpgraph-version"] == xanadu_release.version
    assert headers["link"] == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'


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
    assert body["detail"].startswith("error at 2:13: expected one of ")


def test_an_update_is_no_query(client: TestClient) -> None:
    body = problem(asked(client, "DELETE WHERE { ?s ?p ?o }"), 400)
    assert body["title"] == "Query syntax error"
    assert body["detail"] == "error at 1:10: expected CONSTRUCT"


@pytest.mark.parametrize(("parameters", "found"), [([], "none"), ([("query", ASK), ("query", ASK)], "2")])
def test_exactly_one_query_is_expected(parameters: list[tuple[str, str]], found: str, client: TestClient) -> None:
    expected = {"title": "Bad request", "detail": f"exactly one 'query' parameter is expected, {found} was found"}
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
        (CONSTRUCT, ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]),
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
    detail = "body_bytes is 5000; the body is larger: 5001 bytes were read"
    assert body == {"title": "Limit reached", "detail": detail, "limit": "body_bytes", "value": 5000}


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/sparql-update"])
def test_another_body_is_refused_with_what_can_be_sent(content_type: str, client: TestClient) -> None:
    body = problem(client.post("/sparql", content=ASK, headers={"content-type": content_type}), 415)
    detail = f"a body of type '{content_type}' is no query: send application/sparql-query or "
    detail += "application/x-www-form-urlencoded"
    assert body == {"title": "Unsupported media type", "detail": detail}


def test_an_unknown_path_is_told_where_to_go(client: TestClient) -> None:
    assert problem(client.get("/nothing"), 404) == {
        "title": "Not Found",
        "detail": "Not Found: see /sparql and /health",
    }


def test_another_method_is_refused(client: TestClient) -> None:
    assert problem(client.delete("/sparql"), 405)["title"] == "Method Not Allowed"


def test_health_says_what_is_served(client: TestClient, xanadu_release: Release) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "version": xanadu_release.version, "quads": xanadu_release.quads},
    )


def test_the_root_leads_to_the_endpoint(client: TestClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/sparql")


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
