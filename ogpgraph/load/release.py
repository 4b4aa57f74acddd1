"""A release as its folder holds it: which dataset it is, and that its bytes are those that the manifest names."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store

Answer = QueryBoolean | QuerySolutions | QueryTriples


class DamagedRelease(Exception):
    """A release whose files are not what its manifest says."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The dataset of a release: N-Quads in a file, what the manifest says of them."""

    path: Path
    version: str
    digest: str  # SHA-256 of the file, in hexadecimal digits
    quads: int
    empty_graphs: tuple[str, ...] = ()  # graphs that are there without a quad: only a writable copy has any


def latest_release(out: Path) -> Path | None:
    """The folder that ``latest`` names, or None where nothing was released yet."""
    latest = out / "latest"
    return latest.resolve() if latest.exists() else None


def dataset_of(folder: Path) -> Dataset:
    """The dataset that a release's manifest names; DamagedRelease where the manifest does not say it."""
    manifest = _manifest(folder)
    try:
        digest = str(manifest["files"]["dataset.nq"]["sha256"])
        empty = tuple(manifest.get("empty_graphs", ()))
        return Dataset(folder / "dataset.nq", str(manifest["version"]), digest, int(manifest["quads"]), empty)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedRelease(f"{folder / 'manifest.json'} lacks {error}: build the release again") from None


def open_release(folder: Path) -> Store:
    """The dataset of a release in memory; DamagedRelease where its hash is not the manifest's."""
    return in_memory(dataset_of(folder))


def in_memory(dataset: Dataset) -> Store:
    """A dataset in memory; DamagedRelease where its hash is not the manifest's."""
    verify(dataset)
    store = Store()
    # The IRIs were looked at when the release was made, and these are its bytes: a third of the time is spared.
    store.bulk_load(path=dataset.path, format=RdfFormat.N_QUADS, lenient=True)
    for name in dataset.empty_graphs:
        store.add_graph(NamedNode(name))
    return store


def verified(dataset: Dataset) -> bytes:
    """The bytes of a dataset; DamagedRelease where they are missing or their hash is not the manifest's."""
    try:
        raw = dataset.path.read_bytes()
    except OSError as error:
        raise DamagedRelease(f"{dataset.path}: {error.strerror}: build the release again") from None
    _compare(dataset, hashlib.sha256(raw).hexdigest())
    return raw


def verify(dataset: Dataset) -> None:
    """The same without holding the bytes."""
    try:
        with dataset.path.open("rb") as file:
            _compare(dataset, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise DamagedRelease(f"{dataset.path}: {error.strerror}: build the release again") from None


def _compare(dataset: Dataset, found: str) -> None:
    if found != dataset.digest:
        raise DamagedRelease(
            f"{dataset.path}: SHA-256 is {found}, the manifest says {dataset.digest}: build the release again"
        )


def version_of(folder: Path) -> str:
    """The version that a release's manifest gives."""
    return str(_manifest(folder)["version"])


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise DamagedRelease(f"{path} is no JSON ({error}): build the release again") from None
    if not isinstance(manifest, dict) or not {"version", "files"} <= manifest.keys():
        raise DamagedRelease(f"{path} lacks version or files: build the release again")
    return manifest
