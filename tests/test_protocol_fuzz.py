"""Whatever a client sends: the parts of the protocol raise what they say, and the server answers no 500."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import quote_from_bytes

import pytest
import requests
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from ogpgraph.protocol import (
    BadRequest,
    Query,
    QuerySyntaxError,
    Refused,
    UnsupportedMediaType,
    Update,
    datasets,
    from_post,
    from_query_string,
    refusals,
    tokens,
)
from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import Settings

pytest_plugins = ["fixtures_three_plans"]

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            *(
                "SELECT",
                "ASK",
                "CONSTRUCT",
                "DESCRIBE",
                "SERVICE",
                "SILENT",
                "LOAD",
                "WHERE",
                "PREFIX",
                "DEFINE",
                "{",
                "}",
            ),
            *(
                "(",
                ")",
                "[",
                "]",
                "<",
                ">",
                "'",
                '"',
                "'''",
                "\\",
                r"\u0041",
                "#",
                "\n",
                "?s ",
                "a:b",
                "<urn:a'b>",
                "|",
                "!",
            ),
            *("DELETE", "INSERT", "USING", "WITH", ";", ".", "@en", "^^", "1e5", "\x00", "\ud7ff", "\U0001f600", "_:b"),
        ]
    ),
    max_size=40,
).map(" ".join)
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from(["query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "format", "x"]),
        st.sampled_from(["ASK {}", "urn:a", "x", ""]) | st.text(max_size=20),
    ),
    max_size=4,
).map(lambda pairs: "&".join(f"{name}={quote_from_bytes(value.encode('utf-8', 'replace'))}" for name, value in pairs))
CONTENT_TYPES = st.sampled_from(
    [
        *(
            "application/x-www-form-urlencoded",
            "application/sparql-query",
            "application/sparql-update",
            "text/plain",
            "",
        ),
        *(
            "application/sparql-query; charset=latin-1",
            'application/sparql-query;charset="',
            ";",
            "Application/Sparql-Query",
        ),
    ]
) | st.text(max_size=30)
BODIES = st.binary(max_size=60) | TEXTS.map(lambda text: text.encode("utf-8", "replace")) | PARAMETERS.map(str.encode)


def found_or_refused(call: Callable[[], object]) -> object:
    """What a call gives, or what it raises to refuse."""
    try:
        return call()
    except (BadRequest, UnsupportedMediaType, Refused) as error:
        return error


@FUZZ
@given(content_type=CONTENT_TYPES, body=BODIES, query_string=PARAMETERS | st.text(max_size=40) | st.binary(max_size=40))
def test_a_request_is_an_operation_or_refused(content_type: str, body: bytes, query_string: str | bytes) -> None:
    for read in (lambda: from_query_string(query_string), lambda: from_post(content_type, body, query_string)):
        asked = found_or_refused(read)
        assert isinstance(asked, Query | Update | BadRequest | UnsupportedMediaType)
        if isinstance(asked, Exception):
            assert len(str(asked)) < 600
            assert "\n" not in str(asked)


@FUZZ
@given(text=TEXTS)
def test_any_text_is_judged(text: str) -> None:
    for asked in (Query(text), Update(text, ("urn:a",))):
        limits = Settings(query_depth=5, service_endpoints="https://a.example/")
        found = found_or_refused(lambda asked=asked, limits=limits: refusals.check(asked, limits))
        if isinstance(found, Refused):
            assert len(str(found)) < 600
        else:
            assert found == tokens.calls(text), "who is asked is told, and all of them are allowed"
    assert tokens.form_of(text) in (None, "SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    assert tokens.is_deterministic(text) in (True, False)


@FUZZ
@given(text=TEXTS)
def test_the_tokens_of_a_text_stand_in_it_in_order(text: str) -> None:
    end = 0
    for token in tokens.read(text):
        assert text[token.start : token.end] == token.text != ""
        if token.certain:
            assert token.start >= end
            end = token.end


@FUZZ
@given(text=TEXTS)
def test_a_syntax_error_has_a_place_in_the_text(text: str) -> None:
    try:
        Store().query(text)
    except SyntaxError as error:
        wrong = QuerySyntaxError.of(str(error), text)
        lines = text.split("\n")
        assert 1 <= wrong.line <= len(lines)
        assert 1 <= wrong.column <= len(lines[wrong.line - 1]) + 1
    except (OSError, RuntimeError, ValueError):
        pass


@FUZZ
@given(text=TEXTS)
def test_a_dataset_makes_no_update_of_what_is_none(text: str) -> None:
    """Where the engine takes the update with its dataset it takes it without."""
    try:
        rewritten = datasets.with_using(Update(text, ("urn:a",), ("urn:b",)))
    except BadRequest:
        return
    if _parses(rewritten):
        assert _parses(text)


def _parses(update: str) -> bool:
    try:
        Store().update(update)
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):
        return True
    return True


@pytest.fixture(scope="module")
def client(xanadu_release: Release) -> Iterator[TestClient]:
    limits = Settings(out=str(xanadu_release.folder.parent), access_log="", query_seconds=5, body_bytes=20_000)
    with TestClient(application(limits), follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


def assert_honest(status: int, media_type: str, body: bytes) -> None:
    """No 500, and every error as problem details; a page behind the last one of a fragment has its controls."""
    assert status < 500 or status == 503, body
    if status == 404 and b"hydra" in body and not media_type.startswith("text/html"):
        return
    if status >= 400 and media_type.startswith("text/html"):  # for who likes that best
        assert f">{status}" in body.decode()
    elif status >= 400:
        assert media_type == "application/problem+json"
        problem = json.loads(body)
        assert problem["status"] == status
        assert {"type", "title", "detail"} <= problem.keys()


@FUZZ
@given(
    method=st.sampled_from(["GET", "POST", "QUERY", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]),
    path=st.sampled_from(["/sparql", "/update", "/graphs", "/graph/x", "/data/id/x.ttl", "/id/x", "/health"]),
    query_string=PARAMETERS,
    content_type=CONTENT_TYPES,
    accept=st.sampled_from(["*/*", "text/html", "application/json;q=x", "a/b", ",", "text/*;q=0.1, */*;q=0", ";;;"]),
    body=BODIES,
)
def test_any_request_is_answered_honestly(
    client: TestClient, method: str, path: str, query_string: str, content_type: str, accept: str, body: bytes
) -> None:
    headers = {"content-type": content_type.encode("latin-1", "replace"), "accept": accept}
    answer = client.request(method, f"{path}?{query_string}", headers=headers, content=body)
    media_type = answer.headers.get("content-type", "")
    if method != "HEAD":
        assert_honest(answer.status_code, media_type, answer.content)
    else:
        assert answer.status_code < 500


@cache
def operations() -> list[schemathesis.schemas.APIOperation]:
    """The operations that the server says it has."""
    description = application(Settings(access_log="")).openapi()
    schema = schemathesis.openapi.from_dict(description)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.mark.parametrize("place", range(len(operations())), ids=lambda place: operations()[place].label)
def test_a_described_operation_answers_as_described(place: int, client: TestClient) -> None:
    operation = operations()[place]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        sent = requests.Request(**case.as_transport_kwargs(base_url=str(client.base_url))).prepare()
        assert sent.method
        assert sent.url
        answer = client.request(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)
        assert_honest(answer.status_code, answer.headers.get("content-type", ""), answer.content)
        assert str(answer.status_code) in operation.definition.raw["responses"]

    ask()
