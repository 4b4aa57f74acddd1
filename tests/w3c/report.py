"""The table of the suites: what passed, what failed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.w3c.evaluation import Verdict
from tests.w3c.run import Result, known_failures
from tests.w3c.suites import Case

_PARTS = {
    "ProtocolTest": "protocol",
    "ServiceDescriptionTest": "service description",
    "GraphStoreProtocolTest": "graph store",
    "UpdateEvaluationTest": "update evaluation",
}
_OWN_PARTS = {
    "sparql11/entailment": "entailment",
    "sparql11/service": "federated query",
    "sparql11/csv-tsv-res": "result formats",
    "sparql11/json-res": "result formats",
    "sparql11/http-rdf-update": "graph store, older",
}


def part_of(case: Case) -> str:
    """The line of the table that counts a test."""
    if case.suite in _OWN_PARTS:
        part = _OWN_PARTS[case.suite]
    elif case.kind in _PARTS:
        part = _PARTS[case.kind]
    elif "Syntax" in case.kind:
        part = "update syntax" if case.action.value.endswith(".ru") else "query syntax"
    else:
        part = "query evaluation"
    return f"{'SPARQL 1.1' if case.suite.startswith('sparql11/') else 'SPARQL 1.0'} {part}"


def table(way: str, results: Sequence[Result]) -> str:
    """Counts by part of the specification."""
    columns = [verdict.value for verdict in Verdict]
    counts: dict[str, Counter[str]] = {}
    for result in results:
        counts.setdefault(part_of(result.case), Counter())[result.outcome.verdict.value] += 1
    counts["all"] = sum(counts.values(), Counter())
    width = max(map(len, counts))
    lines = [f"{way:{width}}  {'tests':>6}" + "".join(f"{each:>16}" for each in columns)]
    for part, found in counts.items():
        lines.append(f"{part:{width}}  {found.total():6}" + "".join(f"{found[each]:16}" for each in columns))
    return "\n".join(lines)


def reasons(way: str, results: Sequence[Result]) -> str:
    """Every test that did not pass: what is known of it, and what was seen."""
    known = known_failures(way)
    lines = []
    for case, outcome in ((result.case, result.outcome) for result in results):
        if outcome.verdict is Verdict.FAIL:
            lines.append(f"fail     {case.suite} {case.name}: {known.get((case.suite, case.name), 'not known')}")
            lines.append(f"         {' '.join(outcome.reason.split())}")
        elif outcome.verdict is not Verdict.NOT_RUN and outcome.reason:
            lines.append(f"{outcome.verdict.name.lower():8} {case.suite} {case.name}: {outcome.reason}")
    not_run = Counter((result.case.suite, result.outcome.reason) for result in results if _not_run(result))
    lines += [f"not run  {suite} ({count}): {reason}" for (suite, reason), count in not_run.items()]
    return "\n".join(lines)


def surprises(way: str, results: Sequence[Result]) -> list[str]:
    """Failures that nobody knew, and known ones that are gone."""
    known = known_failures(way)
    failures = {
        (result.case.suite, result.case.name): result.outcome.reason
        for result in results
        if result.outcome.verdict is Verdict.FAIL
    }
    new = [f"{suite} {name} fails: {failures[suite, name]}" for suite, name in sorted(failures.keys() - known.keys())]
    return new + [f"{suite} {name} does not fail any more" for suite, name in sorted(known.keys() - failures.keys())]


def _not_run(result: Result) -> bool:
    return result.outcome.verdict is Verdict.NOT_RUN
