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
        found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text)
        if not found:
            raise ValueError(f"'{text}' is no date: write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        try:
            date(year, 1 if month is None else month, 1 if day is None else day)
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


_ORDINALS = {
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "premier": 1,
    "première": 1,
    "deuxième": 2,
    "troisième": 3,
    "quatrième": 4,
    "primer": 1,
    "primero": 1,
    "segundo": 2,
    "tercer": 3,
    "tercero": 3,
    "cuarto": 4,
    "second semestre": 2,
}
_FRENCH_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_SPANISH_MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
_MONTHS = {
    name.lower(): number
    for names in (
        calendar.month_name,
        calendar.month_abbr,
        [*calendar.month_abbr[:9], "Sept"],
        ["", *_FRENCH_MONTHS],
        ["", *_SPANISH_MONTHS],
    )
    for number, name in enumerate(names)
    if name
} | {
    "fevrier": 2,
    "aout": 8,
    "decembre": 12,
    "setiembre": 9,
    "janv": 1,
    "févr": 2,
    "déc": 12,
    "ene": 1,
    "abr": 4,
    "ago": 8,
    "dic": 12,
}
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_SUFFIX = r"(?:st|nd|rd|th|er|ère|re|ème|e|o|º|°)?"
_ORDINAL = (
    r"(?P<nth>[1-4]|first|second|third|fourth|premier|première|deuxième|troisième|quatrième|primero?|segundo|tercero?"
    rf"|cuarto){_SUFFIX}"
)
_ROMAN = r"(?P<nth>iv|i{1,3}|[1-4])"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_HALF = r"(?:semester|half(?:[\s-]year)?|semestre)"
_QUARTER = r"(?:quarter|trimestre)"
_OF = r"(?:\s*,?\s*(?:of|de|del|du|d['’])?\s*|/|[\s-]+)"
_IN = r"(?:in\s+|en\s+|au\s+|dès\s+|el\s+|le\s+|the\s+|in\s+the\s+|during\s+the\s+)?"
_BY = (
    r"(?:by|before|until|no\s+later\s+than|not\s+later\s+than|avant|d['’]ici|jusqu['’]\S{1,3}|antes\s+de|hasta|para)\s+"
)
_END = r"(?:the\s+|la\s+|el\s+|à\s+la\s+)?(?:end\s+of|fin\s+de|fin|final(?:es)?\s+de|finales\s+del?)\s+"
_YEAR_WORD = r"(?:the\s+year\s+|l['’]année\s+|año\s+)?"

# Order matters: the first pattern that fits the whole text decides.
_PATTERNS = [
    ("semester", rf"{_IN}{_HALF}\s*{_ROMAN}{_OF}{_YEAR}"),
    ("semester", rf"{_IN}(?:h|s){_ROMAN}[\s,/-]*{_YEAR}"),
    ("semester", rf"{_IN}{_ORDINAL}\s+{_HALF}{_OF}{_YEAR}"),
    ("quarter", rf"{_IN}(?:q|t|{_QUARTER})\s*{_ROMAN}{_OF}{_YEAR}"),
    ("quarter", rf"{_IN}{_ORDINAL}\s+{_QUARTER}{_OF}{_YEAR}"),
    ("by-end-of-year", rf"{_BY}{_END}{_YEAR_WORD}{_YEAR}"),
    ("end-of-year", rf"(?:at\s+|à\s+|a\s+)?{_END}{_YEAR_WORD}{_YEAR}"),
    ("by-end-of-month", rf"{_BY}(?:{_END})?{_MONTH}{_OF}{_YEAR}"),
    ("by-day", rf"{_BY}(?P<day>\d{{1,2}}){_SUFFIX}\s+(?:de\s+)?{_MONTH}{_OF}{_YEAR}"),
    ("by-day", rf"{_BY}{_MONTH}\s+(?P<day>\d{{1,2}}){_SUFFIX},?\s+{_YEAR}"),
    ("mid-year", rf"(?:by\s+)?{_IN}(?:mid|mi)[\s-]+{_YEAR}"),
    ("mid-year", rf"(?:a\s+)?mediados\s+de\s+{_YEAR}"),
    ("during-year", rf"(?:during|throughout|courant|durante|pendant)\s+{_YEAR_WORD}{_YEAR}"),
    ("year", rf"{_IN}{_YEAR}"),
    ("month", rf"{_IN}{_MONTH}{_OF}{_YEAR}"),
    ("day", rf"{_IN}(?:on\s+)?(?P<day>\d{{1,2}}){_SUFFIX}\s+(?:of\s+|de\s+)?{_MONTH}{_OF}{_YEAR}"),
    ("day", rf"(?:on\s+)?{_MONTH}\s+(?P<day>\d{{1,2}}){_SUFFIX},?\s+{_YEAR}"),
    ("iso-day", rf"{_YEAR}-(?P<month_number>\d{{2}})-(?P<day>\d{{2}})"),
]
_COMPILED = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS]
_UNNAMED = [(kind, re.sub(r"\(\?P<\w+>", "(?:", pattern)) for kind, pattern in _PATTERNS]
_ANY = "|".join(pattern for _, pattern in _UNNAMED)
_SPAN = (
    rf"(?:from\s+|between\s+|de\s+|du\s+|desde\s+)?(?:{_ANY})\s*(?:[–—-]|\bto\b|\buntil\b|\band\b|\bà\b|\bau\b"
    rf"|\ba\b|\bhasta\b)\s*(?:{_ANY})"
)
# Where a wording may begin inside a text; each start is tried once, so the search stays linear.
_WORDING = re.compile(rf"(?<![\w/.-])(?:{_SPAN}|{_ANY})(?![\w/-]|\.\d)", re.IGNORECASE)
_SPLIT_SPAN = re.compile(
    r"\s*[–—]\s*|\s+-\s+|(?<=\d)-(?=[^\W\d])|(?<=\d{4})-(?=\d{4}$)|\s+(?:to|until|and|à|au|a|hasta)\s+"
)


def wordings(text: str) -> list[tuple[int, int]]:
    """Where due dates stand inside a text: the first and last offset of each wording with bounds."""
    return [found.span() for found in _WORDING.finditer(text) if period(found[0]) is not None]


def period(printed: str) -> Period | None:
    """The bounds of a printed due date, or None where the wording gives none.

    >>> period("Semester 1 2018").end.isoformat()
    '2018-06-30'
    >>> period("by the end of 2016").start is None
    True
    >>> period("Ongoing") is None
    True
    """
    text = " ".join(printed.split()).strip(" .;,").lower()
    for kind, pattern in _COMPILED:
        found = pattern.fullmatch(text)
        if found:
            return _bounds(kind, found)
    for mark in _SPLIT_SPAN.finditer(text):
        first = re.sub(r"^(?:from|between|de|du|desde)\s+", "", text[: mark.start()])
        span = _span(first, text[mark.end() :])
        if span is not None:
            return span
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
    start, end = _single(first), _single(last)
    if start is None or end is None:
        year = re.search(_YEAR, last)
        start = _single(f"{first} {year[0]}") if year and end is not None else None
    if start is None or end is None or start.start is None or start.start > end.end:
        return None
    return Period("date-range", start.start, end.end)


def _single(text: str) -> Period | None:
    for kind, pattern in _COMPILED:
        found = pattern.fullmatch(text)
        if found:
            return _bounds(kind, found)
    return None


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
    if kind in ("month", "by-end-of-month"):
        month = _MONTHS[parts["month"]]
        first = date(year, month, 1) if kind == "month" else None
        return Period("month" if first else "by-date", first, _month_end(year, month))
    if kind in ("day", "iso-day", "by-day"):
        month = int(parts["month_number"]) if kind == "iso-day" else _MONTHS[parts["month"]]
        return _day(year, month, int(parts["day"]), only_by=kind == "by-day")
    first_month = {"by-end-of-year": None, "end-of-year": 10}.get(kind, 1)
    return Period(kind, date(year, first_month, 1) if first_month else None, date(year, 12, 31))


def _day(year: int, month: int, day: int, only_by: bool = False) -> Period | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Period("by-date", None, found) if only_by else Period("day", found, found)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
