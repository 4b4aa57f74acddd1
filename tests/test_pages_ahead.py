"""Pages that are made before somebody asks: the same bytes, there at once, and never for a release that has gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from ogpgraph.release import Release
from ogpgraph.serve import ahead
from ogpgraph.serve.application import application
from ogpgraph.serve.entity_pages import EntityPages
from ogpgraph.serve.site import View
from ogpgraph.settings import BASE, Settings

pytest_plugins = ["fixtures_three_plans"]

PATHS = ("/page/id/member/XA", "/page/id/commitment/XA0001", "/page/id/plan/XA-2015")


def settings_for(release: Release, **more: object) -> Settings:
    return Settings(out=str(release.folder.parent), access_log="", release_check_seconds=0, **more)  # type: ignore[arg-type]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entities whose pages were made ahead by the servers of a test, without the pauses.

    Servers of other tests may live in this process and make theirs.
    """
    done: list[str] = []
    begin, make = EntityPages.__init__, EntityPages.ahead
    begun: list[EntityPages] = []

    def begins(self: EntityPages, *parts: Any) -> None:
        begin(self, *parts)
        begun.append(self)

    async def noted(self: EntityPages, iri: str, view: View) -> None:
        await make(self, iri, view)
        if self in begun:
            done.append(iri)

    monkeypatch.setattr(EntityPages, "__init__", begins)
    monkeypatch.setattr(EntityPages, "ahead", noted)
    monkeypatch.setattr(ahead, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(ahead, "PAUSE_SECONDS", 0.0)
    return done


def wait_for(made: list[str]) -> None:
    wanted = {BASE + path.removeprefix("/page/") for path in PATHS}
    deadline = time.monotonic() + 30
    while not wanted <= set(made):
        assert time.monotonic() < deadline, made
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
    with TestClient(application(settings_for(xanadu_release, pages_ahead=2))) as client:
        deadline = time.monotonic() + 30
        while len(made) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)  # time enough for more
        assert client.get("/health").status_code == 200
    assert made[0].startswith(f"{BASE}id/member/")
    assert len(made) == 2


def test_nothing_is_made_ahead_where_the_setting_says_so(made: list[str], xanadu_release: Release) -> None:
    with TestClient(application(settings_for(xanadu_release, pages_ahead=0))) as client:
        time.sleep(0.3)
        first, second = (client.get(PATHS[0]).headers["cache-status"] for _ in range(2))
    assert made == []
    assert ("hit" in first, "hit" in second) == (False, True)
