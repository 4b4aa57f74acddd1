"""Rows of OGP's database files and of national trackers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ogpgraph.records.values import CommitmentId, Date, Key, Language, MemberCode, Record, Text, Url, Year


class PrintedDate(Record):
    """A date as a table prints it, and what it can be read as.

    ``value`` is there only where one reading is certain. "04/07/2012" keeps both ``readings``; "Quarter 3 2013"
    has the days that bound it.
    """

    printed: Text
    value: Date | None = None
    readings: tuple[Date, ...] = ()
    not_before: Date | None = None
    not_after: Date | None = None
    absence: Key | None = None


class RowValue(Record):
    """One coded variable of a row: concepts as ``scheme/slug``, or the reason why there are none.

    ``code`` is what the column of codes says where that is something else than the word.
    """

    variable: Text
    phase: Key
    column: Text
    printed: str
    values: tuple[Text, ...] = ()
    absence: Key | None = None
    rule: Key | None = None
    code: Text | None = None


class DatabaseRow(Record):
    """A row of OGP's commitment database in one of its editions, read by column name."""

    source: Key
    edition: Key
    row: Annotated[int, Field(ge=1)]
    country: Text | None = None
    member: MemberCode | None = None
    id: CommitmentId | None = None
    local: bool = False
    plan_number: Text | None = None
    year: Year | None = None
    end_year: Year | None = None
    number: Text | None = None
    case_number: Text | None = None
    title: Text | None = None
    short_title: Text | None = None
    title_language: Language | None = None
    text: Text | None = None
    text_language: Language | None = None
    theme: Text | None = None
    url: Url | None = None
    lead_institutions: tuple[Text, ...] = ()
    lead_text: Text | None = None
    support_institutions: tuple[Text, ...] = ()
    support_text: Text | None = None
    start: PrintedDate | None = None
    end: PrintedDate | None = None
    policy_areas: tuple[Text, ...] = ()
    grand_challenges: tuple[Text, ...] = ()
    values: tuple[RowValue, ...] = ()
    absent: dict[str, Key] = Field(default_factory=dict)
    as_shown: dict[str, str] = Field(default_factory=dict)
    other: dict[str, str] = Field(default_factory=dict)


class ProcessRow(Record):
    """A row of OGP's process database: how one member made one plan, question by question."""

    source: Key
    edition: Key
    row: Annotated[int, Field(ge=1)]
    country: Text
    member: MemberCode | None = None
    plan_number: Text | None = None
    year: Year | None = None
    answers: dict[str, str] = Field(default_factory=dict)
    absent: dict[str, Key] = Field(default_factory=dict)


class TagTable(Record):
    """A table of 0 and 1, a column a tag, whose rows do not say which commitment they are about."""

    source: Key
    tags: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
