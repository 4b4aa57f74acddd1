"""Pages that are made before somebody asks: the same bytes, there at once, and never for a release that has gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from pyoxigraph import NamedNode, Store
from starlette.testclient import TestClient

from ogpgraph.release import Release
from ogpgraph.serve import ahead
from ogpgraph.serve.ahead import PagesAhead
from ogpgraph.serve.application import application
from ogpgraph.serve.crawlers import OWN_PAGES
from ogpgraph.settings import BASE, Settings

pytest_plugins = ["fixtures_three_plans"]

PATHS = ("/page/id/member/XA", "/page/id/commitment/XA0001", "/page/id/plan/XA-2015")


def settings_for(release: Release, **more: object) -> Settings:
    return Settings(out=str(release.folder.parent), access_log="", release_check_seconds=0, **more)  # type: ignore[arg-type]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the pages that were made ahead by the servers of a test, without the pauses.

    Servers of other tests may live in this process and make theirs.
    """
    done: list[str] = []
    begin, visit = PagesAhead.__init__, PagesAhead.visit
    begun: list[PagesAhead] = []

    def begins(self: PagesAhead, *parts: Any) -> None:
        begin(self, *parts)
        begun.append(self)

    async def noted(self: PagesAhead, path: str) -> int:
        status = await visit(self, path)
        if self in begun:
            done.append(path)
        return status

    monkeypatch.setattr(PagesAhead, "__init__", begins)
    monkeypatch.setattr(PagesAhead, "visit", noted)
    monkeypatch.setattr(ahead, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(ahead, "PAUSES", 0.0)
    return done


def wait_for(made: list[str], paths: Iterable[str] = PATHS) -> None:
    """Until the pages of some paths were made."""
    deadline = time.monotonic() + 60
    while not set(paths) <= set(made):
        assert time.monotonic() < deadline, set(paths) - set(made)
        time.sleep(0.02)


@pytest.fixture(scope="module")
def asked(xanadu_release: Release) -> Iterator[TestClient]:
    """A server that makes no page before it is asked."""
    with TestClient(application(settings_for(xanadu_release, pages_ahead=0))) as client:
        yield client


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_page_made_ahead_is_there_and_is_the_page_that_would_be_made(
    made: list[str], xanadu_release: Release, asked: TestClient, encoding: str
) -> None:
    headers = {"accept-encoding": encoding}
    with TestClient(application(settings_for(xanadu_release))) as client:
        wait_for(made)
        for path in PATHS:
            found, expected = client.get(path, headers=headers), asked.get(path, headers=headers)
            assert "hit" in found.headers["cache-status"], path
            assert found.content == expected.content
            assert found.headers.get("content-encoding") == expected.headers.get("content-encoding")
            assert found.headers["etag"] == expected.headers["etag"]
            assert found.headers["link"] == expected.headers["link"]


def test_no_more_are_made_than_the_setting_says_members_first(made: list[str], xanadu_release: Release) -> None:
    with TestClient(application(settings_for(xanadu_release, pages_ahead=len(OWN_PAGES) + 2))) as client:
        deadline = time.monotonic() + 30
        while len(made) < len(OWN_PAGES) + 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)  # time enough for more
        assert client.get("/health").status_code == 200
    assert tuple(made[: len(OWN_PAGES)]) == OWN_PAGES
    first, second = made[len(OWN_PAGES) :]
    assert first.startswith("/page/id/member/")
    assert second.startswith(("/page/id/member/", "/page/id/plan/"))


def test_every_thing_and_every_graph_of_ours_has_its_page_made(
    made: list[str], xanadu_release: Release, xanadu_store: Store
) -> None:
    named = {each.subject for each in xanadu_store} | set(xanadu_store.named_graphs())
    below = {each.value.removeprefix(BASE) for each in named if isinstance(each, NamedNode) and BASE in each.value}
    expected = {f"/page/{path}" for path in below if path.startswith(("id/", "graph/source/")) and "#" not in path}
    assert {path.split("/")[2] for path in expected} == {"id", "graph"}
    with TestClient(application(settings_for(xanadu_release))) as client:
        wait_for(made, expected)
        for path in ("/", "/ontology", "/scheme/completion", *sorted(expected)[::20]):
            headers = {"accept": "text/html", "accept-encoding": "gzip"}
            assert "hit" in client.get(path, headers=headers).headers["cache-status"], path


def test_what_strangers_ask_pushes_out_no_page(made: list[str], xanadu_release: Release) -> None:
    small = {"cache_bytes": 160_000, "page_cache_bytes": 160_000, "pages_ahead": 30}
    with TestClient(application(settings_for(xanadu_release, **small))) as client:
        wait_for(made)
        for number in range(100):
            query = {"query": f"SELECT * {{ VALUES ?x {{ '{'x' * 2000}{number}' }} }}"}
            assert client.get("/sparql", params=query).status_code == 200
            assert client.get("/search", params={"q": f"{number}"}).status_code == 200
        for path in PATHS:
            assert "hit" in client.get(path).headers["cache-status"], path


def test_an_engine_without_time_is_left_alone_and_asked_again(
    made: list[str], xanadu_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(ahead, "BUSY_SECONDS", 0.01)
    answer, sleep = PagesAhead.visit, asyncio.sleep

    async def busy(self: PagesAhead, path: str) -> int:
        status = await answer(self, path)
        return 503 if path == OWN_PAGES[1] else status

    async def slept(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(PagesAhead, "visit", busy)
    monkeypatch.setattr("ogpgraph.serve.ahead.asyncio.sleep", slept)
    with TestClient(application(settings_for(xanadu_release))):
        wait_for(made)
    assert pauses.count(0.01) == 1


def test_nothing_is_made_ahead_where_the_setting_says_so(made: list[str], xanadu_release: Release) -> None:
    with TestClient(application(settings_for(xanadu_release, pages_ahead=0))) as client:
        time.sleep(0.3)
        first, second = (client.get(PATHS[0]).headers["cache-status"] for _ in range(2))
    assert made == []
    assert ("hit" in first, "hit" in second) == (False, True)
