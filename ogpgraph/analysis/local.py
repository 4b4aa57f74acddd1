"""A release, or a dump file of one, in this process: no server is needed."""

from __future__ import annotations

import gzip
import tempfile
from contextlib import ExitStack
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from ogpgraph.analysis.answers import Answer, QueryFailed, collected
from ogpgraph.load import dataset_of, disk, in_memory, latest_release
from ogpgraph.search.functions import SearchFunctions
from ogpgraph.search.names import index_file, may_search
from ogpgraph.search.writing import write_index
from ogpgraph.settings import from_environment


class LocalSource:
    """A store that is asked in this process; ``index`` is the search index beside the release, where there is one."""

    def __init__(self, store: Store, name: str, index: Path | None = None) -> None:
        self._store, self._name = store, name
        self._index, self._search = index, None
        self._held = ExitStack()
        self._functions: SearchFunctions | None = None

    @property
    def name(self) -> str:
        """The folder of the release, or the dump file."""
        return self._name

    def answer(self, query: str) -> Answer:
        """See ``Source``. SERVICE is allowed: whoever asks here asks in their own name."""
        functions = self._search_functions() if may_search(query) else None
        try:
            answer = self._store.query(query, custom_functions=functions.table if functions else None)
            found = collected(answer)
        except SyntaxError as error:
            from ogpgraph.protocol import QuerySyntaxError  # reads tokens only to explain mistakes

            raise QuerySyntaxError.of(str(error), query) from None
        except (ValueError, RuntimeError, OSError) as error:
            raise QueryFailed(f"{self._name}: {error}") from None
        if functions and functions.failure:
            raise QueryFailed(f"{self._name}: {functions.failure}")
        return found

    def close(self) -> None:
        """Remove what was made for the search."""
        self._held.close()

    def _search_functions(self) -> SearchFunctions:
        """The search, with an index of its own where the release has none: the release's folder is only read."""
        if self._functions is None:
            file = self._index
            if file is None or not file.exists():
                file = Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="ogpgraph-"))) / "search.sqlite"
                write_index(self._store, file)
            self._functions = SearchFunctions(file)
        self._functions.begin()
        return self._functions


def open_release_folder(folder: Path, version: str = "") -> LocalSource:
    """A release by its folder, or by the folder of the releases: there a version, or the latest one.

    It is held in memory; above ``OGPGRAPH_MEMORY_QUADS`` it becomes a store on disk beside the releases, as when it is
    served. FileNotFoundError where there is no such release, DamagedRelease where its bytes are not the manifest's.
    """
    place = _release_in(folder, version)
    dataset = dataset_of(place)
    index = index_file(place.parent, dataset.digest)
    if dataset.quads <= from_environment().memory_quads:
        return LocalSource(in_memory(dataset), str(place), index)
    stored = disk.store_folder(dataset)
    if not stored.exists():
        disk.build(dataset, stored)
    return LocalSource(disk.open_read_only(stored), str(place), index)


def open_dump(file: Path) -> LocalSource:
    """A dump file in any form of RDF that its name tells, also compressed with gzip (``dataset.nq.gz``).

    ValueError where the name tells none, SyntaxError where the file is not what its name says.
    """
    name = file.name.removesuffix(".gz")
    form = RdfFormat.from_extension(name.rpartition(".")[2])
    if form is None:
        known = "nq, trig, ttl, nt, jsonld, rdf"
        raise ValueError(f"{file}: the name of a dump ends with one of {known}, perhaps followed by .gz")
    store = Store()
    try:
        if file.name.endswith(".gz"):
            with gzip.open(file, "rb") as opened:
                store.bulk_load(opened, format=form)  # type: ignore[arg-type]  # a GzipFile is read like any file
        else:
            store.bulk_load(path=file, format=form)
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{file}: {error}: download it again") from None
    except SyntaxError as error:
        raise SyntaxError(f"{file}: {error}") from None
    return LocalSource(store, str(file))


def _release_in(folder: Path, version: str) -> Path:
    if version:
        place = folder / version
    elif (folder / "manifest.json").exists():
        place = folder
    else:
        place = latest_release(folder) or folder
    if (place / "manifest.json").exists():
        return place.resolve()
    held = sorted(each.parent.name for each in folder.glob("*/manifest.json") if not each.parent.is_symlink())
    has = f"it holds {', '.join(held)}" if held else "`ogpgraph build` makes one"
    raise FileNotFoundError(f"{place} holds no release: {has}")
