"""OGP's database files: every edition's header, every trap of its cells, on tables of invented members."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest

from ogpgraph.problems import Problem
from ogpgraph.read import canada_tracker, explorer, process_database, tag_tables
from ogpgraph.read.explorer_columns import Columns
from ogpgraph.read.institution_lists import split_institutions
from ogpgraph.read.member_names import member_code, member_names
from ogpgraph.read.printed_dates import printed_date
from ogpgraph.read.source_file import SourceFile
from ogpgraph.read.sources import read_file
from ogpgraph.read.summary import Summary
from ogpgraph.read.tables import cleaned
from ogpgraph.records import DatabaseRow, Plan, PrintedDate, ProcessRow, RowValue, SourceDocument, TagTable
from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import Vocabulary

VOCABULARY = Vocabulary()
REAL = PROJECT.parent / "shared" / "real" / "ogp"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="shared folder not there")

LIVE = {
    "Country": "Ruritania",
    "Action Plan Number": "1",
    "Theme": "Integrity",
    "Comm No": "3.1",
    "Comm Dummy": "1",
    "Commitment Title": "Publish the budget of the crown",
    "Short Title": "Budget",
    "Full Text": "The treasury will publish the budget.<br/>It will be &quot;open&quot;.",
    "Start Date": "28/5/2014",
    "End Date": "04/07/2015",
    "Lead Institution": "Ministry of Finance; Royal Archive",
    "Supporting Institution(s)": "None Specified",
    "Contact Name": "Rudolf Rassendyll",
    "Contact Email": "rudolf@example.org",
    "Fiscal Openness": "1",
    "Open Data": "0",
    "Sub-national": "1",
    "Specificity": "c. high",
    "_Specificity": "3",
    "GC-PubRes": "1",
    "GC-PubInt": "0",
    "Value -Info": "1",
    "Value -Part": "0",
    "Value -Acc": "1",
    "Value -Tech": "0",
    "_Relevant": "1",
    "Potential impact": "Moderate",
    "_Pot Impact Coded": "2",
    "Completion (progress report)": "c. Substantial",
    "_CompletionProgress": "4",
    "Starred (pre-June 2014 assessments)": "1",
    "Starred (2015 only)": "ND",
    "Starred (current formula) progress report": "NR",
    "Year of submission": "2014",
    "Completion (end of term)": "ND",
    "_CompletionEndTerm": "ND",
    "Did it open government (end of term only)": "b. None",
    "_OpenGovt": "1",
}
OLD = {  # the columns that only the edition of May 2015 has
    "000 Case No.": "176",
    "Action Plan No.": "1",
    "Country": "Ruritania",
    "Commitment Title": "1. Publish the budget of the crown",
    "Full Text": "The treasury will publish the budget.",
    "Lead institution (Responsible Instutitution)": "Ministry of Finance",
    "Supporting Institution": "None specified",
    "Budget Transparency": "1",
    "Email": "nobody@example.org",
    "Actual Completion": "Withdrawn",
    "_Actual Completion": "Withdrawn",
    "NewvPre-exist": "New",
    "Timebound?": "Supplementary Materials",
    "Start": "Jul-12",
    "End": "Quarter 3 2013",
    "On schedule": "behind schedule",
    "Starred": "1",
    "Next Steps": "New commitment building existing implementation",
}
CURRENT = {
    "URL": "https://www.opengovpartnership.org/members/ruritania/commitments/RU0007/",
    "Commitment Title": "Open the court registers",
    "OGP Value Access To Information": "Yes",
    "OGP Value Civic Participation": "no",
    "Completion (Progress Report)": "Limited",
    "Did It Open Government (Overall)": "Major",
    "Commitment Unique Identifier": "ru0007",
    "Country/Locality": "Ruritania",
    "National Or Local": "National",
    "Year Of Submission": "2021",
    "Anti-Corruption and Integrity": "1",
}


def table(rows: Iterable[dict[str, str]], before: Iterable[list[str]] = (), after: Iterable[list[str]] = ()) -> bytes:
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([*before, names, *([row.get(n, "") for n in names] for row in rows), *after])
    return lines.getvalue().encode("utf-8-sig")


def live(*rows: dict[str, str]) -> bytes:
    return table([{**LIVE, **row} for row in rows], before=[[str(i) for i in range(len(LIVE))]])


def file(raw: bytes, name: str = "any-name.txt") -> SourceFile:
    return SourceFile(Path(name), name, raw)


def read(raw: bytes, reader=explorer) -> tuple[list[DatabaseRow], list[Problem]]:
    assert reader.fits(file(raw))
    found = list(reader.read(file(raw), VOCABULARY))
    rows = [record for record in found if not isinstance(record, Problem | SourceDocument)]
    return rows, [problem for problem in found if isinstance(problem, Problem)]


def but_for_the_country(problems: list[Problem]) -> list[Problem]:
    """The problems, without the one that Ruritania is no member."""
    return [problem for problem in problems if problem.rule != "member-not-known"]


def one(raw: bytes) -> DatabaseRow:
    (row,), _ = read(raw)
    return row


def value(row: DatabaseRow, variable: str, phase: str = "midterm", rule: str | None = None) -> RowValue:
    (found,) = [v for v in row.values if (v.variable, v.phase, v.rule) == (variable, phase, rule)]
    return found


def test_a_live_row_is_read_field_by_field() -> None:
    row = one(live({}))
    assert (row.edition, row.row, row.country, row.member) == ("2016-live", 3, "Ruritania", None)
    assert (row.plan_number, row.year, row.number, row.theme) == ("1", "2014", "3.1", "Integrity")
    assert row.text == 'The treasury will publish the budget.\nIt will be "open".'
    assert (row.title_language, row.text_language) == ("en", "en")
    assert row.lead_institutions == ("Ministry of Finance", "Royal Archive")
    assert row.lead_text == "Ministry of Finance; Royal Archive"
    assert row.support_institutions == ()
    assert row.absent["supportInstitution"] == "not-stated"
    assert row.as_shown["supportInstitution"] == "None Specified"
    assert row.policy_areas == ("fiscal-openness", "subnational")
    assert row.grand_challenges == ("public-resources",)
    assert row.start == PrintedDate(printed="28/5/2014", value="2014-05-28")
    assert row.end is not None
    assert (row.end.value, row.end.readings) == (None, ("2015-04-07", "2015-07-04"))


def test_coded_variables_become_concepts_and_absences_keep_their_reason() -> None:
    row = one(live({}))
    assert value(row, "completion").values == ("completion/substantial",)
    assert value(row, "completion").printed == "c. Substantial"
    assert value(row, "completion", "end-of-term").absence == "variable-did-not-exist"
    assert value(row, "earlyResults", "end-of-term").values == ("early-results/did-not-change",)
    assert value(row, "starred", rule="pre-june-2014").values == ("star/yes",)
    assert value(row, "starred", rule="2015-only").absence == "variable-did-not-exist"
    assert value(row, "starred", rule="current").absence == "not-reviewed"
    relevant = [v.values for v in row.values if v.variable == "relevance"]
    assert relevant == [("ogp-value/access-to-information", "ogp-value/public-accountability"), ("relevance/clear",)]


def test_contact_columns_are_never_read() -> None:
    rows, _ = read(live({}))
    assert "assendyll" not in rows[0].model_dump_json()
    assert "example.org" not in rows[0].model_dump_json()
    old, _ = read(table([OLD]))
    assert "example.org" not in old[0].model_dump_json()


def test_columns_are_found_by_name_in_any_order_and_any_form() -> None:
    shuffled = dict(reversed(LIVE.items()))
    assert one(table([shuffled])).model_copy(update={"row": 0, "source": "x"}) != one(live({}))
    assert one(table([shuffled])).values
    for delimiter in ";\t":
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=delimiter).writerows([list(LIVE), list(LIVE.values())])
        assert one(lines.getvalue().encode()).number == "3.1"


def test_a_workbook_is_read_like_a_csv_file() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from datetime import datetime

    book = openpyxl.Workbook()
    book.active.append(list(LIVE))
    cells = {**LIVE, "Action Plan Number": 1, "Start Date": datetime(2014, 5, 28), "Year of submission": 2014.0}
    book.active.append(list(cells.values()))
    raw = io.BytesIO()
    book.save(raw)
    row = one(raw.getvalue())
    assert (row.plan_number, row.year, row.start and row.start.value) == ("1", "2014", "2014-05-28")


def test_a_damaged_workbook_is_a_problem() -> None:
    assert not explorer.fits(file(b"PK\x03\x04xl/ nothing else"))
    problems = list(explorer.read(file(b"PK\x03\x04xl/ nothing else"), VOCABULARY))
    assert [p.rule for p in problems if isinstance(p, Problem)] == ["table-damaged"]


def test_the_edition_of_may_2015_has_its_own_columns_and_its_own_code_book() -> None:
    totals = ["", "", "", "", "", "", "Sum", "75"]
    rows, problems = read(table([OLD], before=[["", "Public Integrity Measures"]], after=[totals]))
    (row,) = rows
    assert (row.edition, row.case_number, row.number, row.year) == ("2015-05", "176", None, None)
    assert value(row, "completion").values == ("completion/withdrawn",)
    assert value(row, "recommends").values == ("recommendation/new-commitment-building",)
    assert value(row, "timeBound").values == ("time-bound/supplementary-materials",)
    assert value(row, "onSchedule").values == ("on-schedule/behind",)
    assert value(row, "starred", rule="pre-june-2014").values == ("star/yes",)
    assert row.start == PrintedDate(printed="Jul-12", value="2012-07")
    assert row.end is not None
    assert (row.end.not_before, row.end.not_after) == ("2013-07-01", "2013-09-30")
    assert but_for_the_country(problems) == []


@pytest.mark.parametrize(
    ("edition", "names", "code", "slug"),
    [
        ("2015-05", {"000 Case No.": "1"}, "2", "limited"),
        ("2016-export", {"Comm No": "1"}, "2", "not-started"),
    ],
)
def test_one_integer_means_what_its_edition_says(edition: str, names: dict[str, str], code: str, slug: str) -> None:
    row = one(table([{"Country": "Ruritania", "Commitment Title": "T", **names, "_Actual Completion": code}]))
    assert row.edition == edition
    assert value(row, "completion").values == (f"completion/{slug}",)


def test_the_word_is_taken_where_the_code_disagrees_and_the_cell_is_named() -> None:
    rows, problems = read(live({"Specificity": "None", "_Specificity": "1"}))
    assert value(rows[0], "specificity").values == ("specificity/none",)
    (problem,) = but_for_the_country(problems)
    assert (problem.rule, problem.line, problem.column, problem.value) == ("code-disagrees", 3, "_Specificity", "1")


def test_a_code_that_stands_for_two_words_agrees_with_both() -> None:
    for word in ("None", "Unclear"):
        _, problems = read(live({"Potential impact": word, "_Pot Impact Coded": "0"}))
        assert but_for_the_country(problems) == []


def test_what_cannot_be_read_is_told_with_row_and_column_and_the_row_stays() -> None:
    rows, problems = read(
        live(
            {},
            {"Specificity": "#NAME?", "Open Data": "maybe", "End Date": "31/9/2014", "Potential impact": "Vast"},
            {"Country": "", "Year of submission": "soon"},
        )
    )
    assert len(rows) == 3
    told = {(p.rule, p.line, p.column, p.value) for p in but_for_the_country(problems)}
    assert told == {
        ("spreadsheet-error", 4, "Specificity", "#NAME?"),
        ("flag-not-read", 4, "Open Data", "maybe"),
        ("date-not-read", 4, "End Date", "31/9/2014"),
        ("value-not-read", 4, "Potential impact", "Vast"),
        ("member-missing", 5, "Country", ""),
        ("year-not-read", 5, "Year of submission", "soon"),
    }
    assert rows[1].end == PrintedDate(printed="31/9/2014")


def test_the_current_database_brings_ogp_ids() -> None:
    row = one(table([CURRENT]))
    assert (row.edition, row.id, row.member, row.year) == ("current", "RU0007", "RU", "2021")
    assert value(row, "completion").values == ("completion/limited",)
    assert value(row, "relevance").values == ("ogp-value/access-to-information",)
    assert row.policy_areas == ("anti-corruption-and-integrity",)
    assert row.url == CURRENT["URL"]


def test_an_unknown_column_is_told_once() -> None:
    _, problems = read(table([{**LIVE, "Royal Seal": "yes"}, {**LIVE, "Royal Seal": "no"}]))
    assert [(p.rule, p.column) for p in problems if p.rule.startswith("column")] == [("column-not-known", "Royal Seal")]


@pytest.mark.parametrize(
    ("printed", "certain", "readings", "bounds"),
    [
        ("04/07/2012", None, ("2012-04-07", "2012-07-04"), ("2012-04-07", "2012-07-04")),
        ("28/5/2014", "2014-05-28", (), (None, None)),
        ("09/30/2013", "2013-09-30", (), (None, None)),
        ("04/04/2013", "2013-04-04", (), (None, None)),
        ("07/12", "2012-07", (), (None, None)),
        ("11/12", None, ("2011-12", "2012-11"), ("2011-12-01", "2012-11-30")),
        ("Jul-12", "2012-07", (), (None, None)),
        ("13-Feb-11", "2011-02-13", (), (None, None)),
        ("2014", "2014", (), (None, None)),
        ("Quarter 3 2013", None, (), ("2013-07-01", "2013-09-30")),
        ("Quarter IV, 2012", None, (), ("2012-10-01", "2012-12-31")),
        ("Spring 2014", None, (), ("2014-03-01", "2014-05-31")),
        ("Winter 2014", None, (), ("2014-12-01", "2015-02-28")),
        ("September/December 2011", None, (), ("2011-09-01", "2011-12-31")),
        ("2012-2013", None, (), ("2012-01-01", "2013-12-31")),
        ("Ongoing", None, (), (None, None)),
        ("Unclear", None, (), (None, None)),
    ],
)
def test_dates_have_a_value_only_where_one_reading_is_certain(
    printed: str, certain: str | None, readings: tuple[str, ...], bounds: tuple[str | None, str | None]
) -> None:
    found = printed_date(printed, VOCABULARY)
    assert found is not None
    assert (found.value, found.readings, (found.not_before, found.not_after)) == (certain, readings, bounds)


@pytest.mark.parametrize("printed", ["31/9/2014", "2/29/2014", "Before the king came", "13/13"])
def test_a_date_that_is_none_is_not_read(printed: str) -> None:
    assert printed_date(printed, VOCABULARY) is None


@pytest.mark.parametrize(
    ("printed", "bodies"),
    [
        ("Ministry of Finance; Ministry of Justice", ("Ministry of Finance", "Ministry of Justice")),
        ("Ministry of Education, Science and Culture", ("Ministry of Education, Science and Culture",)),
        ("Ministry of Justice, Ministry of Finance, TBS", ("Ministry of Justice", "Ministry of Finance", "TBS")),
        (
            "Agency for Digitisation (AFD), Ministry of Justice",
            ("Agency for Digitisation (AFD)", "Ministry of Justice"),
        ),
        ("Royal Archive\nRoyal Mint", ("Royal Archive", "Royal Mint")),
        ("• Treasury • Cabinet Office", ("Treasury", "Cabinet Office")),
        ("Treasury; treasury.; Treasury", ("Treasury", "treasury")),
        ("...", ()),
    ],
)
def test_lists_of_institutions_are_split_where_the_text_shows_where(printed: str, bodies: tuple[str, ...]) -> None:
    assert split_institutions(printed) == bodies


def test_cells_are_cleaned() -> None:
    assert cleaned("a<br/>b<BR>c &amp;amp; d\xa0e  f") == "a\nb\nc & d e f"
    assert cleaned("5 < 6 and x > y") == "5 < 6 and x > y"
    assert cleaned("bell\x07") == "bell"


def test_member_names_are_the_members_of_the_data_and_each_name_means_one() -> None:
    assert [member_code(name) for name in ("UK", "USA", "Macedonia", "Turkey", "South Korea")] == [
        "UK",
        "US",
        "MK",
        "TR",
        "KR",
    ]
    with (PROJECT / "data" / "members.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] == "national":
                assert member_code(row["name"]) == row["code"]
    names = [name.casefold() for m in member_names().values() for name in (m.name, *m.other_names)]
    assert len(names) == len(set(names))


def test_columns_know_no_variable_twice() -> None:
    columns = Columns.of([*LIVE, "Action Plan No."], VOCABULARY)
    assert [columns.names[p] for p in columns.repeated] == ["Action Plan No."]
    assert columns.unknown == []


PROCESS = {
    "Country name": "Ruritania",
    "Action Plan Number": "1",
    "Year AP Submitted": "2014",
    "Step 1: Timeline and process: Prior availability": "No",
    "_Timelineavailability": "0",
    "Step 2: Advance notice": "NR",
    "IAP2 level during development": "Involve",
}


def test_process_rows_keep_question_and_answer() -> None:
    names = list(PROCESS)
    raw = table([PROCESS], before=[[str(i) for i in range(len(names))], ["", "", "", "Step 1"]], after=[[], names])
    (row,), problems = read(raw, process_database)
    assert isinstance(row, ProcessRow)
    assert (row.edition, row.plan_number, row.year, row.row) == ("process-2016", "1", "2014", 4)
    assert row.answers["Step 1: Timeline and process: Prior availability"] == "No"
    assert row.absent == {"Step 2: Advance notice": "not-reviewed"}
    assert not any(name.startswith("_") for name in row.answers)
    assert [p.rule for p in problems] == ["member-not-known"]


def test_a_process_table_without_plans_is_the_edition_of_2015() -> None:
    raw = table([{"Country name": "France", "Timeline and process: Prior availability": "No", "Advance notice": "Yes"}])
    (row,), _ = read(raw, process_database)
    assert isinstance(row, ProcessRow)
    assert (row.edition, row.member, row.plan_number) == ("process-2015", "FR", None)


def test_a_table_of_tags_is_kept_and_tied_to_nothing() -> None:
    tags = ("Asset disclosure", "Citizen Budgets", "Social Audits", "E-petitions", "E-government", "Royal Pardons")
    raw = table([dict.fromkeys(tags, "0") | {"E-petitions": "1"}, dict.fromkeys(tags, "0") | {"Social Audits": "m"}])
    (record,), problems = read(raw, tag_tables)
    assert isinstance(record, TagTable)
    assert record.rows == (("e-petitions",), ())
    assert [p.rule for p in problems] == ["column-not-known", "flag-not-read", "rows-without-key"]


def test_the_tracker_makes_plans_with_commitments_and_milestones() -> None:
    def line(field: str, code: str, english: str, due: str = "") -> dict[str, str]:
        return {"table": "nap5", "field": field, "code": code, "label_en": english, "label_fr": "fr", "due_date": due}

    rows = [line("commitments", "C01", "Open the mint"), line("milestones", "C01.2", "Count coins")]
    rows += [line("indicators", "C01.2.1", "Coins counted", "2023-06"), line("milestones", "C09.1", "Of nothing")]
    (plan,), problems = read(table(rows), canada_tracker)
    assert isinstance(plan, Plan)
    assert (plan.plan, plan.commitments[0].id, plan.commitments[0].number[0].value) == ("CA-2022", "CA-2022/1", "1")
    assert [m.number for m in plan.commitments[0].milestones] == ["1.2", "1.2.1"]
    assert plan.commitments[0].milestones[1].due[0].value == "2023-06"
    assert [p.rule for p in problems] == ["parent-missing"]


def test_readers_are_chosen_by_content(tmp_path: Path) -> None:
    for name, raw, kind in (
        ("a.txt", live({}), DatabaseRow),
        ("b.dat", table([PROCESS]), ProcessRow),
    ):
        (tmp_path / name).write_bytes(raw)
        assert any(isinstance(found, kind) for found in read_file(tmp_path / name, VOCABULARY))


@pytest.mark.parametrize("cut", [1, 40, 300, 700, 1200])
def test_a_table_cut_anywhere_never_crashes(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes(live({}, {})[:cut])
    assert list(read_file(path, VOCABULARY))


def test_the_summary_counts_by_member_and_by_variable() -> None:
    rows, problems = read(live({}, {"Country": "UK"}))
    lines = Summary.of(rows).lines(problems)
    assert lines[0] == "rows: 2 of 2 members and 2 plans"
    assert "  UK: 1, plans 1" in lines
    assert "  completion midterm: 2 / 0" in lines
    assert "  completion end-of-term: 0 / 2" in lines


@needs_real
def test_the_real_live_file_is_read_whole() -> None:
    (path,) = (REAL / "vizzuality-ogp").glob("*latest_data_ogpirm_live_data.csv")
    found = list(read_file(path, VOCABULARY))
    rows = [record for record in found if isinstance(record, DatabaseRow)]
    assert len(rows) == 1927
    assert len({row.member for row in rows}) == 61
    assert None not in {row.member for row in rows}
    assert len({(row.member, row.plan_number) for row in rows}) == 100
    assert {p.rule for p in found if isinstance(p, Problem)} == {"code-disagrees", "date-not-read"}


@needs_real
def test_every_real_table_has_a_reader() -> None:
    for path in sorted(REAL.rglob("*.csv")):
        assert any(
            reader.READER.fits(file(path.read_bytes()))
            for reader in (explorer, process_database, tag_tables, canada_tracker)
        ), path
