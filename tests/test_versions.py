"""Versions: the list, each of them as it was, and the engines that answer for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from selectolax.lexbor import LexborHTMLParser
from stub_engine import StubEngine
from two_versions import GONE, OLDER, YOUNG

from ogpgraph.engine.job import EngineFailed
from ogpgraph.release import Release
from ogpgraph.serve.archive import Archive, UnknownVersion
from ogpgraph.serve.releases import Releases
from ogpgraph.settings import BASE, Settings

pytest_plugins = ["fixtures_two_versions"]

HTML = {"accept": "text/html"}
COUNT = "SELECT (COUNT(*) AS ?n) { <%sid/%s> ?p ?o }"


def rows(client: TestClient, path: str, query: str) -> list[dict]:
    return client.get(path, params={"query": query}).json()["results"]["bindings"]


def test_the_list_is_the_same_in_every_form(past: TestClient, xanadu_release: Release) -> None:
    newest_first = [xanadu_release.version, OLDER]
    told = past.get("/versions/").json()["versions"]
    assert [each["version"] for each in told] == newest_first
    assert [each["in_service"] for each in told] == [True, False]
    tree = LexborHTMLParser(past.get("/versions/", headers=HTML).text)
    assert [each.text() for each in tree.css("tbody th a")] == newest_first
    assert [each.attributes["datetime"] for each in tree.css("tbody time")] == ["2020-02-02", "1996-02-29"]
    raw = past.get("/versions/", headers={"accept": "application/n-triples"}).content
    triples = [quad.triple for quad in parse(raw, format=RdfFormat.N_TRIPLES)]
    versions = {t.object.value for t in triples if t.predicate.value.endswith("dcat#version")}
    assert versions == set(newest_first)
    previous = NamedNode("http://www.w3.org/ns/dcat#previousVersion")
    nodes = [NamedNode(f"{BASE}versions/{each}/") for each in newest_first]
    assert [(t.subject, t.object) for t in triples if t.predicate == previous] == [(nodes[0], nodes[1])]


def test_each_endpoint_answers_from_its_own_version(past: TestClient, xanadu_release: Release) -> None:
    for entity, old, new in ((GONE, "1", "0"), ("member/XA", None, None)):
        found = {
            version: rows(past, f"/versions/{version}/sparql", COUNT % (BASE, entity))[0]["n"]["value"]
            for version in (OLDER, xanadu_release.version)
        }
        if old is not None:
            assert found == {OLDER: old, xanadu_release.version: new}
        else:
            assert found[OLDER] != "0"
    assert rows(past, "/sparql", COUNT % (BASE, GONE))[0]["n"]["value"] == "0"


def test_an_endpoint_describes_itself_by_its_own_address(past: TestClient) -> None:
    raw = past.get(f"/versions/{OLDER}/sparql", headers={"accept": "application/n-triples"}).content
    endpoint = NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")
    found = [q.object for q in parse(raw, format=RdfFormat.N_TRIPLES) if q.predicate == endpoint]
    assert found == [NamedNode(f"http://testserver/versions/{OLDER}/sparql")]


@pytest.mark.parametrize("version", [OLDER, "latest one"])
def test_a_version_does_not_change(version: str, past: TestClient, xanadu_release: Release) -> None:
    version = xanadu_release.version if version == "latest one" else version
    update = {"content-type": "application/sparql-update"}
    answer = past.post(f"/versions/{version}/sparql", content="CLEAR ALL", headers=update)
    assert (answer.status_code, answer.json()["title"]) == (403, "Read-only")
    assert past.put(f"/versions/{version}/data/id/member/XA.ttl", content="").status_code == 405


def test_pages_and_data_of_a_version_stay_in_it(past: TestClient) -> None:
    root = f"/versions/{OLDER}"
    away = past.get(f"{root}/id/member/XA", headers=HTML)
    assert (away.status_code, away.headers["location"]) == (303, f"{root}/page/id/member/XA")
    page = past.get(away.headers["location"])
    assert page.headers["ogpgraph-version"] == OLDER
    tree = LexborHTMLParser(page.text)
    targets = {each.attributes["href"] or "" for each in tree.css("main a")}
    assert any(each.startswith(f"{root}/page/") for each in targets)
    assert not [each for each in targets if each.startswith("/page/")]
    data = past.get(f"{root}/id/{GONE}", headers={"accept": "application/n-triples"}).headers["location"]
    assert data == f"{root}/data/id/{GONE}.nt"
    labels = {q.object for q in parse(past.get(data).content, format=RdfFormat.N_TRIPLES)}
    assert Literal("XA9999: What was", language="en") in labels


def test_a_page_says_whether_its_version_is_the_newest(past: TestClient, xanadu_release: Release) -> None:
    def notice(version: str) -> tuple[str, str]:
        tree = LexborHTMLParser(past.get(f"/versions/{version}/page/id/member/XA").text)
        told, link = tree.css_first("p.notice"), tree.css_first("p.notice a")
        assert told is not None
        assert link is not None
        return " ".join(told.text().split()), link.attributes["href"] or ""

    newest, here = notice(xanadu_release.version)
    assert newest.startswith(f"This is the permanent address of version {xanadu_release.version}, the newest one.")
    assert here == "/page/id/member/XA"
    older, start = notice(OLDER)
    assert older.startswith(f"You see version {OLDER}, which is not the newest.")
    assert start == "/"
    assert 'p class="notice"' not in past.get(here).text


def test_what_came_later_is_not_in_an_older_version(past: TestClient) -> None:
    assert past.get(f"/page/id/{YOUNG}").status_code == 200
    assert past.get(f"/versions/{OLDER}/page/id/{YOUNG}").status_code == 404
    assert past.get(f"/versions/{OLDER}/data/id/{YOUNG}.ttl").status_code == 404


@pytest.mark.parametrize("path", ["", "sparql", "page/id/member/XA", "data/id/member/XA.ttl", "id/member/XA"])
@pytest.mark.parametrize("version", ["9.9.9", "...", "latest", "%2e%2e"])
def test_a_version_that_is_none_is_not_found(version: str, path: str, past: TestClient) -> None:
    assert past.get(f"/versions/{version}/{path}", headers=HTML).status_code == 404


def test_the_page_of_a_version_leads_to_those_beside_it(past: TestClient, xanadu_release: Release) -> None:
    page = past.get(f"/versions/{OLDER}/", headers=HTML)
    tree = LexborHTMLParser(page.text)
    assert [each.attributes["href"] for each in tree.css("a[rel=next]")] == [f"/versions/{xanadu_release.version}/"]
    assert tree.css("a[rel=prev]") == []
    assert f'</versions/{xanadu_release.version}/>; rel="successor-version"' in page.headers["link"]
    assert past.get(f"/versions/{OLDER}").headers["location"] == f"/versions/{OLDER}/"


def test_what_no_version_has_leads_to_today(past: TestClient) -> None:
    answer = past.get(f"/versions/{OLDER}/cite?x=1")
    assert (answer.status_code, answer.headers["location"]) == (302, "/cite?x=1")


# The engines, with stubs and a clock of the test.


class Shelf:
    """An archive of versions v1, v2, … with stubs for engines."""

    def __init__(self, out: Path, **settings: int) -> None:
        self.now = 0.0
        self.engines: dict[str, list[StubEngine]] = {}
        self.fails: dict[str, Exception] = {}
        for number in range(1, 5):
            (out / f"v{number}").mkdir()
            facts = {"version": f"v{number}", "quads": 1, "issued": f"2020-01-0{number}"}
            text = json.dumps({**facts, "files": {"dataset.nq": {"sha256": str(number)}}})
            (out / f"v{number}" / "manifest.json").write_text(text)
        used = Settings(out=str(out), release_check_seconds=0, **settings)
        self.archive = Archive(Releases(used), used, self.make, lambda: self.now)

    def make(self, folder: Path, settings: Settings) -> StubEngine:
        assert settings.queries_at_once == 2
        engine = StubEngine(folder.name, folder.name, self.fails.get(folder.name))
        self.engines.setdefault(folder.name, []).append(engine)
        return engine

    async def ask(self, version: str) -> str:
        async with self.archive.use(version) as served:
            return served.engine.version


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(scenario())  # type: ignore[arg-type]


def test_an_engine_is_started_once_and_ended_when_unused(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path, version_idle_seconds=60)
        assert await shelf.ask("v1") == await shelf.ask("v1") == "v1"
        (engine,) = shelf.engines["v1"]
        shelf.now = 59
        shelf.archive.end_unused()
        assert shelf.archive.running == ["v1"]
        shelf.now = 60
        async with shelf.archive.use("v1"):
            shelf.now = 1000
            shelf.archive.end_unused()
            assert shelf.archive.running == ["v1"]
        shelf.now = 1060
        shelf.archive.end_unused()
        await shelf.archive.close()
        assert (shelf.archive.running, engine.is_closed) == ([], True)

    run(scenario)


def test_the_one_unused_longest_makes_room(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path, versions_at_once=2)
        for shelf.now, version in ((0, "v1"), (1, "v2"), (2, "v1")):
            await shelf.ask(version)
        with pytest.raises(EngineFailed) as young:  # both were just started: no thrashing
            await shelf.ask("v3")
        assert (young.value.status, young.value.retry_seconds) == (503, 10)
        shelf.now = 20
        await shelf.ask("v3")
        assert shelf.archive.running == ["v1", "v3"]
        await shelf.archive.close()
        assert all(engine.is_closed for engines in shelf.engines.values() for engine in engines)

    run(scenario)


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path, versions_at_once=1)
        async with shelf.archive.use("v1") as served:
            shelf.now = 500
            with pytest.raises(EngineFailed) as full:
                await shelf.ask("v2")
            assert full.value.status == 503
            assert not served.engine.is_closed  # type: ignore[attr-defined]
        assert await shelf.ask("v2") == "v2"
        await shelf.archive.close()

    run(scenario)


def test_a_version_that_cannot_be_loaded_is_not_tried_again_and_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path, version_idle_seconds=60)
        shelf.fails["v1"] = OSError("damaged")
        for _ in range(3):
            with pytest.raises(EngineFailed, match="cannot be loaded") as failed:
                await shelf.ask("v1")
            assert failed.value.status == 500
        assert len(shelf.engines["v1"]) == 1
        shelf.now = 60
        shelf.archive.end_unused()
        del shelf.fails["v1"]
        assert await shelf.ask("v1") == "v1"
        await shelf.archive.close()

    run(scenario)


def test_a_version_that_takes_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path)
        go = asyncio.Event()

        async def slow(_: StubEngine) -> None:
            await go.wait()

        monkeypatch.setattr(StubEngine, "start", slow)
        monkeypatch.setattr("ogpgraph.serve.archive._LONGEST_WAIT_SECONDS", 0.01)
        with pytest.raises(EngineFailed, match="is being loaded") as early:
            await shelf.ask("v1")
        assert (early.value.status, early.value.retry_seconds) == (503, 2)
        go.set()
        assert await shelf.ask("v1") == "v1"
        assert len(shelf.engines["v1"]) == 1
        await shelf.archive.close()

    run(scenario)


def test_versions_may_be_switched_off(tmp_path: Path) -> None:
    async def scenario() -> None:
        shelf = Shelf(tmp_path, versions_at_once=0)
        with pytest.raises(EngineFailed) as off:
            await shelf.ask("v1")
        assert off.value.status == 501
        with pytest.raises(UnknownVersion):
            await shelf.ask("v9")
        await shelf.archive.close()

    run(scenario)
