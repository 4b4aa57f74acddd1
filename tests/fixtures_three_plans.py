"""The three plans of Xanadu through all arrows of the flow, once for the whole test run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
import three_plans

from ogpgraph.build import build
from ogpgraph.load import open_release
from ogpgraph.release import Release
from ogpgraph.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary()


@pytest.fixture(scope="session")
def xanadu_quads(vocabulary: Vocabulary) -> set[pyoxigraph.Quad]:
    """The quads of the data alone."""
    return three_plans.quads_of(three_plans.FOLDER, vocabulary)


@pytest.fixture(scope="session")
def xanadu(xanadu_quads: set[pyoxigraph.Quad]) -> three_plans.Triples:
    return three_plans.Triples(xanadu_quads)


@pytest.fixture(scope="session")
def xanadu_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(three_plans.FOLDER, tmp_path_factory.mktemp("xanadu"))


@pytest.fixture(scope="session")
def xanadu_out(xanadu_release: Release) -> Path:
    """A folder of releases with one release in it; tests must not write there."""
    return xanadu_release.folder.parent


@pytest.fixture(scope="session")
def xanadu_store(xanadu_release: Release) -> pyoxigraph.Store:
    return open_release(xanadu_release.folder)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data in the current folder, so that messages name ``data/…``."""
    monkeypatch.chdir(tmp_path)
    return three_plans.copy_to(tmp_path)


@pytest.fixture
def released(data: Path, xanadu_release: Release) -> Release:
    """The release of that copy in ``dist``, as building it would make it."""
    shutil.copytree(xanadu_release.folder.parent, "dist", symlinks=True)
    return replace(xanadu_release, folder=Path("dist") / xanadu_release.version)
