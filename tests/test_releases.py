"""The change of release: by engines that the test controls, and by a real server between two releases."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from serve_process import ServeProcess, processes_of
from stub_engine import StubEngine

from ogpgraph.engine.job import Engine, EngineFailed
from ogpgraph.load import DamagedRelease, latest_release
from ogpgraph.serve.releases import Releases
from ogpgraph.settings import Settings

pytest_plugins = ["fixtures_three_plans"]


class Folders:
    """A folder of releases whose engines are stubs."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.settings = Settings(out=str(out), release_check_seconds=1)
        self.engines: dict[str, StubEngine] = {}

    def release(self, version: str, fails: Exception | None = None) -> StubEngine:
        """Make a version the latest one."""
        (self.out / version).mkdir()
        beside = self.out / "next"
        beside.symlink_to(version)
        beside.replace(self.out / "latest")
        self.engines[version] = StubEngine(digest=version, version=version, fails=fails)
        return self.engines[version]

    def engine(self, settings: Settings) -> Engine:
        latest = latest_release(Path(settings.out))
        assert latest
        engine = self.engines[latest.name]
        engine.folder = latest
        return engine


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def run(folders: Folders, scenario: Callable[[Releases], Awaitable[None]]) -> None:
    async def main() -> None:
        releases = Releases(folders.settings, folders.engine)
        try:
            await scenario(releases)
        finally:
            await releases.close()

    asyncio.run(main())


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


def test_nothing_is_served_before_a_release_is_loaded(folders: Folders) -> None:
    folders.release("1.0.0")

    async def scenario(releases: Releases) -> None:
        assert (releases.state, releases.ready, releases.version) == ("starting", False, "unknown")
        with pytest.raises(EngineFailed) as starting:
            assert releases.engine
        assert starting.value.status == 503
        await releases.start()
        health = releases.health()
        assert (health["status"], health["version"], health["digest"]) == ("ready", "1.0.0", "1.0.0")

    run(folders, scenario)


def test_a_new_release_takes_over_and_the_old_engine_is_closed(folders: Folders) -> None:
    old = folders.release("1.0.0")

    async def scenario(releases: Releases) -> None:
        await releases.start()
        new = folders.release("1.1.0")
        await until(lambda: releases.engine is new)
        await until(lambda: old.is_closed)
        assert (releases.version, releases.state, new.is_closed) == ("1.1.0", "ready", False)

    run(folders, scenario)


def test_a_damaged_release_changes_nothing_and_the_next_good_one_is_taken(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    old = folders.release("1.0.0")

    async def scenario(releases: Releases) -> None:
        await releases.start()
        damaged = folders.release("1.1.0", fails=DamagedRelease("dataset.nq: another hash"))
        with caplog.at_level(logging.ERROR):
            await until(lambda: releases.state == "degraded")
        assert releases.engine is old
        assert (old.is_closed, damaged.is_closed) == (False, True)
        assert "release 1.1.0 cannot be loaded, 1.0.0 stays: dataset.nq: another hash" in caplog.messages
        new = folders.release("1.2.0")
        await until(lambda: releases.engine is new)
        assert releases.state == "ready"

    run(folders, scenario)
    assert len([message for message in caplog.messages if "cannot be loaded" in message]) == 1


def test_a_first_release_that_is_damaged_is_told_at_once(folders: Folders) -> None:
    folders.release("1.0.0", fails=DamagedRelease("dataset.nq: another hash"))

    async def scenario(releases: Releases) -> None:
        with pytest.raises(DamagedRelease):
            await releases.start()

    run(folders, scenario)


def test_every_engine_is_closed_at_the_end(folders: Folders) -> None:
    engine = folders.release("1.0.0")

    async def scenario(releases: Releases) -> None:
        await releases.start()

    run(folders, scenario)
    assert engine.is_closed


@pytest.fixture
def two_releases(tmp_path: Path, xanadu_out: Path) -> tuple[Path, str, str]:
    """A folder with two releases, the first of which is the latest; their versions."""
    out = tmp_path / "dist"
    shutil.copytree(xanadu_out, out, symlinks=True)
    first = latest_release(out)
    assert first
    second = out / "9.9.9-second"
    second.mkdir()
    raw = (first / "dataset.nq").read_bytes() + b'<http://example.org/s> <http://example.org/p> "only second" .\n'
    (second / "dataset.nq").write_bytes(raw)
    manifest = json.loads((first / "manifest.json").read_text("utf-8"))
    manifest["version"] = second.name
    manifest["quads"] += 1
    manifest["files"]["dataset.nq"] |= {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
    (second / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return out, first.name, second.name


def point_latest(out: Path, version: str) -> None:
    (out / "next").symlink_to(version)
    (out / "next").replace(out / "latest")


def test_a_real_server_changes_its_release_without_a_lost_request(two_releases: tuple[Path, str, str]) -> None:
    out, first, second = two_releases
    with ServeProcess(
        out, OGPGRAPH_RELEASE_CHECK_SECONDS="1", OGPGRAPH_CACHE_BYTES="0", OGPGRAPH_QUERIES_AT_ONCE="4"
    ) as server:
        seen: list[tuple[int, str, str]] = []
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                answer = server.ask("ASK { ?s ?p 'only second' }", accept="text/csv")
                seen.append((answer.status, answer.headers["OGPGraph-Version"], answer.read().decode()))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            point_latest(out, second)
            server.until(lambda: server.health()["version"] == second)
            asked = len(seen)
            server.until(lambda: len(seen) > asked + 20)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert {status for status, *_ in seen} == {200}
        # Each answer is of the release that its header names, also those that were in flight at the change.
        assert {(version, answer) for _, version, answer in seen} == {(first, "false"), (second, "true")}
        server.until(lambda: len(processes_of(server.pid)) <= 9)  # the old zygote and its workers have ended


def test_a_stopped_server_finishes_what_runs_and_leaves_nobody_behind(xanadu_out: Path) -> None:
    with ServeProcess(xanadu_out) as server:
        slow = """SELECT (COUNT(*) AS ?n) {
            { SELECT ?a { ?a ?b ?c } LIMIT 1000 } { SELECT ?d { ?d ?e ?f } LIMIT 1000 } FILTER(STR(?a) < STR(?d)) }"""
        answers: list[int] = []
        thread = threading.Thread(target=lambda: answers.append(server.ask(slow).status))
        thread.start()
        server.until(lambda: server.health()["engine"]["running"] == 1)
        children = processes_of(server.pid)
        assert children
        os.kill(server.pid, signal.SIGTERM)
        thread.join()
        server.process.wait(40)
        assert answers == [200]
        deadline = time.monotonic() + 5
        while left := [pid for pid in children if Path(f"/proc/{pid}").exists()]:
            assert time.monotonic() < deadline, f"left behind: {left}"
            time.sleep(0.02)
