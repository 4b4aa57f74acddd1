"""The releases that a folder holds, in the order in which they followed each other, and which IRIs each names."""

from __future__ import annotations

import hashlib
import json
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_PIECE_BYTES = 1 << 20  # read at a time: other threads run between two pieces
_MOST_INDEXED = 32  # versions whose IRIs are remembered: 8 bytes each


@dataclass(frozen=True, slots=True)
class Published:
    """A release as its manifest describes it; ``issued`` is a day such as 2026-11-21."""

    version: str
    issued: str
    previous: str | None
    quads: int
    digest: str  # SHA-256 of the dataset
    folder: Path


def releases_in(out: Path) -> tuple[Published, ...]:
    """Every whole release in a folder, the oldest first: by day, and within a day as they followed each other.

    A release appears by one rename (see ``ogpgraph.release``), which changes the folder's time: it is read again then.
    """
    try:
        changed = out.stat().st_mtime_ns
    except OSError:
        return ()
    return _releases_in(out, changed)


def following(releases: Sequence[Published], version: str) -> tuple[Published | None, Published | None]:
    """The releases before and after a version, where there are any."""
    place = next((n for n, each in enumerate(releases) if each.version == version), None)
    if place is None:
        return None, None
    before = releases[place - 1] if place else None
    return before, releases[place + 1] if place + 1 < len(releases) else None


def names(release: Published, iri: str) -> bool:
    """Whether any statement of a release names an IRI; the first question of a release reads its dataset."""
    known = _indexed(release.folder / "dataset.nq", release.digest)
    wanted = _number(iri.encode())
    place = bisect_left(known, wanted)
    return place < len(known) and known[place] == wanted


@lru_cache(8)
def _releases_in(out: Path, _changed: int) -> tuple[Published, ...]:
    found = {each.version: each for each in _read(out)}
    return tuple(sorted(found.values(), key=lambda each: (each.issued, _generation(each, found), each.version)))


def _read(out: Path) -> Iterator[Published]:
    for path in out.glob("*/manifest.json"):
        if path.parent.is_symlink() or path.parent.name.startswith("."):
            continue
        try:
            manifest = json.loads(path.read_bytes())
            digest = str(manifest["files"]["dataset.nq"]["sha256"])
            version, issued, quads = str(manifest["version"]), str(manifest.get("issued", "")), int(manifest["quads"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # no release: whoever serves from such a folder is told why
        if version == path.parent.name:
            yield Published(version, issued, manifest.get("previous"), quads, digest, path.parent)


def _generation(release: Published, known: dict[str, Published]) -> int:
    """How many releases came before, one from another."""
    seen = {release.version}
    while release.previous in known and release.previous not in seen:
        seen.add(release.previous)
        release = known[release.previous]
    return len(seen)


@lru_cache(_MOST_INDEXED)
def _indexed(dataset: Path, _digest: str) -> array[int]:
    """The numbers of all IRIs of a dataset, sorted."""
    found: set[bytes] = set()
    with dataset.open("rb") as file:
        while lines := file.readlines(_PIECE_BYTES):
            found.update(re.findall(rb"<([^<>\"\s]+)>", b"".join(lines)))
    return array("Q", sorted(map(_number, found)))


def _number(iri: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(iri, digest_size=8).digest(), "big")
