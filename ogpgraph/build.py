"""``build``: read, lift and release in one go, with every problem on the way collected."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Quad

import ogpgraph
from ogpgraph import checks, iris
from ogpgraph import records as r
from ogpgraph.lift import lift, lift_vocabularies
from ogpgraph.problems import Problem, ProblemsFound, violations
from ogpgraph.read.data_folder import ReadRecord, read_data_folder
from ogpgraph.read.references import POINTER_RULES, reference_problems
from ogpgraph.read.sources import read_sources
from ogpgraph.release import Files, Release, judge, make_release
from ogpgraph.release.unread import unread_csv
from ogpgraph.vocabulary import Vocabulary

Step = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """What was read from the data folder: the records, where each stands, and what is wrong with them.

    ``brought`` are the records of sources that somebody adds, ``unread`` what could not be read of those.
    """

    found: list[ReadRecord]
    problems: list[Problem]
    brought: list[r.Record] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)

    @property
    def collection(self) -> r.Collection:
        return r.Collection([*(entry.record for entry in self.found), *self.brought])

    def places(self) -> dict[str, tuple[str, int]]:
        """File and line of each entity, by IRI, for problems that are found in the graph."""
        places: dict[str, tuple[str, int]] = {}
        for entry in self.found:
            for node, place in _nodes(entry.record):
                line = entry.located.line((*entry.place, *place))
                places.setdefault(node.value, (entry.located.file, line))
        return places


def _nodes(record: r.Record) -> Iterable[tuple]:
    match record:
        case r.Member():
            yield iris.member(record.code), ()
        case r.Plan():
            yield iris.plan(record.plan), ("plan",)
            for i, commitment in enumerate(record.commitments):
                yield iris.commitment(commitment.id), ("commitments", i)
                for j, milestone in enumerate(commitment.milestones):
                    yield iris.milestone(commitment.id, milestone.number), ("commitments", i, "milestones", j)
        case r.Institutions():
            for i, institution in enumerate(record.institutions):
                yield iris.institution(record.member, institution.key), ("institutions", i)
            for i, change in enumerate(record.changes):
                yield iris.institution_change(record.member, change.key), ("changes", i)
        case r.Reports():
            for i, document in enumerate(record.documents):
                yield iris.report(document.id), ("documents", i)
        case r.AssessmentRow():
            yield iris.assessment(record.commitment, record.phase), ()
        case r.SourceDocument():
            yield iris.source(record.key), ()
            if record.commitment:
                yield iris.commitment(record.commitment.id), ("commitment", "id")


def read(data: Path, vocabulary: Vocabulary, step: Step) -> Reading:
    """Read and check the hand-kept data; problems of form and of reference are all in the result."""
    step("reading data")
    found, problems = read_data_folder(data)
    step("references")
    # What an unread file defines is not missing, only unread: pointers to it are judged once it is mended.
    pointless = POINTER_RULES if violations(problems) else ()
    problems += [p for p in reference_problems(found, vocabulary) if p.rule not in pointless]
    return Reading(found, sorted(set(problems)))


def lifted(reading: Reading, vocabulary: Vocabulary, step: Step) -> set[Quad]:
    """The quads of a reading without violations, with ontology, schemes and shapes."""
    if violations(reading.problems):
        raise ProblemsFound(reading.problems)
    step("lifting")
    return lift(reading.collection, vocabulary) | set(lift_vocabularies())


def add_sources(reading: Reading, sources: Sequence[Path], vocabulary: Vocabulary, step: Step) -> Reading:
    """The reading with the records of further sources. What cannot be read of them does not stop a build."""
    brought, unread = read_sources(sources, vocabulary, lambda path: step(f"reading {path.name}"))
    return Reading(reading.found, reading.problems, brought, unread)


def read_without_data(data: Path) -> Reading:
    """No hand-kept data but the name and the edition of the release, from ``release.yml`` where there is one."""
    found = [entry for entry in read_data_folder(data)[0] if isinstance(entry.record, r.ReleaseNotes)]
    return Reading(found, [])


def build(
    data: Path,
    out: Path,
    step: Step = lambda name: None,
    sources: Sequence[Path] = (),
    *,
    with_data: bool = True,
    told: Callable[[Reading], None] = lambda reading: None,
) -> Release:
    """Read, lift, validate, write. ProblemsFound where the data or the graph are not good.

    ``sources`` are read on top of the data folder, or, without ``with_data``, instead of it; ``told`` is called with
    what was read.
    """
    with _without_cycle_search():
        vocabulary = Vocabulary()
        reading = read(data, vocabulary, step) if with_data else read_without_data(data)
        files: Files = {}
        if sources:
            reading = add_sources(reading, sources, vocabulary, step)
            files["unread.csv"] = unread_csv(reading.unread)
        told(reading)
        quads = lifted(reading, vocabulary, step)
        notes = reading.collection.of(r.ReleaseNotes) or [_unnamed()]
        return make_release(quads, notes[0], out, reading.places(), step, files)


def _unnamed() -> r.ReleaseNotes:
    """What a release is called that is made from sources alone."""
    return r.ReleaseNotes(
        edition=ogpgraph.__version__,
        issued="2026-11-21",
        data_until="2026",
        title="OGP Graph",
        description="Commitments of the Open Government Partnership, from the sources that the build was given.",
    )


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """No search for cycles among millions of quads, which have none: it takes longer than the lifting."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def check(data: Path, step: Step = lambda name: None) -> list[Problem]:
    """Every problem of the data and, where they can be lifted, of the graph that they make."""
    vocabulary = Vocabulary()
    reading = read(data, vocabulary, step)
    if violations(reading.problems):
        return reading.problems
    quads = lifted(reading, vocabulary, step)
    step("shapes and rules")
    found, _ = judge(quads)
    return sorted({*reading.problems, *checks.with_places(found, reading.places())})
