"""The writable copy of a release on disk: what writes made of it, kept so that a crash leaves the old or the new.

::

    <out>/writable/
        <version>/      a release folder with dataset.nq and manifest.json and nothing else
        latest          link to the state in force; moving it is what commits a write
        staging/        the write under way: its documents and the candidate dataset
        lock            held by the one server that writes

The version is that of the release that was copied, a plus sign and the first eight digits of the SHA-256 of the
dataset. The release itself stays as it is; whoever wants its data back removes the folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from ogpgraph.engine.change import Applied, Change, Conflict, Document, Operation
from ogpgraph.load import latest_release
from ogpgraph.settings import Settings


def folder_to_serve(settings: Settings) -> Path | None:
    """The release that is served: the writable copy where one is there and writing is allowed, else the latest.

    None where nothing was released yet. A writable copy stays when a newer release comes, which lacks what was written.
    """
    out = Path(settings.out)
    written = latest_release(out / "writable") if settings.update_token else None
    return written or latest_release(out)


def hidden_release(settings: Settings, served: str) -> str | None:
    """The version of the latest release where a writable copy of another one, ``served``, is served instead of it."""
    latest = latest_release(Path(settings.out)) if settings.update_token else None
    return latest.name if latest and latest.name != release_copied(served) else None


class WritableFolder:
    """The folder of the writable copy, for the one server that writes to it."""

    def __init__(self, out: Path) -> None:
        self.folder = (out / "writable").resolve()
        self.staging = self.folder / "staging"
        self.candidate = self.staging / "dataset.nq"
        self._lock: BinaryIO | None = None

    def acquire(self, served: str) -> None:
        """Become the one who writes, and sweep what a crash left; Conflict where that cannot be.

        ``served`` is the version that this server answers from: a write must not undo what another server wrote.
        """
        if self._lock is None:
            self._lock = self._locked()
        current = latest_release(self.folder)
        if current and current.name != served:
            raise Conflict(f"the writable copy is {current.name}, this server answers from {served}: start it again")
        self.sweep()

    def sweep(self) -> None:
        """Remove the states that are not in force, as far as that can be done now."""
        current = latest_release(self.folder)
        for path in self.folder.glob("*+*"):
            if path != current:
                shutil.rmtree(path, ignore_errors=True)

    def _locked(self) -> BinaryIO:
        import fcntl  # not every system that serves has it; those that branch do

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise Conflict("another server writes to the writable copy: send the write there") from None
        return lock

    def release(self) -> None:
        """Let another server write."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def stage(
        self,
        operation: Operation,
        bodies: Iterable[tuple[bytes, str, str]],
        graph: str | None,
        must_exist: bool | None,
    ) -> Change:
        """A change whose documents (bytes, base, media type) lie in the staging folder, which is emptied first."""
        self.discard()
        self.staging.mkdir(parents=True)
        documents = []
        for number, (raw, base, media_type) in enumerate(bodies):
            path = self.staging / f"document-{number}"
            path.write_bytes(raw)
            documents.append(Document(str(path), base, media_type))
        return Change(operation, tuple(documents), graph, must_exist)

    def discard(self) -> None:
        """Remove what is left of a write of ours that was not committed."""
        if self._lock is not None:
            shutil.rmtree(self.staging, ignore_errors=True)

    def commit(self, applied: Applied, copied: str) -> Path:
        """Make the candidate the state in force; its folder. On the disk before this returns, or OSError.

        ``copied`` is the version of the release that this is a copy of.
        """
        version = f"{copied}+{applied.digest[:8]}"
        target = self.folder / version
        for path in self.staging.glob("document-*"):
            path.unlink()
        self._write_manifest(applied, version)
        os.replace(self.staging, target)
        link = self.folder / "latest.partial"
        link.unlink(missing_ok=True)
        link.symlink_to(version)
        _sync(self.folder)  # the folder first: the link must not outlive it
        os.replace(link, self.folder / "latest")
        _sync(self.folder)
        return target

    def _write_manifest(self, applied: Applied, version: str) -> None:
        facts = {"bytes": self.candidate.stat().st_size, "sha256": applied.digest}
        manifest = {
            "version": version,
            "quads": applied.quads,
            "files": {"dataset.nq": facts},
            "empty_graphs": applied.empty_graphs,
        }
        with (self.staging / "manifest.json").open("w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        _sync(self.staging)


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def release_copied(version: str) -> str:
    """The release that a writable copy was made of, from the copy's version; a release is its own."""
    return version.partition("+")[0]
