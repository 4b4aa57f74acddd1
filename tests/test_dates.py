"""Partial dates and printed periods."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogpgraph.dates import PartialDate, Period, period
from ogpgraph.vocabulary import Vocabulary

pytest_plugins = ["fixtures_three_plans"]

PARTIAL = [
    ("2015", PartialDate(2015), "gYear", date(2015, 1, 1), date(2015, 12, 31)),
    ("2015-07", PartialDate(2015, 7), "gYearMonth", date(2015, 7, 1), date(2015, 7, 31)),
    ("2015-02", PartialDate(2015, 2), "gYearMonth", date(2015, 2, 1), date(2015, 2, 28)),
    ("2016-02", PartialDate(2016, 2), "gYearMonth", date(2016, 2, 1), date(2016, 2, 29)),
    ("2015-07-17", PartialDate(2015, 7, 17), "date", date(2015, 7, 17), date(2015, 7, 17)),
    ("2016-02-29", PartialDate(2016, 2, 29), "date", date(2016, 2, 29), date(2016, 2, 29)),
]


@pytest.mark.parametrize(("text", "parsed", "datatype", "first", "last"), PARTIAL)
def test_a_partial_date_is_as_exact_as_its_text(
    text: str, parsed: PartialDate, datatype: str, first: date, last: date
) -> None:
    found = PartialDate.parse(text)
    assert found == parsed
    assert str(found) == text
    assert (found.datatype, found.first_day, found.last_day) == (datatype, first, last)


NO_DATE = [
    "",
    "15",
    "20155",
    "2015-7",
    "2015-07-1",
    "2015/07",
    "07-2015",
    "July 2015",
    " 2015",
    "2015 ",
    "-2015",
    "2015-",
    "2015-07-17T00:00:00",
    "２０１５",
    "٢٠١٥",
]
IMPOSSIBLE = {
    "2015-13": "month must be in 1..12",
    "2015-00": "month must be in 1..12",
    "2015-02-29": "day is out of range for month",
    "2015-04-31": "day is out of range for month",
    "2015-01-00": "day is out of range for month",
    "0000": "year 0 is out of range",
}


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_date_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        PartialDate.parse(text)
    assert str(refused.value) == f"'{text}' is no date: write YYYY, YYYY-MM or YYYY-MM-DD"


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_day_that_never_was_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        PartialDate.parse(text)
    # Python words the reason, and not in every version alike: the first words are enough.
    reason = IMPOSSIBLE[text]
    assert str(refused.value).startswith(f"'{text}' is not in the calendar ({reason[:5]}")


dates = st.dates(min_value=date(1000, 1, 1))
partial_dates = st.one_of(
    dates.map(lambda day: PartialDate(day.year)),
    dates.map(lambda day: PartialDate(day.year, day.month)),
    dates.map(lambda day: PartialDate(day.year, day.month, day.day)),
)


@given(partial_dates)
def test_text_and_date_are_one(found: PartialDate) -> None:
    assert PartialDate.parse(str(found)) == found


@given(partial_dates)
def test_a_date_holds_its_days_and_nothing_of_the_next(found: PartialDate) -> None:
    assert found.first_day <= found.last_day
    inside = [day.isoformat().startswith(str(found)) for day in (found.first_day, found.last_day)]
    assert inside == [True, True]
    after = date.fromordinal(min(found.last_day.toordinal() + 1, date.max.toordinal()))
    assert not after.isoformat().startswith(str(found)) or after == date.max


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        found = str(PartialDate.parse(text))
    except ValueError as refused:
        found = re.fullmatch(r"'(.*?)' is (?:no date|not in the calendar).*", str(refused), re.DOTALL)[1]
    assert found == text


# printed wording: kind, first day or None, last day
PERIODS = {
    "Semester 1 2018": ("semester", "2018-01-01", "2018-06-30"),
    "Semester 2 2018": ("semester", "2018-07-01", "2018-12-31"),
    "semester 2, 2018": ("semester", "2018-07-01", "2018-12-31"),
    "2nd semester of 2018": ("semester", "2018-07-01", "2018-12-31"),
    "first semester 2018": ("semester", "2018-01-01", "2018-06-30"),
    "first half of 2017": ("semester", "2017-01-01", "2017-06-30"),
    "Q1 2016": ("quarter", "2016-01-01", "2016-03-31"),
    "Q4/2016": ("quarter", "2016-10-01", "2016-12-31"),
    "Quarter 2 2016": ("quarter", "2016-04-01", "2016-06-30"),
    "third quarter of 2016": ("quarter", "2016-07-01", "2016-09-30"),
    "1st quarter 2016": ("quarter", "2016-01-01", "2016-03-31"),
    "by the end of 2016": ("by-end-of-year", None, "2016-12-31"),
    "By end of the year 2016": ("by-end-of-year", None, "2016-12-31"),
    "End of 2016": ("end-of-year", "2016-10-01", "2016-12-31"),
    "at the end of 2016": ("end-of-year", "2016-10-01", "2016-12-31"),
    "Mid-2016": ("mid-year", "2016-06-01", "2016-07-31"),
    "mid 2016": ("mid-year", "2016-06-01", "2016-07-31"),
    "During 2017": ("during-year", "2017-01-01", "2017-12-31"),
    "2017": ("year", "2017-01-01", "2017-12-31"),
    "in 2017": ("year", "2017-01-01", "2017-12-31"),
    "February 2016": ("month", "2016-02-01", "2016-02-29"),
    "Feb. 2017": ("month", "2017-02-01", "2017-02-28"),
    "Sept 2017": ("month", "2017-09-01", "2017-09-30"),
    "SEPTEMBER 2017": ("month", "2017-09-01", "2017-09-30"),
    "17 July 2015": ("day", "2015-07-17", "2015-07-17"),
    "July 17, 2015": ("day", "2015-07-17", "2015-07-17"),
    "July 17 2015": ("day", "2015-07-17", "2015-07-17"),
    "October 2014 – June 2016": ("date-range", "2014-10-01", "2016-06-30"),
    "2015–2017": ("date-range", "2015-01-01", "2017-12-31"),
    "2015 — 2017": ("date-range", "2015-01-01", "2017-12-31"),
    "Semester 1 2018 – Semester 2 2019": ("date-range", "2018-01-01", "2019-12-31"),
    "  Q1   2016. ": ("quarter", "2016-01-01", "2016-03-31"),
}
UNREADABLE = [
    "",
    "Ongoing",
    "Semester 3 2018",
    "Q5 2018",
    "31 February 2016",
    "February 30, 2016",
    "1 Foo 2016",
    "Semester 1",
    "2018 Semester 1 or later",
    "end of the plan",
    "1817",
    "2018 – 2016",
    "2018 – ?",
    "by the end of 2016 – 2017",
    "as of 2017",
    "06/2017",
]


@pytest.mark.parametrize("printed", PERIODS)
def test_a_printed_period_has_these_bounds(printed: str) -> None:
    kind, first, last = PERIODS[printed]
    assert period(printed) == Period(kind, date.fromisoformat(first) if first else None, date.fromisoformat(last))


@pytest.mark.parametrize("printed", UNREADABLE)
def test_a_wording_without_bounds_gives_none(printed: str) -> None:
    assert period(printed) is None


def test_every_kind_of_period_is_a_concept(vocabulary: Vocabulary) -> None:
    kinds = {kind for kind, _, _ in PERIODS.values()}
    assert {kind for kind in kinds if vocabulary.concept("period", kind) is None} == set()


@given(st.text(max_size=30))
def test_any_text_has_bounds_in_order_or_none(printed: str) -> None:
    found = period(printed)
    assert found is None or found.start is None or found.start <= found.end
