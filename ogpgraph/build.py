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
from ogpgraph.lift.lineage import statement_node
from ogpgraph.problems import Problem, ProblemsFound, violations
from ogpgraph.read.data_folder import ReadRecord, read_data_folder
from ogpgraph.read.references import POINTER_RULES, reference_problems
from ogpgraph.read.sources import Brought, read_brought
from ogpgraph.release import Files, Release, judge, make_release
from ogpgraph.release.unread import unread_csv
from ogpgraph.vocabulary import Vocabulary

Step = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """What was read from the data folder: the records, where each stands, and what is wrong with them.

    ``brought`` are the records of sources that somebody adds, ``unread`` what could not be read of those; ``tables``
    are the records of graphs that somebody writes as tables.
    """

    found: list[ReadRecord]
    problems: list[Problem]
    brought: list[r.Record] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    tables: list[ReadRecord] = field(default_factory=list)

    @property
    def collection(self) -> r.Collection:
        return r.Collection([*(entry.record for entry in (*self.found, *self.tables)), *self.brought])

    def places(self) -> dict[str, tuple[str, int]]:
        """File and line of each entity, by IRI, for problems that are found in the graph."""
        places: dict[str, tuple[str, int]] = {}
        for entry in (*self.found, *self.tables):
            for node, place in _nodes(entry.record):
                places.setdefault(node.value, entry.located.where((*entry.place, *place)))
        for record in self.brought:
            if isinstance(record, r.RdfSource):
                for subject, line in record.lines.items():
                    places.setdefault(subject, (record.file, line))
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
        case r.Lineage():
            for i, statement in enumerate(record.statements):
                yield statement_node(statement), ("statements", i)
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
    """The reading with the records of further sources.

    What cannot be read of pages and of OGP's tables does not stop a build; a graph that somebody brings, as RDF or as
    tables, is joined whole or not at all.
    """
    brought = read_brought(sources, vocabulary, lambda path: step(f"reading {path.name}"))
    tables, problems = _joined_tables(reading, brought, vocabulary)
    problems = sorted({*reading.problems, *brought.problems, *problems})
    return Reading(reading.found, problems, brought.records, brought.unread, tables)


def _joined_tables(
    reading: Reading, brought: Brought, vocabulary: Vocabulary
) -> tuple[list[ReadRecord], list[Problem]]:
    """The rows of own tables beside the data, and what is wrong with their pointers and keys."""
    if not brought.tables:
        return [], []
    known = {entry.record.code for entry in reading.found if isinstance(entry.record, r.Member)}
    # A member of the release keeps the row that it has.
    rows = [e for e in brought.rows if not (isinstance(e.record, r.Member) and e.record.code in known)]
    unread: dict[str, set[str]] = {}
    for graph in brought.tables:
        for kind, keys in graph.unread.items():
            unread.setdefault(kind, set()).update(keys)
    silent = {f"unknown-{kind}" for graph in brought.tables for kind in graph.unread_kinds}
    files = {entry.located.file for entry in reading.found}
    problems = reference_problems([*reading.found, *rows], vocabulary, unread)
    return rows, [p for p in problems if p.rule not in silent and p.file not in files]


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


def check(
    data: Path, step: Step = lambda name: None, sources: Sequence[Path] = (), *, with_data: bool = True
) -> list[Problem]:
    """Every problem of the data and, where they can be lifted, of the graph that they make.

    With ``sources`` the problems of those, on top of the data folder, or, without ``with_data``, alone.
    """
    vocabulary = Vocabulary()
    reading = read(data, vocabulary, step) if with_data else read_without_data(data)
    own = {entry.located.file for entry in reading.found} if sources else set()
    if sources:
        reading = add_sources(reading, sources, vocabulary, step)
    problems = {*reading.problems, *reading.unread}
    if not violations(reading.problems):
        quads = lifted(reading, vocabulary, step)
        step("shapes and rules")
        found, _ = judge(quads)
        problems |= set(checks.with_places(found, reading.places()))
    return sorted(problem for problem in problems if problem.file not in own)
