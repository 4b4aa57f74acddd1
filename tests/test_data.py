"""The hand-kept data of the project: good, in one form, and without people."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from ogpgraph import cli
from ogpgraph.build import check
from ogpgraph.problems import violations
from ogpgraph.read.data_folder import files_of
from ogpgraph.settings import PROJECT

DATA = PROJECT / "data"
FILES = files_of(DATA)
TEXTS = {path.relative_to(PROJECT).as_posix(): path.read_text("utf-8") for path in [*FILES, DATA / "FORMAT.md"]}
YAML = {name: content for name, content in TEXTS.items() if name.endswith(".yml")}


def lines_with(pattern: str, ignored: str = r"(?!)") -> list[str]:
    """Every place where a pattern stands in the data, as file:line: text."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, content in TEXTS.items()
        for number, line in enumerate(content.splitlines(), start=1)
        if re.search(pattern, re.sub(ignored, "", line))
    ]


def test_the_data_have_no_violation(in_project: Path) -> None:
    assert [str(problem) for problem in violations(check(Path("data")))] == []


def test_the_command_says_so(in_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    streams = capsys.readouterr()
    assert streams.err.splitlines()[-1] == f"0 violations, {len(streams.out.splitlines())} warnings"
    assert all(": warning: " in line for line in streams.out.splitlines())


def test_there_are_no_addresses_of_people() -> None:
    assert lines_with(r"[\w.+-]+@[\w-]+\.[\w.]+") == []
    assert lines_with(r"mailto:|\btel:") == []


def test_there_are_no_phone_numbers() -> None:
    """Digits in the groups of a phone; addresses, hashes, dates and decree numbers are no phones."""
    no_phone = r"https?://\S+|\b[0-9a-f]{40,64}\b|\b\d{4}-\d{2}(-\d{2})?\b|\b\d{4}[-–/]\d{2,4}\b|n° ?[\d-]+"
    assert lines_with(r"\+\d{1,3}[ .(-]?\d", no_phone) == []
    assert lines_with(r"(?<![\d.,])0\d([ .-]\d{2}){4}(?!\d)", no_phone) == []
    assert lines_with(r"\(\d{2,4}\) ?\d{3,4}[ -]\d{3,4}", no_phone) == []
    assert lines_with(r"(?<![\d.,/])\d{3}[ .-]\d{3}[ .-]\d{3,4}(?!\d)", no_phone) == []


def test_labels_of_contact_persons_stay_out() -> None:
    assert (
        lines_with(r"(?i)^\s*(contact|email|e-mail|phone|telephone|responsible person|point of contact name)\s*:") == []
    )


@pytest.mark.parametrize(
    "rule", ["line ends", "tabs", "trailing space", "last line", "composed letters", "byte order mark"]
)
def test_files_are_written_in_one_form(rule: str) -> None:
    broken = {
        "line ends": lambda text: "\r" in text,
        "tabs": lambda text: "\t" in text,
        "trailing space": lambda text: re.search(r"[ \u00a0]+$", text, re.MULTILINE),
        "last line": lambda text: not text.endswith("\n") or text.endswith("\n\n"),
        "composed letters": lambda text: text != unicodedata.normalize("NFC", text),
        "byte order mark": lambda text: "\ufeff" in text,
    }[rule]
    parted_by_tabs = ".tsv" if rule == "tabs" else "\0"
    raw = {name: (PROJECT / name).read_bytes().decode("utf-8") for name in TEXTS if not name.endswith(parted_by_tabs)}
    assert [name for name, content in raw.items() if broken(content)] == []


def test_names_of_files_are_ascii_words_in_lower_case() -> None:
    allowed = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(yml|csv|sssom\.tsv)")
    assert [name for name in TEXTS if name != "data/FORMAT.md" and not allowed.fullmatch(Path(name).name)] == []


def test_a_source_stands_in_the_folder_of_its_member() -> None:
    wrong = []
    for name, content in YAML.items():
        if name.startswith("data/sources/"):
            member = yaml.load(content, yaml.BaseLoader).get("member", "").lower()
            if member and Path(name).parent.name not in (member, "ogp"):
                wrong.append(f"{name}: member {member}")
    assert wrong == []


def test_a_page_begins_with_its_id_and_ends_with_what_it_shows() -> None:
    wrong = {}
    for name, content in YAML.items():
        page = yaml.load(content, yaml.BaseLoader).get("commitment") if name.startswith("data/sources/") else None
        if isinstance(page, dict):
            keys = list(page)
            if keys[:2] != ["id", "title"] or "as_shown" in keys[:-1]:
                wrong[name] = keys
    assert wrong == {}


def test_members_are_sorted_and_told_once() -> None:
    rows = list(csv.DictReader(TEXTS["data/members.csv"].splitlines()))
    codes = [row["code"] for row in rows]
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    kinds = [(row["kind"] == "local", row["code"]) for row in rows]
    assert kinds == sorted(kinds) or codes == sorted(codes), (
        "sort members.csv by code, or national before local and then by code"
    )


def test_iso_codes_of_national_members_are_told_once() -> None:
    rows = list(csv.DictReader(TEXTS["data/members.csv"].splitlines()))
    for column in ("iso_alpha2", "iso_alpha3", "iso_numeric"):
        counted = Counter(row[column] for row in rows if row[column] and row["kind"] == "national")
        assert [code for code, count in counted.items() if count > 1] == [], column


def test_every_source_has_an_address_of_the_public_web() -> None:
    local = lines_with(r"^url: (?!https?://[a-z0-9.-]+\.[a-z]{2,}(/|$))")
    assert local == []


def test_nothing_of_a_machine_or_of_the_making_stands_in_the_data() -> None:
    assert lines_with(r"(?i)(^|[\s'\"(])/(tmp|home|work|root|usr)/|\bC:\\|localhost|127\.0\.0\.1") == []
    assert lines_with(r"(?i)\b(todo|fixme|xxx|lorem ipsum|tbd)\b") == []
