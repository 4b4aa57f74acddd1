"""What people decided about pairs, kept as SSSOM: which pairs are settled, and a file that never loses a decision.

A mapping is a decision unless only a machine made it, by the justification it gives. Accepted: the mapping as it
stands. Rejected: with the predicate modifier ``Not``. Unsure: with a ``reviewer_agreement`` of 0 and a confidence of
at most one half, so that who loads it can tell that nobody stands by it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ogpgraph.problems import Problem, ProblemsFound, violations
from ogpgraph.settings import BASE
from ogpgraph.sssom import NEGATED, Mapping, MappingSet, read_sssom, write_sssom
from ogpgraph.vocabulary import OGP, SEMAPV, SKOS

REVIEWED = SEMAPV.MappingReview.value
# What a linker gives as its reason (SSSOM, section "mapping justifications"); all else was decided by somebody.
BY_MACHINE = frozenset(
    SEMAPV[name].value
    for name in (
        "CompositeMatching",
        "LexicalMatching",
        "LexicalSimilarityThresholdMatching",
        "SemanticSimilarityThresholdMatching",
        "StructuralMatching",
        "InstanceBasedMatching",
    )
)
MOST_WHERE_UNSURE = 0.5  # as likely right as wrong
CURATORS = f"{BASE}id/agent/ogp-graph"  # who decides where nobody is named: the project, no person
POSSIBLE_SUCCESSOR = OGP.possibleSuccessor.value
MATCHES = frozenset(SKOS[f"{name}Match"].value for name in ("exact", "close", "broad", "narrow", "related"))
EXACT, CLOSE, BROAD, NARROW = (SKOS[f"{name}Match"].value for name in ("exact", "close", "broad", "narrow"))

Question = tuple[frozenset[str], bool]


class Verdict(StrEnum):
    """What somebody decided about a pair."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSURE = "unsure"


def verdict_of(mapping: Mapping) -> Verdict | None:
    """What a mapping decides; None for a candidate that nobody has judged."""
    if mapping.mapping_justification in BY_MACHINE and not mapping.reviewer_id:
        return None
    agreement = 1.0 if mapping.reviewer_agreement is None else mapping.reviewer_agreement
    if agreement == 0:
        return Verdict.UNSURE
    return Verdict.REJECTED if mapping.negated or agreement < 0 else Verdict.ACCEPTED


def question_of(mapping: Mapping) -> Question:
    """What a mapping answers: two things in either order, and whether the one continues the other or is the same.

    Which kind of match was proposed does not matter: a pair that is no exact match, by a person's word, is not asked
    about again as a close one. Lineage is another question about the same pair.
    """
    return frozenset((mapping.subject_id, mapping.object_id)), mapping.predicate_id == POSSIBLE_SUCCESSOR


class Decisions:
    """The decided pairs of any number of mapping sets; where two decide one pair, the later given counts."""

    def __init__(self, mappings: Iterable[Mapping] = ()) -> None:
        self._by_question: dict[Question, Mapping] = {}
        for mapping in mappings:
            self.add(mapping)

    def add(self, mapping: Mapping) -> None:
        """Take in a decision; a candidate is passed over."""
        if verdict_of(mapping) is not None:
            self._by_question[question_of(mapping)] = mapping

    def of(self, mapping: Mapping) -> Mapping | None:
        """The decision on the pair of a mapping, given in either direction."""
        return self._by_question.get(question_of(mapping))

    def settles(self, mapping: Mapping, ask_unsure: bool = False) -> bool:
        """Whether a pair needs no more asking: decided, or left unsure where those are not to be asked again."""
        found = self.of(mapping)
        return found is not None and not (ask_unsure and verdict_of(found) is Verdict.UNSURE)

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._by_question.values())

    def __len__(self) -> int:
        return len(self._by_question)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The SSSOM files among the paths: those named, and ``*.sssom.tsv`` in the folders named, in a stable order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.sssom.tsv")) if path.is_dir() else [path]
    return found


def read_set(path: Path) -> MappingSet:
    """A mapping set from a file; ProblemsFound where it cannot be read, OSError where it is not there."""
    found, problems = read_sssom(path.read_text("utf-8"), str(path))
    if violations(problems):
        raise ProblemsFound(problems)
    return found


def read_decisions(paths: Iterable[Path]) -> Decisions:
    """The decisions in SSSOM files and folders of them; ProblemsFound where one cannot be read."""
    decisions = Decisions()
    problems: list[Problem] = []
    for path in files_of(paths):
        try:
            for mapping in read_set(path).mappings:
                decisions.add(mapping)
        except ProblemsFound as error:
            problems += error.problems
    if problems:
        raise ProblemsFound(problems)
    return decisions


@dataclass(frozen=True, slots=True)
class Judge:
    """Who decides: the IRI of a person or a role, the day (ISO 8601), how sure of what is accepted or rejected.

    Without a confidence it is 0.95, and 0.7 for an accepted possible successor, which stays a guess.
    """

    reviewer: str
    day: str
    confidence: float | None = None

    def decision(self, candidate: Mapping, verdict: Verdict, predicate: str = "") -> Mapping:
        """A decision on a candidate, which keeps what the machine said; ``predicate`` replaces the proposed one."""
        unsure = verdict is Verdict.UNSURE
        proposed = MOST_WHERE_UNSURE if candidate.confidence is None else candidate.confidence
        return replace(
            candidate,
            predicate_id=predicate or candidate.predicate_id,
            predicate_modifier=NEGATED if verdict is Verdict.REJECTED else "",
            mapping_justification=REVIEWED,
            author_id=candidate.author_id or (self.reviewer,),
            reviewer_id=(self.reviewer,),
            review_date=self.day,
            reviewer_agreement=0.0 if unsure else 1.0,
            confidence=min(proposed, MOST_WHERE_UNSURE) if unsure else self._sure(candidate, verdict),
            other="",  # texts that a reviewer needs are no part of what was decided
            comment=f"unsure: {candidate.comment}" if unsure else candidate.comment,
        )

    def _sure(self, candidate: Mapping, verdict: Verdict) -> float:
        if self.confidence is not None:
            return self.confidence
        guess = verdict is Verdict.ACCEPTED and candidate.predicate_id == POSSIBLE_SUCCESSOR
        return 0.7 if guess else 0.95


class FileChanged(Exception):
    """Another program wrote into a file of decisions while it was being added to."""

    status = 1

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: somebody else has changed this file: nothing was overwritten; start again")


class DecisionFile:
    """A file of decisions. Each is on the disk before ``decide`` returns, in a file that is always whole."""

    def __init__(self, path: Path, made_for: MappingSet) -> None:
        """Open the file, or begin one like ``made_for``; ProblemsFound where it cannot be read."""
        self.path = path
        self._bytes = path.read_bytes() if path.exists() else b""
        self._set = read_set(path) if self._bytes.strip() else replace(made_for, mappings=())
        self.decisions = Decisions(self._set.mappings)

    def decide(self, decision: Mapping) -> None:
        """Write a decision; one on the same pair is replaced. FileChanged where the file is not as it was left."""
        if (self.path.read_bytes() if self.path.exists() else b"") != self._bytes:
            raise FileChanged(self.path)
        asked = question_of(decision)
        # Mappings that are no decisions (a candidate file that is decided in place) stay where they are not answered.
        kept = tuple(mapping for mapping in self._set.mappings if question_of(mapping) != asked)
        self._set = replace(self._set, mappings=(*kept, decision))
        self._bytes = write_sssom(self._set).encode()
        _write_whole(self.path, self._bytes)
        self.decisions.add(decision)


def _write_whole(path: Path, raw: bytes) -> None:
    """Write a file so that it is the old one or the new one at any moment, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
