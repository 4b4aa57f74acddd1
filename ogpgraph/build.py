"""``build``: read, lift and release in one go, with every problem on the way collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad

from ogpgraph import checks, iris
from ogpgraph import records as r
from ogpgraph.lift import lift, lift_vocabularies
from ogpgraph.problems import Problem, ProblemsFound, violations
from ogpgraph.read.data_folder import ReadRecord, read_data_folder
from ogpgraph.read.references import reference_problems
from ogpgraph.release import Release, judge, make_release
from ogpgraph.vocabulary import Vocabulary

Step = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """What was read from the data folder: the records, where each stands, and what is wrong with them."""

    found: list[ReadRecord]
    problems: list[Problem]

    @property
    def collection(self) -> r.Collection:
        return r.Collection(entry.record for entry in self.found)

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
    problems += reference_problems(found, vocabulary)
    return Reading(found, sorted(set(problems)))


def lifted(reading: Reading, vocabulary: Vocabulary, step: Step) -> set[Quad]:
    """The quads of a reading without violations, with ontology, schemes and shapes."""
    if violations(reading.problems):
        raise ProblemsFound(reading.problems)
    step("lifting")
    return lift(reading.collection, vocabulary) | set(lift_vocabularies())


def build(data: Path, out: Path, step: Step = lambda name: None) -> Release:
    """Read, lift, validate, write. ProblemsFound where the data or the graph are not good."""
    vocabulary = Vocabulary()
    reading = read(data, vocabulary, step)
    quads = lifted(reading, vocabulary, step)
    notes = reading.collection.of(r.ReleaseNotes)
    return make_release(quads, notes[0], out, reading.places(), step)


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
