"""Rows of OGP's databases from file to release: IRIs, editions, identity, dates, stars, what is not read."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad
from test_explorer import LIVE, OLD, PROCESS, REAL, live, needs_real, table

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.build import build
from ogpgraph.lift import lift
from ogpgraph.lift.newcomers import provisional_code
from ogpgraph.lift.row_identity import bare_title, titles_agree
from ogpgraph.load import open_release
from ogpgraph.read.sources import read_sources
from ogpgraph.release import unaccounted
from ogpgraph.settings import PROJECT
from ogpgraph.star_rules import Ratings, is_starred
from ogpgraph.vocabulary import OGP, Vocabulary

VOCABULARY = Vocabulary()
RURITANIA = provisional_code("Ruritania")


def rows_of(*raws: bytes, folder: Path) -> list[r.Record]:
    paths = []
    for number, raw in enumerate(raws):
        paths.append(folder / f"table-{number}.csv")
        paths[-1].write_bytes(raw)
    return read_sources(paths, VOCABULARY)[0]


def lifted(records: list[r.Record]) -> set[Quad]:
    return lift(r.Collection(records), VOCABULARY)


def commitments(quads: set[Quad], graph: object = None) -> set[str]:
    wanted = graph or DefaultGraph()
    kind = OGP.Commitment
    found = {q.subject.value for q in quads if q.object == kind and q.graph_name == wanted}
    return {iri.partition("/id/commitment/")[2] for iri in found}


def values(quads: set[Quad], path: str, name: str) -> list[str]:
    node, variable = iris.entity(path), OGP[name]
    return sorted(
        q.object.value for q in quads if (q.subject, q.predicate, q.graph_name) == (node, variable, DefaultGraph())
    )


EXPORT = {name: text for name, text in LIVE.items() if "(end of term" not in name and "progress" not in name.lower()}
EXPORT |= {"Actual Completion": "b. Limited", "_Actual Completion": "3", "Year of submission": ""}


def test_a_row_is_named_by_member_plan_and_number(tmp_path: Path) -> None:
    quads = lifted(rows_of(live({}, {"Comm No": "1:A"}, {"Comm No": "6(B)", "Country": "UK"}), folder=tmp_path))
    assert commitments(quads) == {f"{RURITANIA}-2014/3.1", f"{RURITANIA}-2014/1-A", "UK-2014/6-B"}
    assert values(quads, f"commitment/{RURITANIA}-2014/1-A", "planNumber") == ["1:A"]


def test_doubled_keys_are_told_apart_by_title_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = [{"Commitment Title": title} for title in ("Open the mint", "Close the mint", "Move the mint")]
    rows += [
        {"Comm No": "NA", "Commitment Title": "Same"},
        {"Comm No": "NA", "Commitment Title": "Same", "Short Title": "B"},
    ]
    one, other = (commitments(lifted(rows_of(live(*order), folder=tmp_path))) for order in (rows, rows[::-1]))
    assert one == other
    assert len(one) == 5
    assert sum(path.startswith(f"{RURITANIA}-2014/3.1~") for path in one) == 3
    assert sum("/unnumbered~" in path for path in one) == 2


def test_identical_rows_are_all_kept(tmp_path: Path) -> None:
    assert len(commitments(lifted(rows_of(live({}, {}, {}), folder=tmp_path)))) == 3


def test_editions_of_one_commitment_share_a_node_and_show_where_they_differ(tmp_path: Path) -> None:
    records = rows_of(live({}), table([EXPORT]), table([OLD]), folder=tmp_path)
    quads = lifted(records)
    path = f"{RURITANIA}-2014/3.1"
    assert commitments(quads) == {path}
    for source in {record.source for record in records if isinstance(record, r.DatabaseRow)}:
        assert commitments(quads, iris.source_graph(source)) == {path}
    completion = [v.rpartition("/")[2] for v in values(quads, f"assessment/{path}/midterm", "completion")]
    assert completion == ["substantial"]
    conflict = f"conflict/{path}/midterm/completion"
    assert [v.rpartition("/")[2] for v in values(quads, conflict, "rule")] == ["newest-edition-wins"]
    # the older editions know the month that the newest leaves in doubt, and what the IRM advised
    assert [v.rpartition("/")[2] for v in values(quads, f"assessment/{path}/midterm", "recommends")] == [
        "new-commitment-building"
    ]


def test_an_older_row_with_another_title_is_another_commitment(tmp_path: Path) -> None:
    other = {**EXPORT, "Commitment Title": "Build a bridge to Graustark"}
    found = commitments(lifted(rows_of(live({}), table([other]), folder=tmp_path)))
    assert len(found) == 2
    assert f"{RURITANIA}-2014/3.1" in found


def test_a_plan_without_a_known_year_is_not_invented(tmp_path: Path) -> None:
    quads = lifted(rows_of(table([EXPORT]), folder=tmp_path))
    assert commitments(quads) == {f"{RURITANIA}-plan1/3.1"}
    assert values(quads, f"commitment/{RURITANIA}-plan1/3.1", "inPlan") == []
    dated = lifted(rows_of(table([EXPORT]), table([PROCESS]), folder=tmp_path))
    assert commitments(dated) == {f"{RURITANIA}-2014/3.1"}


def test_dates_that_cannot_be_told_apart_keep_both_readings_and_no_value(tmp_path: Path) -> None:
    quads = lifted(rows_of(live({}), folder=tmp_path))
    path = f"commitment/{RURITANIA}-2014/3.1"
    assert values(quads, path, "startDate") == ["2014-05-28"]
    assert values(quads, path, "endDate") == []
    assert values(quads, path, "endDateReading") == ["2015-04-07", "2015-07-04"]
    assert values(quads, path, "endDateText") == ["04/07/2015"]


def test_dates_that_contradict_one_another_stay_with_their_source(tmp_path: Path) -> None:
    quads = lifted(rows_of(live({"Start Date": "2016", "End Date": "2014"}), folder=tmp_path))
    path = f"commitment/{RURITANIA}-2014/3.1"
    assert values(quads, path, "startDate") == values(quads, path, "endDate") == []
    assert any(q.predicate == OGP.endDate for q in quads)


def test_stars_stand_with_their_rule(tmp_path: Path) -> None:
    quads = lifted(rows_of(live({"Starred (2015 only)": "0"}), folder=tmp_path))
    base = f"assessment/{RURITANIA}-2014/3.1/midterm"
    for rule, star in (("pre-june-2014", "yes"), ("2015-only", "no")):
        assert values(quads, f"{base}-star-{rule}", "starred")[0].endswith(f"/star/{star}")
        assert values(quads, f"{base}-star-{rule}", "starRule")[0].endswith(f"/star-rule/{rule}")
    assert values(quads, base, "starred") == []


def test_members_plans_and_institutions_are_made_from_the_rows_alone(tmp_path: Path) -> None:
    quads = lifted(rows_of(live({"Country": "Macedonia"}), folder=tmp_path))
    default = {q.triple for q in quads if q.graph_name == DefaultGraph()}
    labels = {
        t.subject.value.partition("/id/")[2]: t.object.value for t in default if t.predicate.value.endswith("#label")
    }
    assert labels["member/MK"] == "North Macedonia"
    assert labels["plan/MK-2014"] == "North Macedonia: action plan of 2014"
    assert labels["institution/mk/royal-archive"] == "Royal Archive"
    assert unaccounted(quads) == []


def test_a_row_and_an_ogp_id_are_one_only_where_plan_number_and_title_agree(tmp_path: Path) -> None:
    source = r.SourceDocument(key="kept", kind="curated-table", url="https://example.org/")
    plan = {"plan": "MK-2014", "member": "MK", "cycle": "2014", "ordinal": 1, "source": "kept", "title": "Plan"}
    plan["commitments"] = [
        {"id": "MK0001", "number": "3.1", "title": "3.1 Publish the budget of the Crown."},
        {"id": "MK0002", "number": "3.2", "title": "Publish the budget of the crown"},
        {"id": "MK0003", "number": "3.1", "title": "Sell the crown"},
    ]
    records = rows_of(live({"Country": "Macedonia"}), folder=tmp_path)
    quads = lifted([source, r.with_sources(r.Plan.model_validate(plan)), *records])
    same = {
        (q.subject.value[-11:], q.object.value[-6:], str(q.graph_name)[-13:-1])
        for q in quads
        if q.predicate == OGP.sameCommitment
    }
    assert ("MK-2014/3.1", "MK0001", "row-identity") in same
    assert len({pair[:2] for pair in same}) == 2  # and the other way round


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("10. The regulation on ethics", "The Regulation on ethics.", True),
        ("Commitment 15: open the mint", "Open the mint", True),
        ("Open data portal", "Open data portals", True),
        ("Open the mint", "Close the mint", False),
        ("", "", False),
    ],
)
def test_titles_agree_but_for_numbers_and_spelling(one: str, other: str, agree: bool) -> None:
    assert titles_agree(one, other) is agree


def test_a_title_that_is_a_year_keeps_it() -> None:
    assert bare_title("E-Governance: 2012 and Onward") == "e governance 2012 and onward"


@pytest.mark.parametrize(
    ("rule", "ratings", "star"),
    [
        ("pre-june-2014", Ratings("none", True, "moderate", "substantial"), True),
        ("pre-june-2014", Ratings("high", False, "transformative", "complete"), False),
        ("pre-june-2014", Ratings("high", True, "minor", "complete"), False),
        ("2015-only", Ratings("low", True, "moderate", "complete"), False),
        ("2015-only", Ratings("medium", True, "moderate", "substantial"), True),
        ("2015-only", Ratings("medium", True, "moderate", "limited"), False),
        ("current", Ratings("medium", True, "moderate", "complete"), False),
        ("current", Ratings("medium", True, "transformative", "complete"), True),
        ("current", Ratings(None, True, "transformative", "unclear"), False),
    ],
)
def test_star_rules(rule: str, ratings: Ratings, star: bool) -> None:
    assert is_starred(rule, ratings) is star


def ratings_of(row: r.DatabaseRow, phase: str) -> Ratings | None:
    """The ratings of a row where all of them are there; OGP's spreadsheet reckoned with the codes, not the words."""
    said = {(v.variable, v.phase): v.code or v.values[0] for v in row.values if (v.values or v.code) and not v.rule}
    found = {variable: path.rpartition("/")[2] for variable, path in said.items()}
    relevant = {v.values[0] for v in row.values if v.variable == "relevance" and v.column == "_Relevant" and v.values}
    specificity, impact = found.get(("specificity", "midterm")), found.get(("potentialImpact", "midterm"))
    completion = found.get(("completion", phase))
    if None in (specificity, impact, completion) or not relevant:
        return None
    return Ratings(specificity, relevant == {"relevance/clear"}, impact, completion)


def agreement(rows: list[r.DatabaseRow]) -> dict[tuple[str, str], tuple[int, int]]:
    """By rule and phase: the rows whose star the rule gives, and all rows that have a star or its absence."""
    agreed: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for v in row.values:
            ratings = ratings_of(row, v.phase)
            if v.variable == "starred" and v.values and v.rule:
                asked[v.rule, v.phase] += 1
                star = v.values == ("star/yes",)
                agreed[v.rule, v.phase] += star is (ratings is not None and is_starred(v.rule, ratings))
    return {key: (agreed[key], asked[key]) for key in asked}


@needs_real
def test_star_rules_agree_with_the_real_file_as_often_as_the_code_book_says() -> None:
    (path,) = (REAL / "vizzuality-ogp").glob("*latest_data_ogpirm_live_data.csv")
    rows = [record for record in read_sources([path], VOCABULARY)[0] if isinstance(record, r.DatabaseRow)]
    assert agreement(rows) == {
        ("pre-june-2014", "midterm"): (792, 792),
        ("2015-only", "midterm"): (864, 867),
        ("current", "midterm"): (590, 590),
        ("current", "end-of-term"): (54, 54),
    }


@pytest.fixture(scope="module")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of a few rows of every edition, and of nothing else."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "live.csv").write_bytes(
        live({}, {"Comm No": "3.2", "Commitment Title": "Count the coins", "End Date": "31/9/2014"}, {"Country": "UK"})
    )
    (folder / "export.csv").write_bytes(table([EXPORT]))
    (folder / "old.csv").write_bytes(table([OLD]))
    (folder / "process.csv").write_bytes(table([PROCESS]))
    (folder / "notes.json").write_text('{"no": "table"}')
    return build(folder / "nothing", folder / "dist", sources=[folder], with_data=False).folder


def test_a_release_of_sources_alone_conforms_and_lists_what_was_not_read(small_release: Path) -> None:
    with (small_release / "unread.csv").open(encoding="utf-8", newline="") as lines:
        unread = list(csv.DictReader(lines))
    told = {
        (row["row"], row["column"], row["value"], row["rule"]) for row in unread if row["rule"] != "member-not-known"
    }
    assert told == {("4", "End Date", "31/9/2014", "date-not-read"), ("", "", "", "unknown-source-kind")}
    assert "unread.csv" in json.loads((small_release / "manifest.json").read_text())["files"]
    store = open_release(small_release)
    assert len(list(store.quads_for_pattern(None, NamedNode(OGP.iri + "inPlan"), None, DefaultGraph()))) == 3 + 3


def test_a_release_of_an_edition_without_years_conforms_and_warns(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_bytes(table([EXPORT]))
    release = build(tmp_path / "nothing", tmp_path / "dist", sources=[tmp_path / "export.csv"], with_data=False)
    assert {p.rule for p in release.problems} == {"CommitmentShape-cycleMissing", "CommitmentShape-inPlanMissing"}


def test_the_command_line_builds_from_sources_and_prints_a_summary(tmp_path: Path) -> None:
    source = tmp_path / "table.csv"
    source.write_bytes(live({"Country": "UK"}))
    command = [
        sys.executable,
        "-m",
        "ogpgraph.cli",
        "build",
        "--no-data",
        "--source",
        str(source),
        "--out",
        str(tmp_path / "d"),
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "rows: 1 of 1 members and 1 plans" in done.stderr
    assert "  UK: 1, plans 1" in done.stderr
    nothing = subprocess.run([*command[:5], "--out", str(tmp_path / "e")], cwd=PROJECT, capture_output=True, text=True)
    assert nothing.returncode == 2
    records = subprocess.run([*command[:3], "read", str(source)], cwd=PROJECT, capture_output=True, text=True)
    kinds = [json.loads(line)["kind_of_record"] for line in records.stdout.splitlines()]
    assert kinds == ["source", "row"]
