"""Dates as OGP's sources give them: partial, printed in words, or as bounds.

A year is ``xsd:gYear``, a month ``xsd:gYearMonth``, a day ``xsd:date``; nothing is ever padded to
look more exact than its source. Printed periods ("Semester 1 2018", "by the end of 2016") become a
pair of days, the first and the last day on which the thing is due, by the conventions that the concepts
of ``scheme/period`` define.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class PartialDate:
    """A calendar date known to the year, the month or the day (XML Schema 1.1 part 2, 3.3)."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read ``2015``, ``2015-07`` or ``2015-07-17``; ValueError says what is impossible."""
        found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text)
        if not found:
            raise ValueError(f"'{text}' is no date: write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        try:
            date(year, month or 1, day or 1)
        except ValueError as error:
            raise ValueError(f"'{text}' is not in the calendar ({error})") from None
        return cls(year, month, day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def datatype(self) -> str:
        """Local name of the XML Schema datatype that says just as much."""
        if self.month is None:
            return "gYear"
        return "gYearMonth" if self.day is None else "date"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


@dataclass(frozen=True)
class Period:
    """The days that a printed due date allows. ``kind`` is a concept of ``scheme/period``.

    ``start`` is None where the wording only says by when ("by the end of 2016").
    """

    kind: str
    start: date | None
    end: date


_ORDINALS = {"1": 1, "2": 2, "3": 3, "4": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr, [*calendar.month_abbr[:9], "Sept"])
    for number, name in enumerate(names)
    if name
}
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_ORDINAL = r"(?P<nth>[1-4]|first|second|third|fourth)(?:st|nd|rd|th)?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"

# Order matters: the first pattern that fits the whole text decides.
_PATTERNS = [
    ("semester", rf"(?:semester|half)\s*{_ORDINAL}[\s,]*{_YEAR}"),
    ("semester", rf"{_ORDINAL}\s+(?:semester|half)\s*(?:of\s*)?{_YEAR}"),
    ("quarter", rf"(?:q|quarter)\s*{_ORDINAL}[\s,/]*{_YEAR}"),
    ("quarter", rf"{_ORDINAL}\s+quarter\s*(?:of\s*)?{_YEAR}"),
    ("by-end-of-year", rf"by\s+(?:the\s+)?end\s+of\s+(?:the\s+year\s+)?{_YEAR}"),
    ("end-of-year", rf"(?:at\s+)?(?:the\s+)?end\s+of\s+{_YEAR}"),
    ("mid-year", rf"(?:in\s+)?mid[\s-]+{_YEAR}"),
    ("during-year", rf"during\s+{_YEAR}"),
    ("year", rf"(?:in\s+)?{_YEAR}"),
    ("month", rf"(?:in\s+)?{_MONTH}\s*{_YEAR}"),
    ("day", rf"(?P<day>\d{{1,2}})\s+{_MONTH}\s+{_YEAR}"),
    ("day", rf"{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+{_YEAR}"),
]


def period(printed: str) -> Period | None:
    """The bounds of a printed due date, or None where the wording gives none.

    >>> period("Semester 1 2018").end.isoformat()
    '2018-06-30'
    >>> period("by the end of 2016").start is None
    True
    >>> period("Ongoing") is None
    True
    """
    text = " ".join(printed.split()).strip(" .").lower()
    span = re.fullmatch(r"(.+?)\s*[–—]\s*(.+)", text)
    if span:
        return _span(span.group(1), span.group(2))
    for kind, pattern in _PATTERNS:
        found = re.fullmatch(pattern, text)
        if found:
            return _bounds(kind, found)
    return None


def partial_date(printed: str) -> PartialDate | None:
    """The year, month or day that a printed date names, or None where it names none exactly.

    >>> str(partial_date("June 2018"))
    '2018-06'
    >>> partial_date("Semester 1 2018") is None
    True
    """
    try:
        return PartialDate.parse(printed.strip())
    except ValueError:
        found = period(printed)
    if found is None or found.start is None:
        return None
    parts = {"year": 1, "month": 2, "day": 3}.get(found.kind, 0)
    start = found.start
    return PartialDate(*(start.year, start.month, start.day)[:parts]) if parts else None


def _span(first: str, last: str) -> Period | None:
    start, end = period(first), period(last)
    if start is None or end is None or start.start is None or start.start > end.end:
        return None
    return Period("date-range", start.start, end.end)


def _bounds(kind: str, found: re.Match[str]) -> Period | None:
    parts = found.groupdict()
    year = int(parts["year"])
    if kind in ("semester", "quarter"):
        length = 6 if kind == "semester" else 3
        nth = _ORDINALS[parts["nth"]]
        if nth * length > 12:
            return None
        return Period(kind, date(year, (nth - 1) * length + 1, 1), _month_end(year, nth * length))
    if kind == "mid-year":
        return Period(kind, date(year, 6, 1), date(year, 7, 31))
    if kind == "month":
        month = _MONTHS[parts["month"]]
        return Period(kind, date(year, month, 1), _month_end(year, month))
    if kind == "day":
        return _day(year, _MONTHS[parts["month"]], int(parts["day"]))
    first_month = {"by-end-of-year": None, "end-of-year": 10}.get(kind, 1)
    return Period(kind, date(year, first_month, 1) if first_month else None, date(year, 12, 31))


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Period("day", found, found)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
