"""Every way to break the hand-kept data gives one message that names file, line, rule and remedy.

Each case copies the small data folder, makes one edit and compares everything that `ogpgraph check` prints.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from three_plans import FOLDER, Edit, copy_to, removed, renamed, replaced, written

from ogpgraph import cli
from ogpgraph.problems import Problem, Severity, violations
from ogpgraph.read.data_folder import files_of, read_data_folder
from ogpgraph.read.references import reference_problems
from ogpgraph.vocabulary import Vocabulary

pytest_plugins = ["fixtures_three_plans"]

PLAN, PLAN2 = "plans/xa/xa-01.yml", "plans/xa/xa-02.yml"
PAGE = "sources/xa/xa0001-l3-en.yml"
INSTITUTIONS, REPORTS, LINEAGE, ROLES = "institutions/xa.yml", "reports/xa.yml", "lineage/xa.yml", "roles/xa.yml"
MIDTERM = "assessments/xa-2015-midterm.csv"
HEADER = "commitment,phase,variable,value,printed,page,source\n"

# A warning that the unharmed data give; it stands in no case that stops before the graph is made.
UNHARMED = (
    "data/sources/xa/xa0007-l3-en.yml:8: CommitmentShape-inPlanMissing: warning: commitment/XA0007: The action plan of "
    "this commitment is not known: add the commitment to a plan in data/plans/ where a source tells which."
)


FORM: dict[str, tuple[Edit, str]] = {
    "unknown key near a known one": (
        replaced(PLAN, "ordinal: 1", "ordnal: 1"),
        f"data/{PLAN}:4: unknown-key: 'ordnal' is no key of the format: did you mean 'ordinal'?",
    ),
    "unknown key in a nested item": (
        replaced(PLAN, "        due: Semester 1 2016", "        deu: Semester 1 2016"),
        f"data/{PLAN}:45: unknown-key: 'deu' is no key of the format: did you mean 'due'?",
    ),
    "unknown key like no other": (
        replaced(ROLES, "joined:", "zzz: 1\njoined:"),
        f"data/{ROLES}:3: unknown-key: 'zzz' is no key of the format: known here: facts, joined, member, roles, source",
    ),
    "missing key": (
        replaced(PLAN, "source: xa-2015-plan\n", ""),
        f"data/{PLAN}:1: missing-key: 'source' is missing: add it (data/FORMAT.md says what it holds)",
    ),
    "repeated key": (
        replaced(PLAN, "ordinal: 1\n", "ordinal: 1\nordinal: 2\n"),
        f"data/{PLAN}:5: repeated-key: key 'ordinal' stands here and on line 4: keep one, or make its value a list",
    ),
    "repeated column": (
        written(MIDTERM, HEADER.replace("page", "value")),
        f"data/{MIDTERM}:1: repeated-key: column 'value' stands twice in the header: keep one",
    ),
    "day that is not in the calendar": (
        replaced(PLAN, "issued:\n  - {value: 2015-06,", "issued:\n  - {value: 2015-02-30,"),
        f"data/{PLAN}:15: impossible-date: issued: '2015-02-30' is not in the calendar (day is out of range for month)",
    ),
    "date in words": (
        replaced(PLAN, "end: 2017\n", "end: June 2017\n"),
        f"data/{PLAN}:13: impossible-date: end: 'June 2017' is no date: write YYYY, YYYY-MM or YYYY-MM-DD",
    ),
    "member code of the wrong form": (
        replaced(PLAN2, "member: XA\n", "member: Xanadu\n"),
        f"data/{PLAN2}:2: wrong-form: member: 'Xanadu' is not a member code: two capital letters, three or four "
        "for a local member, such as FR or ELG",
    ),
    "key of the wrong form": (
        replaced(PLAN, "coordinated_by: archive-office", "coordinated_by: archive-office\nsource: Xa_Plan"),
        f"data/{PLAN}:19: repeated-key: key 'source' stands here and on line 5: keep one, or make its value a list",
    ),
    "address without a scheme": (
        replaced(PLAN, "url: https://example.org/plan-2015.pdf", "url: example.org/plan-2015.pdf"),
        f"data/{PLAN}:23: wrong-form: url: 'example.org/plan-2015.pdf' is not an address that starts with "
        "http:// or https://",
    ),
    "text where a list belongs": (
        replaced(
            PAGE, "  action_plan:\n    - Xanadu Action Plan 2015-2017", "  action_plan: Xanadu Action Plan 2015-2017"
        ),
        f"data/{PAGE}:10: wrong-shape: action_plan: a list is expected here, not a text",
    ),
    "nothing where a text belongs": (
        replaced(PAGE, "title: Opening the archives", "title:"),
        f"data/{PAGE}:9: wrong-shape: title: a text is expected here, not nothing",
    ),
    "number out of bounds": (
        replaced(LINEAGE, "confidence: 0.97", "confidence: 1.97"),
        f"data/{LINEAGE}:8: wrong-value: confidence: '1.97': input should be less than or equal to 1",
    ),
    "not UTF-8": (
        written(ROLES, b"member: XA\nsource: xa-member-page\nfacts: [ann\xe9e]\n"),
        f"data/{ROLES}:3: not-utf8: byte 45 (0xe9) is not UTF-8: save the file as UTF-8, without a byte order mark",
    ),
    "byte order mark": (
        written(ROLES, b"\xef\xbb\xbfmember: XA\n"),
        f"data/{ROLES}:1: byte-order-mark: the file starts with a byte order mark: save it as UTF-8 without one",
    ),
    "empty file": (written(ROLES, b" \n\n"), f"data/{ROLES}:1: empty-file: the file is empty: fill it in or delete it"),
    "comments only": (
        written(ROLES, "# member: XA\n"),
        f"data/{ROLES}:1: empty-file: the file holds comments only: fill it in or delete it",
    ),
    "YAML syntax": (
        written(ROLES, "member: XA\nfacts\nsource: xa-member-page\n"),
        f"data/{ROLES}:3: yaml-syntax: this is no YAML: could not find expected ':'; check indentation, "
        "colons and quotes",
    ),
    "control character": (
        written(ROLES, "member: XA\nsource: xa\x07\n"),
        f"data/{ROLES}:2: yaml-syntax: character 0x7 may not stand in YAML: delete it",
    ),
    "anchor": (
        replaced(ROLES, "member: XA", "member: &code XA"),
        f"data/{ROLES}:1: yaml-anchor: anchors and aliases are not used here: write the value out",
    ),
    "alias": (
        written(ROLES, "member: XA\nsource: *code\n"),
        f"data/{ROLES}:2: yaml-anchor: anchors and aliases are not used here: write the value out",
    ),
    "row with too few cells": (
        replaced(MIDTERM, "Limited,p. 3,xa", "Limited,xa"),
        f"data/{MIDTERM}:2: csv-row: the row has 6 cells, the header 7: quote cells that hold commas",
    ),
    "row with an unquoted comma": (
        replaced(MIDTERM, "Not Started,p. 4", "Not Started,p. 4, below"),
        f"data/{MIDTERM}:3: csv-row: the row has 8 cells, the header 7: quote cells that hold commas",
    ),
    "quote that does not end": (
        replaced(MIDTERM, "Not Started,p. 4", '"Not Started,p. 4'),
        f"data/{MIDTERM}:3: csv-syntax: this is no CSV: unexpected end of data",
    ),
    "unexpected file": (
        written("plans/notes.txt", "to do\n"),
        "data/plans/notes.txt: unexpected-file: no file is expected here: the format knows release.yml, "
        "sources/*/*.yml, "
        "institutions/*.yml, plans/*/*.yml, reports/*.yml, lineage/*.yml, initiatives/*.yml, roles/*.yml, members.csv, "
        "assessments/*.csv, alignments/*.sssom.tsv",
    ),
    "missing release.yml": (
        removed("release.yml"),
        "data: missing-file: release.yml is missing: it names the edition of the data (see FORMAT.md)",
    ),
}

REFERENCES: dict[str, tuple[Edit, str]] = {
    "unknown institution near a known one": (
        replaced(PLAN, "coordinated_by: archive-office", "coordinated_by: archive-ofice"),
        f"data/{PLAN}:18: unknown-institution: institution 'archive-ofice' is not in the data: did you mean "
        "'archive-office'? Else add it to the member's file in data/institutions/",
    ),
    "unknown institution": (
        replaced(PLAN, "        responsible: archive-office", "        responsible: court"),
        f"data/{PLAN}:46: unknown-institution: institution 'court' is not in the data: add it to the member's file in "
        "data/institutions/",
    ),
    "unknown institution on a page": (
        replaced(PAGE, "    - Archive Office", "    - Archives Office"),
        f"data/{PAGE}:15: unknown-institution: institution 'Archives Office' is not known: did you mean "
        "'archive office'? "
        "Else add it to data/institutions/xa.yml",
    ),
    "lineage to a commitment that does not exist": (
        replaced(LINEAGE, "later: XA0003", "later: XA0033"),
        f"data/{LINEAGE}:4: unknown-commitment: commitment 'XA0033' is not in the data: did you mean "
        "'XA0003'? Else add it "
        "to its plan's file, or correct the id",
    ),
    "lineage by a relation that does not exist": (
        replaced(LINEAGE, "relation: extendedBy", "relation: extends-to"),
        f"data/{LINEAGE}:5: unknown-relation: 'extends-to' is no lineage property of the ontology: "
        "did you mean 'extendedBy'?",
    ),
    "lineage with a relation and a fate": (
        replaced(LINEAGE, "    relation: extendedBy", "    relation: extendedBy\n    fate: withdrawn"),
        f"data/{LINEAGE}:3: lineage-form: a statement has either a relation or a fate: give exactly one of them",
    ),
    "lineage of nothing": (
        replaced(LINEAGE, "  - later: XA0006\n    fate", "  - fate"),
        f"data/{LINEAGE}:52: lineage-form: a statement names a commitment or a plan: add earlier, later, earlier_plan "
        "or later_plan",
    ),
    "unknown initiative": (
        replaced(LINEAGE, "initiative: cavern-map", "initiative: atlas"),
        f"data/{LINEAGE}:29: unknown-initiative: initiative 'atlas' is not in the data: add it to the member's file in "
        "data/initiatives/",
    ),
    "code of another generation": (
        replaced(MIDTERM, "XA0001,midterm,completion,limited", "XA0001,midterm,completion,no-evidence-available"),
        f"data/{MIDTERM}:2: code-not-in-force: completion: 'no-evidence-available' was not in force for "
        "plans of 2015: use "
        "the code of that generation (ontology/schemes says from when to when)",
    ),
    "unknown code in a table": (
        replaced(MIDTERM, "XA0001,midterm,completion,limited", "XA0001,midterm,completion,a-little"),
        f"data/{MIDTERM}:2: unknown-code: completion: 'a-little' is no code of completion: the codes are in "
        "ontology/schemes/",
    ),
    "unknown reason of absence": (
        replaced("assessments/xa-2015-end-of-term.csv", "absent:not-reviewed", "absent:lost"),
        "data/assessments/xa-2015-end-of-term.csv:7: unknown-code: 'absent:lost' names no reason of "
        "ontology/schemes/absence.ttl",
    ),
    "unknown variable": (
        replaced(MIDTERM, "XA0001,midterm,completion,", "XA0001,midterm,completeness,"),
        f"data/{MIDTERM}:2: unknown-variable: 'completeness' is no variable of an assessment: "
        "did you mean 'completion'?",
    ),
    "unknown code in a file": (
        replaced(INSTITUTIONS, "kind: merged-into", "kind: merged"),
        f"data/{INSTITUTIONS}:35: unknown-code: 'merged' is no code of institution-change: did you mean 'merged-into'?",
    ),
    "unknown code like no other": (
        replaced(INSTITUTIONS, "    kind: ministry", "    kind: zoo"),
        f"data/{INSTITUTIONS}:23: unknown-code: 'zoo' is no code of institution-kind: the codes are in "
        "ontology/schemes/institution-kind.ttl",
    ),
    "unknown page value in a list": (
        replaced(PAGE, "    - Open Data", "    - Open Datas"),
        f"data/{PAGE}:19: unknown-code: policy_areas: 'Open Datas' is no label of policy-area: did you "
        "mean 'open data'?",
    ),
    "unknown page value": (
        replaced(PAGE, "early_results: Marginal", "early_results: Margnal"),
        f"data/{PAGE}:22: unknown-code: early_results: 'Margnal' is no label of early-results or "
        "early-results-2021: did you "
        "mean 'marginal'?",
    ),
    "unknown source": (
        replaced(REPORTS, "source: xa-2015-midterm-report", "source: xa-2015-mid-report"),
        f"data/{REPORTS}:10: unknown-source: source 'xa-2015-mid-report' is not in the data: did you mean "
        "'xa-2015-midterm-report'? Else add data/sources/<member>/xa-2015-mid-report.yml",
    ),
    "unknown plan": (
        replaced(REPORTS, "type: progress-report\n    plan: XA-2015", "type: progress-report\n    plan: XA-1999"),
        f"data/{REPORTS}:6: unknown-plan: plan 'XA-1999' is not in the data: add its file below data/plans/",
    ),
    "unknown plan on a page": (
        replaced(PAGE, "- Xanadu Action Plan 2015-2017", "- Xanadu Plan of Action"),
        f"data/{PAGE}:11: unknown-plan: no plan of XA is called 'Xanadu Plan of Action': add it to "
        "alternative_titles in "
        "data/plans/",
    ),
    "unknown report on a page": (
        replaced(PAGE, "- Xanadu End-of-Term Report 2015-2017", "- Xanadu Final Report"),
        f"data/{PAGE}:21: unknown-report: no report of XA is called 'Xanadu Final Report': add it to "
        "data/reports/xa.yml",
    ),
    "table of an unknown report": (
        renamed(MIDTERM, "assessments/xa-2015-early.csv"),
        "data/assessments/xa-2015-early.csv:2: unknown-report: report 'XA-2015-early' is not in the data: did you mean "
        "'XA-2015-midterm'? Else add it to the member's file in data/reports/",
    ),
    "unknown theme": (
        replaced(PLAN, "    theme: 2\n", "    theme: 3\n"),
        f"data/{PLAN}:62: unknown-theme: theme '3' is not among the plan's themes (1, 2)",
    ),
    "unknown member": (
        replaced(ROLES, "member: XA", "member: XB"),
        f"data/{ROLES}:1: unknown-member: member 'XB' is not in the data: add a row to data/members.csv",
    ),
    "repeated plan number": (
        replaced(PLAN2, "number: 2", "number: 1"),
        f"data/{PLAN2}:13: repeated-number: number 1 stands 2 times in this plan: numbers are unique",
    ),
    "commitment of another member": (
        replaced(PAGE, "  id: XA0001", "  id: XB0001"),
        f"data/{PAGE}:8: wrong-member: commitment XB0001 does not begin with the code of member XA: "
        "correct one of them",
    ),
    "plan named after another cycle": (
        replaced(PLAN2, "cycle: 2018", "cycle: 2019"),
        f"data/{PLAN2}:1: wrong-form: plan XA-2018 must be called XA-2019: member code and cycle",
    ),
    "source in two files": (
        written("sources/xa/copy/../xa-copy.yml", (FOLDER / "sources/xa/xa-news-2016.yml").read_bytes()),
        "data/sources/xa/xa-news-2016.yml:1: repeated-key: source 'xa-news-2016' is already in "
        "data/sources/xa/xa-copy.yml:1: "
        "keep one of them",
    ),
    "commitment in two plans": (
        replaced(PLAN2, "id: XA0004", "id: XA0001"),
        f"data/{PLAN2}:12: repeated-key: commitment 'XA0001' is already in data/{PLAN}:35: keep one of them",
    ),
    "file name that is not the key": (
        renamed("sources/xa/xa-news-2016.yml", "sources/xa/xa-news.yml"),
        "data/sources/xa/xa-news.yml:1: file-name: the file is called 'xa-news' but holds 'xa-news-2016': "
        "the file's name is "
        "its key",
    ),
    "plan in the folder of another member": (
        renamed(PLAN2, "plans/xa/second.yml"),
        "data/plans/xa/second.yml:1: file-name: the file is called 'second' but holds 'xa-NN': the file's "
        "name is its key",
    ),
    "name of two institutions": (
        replaced(INSTITUTIONS, "name: River Agency", "name: Data Agency"),
        f"data/{INSTITUTIONS}:16: ambiguous-name: 'Data Agency' is also a name of 'data-agency': a name "
        "belongs to one institution",
    ),
}


def check(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str]]:
    """Exit status and the printed lines of `ogpgraph check` on the copied data."""
    capsys.readouterr()
    status = cli.main(["check", "--data", "data", *options])
    return status, capsys.readouterr().out.splitlines()


def test_the_unharmed_data_have_no_violation(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys) == (0, [UNHARMED])


@pytest.mark.parametrize("name", FORM)
def test_a_file_of_the_wrong_form_gives_one_clear_line(
    name: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other lines may follow: what a file that cannot be read would define is missing elsewhere."""
    edit, expected = FORM[name]
    edit(data)
    status, lines = check(capsys)
    file = expected.split(": ")[0].partition(":")[0]
    assert [line for line in lines if line.partition(":")[0] == file] == [expected]
    assert status == 1


@pytest.mark.parametrize("name", REFERENCES)
def test_what_one_file_says_against_the_others_gives_one_clear_line(
    name: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit, expected = REFERENCES[name]
    edit(data)
    status, lines = check(capsys)
    assert expected in lines
    assert status == 1


def test_a_problem_of_the_graph_comes_back_to_the_line_that_made_it(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced("roles/xa.yml", "    end: 2017-09", "    end: 2012-09")(data)
    status, lines = check(capsys)
    assert status == 1
    (found,) = [line for line in lines if "016-role-dates" in line]
    assert "XA/chair-2016" in found
    assert "2012-09" in found


def test_a_due_date_in_words_is_a_warning_and_no_violation(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(PLAN, "due: Semester 1 2016", "due: When the river is low")(data)
    status, lines = check(capsys)
    expected = (
        f"data/{PLAN}:45: unread-date: warning: due 'When the river is low' gives no bounds: add due_start "
        "and due_end, "
        "or leave it as a text"
    )
    assert (status, lines) == (0, [expected, UNHARMED])


def test_all_problems_are_reported_at_once_and_sorted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["unknown key near a known one", "empty file", "row with too few cells", "missing release.yml"]
    chosen += ["unknown code in a file", "unknown page value"]
    cases = FORM | REFERENCES
    for name in chosen:
        cases[name][0](data)
    status, lines = check(capsys)
    assert {cases[name][1] for name in chosen} <= set(lines)
    assert [line.partition(":")[0] for line in lines] == sorted(line.partition(":")[0] for line in lines)
    assert status == 1


def test_json_output_has_the_same_problems_field_by_field(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit, expected = FORM["repeated key"]
    edit(data)
    _, text = check(capsys)
    status, lines = check(capsys, "--format", "json")
    found = [json.loads(line) for line in lines]
    assert [str(Problem(**{**fields, "severity": Severity(fields["severity"])})) for fields in found] == text
    assert {
        "file": f"data/{PLAN}",
        "line": 5,
        "rule": "repeated-key",
        "severity": "violation",
        "message": expected.split(": ", 2)[2],
    } in found
    assert status == 1


def test_sum_of_problems_is_talk_and_no_output(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FORM["empty file"][0](data)
    assert cli.main(["check", "--data", "data"]) == 1
    streams = capsys.readouterr()
    assert streams.err.splitlines()[-1] == "1 violations, 0 warnings"
    assert streams.out == FORM["empty file"][1] + "\n"


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_to(tmp_path_factory.mktemp("damaged"))


FILES = [path.relative_to(FOLDER) for path in files_of(FOLDER)]
DAMAGE = st.one_of(
    st.tuples(st.just("cut"), st.integers(0, 2000), st.just(b"")),
    st.tuples(st.just("insert"), st.integers(0, 2000), st.binary(min_size=1, max_size=6)),
    st.tuples(
        st.just("insert"),
        st.integers(0, 2000),
        st.sampled_from([b"\n", b": ", b"- ", b"'", b'"', b"{", b"[", b",", b"\t", b"#", b"?", b"!", b"|", b"%"]),
    ),
)


def hurt(raw: bytes, damage: tuple[str, int, bytes]) -> bytes:
    kind, place, given_bytes = damage
    at = place % (len(raw) + 1)
    return raw[:at] if kind == "cut" else raw[:at] + given_bytes + raw[at:]


@given(file=st.sampled_from(FILES), damage=DAMAGE)
@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_of_a_file_is_more_than_a_list_of_problems(
    file: Path, damage: tuple[str, int, bytes], damaged: Path, vocabulary: Vocabulary
) -> None:
    """Reading and checking never raise; where nothing is wrong, every file still gives its records."""
    raw = (FOLDER / file).read_bytes()
    (damaged / file).write_bytes(hurt(raw, damage))
    try:
        found, problems = read_data_folder(damaged)
        problems += reference_problems(found, vocabulary)
    finally:
        (damaged / file).write_bytes(raw)
    assert all(problem.file and problem.message and problem.rule for problem in problems)
    told = {Path(entry.located.file).name for entry in found}
    assert violations(problems) or told >= {path.name for path in FILES if path.suffix == ".yml"}
