"""Is the graph good? SHACL for what is local to a node, one query a rule for what crosses entities.

Shapes run on pyshifty, which answers as pyshacl does (tests hold the two against each other) in a fraction
of its time. Rules are the files of ``queries/checks/``: a row is a problem, no row means that it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rdflib
import shifty
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, serialize

from ogpgraph import iris
from ogpgraph.problems import Problem, Severity
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, PREFIXES, QUERIES_FOLDER, RDF, RDFS, SH, SHAPES, SHAPES_FOLDER, text, under_base

_SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


@dataclass(frozen=True)
class Rule:
    """A rule across entities: a SELECT whose rows are problems; ``?this`` is the node at fault."""

    name: str
    title: str
    severity: Severity
    target: str
    message: str
    query: str

    @classmethod
    def parse(cls, name: str, text: str) -> Rule:
        """Read a ``.rq`` file with its header of ``# key: value`` lines; ValueError names a missing key."""
        header = dict(re.findall(r"^# (title|severity|target|message): (.+)$", text, flags=re.MULTILINE))
        missing = {"title", "severity", "target", "message"} - set(header)
        if missing:
            raise ValueError(f"{name}.rq: the header lacks {', '.join(sorted(missing))}")
        severity = Severity(header["severity"].strip())
        return cls(name, header["title"].strip(), severity, header["target"].strip(), header["message"].strip(), text)

    def problems(self, store: Store) -> list[Problem]:
        """Every row of the query as a problem of the node that it names."""
        solutions = store.query(self.query)
        assert isinstance(solutions, QuerySolutions), f"{self.name}.rq is no SELECT"
        variables = [variable.value for variable in solutions.variables]
        found = set()
        for solution in solutions:
            values = {name: shown(solution[name]) for name in variables}
            found.add(Problem(str(solution["this"].value), 0, self.name, self.filled(values), self.severity))
        return sorted(found)

    def filled(self, values: dict[str, str]) -> str:
        """The message with its ``{placeholders}`` replaced."""
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found.group(1), "-"), self.message)

    @property
    def fits_shacl(self) -> bool:
        """Whether SHACL-SPARQL admits the query: it forbids MINUS and VALUES (SHACL, section 5.3.1)."""
        return not re.search(r"\b(MINUS|VALUES)\b", self._without_comments())

    def as_shape(self) -> list[Triple]:
        """The rule as a SHACL-SPARQL shape, for those who validate elsewhere."""
        shape, constraint = SHAPES[f"Rule-{self.name}"], SHAPES[f"Rule-{self.name}-query"]
        severity = SH.Violation if self.severity is Severity.VIOLATION else SH.Warning
        message = re.sub(r"\{(\w+)\}", r"{?\1}", self.message).replace("{?this}", "{$this}")
        targets = [_expanded(name.strip()) for name in re.split(r"[,\s]+", self.target)]
        return [
            Triple(shape, RDF.type, SH.NodeShape),
            Triple(shape, RDFS.label, text(self.title)),
            Triple(shape, SH.severity, severity),
            Triple(shape, SH.sparql, constraint),
            Triple(constraint, RDF.type, SH.SPARQLConstraint),
            Triple(constraint, SH.message, text(message)),
            Triple(constraint, SH.select, Literal(self._without_comments().replace("?this", "$this"))),
            *(Triple(shape, SH.targetClass, target) for target in targets),
        ]

    def _without_comments(self) -> str:
        return re.sub(r"^\s*#.*\n", "", self.query, flags=re.MULTILINE).strip()


def _expanded(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def rules(folder: Path = QUERIES_FOLDER / "checks") -> list[Rule]:
    """The rules across entities, by number."""
    return [Rule.parse(path.stem, under_base(path.read_text("utf-8"))) for path in sorted(folder.glob("*.rq"))]


def rule_problems(store: Store) -> list[Problem]:
    """What the rules find in the default graph of a store."""
    return [problem for rule in rules() for problem in rule.problems(store)]


@dataclass(frozen=True)
class Validation:
    """A SHACL report: as problems, and as the graph that the specification asks for."""

    conforms: bool
    problems: list[Problem]
    report: rdflib.Graph


def shapes_turtle() -> bytes:
    """All shapes as one Turtle document."""
    return "\n".join(under_base(path.read_text("utf-8")) for path in sorted(SHAPES_FOLDER.glob("*.ttl"))).encode()


def validate(triples: Iterable[Triple]) -> Validation:
    """Validate one graph against all shapes."""
    data = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert data is not None
    return validate_turtle(data)


def validate_turtle(data: bytes) -> Validation:
    """Validate a graph in Turtle (or N-Triples) against all shapes.

    The engine parses the bytes itself, so ill-typed literals are reported and not mended. ValueError where a
    shape is outside what the engine knows.
    """
    validator = shifty.PreparedValidator(shapes_turtle())
    if validator.diagnostics:
        raise ValueError(f"shapes that cannot be used: {validator.diagnostics}")
    # Every severity is asked for, because _problem judges it; nothing may be passed over as unsupported.
    asked: dict[str, Any] = {"infer": False, "minimum_severity": "info", "on_unsupported": "error"}
    # The engine's own results are had in half the time of the report that the specification asks for, so
    # that report is made only for the shapes that found something.
    at_fault = sorted({_shape_name(found) for found in validator.validate_algebra(data, **asked).violations})
    if not at_fault:
        return Validation(True, [], _empty_report())
    _, report, _ = validator.validate(data, shape_names=at_fault, **asked)
    problems = sorted({_problem(report, node) for node in report.objects(None, _SH.result)})
    conforms = not any(problem.severity is Severity.VIOLATION for problem in problems)
    return Validation(conforms, problems, report)


def _shape_name(found: shifty.Violation) -> str:
    assert found.shape_name is not None, "every shape has an IRI"
    return found.shape_name


def _empty_report() -> rdflib.Graph:
    report = rdflib.Graph()
    node = rdflib.BNode()
    report.add((node, rdflib.RDF.type, _SH.ValidationReport))
    report.add((node, _SH.conforms, rdflib.Literal(True)))
    return report


def _problem(report: rdflib.Graph, node: rdflib.term.Node) -> Problem:
    messages = sorted(
        report.objects(node, _SH.resultMessage), key=lambda m: (getattr(m, "language", "") != "en", str(m))
    )
    shape = str(report.value(node, _SH.sourceShape) or "").rpartition("#")[2]
    value = report.value(node, _SH.value)
    severity = Severity.VIOLATION if report.value(node, _SH.resultSeverity) == _SH.Violation else Severity.WARNING
    message = str(messages[0]) if messages else "the node does not fit its shape"
    if value is not None:
        message += f" (found: {value})"
    return Problem(str(report.value(node, _SH.focusNode)), 0, shape, message, severity)


def store_of(quads: Iterable[Quad]) -> Store:
    """A dataset in a store, for the rules; they ask the default graph unless they name another."""
    store = Store()
    store.bulk_extend(quads)
    return store


def with_places(problems: Iterable[Problem], places: dict[str, tuple[str, int]]) -> list[Problem]:
    """The problems of nodes, moved to the file and line from which the node (or what holds it) was read."""
    placed = []
    for problem in problems:
        path = problem.file
        while path and path not in places and "/" in path:
            path = path.rpartition("/")[0]
        file, line = places.get(path, (problem.file, 0))
        node = problem.file.removeprefix(iris.entity("").value)
        message = problem.message if file == problem.file else f"{node}: {problem.message}"
        placed.append(Problem(file, line, problem.rule, message, problem.severity))
    return placed


def shown(term: NamedNode | Literal | None) -> str:
    """A term as a message shows it: own IRIs without their base, own terms prefixed, "-" where unbound."""
    if term is None:
        return "-"
    if isinstance(term, NamedNode) and term in OGP:
        return f"ogp:{term.value.removeprefix(OGP.iri)}"
    return term.value.removeprefix(BASE)
