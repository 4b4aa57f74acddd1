"""The review of candidates: one pair after the other, decided by a person; how it looks is another's business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from ogpgraph import iris
from ogpgraph.link.decisions import (
    BROAD,
    CLOSE,
    CURATORS,
    MATCHES,
    NARROW,
    DecisionFile,
    Decisions,
    FileChanged,
    Judge,
    Question,
    Verdict,
    files_of,
    question_of,
    read_decisions,
    read_set,
    verdict_of,
)
from ogpgraph.sssom import Mapping, MappingSet

__all__ = ["FileChanged", "Request", "Review", "opened", "review"]

Step = Literal["decide", "back", "quit"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers that may be given: its key, its word, what it does."""

    key: str
    word: str
    step: Step = "decide"
    verdict: Verdict = Verdict.ACCEPTED
    predicate: str = ""  # in the place of the one proposed


QUIT = Answer("q", "quit", "quit")
_RELATIONS = (
    Answer("c", "close", predicate=CLOSE),
    Answer("w", "wider", predicate=BROAD),
    Answer("n", "narrower", predicate=NARROW),
)
_ANSWERS = (
    Answer("a", "accept"),
    Answer("r", "reject", verdict=Verdict.REJECTED),
    Answer("u", "unsure", verdict=Verdict.UNSURE),
    *_RELATIONS,
    Answer("b", "back", "back"),
    QUIT,
)


def answers_for(pair: Mapping) -> tuple[Answer, ...]:
    """The answers that a pair may be given; where no match is proposed, there is none that is closer or wider."""
    return tuple(answer for answer in _ANSWERS if answer not in _RELATIONS or pair.predicate_id in MATCHES)


def answer_of(word: str, offered: Iterable[Answer]) -> Answer | None:
    """The answer that a key or a word means, in either case; None where it means none."""
    asked = word.strip().lower()
    return next((answer for answer in offered if asked in (answer.key, answer.word)), None)


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of one pair: its place from 1, what was decided so far, and what about this pair before."""

    pair: Mapping
    place: int
    total: int
    tally: Counter[Verdict]
    answers: tuple[Answer, ...]
    before: Mapping | None = None


class Desk(Protocol):
    """Where a person sits: a terminal, or lines that were piped in."""

    def ask(self, view: View) -> Answer:
        """Show a pair and give the answer; ``QUIT`` where no answer will come any more."""


def open_pairs(pairs: Iterable[Mapping], decided: Decisions, ask_unsure: bool = False) -> list[Mapping]:
    """The candidates that still need a decision, each pair once, in their order."""
    open_: dict[Question, Mapping] = {}
    for pair in pairs:
        if verdict_of(pair) is None and not decided.settles(pair, ask_unsure):
            open_.setdefault(question_of(pair), pair)
    return list(open_.values())


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to review, and as whom.

    ``decisions``: where decisions go, by default beside the candidates; ``decided``: SSSOM files and folders of them
    whose pairs are not asked about; ``day``: ISO 8601; ``unsure``: whether to ask again about what was left unsure.
    """

    candidates: Path
    day: str
    decisions: Path | None = None
    decided: tuple[Path, ...] = ()
    reviewer: str | None = None
    confidence: float | None = None
    unsure: bool = False

    @property
    def target(self) -> Path:
        """The file of the decisions: ``x.decisions.sssom.tsv`` beside ``x.sssom.tsv``."""
        name = self.candidates.name.removesuffix(".tsv").removesuffix(".sssom")
        return self.decisions or self.candidates.with_name(f"{name}.decisions.sssom.tsv")


@dataclass(frozen=True, slots=True)
class Review:
    """A review that can begin: the pairs to ask about, the file that takes the decisions, and who decides."""

    pairs: tuple[Mapping, ...]
    file: DecisionFile
    judge: Judge


def opened(request: Request) -> Review:
    """Read candidates and decisions; ProblemsFound where a file cannot be read, OSError where it is not there."""
    candidates = read_set(request.candidates)
    file = DecisionFile(request.target, decisions_on(candidates, request.target))
    elsewhere = [path for path in files_of(request.decided) if path.resolve() != request.target.resolve()]
    decided = Decisions([*read_decisions(elsewhere), *file.decisions])
    pairs = in_order(open_pairs(candidates.mappings, decided, request.unsure))
    judge = Judge(request.reviewer or CURATORS, request.day, request.confidence)
    return Review(tuple(pairs), file, judge)


def decisions_on(candidates: MappingSet, target: Path) -> MappingSet:
    """The set that a new file of decisions begins with; its IRI follows from its name, as in `data/alignments`."""
    return replace(
        candidates,
        mapping_set_id=iris.mapping_set(target.name.removesuffix(".tsv").removesuffix(".sssom")).value,
        mapping_set_title=f"Decisions on: {candidates.mapping_set_title}" if candidates.mapping_set_title else "",
        mapping_set_description="Decided by people, one pair after the other.",
        mapping_set_source=(candidates.mapping_set_id,),
        mappings=(),
    )


def in_order(pairs: Iterable[Mapping]) -> list[Mapping]:
    """The likeliest first; the candidates of one thing stay together, so that they can be compared."""
    pairs = list(pairs)
    best: dict[str, float] = {}
    for pair in pairs:
        best[pair.subject_id] = max(best.get(pair.subject_id, 0.0), pair.confidence or 0.0)
    return sorted(pairs, key=lambda p: (-best[p.subject_id], p.subject_id, -(p.confidence or 0.0), p.object_id))


def review(opened: Review, desk: Desk) -> Counter[Verdict]:
    """Ask about every pair until all are decided or somebody quits; every decision is on the disk at once.

    Gives how many pairs got which verdict. FileChanged where another program writes the same file.
    """
    pairs = opened.pairs
    verdicts: dict[int, Verdict] = {}
    place = 0
    while place < len(pairs):
        pair = pairs[place]
        before = opened.file.decisions.of(pair)
        answer = desk.ask(View(pair, place + 1, len(pairs), Counter(verdicts.values()), answers_for(pair), before))
        if answer.step == "quit":
            break
        if answer.step == "back":
            place = max(0, place - 1)
            continue
        opened.file.decide(opened.judge.decision(pair, answer.verdict, answer.predicate))
        verdicts[place] = answer.verdict
        place += 1
    return Counter(verdicts.values())
