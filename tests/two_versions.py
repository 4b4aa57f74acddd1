"""A folder with two releases: one that was built, and an older one in which some things were otherwise."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

OLDER = "0.0.9-0a1b2c3d"
OLDER_DAY = "1996-02-29"
GONE = "commitment/XA9999"  # only the older release knows it
YOUNG = "commitment/XA0006"  # only the newer one does
_BASE = "https://w3id.org/ogpgraph/id/"
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


def two_versions(newer: Path, out: Path) -> Path:
    """``out`` with a copy of a release as the latest one, and an older one before it."""
    shutil.copytree(newer, out / newer.name)
    shutil.copytree(newer, out / OLDER)
    lines = (newer / "dataset.nq").read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if YOUNG.encode() not in line]
    kept.append(f'<{_BASE}{GONE}> {_LABEL} "XA9999: What was"@en .\n'.encode())
    raw = b"".join(kept)
    (out / OLDER / "dataset.nq").write_bytes(raw)
    facts = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    _change(out / OLDER, version=OLDER, issued=OLDER_DAY, quads=len(kept), previous=None, **{"dataset.nq": facts})
    _change(out / newer.name, previous=OLDER)
    (out / "latest").symlink_to(newer.name)
    return out


def _change(folder: Path, **facts: object) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    if "dataset.nq" in facts:
        manifest["files"]["dataset.nq"] = facts.pop("dataset.nq")
    path.write_text(json.dumps(manifest | facts), "utf-8")


def rewritten(newer: Path, out: Path, lines: list[str]) -> Path:
    """``out`` with a copy of a release that holds further N-Quads."""
    folder = out / newer.name
    shutil.copytree(newer, folder)
    raw = (newer / "dataset.nq").read_bytes() + "".join(lines).encode()
    (folder / "dataset.nq").write_bytes(raw)
    facts = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    _change(folder, quads=raw.count(b"\n"), **{"dataset.nq": facts})
    (out / "latest").symlink_to(newer.name)
    return out
