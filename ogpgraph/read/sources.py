"""Sources that somebody brings: each file to the reader that knows its content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ogpgraph.problems import Problem, shown_path
from ogpgraph.read import canada_tracker, commitment_page, explorer, joinup_page, process_database, tag_tables
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.records import Record
from ogpgraph.vocabulary import Vocabulary

# In the order in which they are asked; the first that fits reads the file.
READERS: tuple[Reader, ...] = (
    explorer.READER,
    process_database.READER,
    canada_tracker.READER,
    tag_tables.READER,
    joinup_page.READER,
    commitment_page.READER,
)


def files_below(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named, in a stable order."""
    for path in paths:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def read_sources(
    paths: Iterable[Path], vocabulary: Vocabulary, advance: Callable[[Path], None] = lambda path: None
) -> tuple[list[Record], list[Problem]]:
    """Records and problems of all files; a file that nobody knows is a problem, never passed over."""
    records: list[Record] = []
    problems: list[Problem] = []
    for path in files_below(paths):
        advance(path)
        for found in read_file(path, vocabulary):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                records.append(found)
    return records, problems


def read_file(path: Path, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """What the first reader that fits makes of one file."""
    shown = shown_path(path, Path.cwd())
    file = SourceFile(path, shown, path.read_bytes())
    if not file.raw.strip():
        yield Problem(shown, 1, "empty-file", "the file is empty: nothing was read")
        return
    reader = next((reader for reader in READERS if reader.fits(file)), None)
    if reader is None:
        known = ", ".join(reader.name for reader in READERS)
        yield Problem(shown, 0, "unknown-source-kind", f"this is no kind of source that is known: {known}")
        return
    yield from file.decoded[1]
    yield from reader.read(file, vocabulary)
