"""One real release for the whole test run: the project's own data through all five arrows."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from ogpgraph.build import build
from ogpgraph.load import open_release
from ogpgraph.release import Release
from ogpgraph.settings import PROJECT


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release that `ogpgraph build` makes of data/."""
    return build(PROJECT / "data", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def store(release: Release) -> pyoxigraph.Store:
    """That release, loaded as the server loads it."""
    return open_release(release.folder)


@pytest.fixture
def in_project(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Messages name files as seen from the project's folder."""
    monkeypatch.chdir(PROJECT)
    return PROJECT
