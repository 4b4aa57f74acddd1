"""OGP's database of commitments and IRM codes, in any of its editions, as CSV or XLSX.

Every row becomes a record. What cannot be read is a problem with its row and its column; where the word and the
code of one variable disagree, the word is taken and the disagreement reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pyoxigraph import NamedNode

from ogpgraph.problems import Problem
from ogpgraph.read.code_editions import Edition, edition_of
from ogpgraph.read.explorer_columns import Columns, Variable, is_commitment_table
from ogpgraph.read.institution_lists import split_institutions
from ogpgraph.read.languages import language_of
from ogpgraph.read.member_names import member_code
from ogpgraph.read.printed_dates import printed_date
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.read.tables import Row, Table, column_key, has_header, is_spreadsheet_error, problem_at, table
from ogpgraph.records import DatabaseRow, PrintedDate, Record, RowValue, SourceDocument
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import Vocabulary

_YES_NO = {"1": True, "yes": True, "y": True, "true": True, "0": False, "no": False, "n": False, "false": False}
_EMPTY = re.compile(r"none specified|not specified|unspecified|none", re.IGNORECASE)


def fits(file: SourceFile) -> bool:
    """Whether one of the first rows names the columns of a commitment table."""
    return has_header(file, is_commitment_table)


def read(file: SourceFile, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """The source, then every row; problems where they arise."""
    found = table(file, is_commitment_table)
    if isinstance(found, Problem):
        yield found
        return
    columns = Columns.of(found.names, vocabulary)
    edition = edition_of({column_key(name) for name in found.names})
    yield source_document(
        file, edition.key, edition.title, edition.url, len(found.rows), edition.sequence, edition.issued
    )
    yield from _column_problems(file, found, columns)
    for number, cells in found.rows:
        reading = _RowReading(file, vocabulary, columns, edition, number, cells)
        if reading.is_totals():
            continue
        record = reading.record()
        yield from reading.problems
        yield record


def source_document(
    file: SourceFile, edition: str, title: str, url: str, rows: int, sequence: int, issued: str | None = None
) -> SourceDocument:
    """The file as a source: its edition, its hash, how many rows it has."""
    return SourceDocument(
        key=file.key,
        kind="database-file",
        url=url,
        title=title,
        edition=edition,
        sequence=sequence,
        issued=issued,
        sha256=file.sha256,
        extent=f"all {rows} rows below the header",
    )


def _column_problems(file: SourceFile, found: Table, columns: Columns) -> Iterator[Problem]:
    for positions, rule, message in (
        (columns.unknown, "column-not-known", "nothing is known of this column: its values were not read"),
        (columns.repeated, "column-repeated", "this column stands here again: only the first was read"),
    ):
        for position in positions:
            yield problem_at(file, found.header_row, found.names[position], rule, message)


@lru_cache(maxsize=4096)
def _institutions(printed: str) -> tuple[str, ...]:
    return split_institutions(printed)


def _slug(concept: NamedNode) -> str:
    """``completion/limited``: a concept as records name it."""
    return concept.value.removeprefix(f"{BASE}scheme/")


@dataclass
class _RowReading:
    """One row on its way to a record."""

    file: SourceFile
    vocabulary: Vocabulary
    columns: Columns
    edition: Edition
    number: int
    cells: Row
    problems: list[Problem] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def is_totals(self) -> bool:
        """Whether the row adds up the columns above it: it names no country and no title."""
        return not any(self.cell(name) for name in ("country", "id", "title", "text")) and "sum" in map(
            str.casefold, self.cells
        )

    def cell(self, name: str) -> str:
        position = self.columns.fields.get(name)
        return "" if position is None else self.at(position)

    def at(self, position: int) -> str:
        text = self.cells[position]
        if is_spreadsheet_error(text):
            self.report(position, "spreadsheet-error", f"'{text}' is an error of a spreadsheet: the value is lost")
            return ""
        return text

    def report(self, position: int, rule: str, message: str) -> None:
        cell = self.cells[position]
        self.problems.append(problem_at(self.file, self.number, self.columns.names[position], rule, message, cell))

    def record(self) -> DatabaseRow:
        title, text = self.words("title"), self.words("text")
        short = self.words("short_title")
        text_language = language_of(text)
        member, local, commitment = self.identity()
        values = [*self.relevance(), *self.coded()]
        return DatabaseRow(
            source=self.file.key,
            edition=self.edition.key,
            row=self.number,
            country=self.cell("country") or None,
            member=member,
            id=commitment,
            local=local,
            plan_number=self.cell("plan_number") or None,
            year=self.year("year"),
            end_year=self.year("end_year"),
            number=self.cell("number") or None,
            case_number=self.cell("case_number") if self.cell("case_number") not in ("", "NR") else None,
            title=title,
            short_title=short if short != title else None,
            title_language=language_of(title) or text_language,
            text=text,
            text_language=text_language,
            theme=self.words("theme"),
            url=self.url(),
            **self.institutions("lead"),
            **self.institutions("support"),
            start=self.date("start"),
            end=self.date("end"),
            policy_areas=self.flags(self.columns.tags, "policyArea"),
            grand_challenges=self.flags(self.columns.challenges, "grandChallenge"),
            values=tuple(values),
            absent=self.absent,
            as_shown=self.shown,
            other={
                self.columns.names[p]: text
                for p in self.columns.kept
                if (text := self.at(p)) and not self.vocabulary.concept("absence", text)
            },
        )

    def identity(self) -> tuple[str | None, bool, str | None]:
        """Member, whether it is local, and OGP's identifier, as far as the row tells them."""
        country, given = self.cell("country"), self.cell("id").upper()
        found = re.fullmatch(r"([A-Z]{2,4})[0-9]{4}", given)
        if given and not found:
            self.report(self.columns.fields["id"], "identifier-form", f"'{given}' is no identifier such as AL0002")
        local = self.cell("local").casefold() == "local" or bool(found and len(found.group(1)) > 2)
        if found:
            return found.group(1), local, given
        code = member_code(country) or (None if local else member_code(self.cell("iso_code")))
        if code is None:
            position = self.columns.fields.get("country", 0)
            message = f"'{country}' is no member that is known by name: its rows stand under a provisional code"
            self.report(position, "member-not-known" if country else "member-missing", message)
        return code, local, None

    def words(self, name: str) -> str | None:
        """A text, or None where the cell is empty or says why there is none."""
        text = self.cell(name)
        reason = self.vocabulary.concept("absence", text) if text else None
        if reason is not None:
            self.absent[name] = reason.value.rpartition("/")[2]
        return text if text and reason is None else None

    def year(self, name: str) -> str | None:
        text = self.cell(name)
        if not text or self.vocabulary.concept("absence", text):
            return None
        found = re.fullmatch(r"((?:19|20)[0-9]{2})(?:-[0-9]{2}-[0-9]{2})?", text)
        if not found:
            self.report(self.columns.fields[name], "year-not-read", f"'{text}' is no year")
        return found.group(1) if found else None

    def url(self) -> str | None:
        text = self.cell("url")
        if not text or self.vocabulary.concept("absence", text):
            return None
        if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", text):
            return text
        self.report(self.columns.fields["url"], "address-not-read", f"'{text}' is no web address")
        return None

    def institutions(self, name: str) -> dict[str, Any]:
        """The printed list and the bodies in it; "None Specified" is an absence, not a body."""
        text = self.cell(name)
        variable = f"{name}Institution" if name == "lead" else "supportInstitution"
        if not text:
            return {}
        reason = self.vocabulary.concept("absence", text)
        if reason is not None or _EMPTY.fullmatch(text):
            self.absent[variable] = reason.value.rpartition("/")[2] if reason else "not-stated"
            self.shown[variable] = text
            return {}
        if text.casefold() == "unclear":
            return {f"{name}_text": text}
        return {f"{name}_text": text, f"{name}_institutions": _institutions(text)}

    def date(self, name: str) -> PrintedDate | None:
        text = self.cell(name)
        if not text:
            return None
        found = printed_date(text, self.vocabulary)
        if found is None:
            message = f"'{text}' is no date of the calendar and no known wording of a period: only its text is kept"
            self.report(self.columns.fields[name], "date-not-read", message)
            return PrintedDate(printed=text)
        return found

    def flags(self, positions: dict[int, str], variable: str) -> tuple[str, ...]:
        """The columns that hold a 1; an absence in all of them is one of the whole variable."""
        found: list[str] = []
        reasons: set[str] = set()
        for position, name in positions.items():
            text = self.at(position)
            flag = _YES_NO.get(text.casefold())
            reason = None if flag is not None else self.vocabulary.concept("absence", text)
            if flag:
                found.append(name)
            elif reason is not None:
                reasons.add(reason.value.rpartition("/")[2])
            elif flag is None and text:
                self.report(position, "flag-not-read", f"'{text}' is neither 0 nor 1, Yes nor No, nor a known absence")
        read = [self.cells[position] for position in positions]
        if len(reasons) == 1 and not any(text.casefold() in _YES_NO for text in read):
            self.absent[variable] = next(iter(reasons))
        return tuple(dict.fromkeys(found))

    def relevance(self) -> Iterator[RowValue]:
        """The values of open government that the row is marked with, as one value of ``relevance``."""
        if self.columns.values:
            positions = {position: name for name, position in self.columns.values.items()}
            found = self.flags(positions, "_values")
            reason = self.absent.pop("_values", None)
            if found or reason:
                names = [self.columns.names[position] for position in positions]
                printed = ", ".join(self.columns.names[p] for p, n in positions.items() if n in found) or "NR"
                yield RowValue(
                    variable="relevance",
                    phase="midterm",
                    column=names[0],
                    printed=printed,
                    values=tuple(f"ogp-value/{name}" for name in found),
                    absence=None if found else reason,
                )

    def coded(self) -> Iterator[RowValue]:
        for variable, position in self.columns.words.items():
            value = self.value(variable, position)
            if value is not None:
                told = self.compare_code(variable, value)
                yield value.model_copy(update={"code": told}) if told else value
        for variable, position in self.columns.codes.items():
            if variable not in self.columns.words:
                value = self.value(variable, position)
                if value is not None:
                    yield value

    def value(self, variable: Variable, position: int) -> RowValue | None:
        printed = self.at(position)
        if not printed:
            return None
        common: dict[str, Any] = {
            "variable": variable.name,
            "phase": variable.phase,
            "column": self.columns.names[position],
            "printed": printed,
            "rule": variable.rule,
        }
        reason = self.vocabulary.concept("absence", printed)
        if reason is not None:
            return RowValue(**common, absence=reason.value.rpartition("/")[2])
        concept = self.concept(variable, printed)
        if concept is None:
            known = " or ".join(f"scheme/{scheme}" for scheme in variable.schemes)
            self.report(position, "value-not-read", f"'{printed}' is no value of {known} in edition {self.edition.key}")
            return None
        return RowValue(**common, values=(_slug(concept),))

    def concept(self, variable: Variable, printed: str) -> NamedNode | None:
        """A word by the labels of the schemes; a code by the code book of the edition; a flag by what 0 and 1 mean."""
        for scheme in variable.schemes:
            coded = self.vocabulary.by_notation(scheme, printed, self.edition.code_book)
            found = next(iter(coded)) if len(coded) == 1 else self.vocabulary.concept(scheme, printed)
            if found is not None:
                return found
        flag = _YES_NO.get(printed.casefold())
        if flag is None:
            return None
        words = ("clear", "unclear") if variable.name == "relevance" else ("yes", "no")
        return self.vocabulary.first(variable.schemes, words[0] if flag else words[1])

    def compare_code(self, variable: Variable, value: RowValue) -> str | None:
        """Report a code that says something else than the word beside it, and give what it says."""
        position = self.columns.codes.get(variable)
        code = "" if position is None else self.at(position)
        if position is None or not code:
            return None
        told = self.told_by(variable, code)
        if not told:
            self.report(position, "code-not-read", f"'{code}' is no code of {self.edition.code_book}")
        elif not told & {value.absence, *value.values}:
            says = " or ".join(sorted(told))
            message = (
                f"'{code}' says {says}, but '{value.printed}' stands in column '{value.column}': the word was taken"
            )
            self.report(position, "code-disagrees", message)
            return min(told)
        return None

    def told_by(self, variable: Variable, code: str) -> set[str]:
        """What a code can mean in this edition: concepts as ``scheme/slug``, or a reason of absence."""
        reason = self.vocabulary.concept("absence", code)
        if reason is not None:
            return {reason.value.rpartition("/")[2]}
        coded = (self.vocabulary.by_notation(name, code, self.edition.code_book) for name in variable.schemes)
        found: set[NamedNode | None] = set().union(*coded)
        return {_slug(concept) for concept in found or {self.concept(variable, code)} if concept is not None}


READER = Reader("OGP commitment database", fits, read)
