"""Linking as a tool: candidates as SSSOM, the review with its keys, decisions that are neither lost nor asked twice."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import run, unwrapped
from pyoxigraph import RdfFormat, Store
from rich.console import Console

from ogpgraph.link import lineage, review, screen
from ogpgraph.link.candidates import Candidate, Feature
from ogpgraph.link.decisions import (
    CLOSE,
    EXACT,
    POSSIBLE_SUCCESSOR,
    REVIEWED,
    DecisionFile,
    Decisions,
    FileChanged,
    Judge,
    Verdict,
    read_decisions,
    read_set,
    verdict_of,
)
from ogpgraph.link.items import Item, items_of_graph
from ogpgraph.link.proposals import candidate_set, details_of, proposal, proposals, reasons_of
from ogpgraph.read.alignments import read_alignments
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.sssom import Mapping, read_sssom, write_sssom
from ogpgraph.vocabulary import OGP

pytest_plugins = ["fixtures_three_plans"]

DAY = "2026-01-31"
JUDGE = Judge("https://orcid.org/0000-0000-0000-0000", DAY)


def item(key: str, title: str, **more: object) -> Item:
    return Item(f"https://ruritania.example/id/{key}", titles=((title, "en"),), **more)  # type: ignore[arg-type]


def candidate(left: str, right: str, score: float = 0.9, *features: Feature) -> Candidate:
    told = features or (Feature("title", 0.8, 6.0, "Titles share 80% of their words."),)
    return Candidate(item(left, f"Title of {left}"), item(right, f"Title of {right}"), score, told)


def pair(left: str, right: str, score: float = 0.9, predicate: str = EXACT) -> Mapping:
    return proposal(candidate(left, right, score), predicate, DAY)


def candidates_in(folder: Path, *pairs: Mapping) -> Path:
    path = folder / "pairs.sssom.tsv"
    path.write_text(write_sssom(candidate_set(pairs, "two registers")), "utf-8")
    return path


def names(mappings: Sequence[Mapping]) -> list[str]:
    return [f"{m.subject_id.rpartition('/')[2]}-{m.object_id.rpartition('/')[2]}" for m in mappings]


# Candidates as SSSOM


def test_a_candidate_says_who_found_it_how_sure_it_is_and_why() -> None:
    told = (Feature("title", 0.8, 6.0, "Titles share 80%."), Feature("tags", 0.0, -2.0, "No tag in common."))
    found = proposal(candidate("a", "b", 0.87654321, *told), EXACT, DAY)
    assert (found.subject_label, found.object_label) == ("Title of a", "Title of b")
    assert found.mapping_justification.endswith("/CompositeMatching")
    assert (found.confidence, found.similarity_score) == (0.8765, 0.8765)
    assert (found.mapping_tool, found.mapping_date) == ("ogpgraph link", DAY)
    assert reasons_of(found) == ["title 0.80 (+6.0): Titles share 80%.", "tags 0.00 (-2.0): No tag in common."]
    assert verdict_of(found) is None


def test_a_candidate_by_its_title_alone_is_lexical() -> None:
    assert pair("a", "b").mapping_justification.endswith("/LexicalMatching")


def test_what_a_reviewer_needs_of_both_sides_stands_in_the_file() -> None:
    left = item(
        "a", "Open | budget", member="XA", institutions=("Treasury", "Court = of | Audit"), texts=("word " * 200,)
    )
    right = replace(item("b", "Budget ouvert"), titles=(("Budget ouvert", "fr"), ("Open budget", "en")))
    made = proposal(Candidate(left, right, 0.9, ()), EXACT, DAY)
    text = write_sssom(candidate_set([made], "x and y"))
    again, problems = read_sssom(text, "x")
    assert problems == []
    ours, theirs = details_of(again.mappings[0])
    assert ours["institutions"] == "Treasury; Court = of / Audit"
    assert ours["text"].endswith(" …")
    assert len(ours["text"]) <= 300
    assert theirs == {"other titles": "Budget ouvert (fr)"}
    assert again.mappings[0].object_label == "Open budget"


def test_a_pair_is_proposed_once_and_a_thing_never_with_itself() -> None:
    found = [candidate("a", "a"), candidate("a", "b"), candidate("b", "a"), candidate("b", "c")]
    assert names(list(proposals(found, Decisions(), EXACT, DAY))) == ["a-b", "b-c"]


def test_the_same_candidates_make_the_same_file() -> None:
    one, other = pair("a", "b"), pair("c", "d")
    text = write_sssom(candidate_set([one, other], "x"))
    assert write_sssom(candidate_set([one, other], "x")) == text
    assert write_sssom(candidate_set([one], "x")) != text


# Decisions


def test_a_decided_pair_is_left_out_in_either_direction() -> None:
    decided = Decisions(
        [JUDGE.decision(pair("b", "a"), Verdict.REJECTED), JUDGE.decision(pair("c", "d"), Verdict.ACCEPTED)]
    )
    found = [candidate("a", "b"), candidate("c", "d"), candidate("a", "d")]
    left_out: list[Candidate] = []
    assert names(list(proposals(found, decided, EXACT, DAY, left_out))) == ["a-d"]
    assert left_out == found[:2]


def test_lineage_of_a_pair_is_another_question_than_its_identity() -> None:
    decided = Decisions([JUDGE.decision(pair("a", "b"), Verdict.REJECTED)])
    assert names(list(proposals([candidate("a", "b")], decided, CLOSE, DAY))) == []
    assert names(list(proposals([candidate("a", "b")], decided, POSSIBLE_SUCCESSOR, DAY))) == ["a-b"]


@pytest.mark.parametrize(
    ("verdict", "modifier", "agreement", "confidence"),
    [(Verdict.ACCEPTED, "", 1.0, 0.95), (Verdict.REJECTED, "Not", 1.0, 0.95), (Verdict.UNSURE, "", 0.0, 0.5)],
)
def test_a_decision_is_sssom_with_its_reviewer(
    verdict: Verdict, modifier: str, agreement: float, confidence: float
) -> None:
    made = JUDGE.decision(pair("a", "b"), verdict)
    again, problems = read_sssom(write_sssom(candidate_set([made], "x")), "x")
    assert problems == []
    (found,) = again.mappings
    assert found == made
    assert verdict_of(found) is verdict
    assert (found.mapping_justification, found.reviewer_id, found.review_date) == (REVIEWED, (JUDGE.reviewer,), DAY)
    assert (found.predicate_modifier, found.reviewer_agreement, found.confidence) == (modifier, agreement, confidence)
    assert (found.mapping_date, found.similarity_score) == (DAY, 0.9)


def test_what_is_unsure_is_no_surer_than_the_machine_was() -> None:
    made = JUDGE.decision(pair("a", "b", 0.3), Verdict.UNSURE)
    assert made.confidence == 0.3
    assert made.comment.startswith("unsure: title 0.80")


def test_an_accepted_possible_successor_stays_a_guess() -> None:
    guess = pair("a", "b", predicate=POSSIBLE_SUCCESSOR)
    assert JUDGE.decision(guess, Verdict.ACCEPTED).confidence == 0.7
    assert JUDGE.decision(guess, Verdict.REJECTED).confidence == 0.95
    assert replace(JUDGE, confidence=0.8).decision(guess, Verdict.ACCEPTED).confidence == 0.8


def test_a_candidate_is_no_decision_and_a_curated_mapping_is_one() -> None:
    curated = replace(pair("a", "b"), mapping_justification=REVIEWED.replace("MappingReview", "ManualMappingCuration"))
    assert verdict_of(pair("a", "b")) is None
    assert verdict_of(curated) is Verdict.ACCEPTED
    assert verdict_of(replace(pair("a", "b"), reviewer_id=(JUDGE.reviewer,))) is Verdict.ACCEPTED
    assert verdict_of(replace(curated, reviewer_agreement=-1.0)) is Verdict.REJECTED


def test_decisions_are_read_from_every_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name, made in (("a.sssom.tsv", ("a", "b")), ("deep/b.sssom.tsv", ("c", "d"))):
        decided = JUDGE.decision(pair(*made), Verdict.ACCEPTED)
        (tmp_path / name).write_text(write_sssom(candidate_set([decided, pair("e", "f")], "x")), "utf-8")
    (tmp_path / "notes.tsv").write_text("no mappings", "utf-8")
    assert sorted(names(list(read_decisions([tmp_path])))) == ["a-b", "c-d"]


def test_each_decision_is_on_the_disk_at_once_and_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "new" / "decided.sssom.tsv"
    file = DecisionFile(path, candidate_set([], "x"))
    file.decide(JUDGE.decision(pair("a", "b"), Verdict.ACCEPTED))
    file.decide(JUDGE.decision(pair("c", "d"), Verdict.UNSURE))
    assert names(read_set(path).mappings) == ["a-b", "c-d"]
    file.decide(JUDGE.decision(pair("b", "a"), Verdict.REJECTED))
    assert [(m.object_id[-1], verdict_of(m)) for m in read_set(path).mappings] == [("a", "rejected"), ("d", "unsure")]
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_file_that_somebody_else_changed_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "decided.sssom.tsv"
    mine, theirs = (DecisionFile(path, candidate_set([], "x")) for _ in range(2))
    theirs.decide(JUDGE.decision(pair("a", "b"), Verdict.ACCEPTED))
    with pytest.raises(FileChanged, match="somebody else has changed this file: nothing was overwritten; start again"):
        mine.decide(JUDGE.decision(pair("c", "d"), Verdict.ACCEPTED))
    assert names(read_set(path).mappings) == ["a-b"]


# The review


def decided_by(lines: str, opened: review.Review) -> tuple[dict[str, str], str]:
    """What piped answers decide, pair by pair, and what was shown."""
    shown = Console(file=io.StringIO(), width=100)
    review.review(opened, screen.PipedDesk(io.StringIO(lines), shown))
    told = opened.file.decisions
    assert isinstance(shown.file, io.StringIO)
    return {name: str(verdict_of(found)) for found in told for name in names([found])}, shown.file.getvalue()


def opened_on(path: Path, **more: object) -> review.Review:
    return review.opened(review.Request(path, DAY, **more))  # type: ignore[arg-type]


THREE = (pair("a", "b", 0.9), pair("c", "d", 0.8), pair("e", "f", 0.7))


def test_answers_decide_pair_by_pair_from_the_likeliest(tmp_path: Path) -> None:
    decided, shown = decided_by("a\nr\nu\n", opened_on(candidates_in(tmp_path, *THREE)))
    assert decided == {"a-b": "accepted", "c-d": "rejected", "e-f": "unsure"}
    assert "Pair 3 of 3: 1 accepted, 1 rejected, 0 unsure" in shown


def test_candidates_of_one_thing_are_asked_about_together(tmp_path: Path) -> None:
    path = candidates_in(tmp_path, pair("a", "x", 0.6), pair("b", "y", 0.8), pair("a", "z", 0.9))
    assert names(opened_on(path).pairs) == ["a-z", "a-x", "b-y"]


def test_words_and_empty_lines_are_answers_as_well(tmp_path: Path) -> None:
    decided, _ = decided_by("\nReject\n  \n ACCEPT \nquit\n", opened_on(candidates_in(tmp_path, *THREE)))
    assert decided == {"a-b": "rejected", "c-d": "accepted"}


def test_back_shows_the_pair_before_with_its_decision_and_takes_another(tmp_path: Path) -> None:
    opened = opened_on(candidates_in(tmp_path, *THREE))
    decided, shown = decided_by("a\nb\nr\n", opened)
    assert decided == {"a-b": "rejected"}
    assert "decided before: accepted (exactMatch)" in shown
    assert names(read_set(opened.file.path).mappings) == ["a-b"]


def test_back_on_the_first_pair_stays_there(tmp_path: Path) -> None:
    assert decided_by("b\nb\na\n", opened_on(candidates_in(tmp_path, *THREE)))[0] == {"a-b": "accepted"}


def test_a_reviewer_may_choose_another_relation(tmp_path: Path) -> None:
    opened = opened_on(candidates_in(tmp_path, *THREE))
    decided_by("c\nw\nn\n", opened)
    assert [m.predicate_id.rpartition("#")[2] for m in read_set(opened.file.path).mappings] == [
        "closeMatch",
        "broadMatch",
        "narrowMatch",
    ]


def test_a_possible_successor_is_one_or_is_none(tmp_path: Path) -> None:
    path = candidates_in(tmp_path, pair("a", "b", predicate=POSSIBLE_SUCCESSOR))
    with pytest.raises(
        screen.NoAnswer, match=r"standard input:1: 'c' is no answer: use one of a \(accept\), r \(reject\)"
    ):
        decided_by("c\n", opened_on(path))
    decided, shown = decided_by("a\n", opened_on(path))
    assert decided == {"a-b": "accepted"}
    assert "Does the right one continue the topic of the left one? (score 0.90)" in shown


def test_nothing_decided_is_asked_about_again(tmp_path: Path) -> None:
    path = candidates_in(tmp_path, *THREE)
    decided_by("a\nu\n", opened_on(path))
    assert names(opened_on(path).pairs) == ["e-f"]
    assert names(opened_on(path, unsure=True).pairs) == ["c-d", "e-f"]
    elsewhere = tmp_path / "given.sssom.tsv"
    swapped = JUDGE.decision(pair("f", "e"), Verdict.REJECTED)
    elsewhere.write_text(write_sssom(candidate_set([swapped], "x")), "utf-8")
    assert names(opened_on(path, decided=(elsewhere,)).pairs) == []


def test_decisions_can_be_put_into_the_folder_of_alignments(tmp_path: Path) -> None:
    """What a release loads has rules of its own (ogpgraph.read.alignments): a file of decisions keeps them."""
    ours = tuple(Item(f"{BASE}id/commitment/XA000{n}", titles=((f"Title {n}", "en"),)) for n in range(4))
    found = [
        proposal(Candidate(ours[0], ours[1], 0.9, ()), "", DAY),
        proposal(Candidate(ours[1], ours[2], 0.8, ()), POSSIBLE_SUCCESSOR, DAY),
        proposal(Candidate(item("mine", "Title"), ours[3], 0.7, ()), "", DAY),
    ]
    opened = opened_on(candidates_in(tmp_path, *found), decisions=tmp_path / "mine.sssom.tsv")
    decided_by("a\na\nc\n", opened)
    alignments, _ = read_alignments(opened.file.path, "mine.sssom.tsv")
    assert alignments.key == "mine"
    assert [m.predicate_id.rpartition("#")[2] for m in alignments.mapping_set.mappings] == [
        "sameCommitment",
        "possibleSuccessor",
        "closeMatch",
    ]


def test_both_sides_stand_side_by_side(tmp_path: Path) -> None:
    left = item("a", "Open budget", member="XA", institutions=("Treasury",))
    right = item("b", "Budget for all", cycle="2031")
    told = Feature("title", 0.5, 1.0, "Titles share 50%.")
    made = proposal(Candidate(left, right, 0.9, (told,)), EXACT, DAY)
    _, shown = decided_by("q\n", opened_on(candidates_in(tmp_path, made)))
    assert re.search(r"title +Open budget +Budget for all", shown)
    assert re.search(r"institutions +Treasury *\n", shown)
    assert re.search(r"cycle {20,}2031", shown)
    assert "title 0.50 (+1.0): Titles share 50%." in shown
    assert "a accept   r reject   u unsure   c close   w wider   n narrower   b back   q quit" in shown


def test_a_strangers_text_cannot_command_the_terminal(tmp_path: Path) -> None:
    evil = replace(pair("a", "b"), subject_label="\x1b[2J\x9b1m[red]x[/red]\u202e", comment="\x07bell [bold]y")
    _, shown = decided_by("q\n", opened_on(candidates_in(tmp_path, evil)))
    assert not set(shown) & set("\x1b\x9b\x07\u202e")
    assert "[red]x[/red]" in shown
    assert "bell [bold]y" in shown


# The keys of a terminal


class Terminal:
    """`ogpgraph review` in a terminal of its own: keys go in as they are pressed, what is shown comes out."""

    def __init__(self, *arguments: str | Path) -> None:
        self._own, theirs = pty.openpty()
        command = [sys.executable, "-m", "ogpgraph.cli", "review", *map(str, arguments)]
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40", "PYTHONPATH": str(PROJECT)}
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl+C and a closed window are signals only then
        )
        os.close(theirs)
        self.shown = ""

    def until(self, words: str) -> None:
        """Read until the words are there; the next keys answer what stands there then."""
        while words not in self.shown:
            ready, _, _ = select.select([self._own], [], [], 30)
            assert ready, f"{words!r} never came: {self.shown[-500:]}"
            self.shown += os.read(self._own, 65536).decode("utf-8", "replace")
        self.shown = self.shown.partition(words)[2]

    def press(self, keys: bytes) -> None:
        os.write(self._own, keys)

    def close(self) -> None:
        """Close the window."""
        os.close(self._own)

    def status(self) -> int:
        return self.process.wait(30)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


def verdicts_in(path: Path) -> dict[str, str]:
    return {names([m])[0]: str(verdict_of(m)) for m in read_set(path).mappings} if path.exists() else {}


def test_single_keys_decide_and_arrows_do_not(tmp_path: Path, terminals: list[Terminal]) -> None:
    path, target = candidates_in(tmp_path, *THREE), tmp_path / "pairs.decisions.sssom.tsv"
    terminal = Terminal(path)
    terminals.append(terminal)
    terminal.until("Pair 1 of 3")
    terminal.until("q quit")
    terminal.press(b"\x1b[A")  # the up arrow, which ends in the letter of "accept"
    terminal.press(b"x")
    terminal.press(b"r")
    terminal.until("Pair 2 of 3")
    assert verdicts_in(target) == {"a-b": "rejected"}
    terminal.press(b"b")
    terminal.until("decided before: rejected")
    terminal.press(b"A")
    terminal.until("Pair 2 of 3")
    terminal.press(b"uq")
    terminal.until("1 accepted, 0 rejected, 1 unsure; 1 pairs left to decide")
    assert terminal.status() == 0
    assert verdicts_in(target) == {"a-b": "accepted", "c-d": "unsure"}


@pytest.mark.parametrize("ending", ["interrupt", "closed"])
def test_no_decision_is_lost_when_the_review_ends_abruptly(
    ending: str, tmp_path: Path, terminals: list[Terminal]
) -> None:
    path, target = candidates_in(tmp_path, *THREE), tmp_path / "decided.sssom.tsv"
    terminal = Terminal(path, "--decisions", target)
    terminals.append(terminal)
    terminal.until("q quit")
    terminal.press(b"a")
    terminal.until("Pair 2 of 3")
    if ending == "interrupt":
        terminal.press(b"\x03")
        assert terminal.status() == 130
    else:
        terminal.close()
        terminal.status()
    assert verdicts_in(target) == {"a-b": "accepted"}
    assert names(opened_on(path, decisions=target).pairs) == ["c-d", "e-f"]


# `ogpgraph link`

REGISTER = """Nr,Titel,Ministerium,Jahr
1,Open register of public contracts,Ministry of Finance,2031
2,School budgets for everyone to read,Ministry of Education,2031
3,Drinking water quality data online,Agency for Water,2033
"""
WATCH = """id,title,institutions,cycle
contracts,Open public contracts register,Finance Ministry,2031
schools,School budgets open for everyone,Ministry of Education,2031
parks,Plant trees in city parks,Agency for Forests,2031
"""
COLUMNS = ("--columns", "id=Nr", "title=Titel", "institutions=Ministerium", "cycle=Jahr")
NO_DECISIONS = ("--decisions", "decided")


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the register and the list of its watchers, from which commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "decided").mkdir()
    (tmp_path / "register.csv").write_text(REGISTER, "utf-8")
    (tmp_path / "watch.csv").write_text(WATCH, "utf-8")
    return tmp_path


def mappings_of(text: str) -> tuple[Mapping, ...]:
    found, problems = read_sssom(text, "printed")
    assert problems == []
    return found.mappings


def test_two_tables_are_linked_by_the_columns_that_are_named(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "link", "register.csv", "watch.csv", *COLUMNS, *NO_DECISIONS)
    assert status == 0
    assert names(mappings_of(out)) == ["1-contracts", "2-schools"]
    first = mappings_of(out)[0]
    assert (first.subject_id, first.object_id) == (
        "https://example.org/register/1",
        "https://example.org/watch/contracts",
    )
    assert first.predicate_id == EXACT
    assert any(reason.startswith("institutions") for reason in reasons_of(first))
    assert "2 candidates between register.csv and watch.csv; 0 decided pairs left out" in unwrapped(err)


def test_link_review_link_asks_about_nothing_twice(
    tables: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = ("link", "register.csv", "watch.csv", *COLUMNS)
    assert run(capsys, *link, *NO_DECISIONS, "--out", "pairs.sssom.tsv")[0] == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("r\nq\n"))
    status, out, err = run(capsys, "review", "pairs.sssom.tsv", "--decisions", "decided/mine.sssom.tsv")
    assert (status, out) == (0, "decided/mine.sssom.tsv\n")
    assert "0 accepted, 1 rejected, 0 unsure; 1 pairs left to decide" in unwrapped(err)
    status, out, err = run(capsys, *link, *NO_DECISIONS)
    assert names(mappings_of(out)) == ["2-schools"]
    assert "1 decided pairs left out" in unwrapped(err)
    # The other way round it is the same question.
    swapped = ("--right-columns", *COLUMNS[1:])
    assert names(mappings_of(run(capsys, "link", "watch.csv", "register.csv", *swapped, *NO_DECISIONS)[1])) == [
        "schools-2"
    ]


def test_explain_prints_what_speaks_for_a_pair(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = ("link", "register.csv", "watch.csv", *COLUMNS)
    status, out, _ = run(capsys, *link, "--explain", "1", "contracts")
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == "https://example.org/register/1  Open register of public contracts"
    assert lines[2].startswith("score ")
    assert [line.split()[0] for line in lines[3:]] == ["title", "institutions", "cycle"]
    status, _, err = run(capsys, *link, "--explain", "1", "contract")
    assert status == 2
    assert "contract: watch.csv has no such thing; the nearest is contracts" in unwrapped(err)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("nowhere.ttl",), 2, "nowhere.ttl: there is no such file, folder or release; empty has no release"),
        (
            ("register.csv", "watch.csv"),
            2,
            "register.csv: no column is called title or text: say which column holds what",
        ),
        (
            ("register.csv", "watch.csv", "--columns", "Titel"),
            2,
            "--columns 'Titel': write FIELD=COLUMN, such as title=T",
        ),
        (("register.csv", "watch.csv", "--columns", "title=Title"), 2, "register.csv: "),
        (("register.csv", "watch.csv", "--columns", "titel=Titel"), 2, "'titel' is no field of an item: iri, title,"),
        (("register.csv",), 2, "empty: there is no release yet; run `ogpgraph build` first, or name two files"),
        (("broken.ttl", "watch.csv"), 1, "broken.ttl:2: rdf-syntax: "),
        (("watch.csv", "watch.csv", "--least-score", "2"), 2, "'2' is no number from 0 to 1"),
        (("watch.csv", "watch.csv", "--decisions", "broken.sssom.tsv"), 1, "broken.sssom.tsv:"),
        (("watch.csv", "watch.csv", "--decisions", "none.sssom.tsv"), 1, "none.sssom.tsv: No such file or directory"),
    ],
)
def test_bad_input_is_named_with_its_remedy(
    arguments: tuple[str, ...], status: int, message: str, tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tables / "broken.ttl").write_text("@prefix a: <https://a.example/> .\na:b a:c a:d a:e .\n", "utf-8")
    (tables / "broken.sssom.tsv").write_text("subject_id\tpredicate_id\nx\ty\n", "utf-8")
    decisions = () if "--decisions" in arguments else NO_DECISIONS
    found, out, err = run(capsys, "link", *arguments, *columns_if_none(arguments), *decisions, "--releases", "empty")
    assert (found, out) == (status, "")
    assert message in unwrapped(err)


def columns_if_none(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return COLUMNS if arguments == ("register.csv",) else ()


def test_a_review_of_a_damaged_file_or_with_a_wrong_answer_says_what_is_wrong(
    tables: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = candidates_in(tables, *THREE)
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\nmaybe\n"))
    status, _, err = run(capsys, "review", path)
    assert status == 2
    assert "standard input:2: 'maybe' is no answer: use one of a (accept), r (reject), u (unsure)" in unwrapped(err)
    assert verdicts_in(tables / "pairs.decisions.sssom.tsv") == {"a-b": "accepted"}
    path.write_text("no\tsssom\n", "utf-8")
    status, _, err = run(capsys, "review", path)
    assert status == 1
    assert "pairs.sssom.tsv:1: no-metadata:" in err


def test_help_teaches_by_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert "example: ogpgraph link mine.csv --columns id=Nr title=Titel --out mine.sssom.tsv" in unwrapped(
        run(capsys, "link", "--help")[1]
    )
    assert "example: ogpgraph review mine.sssom.tsv" in unwrapped(run(capsys, "review", "--help")[1])


# A release on one side

XANADU = """@prefix ogp: <https://w3id.org/ogpgraph/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://xanadu.example/promise/1> a ogp:Commitment ; dcterms:title "%s"@en ; ogp:member <%sid/member/XA> .
"""


def test_a_graph_of_ones_own_is_linked_to_the_latest_release(
    tables: Path, xanadu_out: Path, xanadu_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    title = next(iter(xanadu_store.query(QUERY_TITLE)))["title"].value
    (tables / "mine.ttl").write_text(XANADU % (title, BASE), "utf-8")
    status, out, err = run(capsys, "link", "mine.ttl", "--releases", xanadu_out, *NO_DECISIONS, "--per-item", "1")
    assert status == 0, err
    (found,) = mappings_of(out)
    # From a thing of ours to one of others, as data/alignments holds it, on whichever side it was.
    assert (found.subject_id, found.object_id) == (f"{BASE}id/commitment/XA0006", "https://xanadu.example/promise/1")
    assert found.predicate_id == EXACT
    version = xanadu_out.joinpath("latest").resolve().name
    again = run(capsys, "link", version, "mine.ttl", "--releases", xanadu_out, *NO_DECISIONS, "--least-score", "0.9")[1]
    assert (found.subject_id, found.object_id) in {(m.subject_id, m.object_id) for m in mappings_of(again)}


QUERY_TITLE = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?title {{ <{BASE}id/commitment/XA0006> dcterms:title ?title }}"""


def test_two_commitments_of_ours_are_proposed_as_the_same_commitment() -> None:
    ours = Candidate(Item(f"{BASE}id/commitment/XA0001"), Item(f"{BASE}id/commitment/XA-2031/1"), 0.9, ())
    bodies = Candidate(Item(f"{BASE}id/institution/xa/a", "Institution"), Item(f"{BASE}id/institution/xa/b"), 0.9, ())
    assert proposal(ours, "", DAY).predicate_id == OGP.sameCommitment.value
    assert proposal(bodies, "", DAY).predicate_id == "http://www.w3.org/2002/07/owl#sameAs"
    assert "c close" not in " ".join(f"{a.key} {a.word}" for a in review.answers_for(proposal(ours, "", DAY)))


# Lineage


def commitment(number: int, cycle: str, title: str, *bodies: str) -> Item:
    return Item(
        f"{BASE}id/commitment/XA{number:04}", titles=((title, "en"),), institutions=bodies, member="XA", cycle=cycle
    )


ITEMS = [
    commitment(1, "2031", "Open budget portal for citizens", "Treasury"),
    commitment(2, "2031", "Transparent fishing licences", "Agency for Fisheries"),
    commitment(3, "2031", "Publish lobbying meetings", "State Chancellery"),
    commitment(4, "2033", "A better open budget portal", "Treasury"),
    commitment(5, "2033", "Fishing licences in an open register", "Agency for Fisheries"),
    commitment(6, "2033", "Lobbying meetings of all ministers", "State Chancellery"),
    commitment(7, "2035", "The open budget portal for citizens and towns", "Treasury"),
]


def known_lineage(*triples: str) -> lineage.KnownLineage:
    store = Store()
    prefixes = f"@prefix ogp: <{OGP.iri}> . @prefix c: <{BASE}id/commitment/> . @prefix s: <{BASE}scheme/> .\n"
    store.load((prefixes + "\n".join(triples)).encode(), format=RdfFormat.TURTLE)
    return lineage.KnownLineage.of(store)


def pairs_of(known: lineage.KnownLineage, **more: bool) -> list[tuple[str, str]]:
    found = lineage.lineage_candidates(ITEMS, known, replace(lineage.TOPIC, per_item=1), **more)
    return [(c.left.iri[-1], c.right.iri[-1]) for c in found]


def test_lineage_candidates_lead_into_the_next_plan_only() -> None:
    assert sorted(pairs_of(known_lineage())) == [("1", "4"), ("2", "5"), ("3", "6"), ("4", "7")]


def test_what_is_stated_or_contradicted_is_left_out() -> None:
    known = known_lineage(
        "c:XA0001 ogp:succeededBy c:XA0004 .",
        f"[] ogp:fate <{BASE}scheme/fate/declared-new> ; ogp:later c:XA0005 .",
        f"[] ogp:fate <{BASE}scheme/fate/withdrawn> ; ogp:earlier c:XA0003 .",
        f"[] ogp:fate <{BASE}scheme/fate/origin-not-stated> ; ogp:later c:XA0007 .",
    )
    assert pairs_of(known) == [("4", "7")]
    kept = lineage.lineage_candidates(ITEMS, known, replace(lineage.TOPIC, per_item=1), with_known=True)
    said = {c.left.iri[-1]: c.features[0].explanation for c in kept if c.features[0].name == "known"}
    assert said == {
        "1": "the graph already has it: succeededBy",
        "2": "a source contradicts it: the later commitment is declared new",
        "3": "a source contradicts it: the earlier commitment was withdrawn or not carried forward",
    }


def test_an_inferred_statement_is_known_too() -> None:
    known = known_lineage(
        "[] ogp:earlier c:XA0001 ; ogp:later c:XA0004 ; ogp:relation ogp:possibleSuccessor ;",
        f"ogp:basis <{BASE}scheme/basis/inferred> .",
    )
    assert known.says(ITEMS[0].iri, ITEMS[3].iri) == "the graph already has it: possibleSuccessor, inferred"
    assert ("1", "4") not in pairs_of(known)


def test_lineage_of_a_member_is_proposed_as_possible_successor_only(
    tables: Path, xanadu_out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = ("link", "--lineage", "XA", "--releases", xanadu_out, *NO_DECISIONS, "--least-score", "0.01")
    status, out, err = run(capsys, *link, "--with-known", "--relation", "sameAs")
    assert status == 0, err
    found = mappings_of(out)
    assert {m.predicate_id for m in found} == {POSSIBLE_SUCCESSOR}
    cycles = {side["cycle"] for m in found for side in details_of(m)}
    assert len(cycles) > 1
    assert all(details_of(m)[0]["cycle"] < details_of(m)[1]["cycle"] for m in found)
    known = [m for m in found if m.comment.startswith("known")]
    assert known
    unknown = mappings_of(run(capsys, *link)[1])
    assert not {(m.subject_id, m.object_id) for m in known} & {(m.subject_id, m.object_id) for m in unknown}
    status, _, err = run(capsys, *link[:2], "ZZ", *link[3:])
    assert status == 2
    assert "has no commitment of member ZZ; members have OGP's codes, such as FR" in unwrapped(err)


def test_stated_lineage_of_france_comes_out_on_top(store: Store) -> None:
    """The linker does not see the statements: that a plan extends a commitment is found by its words and bodies."""
    items = list(items_of_graph(store, "Commitment", "FR"))
    found = lineage.lineage_candidates(items, lineage.KnownLineage.of(store), with_known=True)
    best = [(c.left.iri.rpartition("/")[2], c.right.iri.rpartition("/")[2]) for c in found][:12]
    assert {("FR0004", "FR0031"), ("FR0007", "FR0048"), ("FR0008", "FR0050")} <= set(best)


# The documentation


def shown_commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command of the indented blocks of a page with what the page shows below it."""
    command: list[str] = []
    shown: list[str] = []
    for line in [*page.splitlines(), "    $ "]:
        if not line.startswith("    "):
            continue
        text = line.removeprefix("    ")
        if text.startswith("$ "):
            if command:
                yield "\n".join(command), "".join(f"{each}\n" for each in shown)
            command, shown = [text.removeprefix("$ ")], []
        elif command and "<<END" in command[0] and command[-1] != "END":
            command.append(text)
        else:
            shown.append(text)


def test_the_worked_example_runs_as_it_is_shown(tmp_path: Path) -> None:
    """Every command of docs/linking.md, one after the other; figures may differ in their decimals."""
    program = tmp_path / "bin" / "ogpgraph"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ogpgraph.cli "$@"\n', "utf-8")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)}
    page = (PROJECT / "docs" / "linking.md").read_text("utf-8")
    ran = 0
    for command, shown in shown_commands(page):
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        said = "".join(f"{line}\n" for line in done.stderr.splitlines() if line.strip())
        assert without_decimals(done.stdout + said) == without_decimals(shown), command
        ran += 1
    assert ran == 8


def without_decimals(text: str) -> str:
    return re.sub(r"[+-]?\d+\.\d+|\d+%", "N", text)
