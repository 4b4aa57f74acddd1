"""OGP's process database: how members made and followed their plans, in the editions of 2015 and 2016."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ogpgraph.problems import Problem
from ogpgraph.read.explorer import source_document
from ogpgraph.read.member_names import member_code
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.read.tables import Table, column_key, has_header, is_spreadsheet_error, problem_at, table
from ogpgraph.records import ProcessRow, Record
from ogpgraph.vocabulary import Vocabulary

_COUNTRY = ("country name", "country", "country/locality")
_NUMBER = ("action plan number", "action plan no")
_YEAR = ("year ap submitted", "year of submission")
_REPOSITORY = "https://github.com/Vizzuality/ogp/blob/69d32715baa422d62f8c19fdecd1a61d39ce511a"
_URLS = {
    "process-2015": f"{_REPOSITORY}/sites/all/libraries/irm_explorer/data/",
    "process-2016": f"{_REPOSITORY}/explorer/data/latest_data/",
}


def _is_process_table(names: set[str]) -> bool:
    asked = sum("advance notice" in name or "prior availability" in name or "in-person" in name for name in names)
    return asked >= 2 and bool(names & set(_COUNTRY))


def fits(file: SourceFile) -> bool:
    """Whether one of the first rows asks the questions of the process database."""
    return has_header(file, _is_process_table)


def read(file: SourceFile, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """The source, then one record a row; columns of codes repeat the words beside them and are left out."""
    found = table(file, _is_process_table)
    if isinstance(found, Problem):
        yield found
        return
    edition = "process-2016" if _position(found, _NUMBER) is not None else "process-2015"
    year = edition.rpartition("-")[2]
    title = f"OGP process database, edition of {year}"
    yield source_document(file, edition, title, _URLS[edition], len(found.rows), int(year) - 2000, year)
    for number, cells in found.rows:
        yield from _row(file, found, edition, number, cells, vocabulary)


def _position(found: Table, keys: tuple[str, ...]) -> int | None:
    return next((i for i, name in enumerate(found.names) if column_key(name) in keys), None)


def _row(
    file: SourceFile, found: Table, edition: str, number: int, cells: list[str], vocabulary: Vocabulary
) -> Iterator[Record | Problem]:
    country_at = _position(found, _COUNTRY)
    assert country_at is not None, "the header has a country"
    country = cells[country_at]
    if not country:
        yield problem_at(file, number, found.names[country_at], "member-missing", "the row names no country: not read")
        return
    places = {country_at, _position(found, _NUMBER), _position(found, _YEAR)}
    answers: dict[str, str] = {}
    absent: dict[str, str] = {}
    for position, (name, text) in enumerate(zip(found.names, cells, strict=False)):
        if position in places or not name or name.startswith("_") or not text:
            continue
        if is_spreadsheet_error(text):
            yield problem_at(file, number, name, "spreadsheet-error", f"'{text}' is an error of a spreadsheet", text)
            continue
        answers[name] = text
        reason = vocabulary.concept("absence", text)
        if reason is not None:
            absent[name] = reason.value.rpartition("/")[2]
    code = member_code(country)
    if code is None:
        message = f"'{country}' is no member that is known by name: its rows stand under a provisional code"
        yield problem_at(file, number, found.names[country_at], "member-not-known", message, country)
    year = _cell(found, cells, _YEAR)
    if year and not re.fullmatch(r"(19|20)[0-9]{2}", year):
        yield problem_at(file, number, "Year AP Submitted", "year-not-read", f"'{year}' is no year", year)
        year = ""
    yield ProcessRow(
        source=file.key,
        edition=edition,
        row=number,
        country=country,
        member=code,
        plan_number=_cell(found, cells, _NUMBER) or None,
        year=year or None,
        answers=answers,
        absent=absent,
    )


def _cell(found: Table, cells: list[str], keys: tuple[str, ...]) -> str:
    position = _position(found, keys)
    return "" if position is None else cells[position]


READER = Reader("OGP process database", fits, read)
