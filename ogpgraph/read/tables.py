"""Tables that somebody brings, CSV or XLSX: cells as clean text, columns by name.

A row's number is the one that a spreadsheet shows: cells with line breaks do not count twice.
"""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from ogpgraph.problems import Problem, Severity
from ogpgraph.read.source_file import SourceFile
from ogpgraph.vocabulary import folded

# A header stands within the first rows: group lines, column numbers and blank rows may come before it.
_HEADER_ROWS = 8
# Some texts of commitments are longer than what the csv module takes by itself.
_CELL_CHARACTERS = 5_000_000
# A workbook that unpacks to more than this is refused: it is no table of commitments.
_WORKBOOK_BYTES = 400_000_000

_BREAK = re.compile(r"<\s*br\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|b|i|u|em|strong|span|div|ul|ol|li|a|font|sup|sub)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_SPREADSHEET_ERROR = re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NULL!|NUM!)")

Row = list[str]


@dataclass(frozen=True)
class Table:
    """A table with a header: the names of its columns, and its rows with their numbers."""

    names: tuple[str, ...]
    header_row: int
    rows: tuple[tuple[int, Row], ...]


def cleaned(cell: str) -> str:
    """A cell's text: entities read, ``<br/>`` as a line break, no other tags, no odd spaces or control characters."""
    text = cell
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", ""))
    if "\n" in text or "\r" in text or "\t" in text:
        lines = (" ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    else:
        text = " ".join(text.split())
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]", "", text)


def is_spreadsheet_error(text: str) -> bool:
    """Whether a cell holds what a spreadsheet shows instead of a value, such as ``#NAME?``."""
    return bool(_SPREADSHEET_ERROR.fullmatch(text))


def column_key(name: str) -> str:
    """A column's name as it is compared: cleaned, no case, without a question mark or a note such as "(Delete?)"."""
    return folded(re.sub(r"\(delete\?\)", "", cleaned(name), flags=re.IGNORECASE)).rstrip(" ?.")


def has_header(file: SourceFile, wanted: Callable[[set[str]], bool]) -> bool:
    """Whether one of the first rows is a header that ``wanted`` accepts, given the keys of its columns."""
    return any(wanted({column_key(cell) for cell in row}) for row in _first_rows(file))


def table(file: SourceFile, wanted: Callable[[set[str]], bool]) -> Table | Problem:
    """The table below the first header that ``wanted`` accepts, without blank rows and repeated headers."""
    try:
        rows = list(_rows(file))
    except (csv.Error, ValueError, zipfile.BadZipFile, KeyError, OSError) as error:
        return Problem(file.shown, 0, "table-damaged", f"the table cannot be read to its end: {error}")
    for number, row in enumerate(rows[:_HEADER_ROWS], start=1):
        if wanted({column_key(cell) for cell in row}):
            names = tuple(cleaned(cell) for cell in row)
            below = enumerate(rows[number:], start=number + 1)
            kept = tuple(
                (at, _fitted(cells, len(names)))
                for at, cells in below
                if any(c.strip() for c in cells) and cells != row
            )
            return Table(names, number, kept)
    return Problem(file.shown, 1, "header-missing", "no row of known column names stands at the head of the table")


def problem_at(file: SourceFile, row: int, column: str, rule: str, message: str, value: str = "") -> Problem:
    """A problem of one cell: it does not stop a release, because the rest of the row stands."""
    return Problem(file.shown, row, rule, f"column '{column}': {message}", Severity.WARNING, column, value)


def _fitted(cells: Sequence[str], width: int) -> Row:
    return [cleaned(cell) for cell in [*cells, *[""] * (width - len(cells))]]


def is_workbook(file: SourceFile) -> bool:
    """Whether the bytes are an XLSX workbook."""
    return file.raw.startswith(b"PK\x03\x04") and b"xl/" in file.raw


def _first_rows(file: SourceFile) -> list[Row]:
    found: list[Row] = []
    try:
        for row in _rows(file):
            found.append(row)
            if len(found) == _HEADER_ROWS:
                break
    except (csv.Error, ValueError, zipfile.BadZipFile, KeyError, OSError):
        pass  # what stands before the damage is enough to tell the kind of file
    return found


def _rows(file: SourceFile) -> Iterator[Row]:
    if is_workbook(file):
        yield from _workbook_rows(file.raw)
        return
    csv.field_size_limit(_CELL_CHARACTERS)
    text = file.text.replace("\0", "")
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:20_000]))


def _delimiter(head: str) -> str:
    """The delimiter that makes the widest row at the head of a file."""

    def width(delimiter: str) -> int:
        try:
            rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
            return max((len(row) for _, row in zip(range(_HEADER_ROWS), rows, strict=False)), default=0)
        except csv.Error:
            return 0

    return max(",;\t", key=width)


# What openpyxl lets through from the archive, the XML parser (a SyntaxError) and its own models when a workbook is
# damaged; found by damaging one.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
)


@lru_cache(maxsize=2)
def _workbook_rows(raw: bytes) -> tuple[Row, ...]:
    """All rows of the sheet with the widest header, dates as ISO 8601; ValueError where the workbook is damaged."""
    try:
        sheets = _sheets(raw)
    except _DAMAGE as error:
        raise ValueError(f"the workbook is damaged: {error}") from None
    if not sheets:
        raise ValueError("the workbook has no sheet, or unpacks to more than a table of commitments can be")
    widest = max(sheets, key=lambda rows: max((sum(map(bool, row)) for row in rows[:_HEADER_ROWS]), default=0))
    return tuple(widest)


def _sheets(raw: bytes) -> list[list[Row]]:
    """The cells of every sheet as text; none where the archive would unpack to too much."""
    import openpyxl  # only those who bring workbooks pay for loading it

    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _WORKBOOK_BYTES:
            return []
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    sheets = [[[_cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] for sheet in book]
    book.close()
    return sheets


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
