"""A server in this process with two releases of Xanadu, and one that answers no further versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from two_versions import two_versions

from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import Settings

pytest_plugins = ["fixtures_three_plans"]


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory, xanadu_release: Release) -> Iterator[TestClient]:
    """A client that follows no redirections."""
    out = two_versions(xanadu_release.folder, tmp_path_factory.mktemp("versions"))
    settings = Settings(out=str(out), access_log="", release_check_seconds=0)
    with TestClient(application(settings), follow_redirects=False) as client:
        yield client
