"""A release as an on-disk store, for releases that are too large for memory: made once, then only read."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from ogpgraph.load.release import Dataset, verify

try:
    import fcntl
except ImportError:  # not a POSIX system: there nothing tells which stores are open, and the system keeps open files
    fcntl = None  # type: ignore[assignment]

_KEPT = 2  # stores: the new one, and another one, whether somebody has it open or not
_held: dict[Path, int] = {}  # descriptors of the folders that this process reads, each with a shared lock


def store_folder(dataset: Dataset) -> Path:
    """Where the store of a release stands: ``<out>/stores/<version>-<first 8 digits of the digest>``."""
    out = dataset.path.parent.parent
    return out / "stores" / f"{dataset.version}-{dataset.digest[:8]}"


def build(dataset: Dataset, folder: Path) -> None:
    """Load and optimise the store beside its folder, then rename: a folder that exists is whole.

    Of the other stores beside it those stay that a process has open, and the one that was opened last. Raises
    DamagedRelease where the dataset is not what its manifest says, OSError where it cannot be written.
    """
    verify(dataset)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        store = Store(unfinished)
        store.bulk_load(path=dataset.path, format=RdfFormat.N_QUADS)
        for name in dataset.empty_graphs:
            store.add_graph(NamedNode(name))
        store.optimize()
        store.flush()
        del store
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _remove_others(folder)


def _remove_others(folder: Path) -> None:
    """Remove the stores that nobody has open and that were opened longest ago; another server may do the same at this
    moment."""
    with contextlib.suppress(FileNotFoundError):
        others = [each for each in folder.parent.iterdir() if each != folder and each.is_dir() and each.name[0] != "."]
        others.sort(key=lambda each: each.stat().st_mtime, reverse=True)
        for each in others[_KEPT - 1 :]:
            if not _is_open(each):
                shutil.rmtree(each, ignore_errors=True)


def open_read_only(folder: Path) -> Store:
    """A store that other processes may read at the same time; it stays on the disk as long as this process lives."""
    _hold(folder)
    with contextlib.suppress(OSError):  # a file system that cannot be written: nothing will be removed there either
        os.utime(folder)
    return Store.read_only(str(folder))


def _hold(folder: Path) -> None:
    """Lock a store against removal until this process and those that it forks have ended."""
    if fcntl is None or folder in _held:
        return
    with contextlib.suppress(OSError):  # a file system without locks
        descriptor = os.open(folder, os.O_RDONLY)
        _held[folder] = descriptor
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _is_open(folder: Path) -> bool:
    """Whether a process holds a store."""
    if fcntl is None:
        return False
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # it has been removed meanwhile
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
