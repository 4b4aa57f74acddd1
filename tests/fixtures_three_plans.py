"""The three plans of Xanadu through all arrows of the flow, once for the whole test run."""

from __future__ import annotations

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
def xanadu_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of releases with one release in it; tests must not write there."""
    out = tmp_path_factory.mktemp("xanadu")
    build(three_plans.FOLDER, out)
    return out


@pytest.fixture(scope="session")
def xanadu_release(xanadu_out: Path) -> Release:
    """Building again gives the release that is there."""
    return build(three_plans.FOLDER, xanadu_out)


@pytest.fixture(scope="session")
def xanadu_store(xanadu_release: Release) -> pyoxigraph.Store:
    return open_release(xanadu_release.folder)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data in the current folder, so that messages name ``data/…``."""
    monkeypatch.chdir(tmp_path)
    return three_plans.copy_to(tmp_path)
