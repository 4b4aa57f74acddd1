"""The index of a dataset, written whole or not at all: ``python -m ogpgraph.search.writing PLAN``.

PLAN is a JSON object (``Plan``). This is a process of its own: whoever serves never evaluates a query, and the memory
comes back. The same dataset gives the same answers of the index.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pyoxigraph import Store

from ogpgraph.load import DamagedRelease, Dataset, disk, in_memory
from ogpgraph.search.documents import Document, Text, documents_of, labels_of_values
from ogpgraph.search.folding import fold, words
from ogpgraph.search.index import END

_KEPT = 8  # indexes: the release in service, those that queries still run on, other versions
# The words are found here already (``folding.words``): what is not ASCII is part of one to this tokenizer.
_SCHEMA = """
CREATE TABLE document (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, kind TEXT, weight REAL, label TEXT, language TEXT,
    texts TEXT);
CREATE VIRTUAL TABLE words USING fts5(names, texts, related, content='', tokenize='ascii');
CREATE TABLE facet (name TEXT, value TEXT, document INTEGER, PRIMARY KEY (name, value, document)) WITHOUT ROWID;
CREATE INDEX facet_of_document ON facet (document, name, value);
CREATE TABLE value (value TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """The dataset, its store on disk where there is one, and the file to write."""

    dataset: Dataset
    store_folder: Path | None
    file: Path

    def message(self) -> str:
        """As the process gets it."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def of(cls, message: str) -> Plan:
        """From what the process got."""
        told = json.loads(message)
        facts = told["dataset"]
        dataset = Dataset(**{**facts, "path": Path(facts["path"]), "empty_graphs": tuple(facts["empty_graphs"])})
        folder = Path(told["store_folder"]) if told["store_folder"] else None
        return cls(dataset, folder, Path(told["file"]))


def write(plan: Plan) -> None:
    """Make the index beside its file, then rename: a file that exists is whole.

    DamagedRelease where the dataset is not what its manifest says, OSError or sqlite3.Error where it cannot be written.
    """
    is_on_disk = plan.store_folder is not None and plan.store_folder.exists()
    store = disk.open_read_only(plan.store_folder) if is_on_disk and plan.store_folder else in_memory(plan.dataset)
    write_index(store, plan.file)
    _remove_others(plan.file)


def write_index(store: Store, file: Path) -> None:
    """Make the index of a store's default graph beside its file, then rename. OSError or sqlite3.Error."""
    documents = documents_of(store)
    labels = labels_of_values(store, {value for each in documents for _, value in each.facets})
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        _write(unfinished, documents, labels)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(file: Path, documents: list[Document], labels: dict[str, str]) -> None:
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(documents))
        database.executemany("INSERT INTO words (rowid, names, texts, related) VALUES (?, ?, ?, ?)", _words(documents))
        facets = ((name, value, number) for number, each in enumerate(documents, 1) for name, value in each.facets)
        database.executemany("INSERT INTO facet VALUES (?, ?, ?)", facets)
        database.executemany("INSERT INTO value VALUES (?, ?)", labels.items())
        database.execute("INSERT INTO words (words) VALUES ('optimize')")
        database.commit()
        database.execute("ANALYZE")
        database.commit()


def _rows(documents: list[Document]) -> Iterator[tuple[object, ...]]:
    for number, each in enumerate(documents, 1):
        shown = [
            (text.language, text.value) for text in (*each.texts, *each.names, *each.related) if text != each.label
        ]
        texts = json.dumps(shown, ensure_ascii=False)
        yield number, each.iri, each.kind, each.weight, each.label.value, each.label.language, texts


def _words(documents: list[Document]) -> Iterator[tuple[object, ...]]:
    for number, each in enumerate(documents, 1):
        yield number, _joined(each.names), _joined(each.texts), _joined(each.related)


def _joined(texts: Iterable[Text]) -> str:
    """The words of some texts, each text between two ENDs."""
    folded = dict.fromkeys(" ".join(words(fold(text.value))) for text in texts)
    return " ".join((END, *(f"{each} {END}" for each in folded)))


def _remove_others(file: Path) -> None:
    """Remove the indexes that were made longest ago; another server may do the same at this moment."""
    with contextlib.suppress(FileNotFoundError):
        others = [each for each in file.parent.glob("search-*.sqlite") if each != file]
        others.sort(key=lambda each: each.stat().st_mtime, reverse=True)
        for each in others[_KEPT - 1 :]:
            each.unlink(missing_ok=True)


def main(message: str) -> int:
    """0, or 1 with the reason on standard error."""
    try:
        write(Plan.of(message))
    except (DamagedRelease, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
