"""``ogpgraph.open``: a release or an endpoint by its path or URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, overload
from typing import Literal as OneOf

from ogpgraph.analysis.answers import Source
from ogpgraph.analysis.endpoint import EndpointSource
from ogpgraph.analysis.knowledge_graph import KnowledgeGraph, opened
from ogpgraph.analysis.local import open_dump, open_release_folder

if TYPE_CHECKING:
    import pandas
    import polars


@overload
def open_graph(
    where: str | Path, *, version: str = ..., frames: OneOf["pandas"] = ..., token: str = ..., most_seconds: float = ...
) -> KnowledgeGraph[pandas.DataFrame]: ...


@overload
def open_graph(
    where: str | Path, *, version: str = ..., frames: OneOf["polars"], token: str = ..., most_seconds: float = ...
) -> KnowledgeGraph[polars.DataFrame]: ...


def open_graph(
    where: str | Path,
    *,
    version: str = "",
    frames: OneOf["pandas", "polars"] = "pandas",
    token: str = "",
    most_seconds: float = 300,
) -> KnowledgeGraph[Any]:
    """Open a release or an endpoint; nothing is printed, and nothing is written beside the release.

    ``where`` is a folder of releases (``dist``: the latest, or ``version``), the folder of one release, a dump file of
    a release (``dataset.nq.gz``, ``ogp-graph.ttl``), or the URL of a SPARQL 1.1 endpoint that serves one. A dump in
    Turtle has no named graphs, so ``said_by`` and ``examples`` find nothing there.

    ``frames`` names the library of all frames: pandas or polars. For an endpoint ``token`` is a bearer token, and
    ``most_seconds`` the longest time of an answer; user and password may stand in the URL.

    Raises FileNotFoundError where nothing is there, DamagedRelease where a release is not what its manifest says,
    ValueError for what cannot be a release or an endpoint.
    """
    return opened(_source(where, version, token, most_seconds), frames)


def _source(where: str | Path, version: str, token: str, most_seconds: float) -> Source:
    if isinstance(where, str) and where.startswith(("http://", "https://")):
        if version:
            raise ValueError("an endpoint serves one version: open its own address, …/versions/<version>/sparql")
        return EndpointSource(where, token, most_seconds)
    path = Path(where)
    if path.is_file():
        return open_dump(path)
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: there is no such folder or file")
    return open_release_folder(path, version)
