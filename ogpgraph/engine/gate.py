"""The gate of a release, asked about the outcome of a write: does the dataset keep every shape and every rule?

A process of its own (``python -m ogpgraph.engine.gate FILE MEMORY_BYTES``): the validator starts threads, which a
process that others are forked from must not have, and what it took ends with it. It prints a :class:`Verdict` as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from ogpgraph.engine import confinement
from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.engine.nursery import child_environment
from ogpgraph.problems import Problem, Severity, violations
from ogpgraph.settings import Settings
from ogpgraph.vocabulary import RDF, SH, SHAPES, XSD, text

# A refusal names this many violations; the report has all.
_NAMED_VIOLATIONS = 100
# What validating takes: measured with the validator and its threads, with a third to spare.
_MEMORY_BYTES_PER_QUAD = 8000
_OUT_OF_MEMORY = 3
_NICENESS = 10  # a write may wait for those who read


@dataclass(frozen=True, slots=True)
class Violation:
    """One violation: the shape or rule, the node at fault, what is wrong with it."""

    rule: str
    node: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a dataset may be published; where not, why: the first violations, their number, the SHACL report."""

    passed: bool
    count: int = 0
    violations: tuple[Violation, ...] = ()
    report: str = ""  # Turtle


async def judge(candidate: Path, quads_before: int, settings: Settings) -> Verdict:
    """Judge N-Quads in a process that ends with this call, also where it is cancelled.

    It may take what a dataset of ``quads_before`` takes and ``query_memory_bytes`` more: LimitReached beyond;
    EngineFailed where it ends without a verdict.
    """
    memory_bytes = settings.query_memory_bytes + quads_before * _MEMORY_BYTES_PER_QUAD
    command = (sys.executable, "-P", "-m", "ogpgraph.engine.gate", str(candidate), str(memory_bytes))
    null, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    environment = child_environment()
    gate = await asyncio.create_subprocess_exec(*command, stdin=null, stdout=pipe, stderr=pipe, env=environment)
    try:
        answer, complaint = await gate.communicate()
    finally:
        if gate.returncode is None:
            gate.kill()
            await gate.wait()
    if gate.returncode in (_OUT_OF_MEMORY, -signal.SIGABRT):
        raise LimitReached(503, "query_memory_bytes", settings.query_memory_bytes, "validating the write takes more")
    if gate.returncode != 0:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise EngineFailed(f"the validation of the write failed: {last}")
    verdict = json.loads(answer)
    return Verdict(**verdict | {"violations": tuple(Violation(**each) for each in verdict["violations"])})


def verdict_on(raw: bytes) -> Verdict:
    """What shapes, rules and the accounting say of N-Quads."""
    # The validator takes half a second to import, and only the process of the gate needs it.
    from ogpgraph import release

    problems, validation = release.judge(parse(raw, RdfFormat.N_QUADS))
    found = violations(problems)
    if not found:
        return Verdict(passed=True)
    named = tuple(Violation(each.rule, each.file, each.message) for each in found[:_NAMED_VIOLATIONS])
    return Verdict(False, len(found), named, _report(problems, release.report_turtle(validation)))


def _report(problems: list[Problem], of_shapes: bytes) -> str:
    """The SHACL report of the shapes, with a result for every row of a rule as well (SHACL, section 3.6)."""
    from ogpgraph import checks
    from ogpgraph.release import dumps

    rules = {rule.name for rule in checks.rules()} | {"unaccounted"}
    triples = {quad.triple for quad in parse(of_shapes, RdfFormat.TURTLE, rename_blank_nodes=True)}
    report = next(each.subject for each in triples if each.object == SH.ValidationReport)
    triples = {each for each in triples if each.predicate != SH.conforms}
    triples.add(Triple(report, SH.conforms, Literal("false", datatype=XSD.boolean)))
    for problem in problems:
        if problem.rule in rules:
            triples.update(_result(report, problem))
    ordered = dumps.canonical(Quad(each.subject, each.predicate, each.object) for each in triples)
    return dumps.turtle(dumps.default_graph(ordered)).decode()


def _result(report: NamedNode | BlankNode | Triple, problem: Problem) -> Iterator[Triple]:
    result = BlankNode()
    yield Triple(report, SH.result, result)
    yield Triple(result, RDF.type, SH.ValidationResult)
    yield Triple(result, SH.focusNode, _node(problem.file))
    yield Triple(result, SH.sourceShape, SHAPES[f"Rule-{problem.rule}"])
    yield Triple(result, SH.sourceConstraintComponent, SH.SPARQLConstraintComponent)
    yield Triple(result, SH.resultMessage, text(problem.message))
    severity = SH.Violation if problem.severity is Severity.VIOLATION else SH.Warning
    yield Triple(result, SH.resultSeverity, severity)


def _node(name: str) -> NamedNode | BlankNode:
    try:
        return NamedNode(name)
    except ValueError:
        return BlankNode(name)


def main() -> int:
    """Judge the dataset in the file that the command line names."""
    import resource  # not every system that serves has it; those that write do

    file, memory_bytes = sys.argv[1:]
    confinement.end_with_parent(os.getppid())
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    try:
        verdict = verdict_on(Path(file).read_bytes())
    except MemoryError:
        return _OUT_OF_MEMORY
    json.dump(asdict(verdict), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
