"""Sources that somebody brings: each file to the reader that knows its content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ogpgraph.problems import Problem, shown_path
from ogpgraph.read import (
    canada_tracker,
    commitment_page,
    explorer,
    joinup_page,
    process_database,
    rdf_source,
    tag_tables,
)
from ogpgraph.read.data_folder import ReadRecord
from ogpgraph.read.own_tables import OwnGraph, is_own_tables, read_own_tables
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.records import Record
from ogpgraph.vocabulary import Vocabulary

# In the order in which they are asked; the first that fits reads the file.
READERS: tuple[Reader, ...] = (
    rdf_source.READER,
    explorer.READER,
    process_database.READER,
    canada_tracker.READER,
    tag_tables.READER,
    joinup_page.READER,
    commitment_page.READER,
)


@dataclass
class Brought:
    """What sources say that somebody brings.

    ``records`` come from single files, ``tables`` from folders of tables. ``problems`` stop a build, ``unread`` is what
    could not be read of sources of which the rest counts.
    """

    records: list[Record] = field(default_factory=list)
    tables: list[OwnGraph] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> list[ReadRecord]:
        """The records of all tables, with the rows that they were read from."""
        return [entry for graph in self.tables for entry in graph.found]


def files_below(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named, in a stable order."""
    for path in paths:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def read_sources(
    paths: Iterable[Path], vocabulary: Vocabulary, advance: Callable[[Path], None] = lambda path: None
) -> tuple[list[Record], list[Problem]]:
    """Records and problems of all files; a file that nobody knows is a problem, never passed over."""
    brought = read_brought(paths, vocabulary, advance)
    rows = [entry.record for entry in brought.rows]
    return [*brought.records, *rows], [*brought.problems, *brought.unread]


def read_brought(
    paths: Iterable[Path], vocabulary: Vocabulary, advance: Callable[[Path], None] = lambda path: None
) -> Brought:
    """The same with the problems that stop a build told from the others."""
    brought = Brought()
    for path in paths:
        if is_own_tables(path):
            advance(path)
            graph = read_own_tables(path, shown_path(path, Path.cwd()))
            brought.tables.append(graph)
            brought.problems += graph.problems
            continue
        for file in files_below([path]):
            advance(file)
            _read_into(brought, file, vocabulary)
    return brought


def _read_into(brought: Brought, path: Path, vocabulary: Vocabulary) -> None:
    file = _source_file(path)
    reader = _reader_of(file)
    for found in _read(file, reader, vocabulary):
        if not isinstance(found, Problem):
            brought.records.append(found)
        elif reader is not None and reader.whole:
            brought.problems.append(found)
        else:
            brought.unread.append(found)


def read_file(path: Path, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """What the first reader that fits makes of one file."""
    file = _source_file(path)
    yield from _read(file, _reader_of(file), vocabulary)


def _source_file(path: Path) -> SourceFile:
    return SourceFile(path, shown_path(path, Path.cwd()), path.read_bytes())


def _reader_of(file: SourceFile) -> Reader | None:
    return next((reader for reader in READERS if reader.fits(file)), None) if file.raw.strip() else None


def _read(file: SourceFile, reader: Reader | None, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    if not file.raw.strip():
        yield Problem(file.shown, 1, "empty-file", "the file is empty: nothing was read")
        return
    if reader is None:
        known = ", ".join(reader.name for reader in READERS)
        message = f"this is no kind of source that is known: {known}, and folders of tables with a source.yml"
        yield Problem(file.shown, 0, "unknown-source-kind", message)
        return
    yield from file.decoded[1]
    yield from reader.read(file, vocabulary)
