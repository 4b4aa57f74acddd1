"""Kept answers, tags and conditions, and evaluations that are shared: by what the engine is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from stub_engine import Answered, Script, Served, StubEngine, serving, until

from ogpgraph.engine.job import EngineFailed, Job, LimitReached
from ogpgraph.negotiate import RESULT_FORMATS
from ogpgraph.protocol.requests import Query
from ogpgraph.serve.cache import AnswerCache, Entry, etag_of, key_of, tag_matches

QUERY = "SELECT * { ?s ?p 1 }"
PATH = "/sparql?" + urlencode({"query": QUERY})
BODY = b'{"head":{"vars":["s","p"]},"results":{"bindings":[]}}'


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(cache_bytes=160_000, cache_seconds=77, service_endpoints="https://other.example/") as served:
        yield served


@pytest.fixture
def served(server: Served) -> Served:
    server.forget()
    server.engine.scripts[QUERY] = Script(BODY)
    return server


def test_the_second_who_asks_gets_the_kept_answer(served: Served) -> None:
    first, second = served.ask(path=PATH), served.ask(path=PATH)
    assert (first.status, first.body) == (second.status, second.body) == (200, BODY)
    assert first.headers["cache-status"] == "ogpgraph; fwd=miss"
    assert second.headers["cache-status"] == "ogpgraph; hit"
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=77"
    assert first.headers["vary"] == "Accept, Accept-Encoding"
    assert len(served.engine.started) == 1


@pytest.mark.parametrize("condition", ["{}", "W/{}", '"other", {}', '"a" , W/{} '])
def test_who_has_the_answer_is_told_so_without_an_evaluation(condition: str, served: Served) -> None:
    etag = served.ask(path=PATH).headers["etag"]
    assert etag.startswith('"')
    served.engine.started.clear()
    served.app.cache.clear()  # the tag alone tells, nothing needs to be kept
    answer = served.ask(path=PATH, If_None_Match=condition.format(etag))
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert answer.headers["cache-control"] == "public, max-age=77"
    assert "content-type" not in answer.headers
    assert served.engine.started == []


def test_a_star_means_any_answer_that_there_is(served: Served) -> None:
    assert served.ask(path=PATH, If_None_Match="*").status == 200
    assert served.ask(path=PATH, If_None_Match="*").status == 304


def test_another_tag_is_no_condition_that_holds(served: Served) -> None:
    assert served.ask(path=PATH, If_None_Match='"other"').body == BODY


def test_a_tag_names_release_query_dataset_form_and_encoding(served: Served) -> None:
    tags = [served.ask(path=PATH).headers["etag"]]
    tags += [
        served.ask(path=f"/sparql?{urlencode(asked)}", **headers).headers["etag"]
        for asked, headers in (
            ({"query": QUERY + " "}, {}),
            ({"query": QUERY, "default-graph-uri": "http://example.org/g"}, {}),
            ({"query": QUERY, "named-graph-uri": "http://example.org/g"}, {}),
            ({"query": QUERY}, {"Accept": "text/csv"}),
            ({"query": QUERY, "format": "tsv"}, {}),
            ({"query": QUERY}, {"Accept_Encoding": "gzip"}),
            ({"query": QUERY}, {"Accept_Encoding": "zstd"}),
        )
    ]
    served.engine.digest = "d2"
    tags.append(served.ask(path=PATH).headers["etag"])
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (rand() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "SELECT (STRUUID() AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "SELECT * { SERVICE <https://other.example/sparql> { ?s ?p ?o } }",
    ],
)
def test_an_answer_of_the_moment_is_never_kept(query: str, served: Served) -> None:
    for _ in range(2):
        answer = served.ask(path="/sparql?" + urlencode({"query": query}))
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert "etag" not in answer.headers
        assert "cache-status" not in answer.headers
    assert len(served.engine.started) == 2


def test_an_answer_to_post_is_kept_here_but_has_no_tag(served: Served) -> None:
    for status in ("ogpgraph; fwd=miss", "ogpgraph; hit"):
        answer = served.ask("POST", body=QUERY.encode(), Content_Type="application/sparql-query", If_None_Match="*")
        assert (answer.status, answer.body, answer.headers["cache-status"]) == (200, BODY, status)
        assert answer.headers["cache-control"] == "no-cache"
        assert "etag" not in answer.headers
    assert served.ask(path=PATH).headers["cache-status"] == "ogpgraph; hit"


def test_errors_are_not_kept(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(error=EngineFailed("broken"))
    failed = served.ask(path=PATH)
    assert (failed.status, failed.headers["cache-control"]) == (500, "no-store")
    served.engine.scripts[QUERY] = Script(BODY)
    assert served.ask(path=PATH).body == BODY


def test_an_answer_that_takes_too_much_room_is_not_kept(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(b"x" * 10_001)  # a sixteenth of the cache is 10,000 bytes
    assert [served.ask(path=PATH).headers["cache-status"] for _ in range(2)] == ["ogpgraph; fwd=miss"] * 2


def test_a_long_answer_that_fits_is_kept_and_one_that_does_not_is_streamed(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(chunks=[b"a" * 4000, b"b" * 4000])
    first = served.ask(path=PATH)
    assert (first.headers["content-length"], first.body) == ("8000", b"a" * 4000 + b"b" * 4000)
    assert served.ask(path=PATH).headers["cache-status"] == "ogpgraph; hit"
    served.engine.scripts["ASK {}"] = Script(chunks=[b"a" * 9000] * 3)
    second = served.ask(path="/sparql?query=ASK%20%7B%7D")
    assert (second.headers.get("content-length"), second.headers["transfer-encoding"]) == (None, "chunked")
    assert second.body == b"a" * 27_000


def asked_together(served: Served, count: int, pool: ThreadPoolExecutor) -> list:
    """The same query from several clients; returns when all of them wait."""
    asked = [pool.submit(served.ask, path=PATH)]
    until(lambda: len(served.engine.started) == 1)
    asked += [pool.submit(served.ask, path=PATH) for _ in range(count - 1)]
    until(lambda: served.app.cache.waiting == count - 1)
    return asked


def test_what_several_ask_at_the_same_time_is_evaluated_once(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(BODY, go=threading.Event())
    with ThreadPoolExecutor(4) as pool:
        asked = asked_together(served, 4, pool)
        served.engine.scripts[QUERY].go.set()
        answers: list[Answered] = [each.result() for each in asked]
    assert [answer.body for answer in answers] == [BODY] * 4
    assert sorted(answer.headers["cache-status"] for answer in answers) == [
        "ogpgraph; fwd=miss",
        *["ogpgraph; fwd=miss; collapsed"] * 3,
    ]
    assert len(served.engine.started) == 1


def test_what_goes_wrong_is_told_to_all_who_wait(served: Served) -> None:
    limit = LimitReached(503, "query_seconds", 30, "it took longer", retry_seconds=3)
    served.engine.scripts[QUERY] = Script(error=limit, go=threading.Event())
    with ThreadPoolExecutor(2) as pool:
        asked = asked_together(served, 2, pool)
        served.engine.scripts[QUERY].go.set()
        answers = [each.result() for each in asked]
    assert [(answer.status, answer.headers["retry-after"]) for answer in answers] == [(503, "3")] * 2
    assert len(served.engine.started) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(LimitReached(429, "client_queries", 2, "it has 2"), 429), (EngineFailed("the worker was ended"), 500)],
)
def test_what_is_no_concern_of_others_is_not_told_them(error: Exception, status: int, served: Served) -> None:
    """The share of one client, and an accident of the engine: the same query may go well for the next one."""
    script = served.engine.scripts[QUERY] = Script(error=error, go=threading.Event())
    with ThreadPoolExecutor(2) as pool:
        asked = asked_together(served, 2, pool)
        served.engine.scripts[QUERY] = Script(BODY)
        script.go.set()
        assert sorted(each.result().status for each in asked) == [200, status]


def test_who_waited_is_answered_by_the_release_that_came_meanwhile(served: Served, monkeypatch) -> None:
    script = served.engine.scripts[QUERY] = Script(
        error=LimitReached(429, "client_queries", 2, "it has 2"), go=threading.Event()
    )
    newer = StubEngine("d2", "2.0.0")
    newer.scripts[QUERY] = Script(b"newer")
    with ThreadPoolExecutor(2) as pool:
        asked = asked_together(served, 2, pool)
        monkeypatch.setattr(served.app.releases, "_engine", newer)
        script.go.set()
        refused, answered = sorted((each.result() for each in asked), key=lambda answer: answer.status, reverse=True)
    assert refused.status == 429
    assert (answered.body, answered.headers["ogpgraph-version"]) == (b"newer", "2.0.0")
    key = key_of("d2", Job(Query(QUERY, base="https://w3id.org/ogpgraph/sparql"), RESULT_FORMATS[0]))
    assert answered.headers["etag"] == etag_of(key)


def test_an_evaluation_goes_on_while_anybody_waits_for_it(served: Served) -> None:
    go = threading.Event()
    served.engine.scripts[QUERY] = Script(BODY, go=go)
    leader = served.connect()
    leader.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    until(lambda: len(served.engine.started) == 1)
    with ThreadPoolExecutor(1) as pool:
        follower = pool.submit(served.ask, path=PATH)
        until(lambda: served.app.cache.waiting == 1)
        leader.close()
        until(lambda: served.app.connections.open == 1)
        assert served.engine.cancelled == []
        go.set()
        assert follower.result().body == BODY
    assert len(served.engine.started) == 1


def test_an_evaluation_ends_when_all_have_gone(served: Served) -> None:
    served.engine.scripts[QUERY] = Script(BODY, go=threading.Event())
    connections = [served.connect() for _ in range(3)]
    connections[0].sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    until(lambda: len(served.engine.started) == 1)
    for connection in connections[1:]:
        connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    until(lambda: served.app.cache.waiting == 2)
    for connection in connections:
        assert served.engine.cancelled == []
        connection.close()
        threading.Event().wait(0.05)
    until(lambda: len(served.engine.cancelled) == 1)
    assert served.app.cache.waiting == 0


def test_the_least_recently_asked_makes_room() -> None:
    cache = AnswerCache(16 * 1400)
    for number in range(16):
        cache.keep(f"k{number}", Entry(b"x" * 1000, "identity"))
    assert cache.held_bytes == cache.most_bytes
    assert cache.find("k0") is not None
    cache.keep("new", Entry(b"x" * 1000, "identity"))
    assert cache.find("k1") is None
    assert {name for name in ("k0", "k2", "new") if cache.find(name)} == {"k0", "k2", "new"}
    assert cache.held_bytes == cache.most_bytes


def test_a_cache_without_room_keeps_nothing() -> None:
    cache = AnswerCache(0)
    cache.keep("k", Entry(b"", "identity"))
    assert (cache.find("k"), cache.held_bytes) == (None, 0)


def test_a_key_has_no_two_readings() -> None:
    form = RESULT_FORMATS[0]
    keys = {
        key_of("d", Job(Query("q", defaults, names), form))
        for defaults, names in (((), ()), (("a",), ()), ((), ("a",)), (("a", "b"), ()), (("a",), ("b",)))
    }
    assert len(keys) == 5


def test_no_condition_matches_no_tag() -> None:
    assert not tag_matches(None, etag_of("k"))
    assert not tag_matches("", etag_of("k"))
