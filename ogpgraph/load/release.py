"""``load``: a release into a store. With the engine the only part that knows the store."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store

Answer = QueryBoolean | QuerySolutions | QueryTriples


class DamagedRelease(Exception):
    """A release whose files are not what its manifest says."""


def latest_release(out: Path) -> Path | None:
    """The folder that ``latest`` names, or None where nothing was released yet."""
    latest = out / "latest"
    return latest.resolve() if latest.exists() else None


def open_release(folder: Path) -> Store:
    """The dataset of a release in memory; DamagedRelease where its hash is not the manifest's."""
    dataset = folder / "dataset.nq"
    raw = dataset.read_bytes()
    expected = _manifest(folder)["files"]["dataset.nq"]["sha256"]
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise DamagedRelease(f"{dataset}: SHA-256 is {found}, the manifest says {expected}: build the release again")
    store = Store()
    store.bulk_load(raw, format=RdfFormat.N_QUADS)
    return store


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
