"""Dates as tables print them: day-first and month-first side by side, months, quarters, seasons, words.

A reading is certain only where no other is possible: "28/5/2014" has one, "04/07/2012" has two and
therefore no typed value, "31/9/2014" has none and is a problem.
"""

from __future__ import annotations

import re
from datetime import date

from ogpgraph.dates import PartialDate, Period, period
from ogpgraph.records import PrintedDate
from ogpgraph.vocabulary import Vocabulary, folded

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}
# Words that say that there is no date to be read; the printed text is all that there is.
_WORDS = {"unclear", "ongoing", "on going", "on-going", "continuous", "permanent", "various", "tbd", "multiple"}


def printed_date(printed: str, vocabulary: Vocabulary) -> PrintedDate | None:
    """What a printed date can be read as; None where it cannot be read at all."""
    reason = vocabulary.concept("absence", printed)
    if reason is not None:
        return PrintedDate(printed=printed, absence=reason.value.rpartition("/")[2])
    text = folded(printed).strip(" .")
    if text in _WORDS:
        return PrintedDate(printed=printed)
    for read in (_iso, _numeric, _month_and_year, _short_month, _wording):
        found = read(text, printed)
        if found is not None:
            return found
    return None


def _iso(text: str, printed: str) -> PrintedDate | None:
    try:
        return PrintedDate(printed=printed, value=str(PartialDate.parse(text.removesuffix(" 00:00:00"))))
    except ValueError:
        return None


def _numeric(text: str, printed: str) -> PrintedDate | None:
    found = re.fullmatch(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{1,2})\s*[/.-]\s*((?:19|20)[0-9]{2})", text)
    if not found:
        return None
    first, second, year = (int(part) for part in found.groups())
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    readings = sorted({reading.isoformat() for reading in (day_first, month_first) if reading})
    if not readings:
        return None
    if len(readings) == 1:
        return PrintedDate(printed=printed, value=readings[0])
    return PrintedDate(printed=printed, readings=tuple(readings), not_before=readings[0], not_after=readings[-1])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_and_year(text: str, printed: str) -> PrintedDate | None:
    """ "07/12" is July 2012; "11/12" is November 2012 or December 2011, and nobody can tell."""
    found = re.fullmatch(r"([0-9]{1,2})/([0-9]{2})", text)
    if not found:
        return None
    first, second = int(found.group(1)), int(found.group(2))
    read = {
        f"20{year:02d}-{month:02d}" for month, year in ((first, second), (second, first)) if _plausible(month, year)
    }
    readings = tuple(sorted(read))
    if not readings:
        return None
    if len(readings) == 1:
        return PrintedDate(printed=printed, value=readings[0])
    days = (PartialDate.parse(readings[0]).first_day, PartialDate.parse(readings[-1]).last_day)
    return PrintedDate(
        printed=printed, readings=readings, not_before=days[0].isoformat(), not_after=days[1].isoformat()
    )


def _plausible(month: int, year: int) -> bool:
    """Plans began in 2011, and a thing promised in one may have begun a little before."""
    return 1 <= month <= 12 and 8 <= year <= 40


def _short_month(text: str, printed: str) -> PrintedDate | None:
    """ "Jul-12", "July 2012": in OGP's files the second part of such a date is a year."""
    found = re.fullmatch(r"(?:([0-9]{1,2})[\s.-])?([a-z]{3})[a-z]*[\s.'-]+((?:19|20)?[0-9]{2})", text)
    if not found or found.group(2) not in _MONTHS:
        return None
    year, month = int(found.group(3)), _MONTHS[found.group(2)]
    year = year if year > 99 else 2000 + year
    if found.group(1) is None:
        return PrintedDate(printed=printed, value=f"{year:04d}-{month:02d}")
    day = _day(year, month, int(found.group(1)))
    return PrintedDate(printed=printed, value=day.isoformat()) if day else None


def _wording(text: str, printed: str) -> PrintedDate | None:
    text = re.sub(r"^quarter (iv|i{1,3})\b", lambda found: f"quarter {_ROMAN[found.group(1)]}", text)
    bounds = _season(text) or _years(text) or _two_months(text) or period(text)
    if bounds is None:
        return None
    if bounds.kind == "day" and bounds.start:
        return PrintedDate(printed=printed, value=bounds.start.isoformat())
    if bounds.kind == "month" and bounds.start:
        return PrintedDate(printed=printed, value=bounds.start.isoformat()[:7])
    start = bounds.start.isoformat() if bounds.start else None
    return PrintedDate(printed=printed, not_before=start, not_after=bounds.end.isoformat())


def _season(text: str) -> Period | None:
    found = re.fullmatch(rf"({'|'.join(_SEASONS)})\s+(?:of\s+)?((?:19|20)[0-9]{{2}})", text)
    if not found:
        return None
    first, last = _SEASONS[found.group(1)]
    year = int(found.group(2))
    return Period("season", date(year, first, 1), _month_end(year + (last < first), last))


def _years(text: str) -> Period | None:
    found = re.fullmatch(r"((?:19|20)[0-9]{2})\s*[-–/]\s*((?:19|20)[0-9]{2})", text)
    if not found or found.group(1) > found.group(2):
        return None
    return Period("year-range", date(int(found.group(1)), 1, 1), date(int(found.group(2)), 12, 31))


def _two_months(text: str) -> Period | None:
    found = re.fullmatch(r"([a-z]{3})[a-z]*\s*[/-]\s*([a-z]{3})[a-z]*\s+((?:19|20)[0-9]{2})", text)
    if not found or not {found.group(1), found.group(2)} <= _MONTHS.keys():
        return None
    first, last, year = _MONTHS[found.group(1)], _MONTHS[found.group(2)], int(found.group(3))
    return Period("date-range", date(year, first, 1), _month_end(year, last)) if first <= last else None


def _month_end(year: int, month: int) -> date:
    return PartialDate(year, month).last_day
