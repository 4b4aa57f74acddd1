"""The commitments as a table, for those who do not write SPARQL: CSV, its description by CSVW, and Parquet.

One row a commitment. What the release has no value of is empty in its column, and the column beside it, ``…_absent``,
names the reason; so an absence is never counted as a rating, and no absence goes without its name.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph import iris
from ogpgraph.lift.graph import Graph
from ogpgraph.lift.ratings import RATINGS, Rating
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDFS, SKOS, Term

Value = str | int | list[str] | None
Row = dict[str, Value]

# Phases whose ratings or absences count, the earliest first: as ogpgraph.lift.ratings ranks them.
_PHASES = ("header", "midterm", "end-of-term", "results")
# What a value's absence is called that no source explains; reasons that sources give are those of scheme/absence.
NOT_HERE = "Not in the release"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as CSVW describes it; with a separator a cell holds any number of values."""

    name: str
    description: str
    datatype: str = "string"  # of CSVW: string, integer, anyURI
    separator: str = ""
    optional: bool = False  # then the column <name>_absent says why a cell is empty


_IDS = "separated by blanks; ids as in the column id, paths below id/ for what is no commitment"
COLUMNS = (
    Column("commitment", "IRI of the commitment", "anyURI"),
    Column("id", "OGP's id of the commitment; plan and number where OGP gave none"),
    Column("member", "Code of the member that made the commitment"),
    Column("member_name", "Name of the member in English"),
    Column("plan", "Action plan: code of the member and first year of the plan", optional=True),
    Column("cycle", "Year in which the plan starts", "integer"),
    Column("number", "Number of the commitment in the plan", optional=True),
    Column("title", "Title in English; where there is none, in the language of the column title_language"),
    Column("title_language", "Language of the title (BCP 47)"),
    Column("lead_institutions", "Institutions that lead, in English where known", separator=" | ", optional=True),
    Column("policy_areas", "Policy areas that OGP tagged", separator=" | ", optional=True),
    Column("completion", "Completion in the latest assessment of the IRM", optional=True),
    Column("completion_phase", "Phase of the assessment that gives the completion or its absence"),
    Column("star", "Whether the commitment is starred, in the latest assessment or the page's header", optional=True),
    Column("star_phase", "Phase of the assessment that gives the star or its absence"),
    Column("early_results", "Early results in the latest assessment or the page's header", optional=True),
    Column("early_results_phase", "Phase of the assessment that gives the early results or their absence"),
    Column("start", "Start of the commitment: year, month or day, as exact as the sources are", optional=True),
    Column("end", "End of the commitment: year, month or day, as exact as the sources are", optional=True),
    Column("predecessors", f"What a source says it continues, replaces or was split from, {_IDS}", separator=" "),
    Column("successors", f"What a source says continues or replaces it, or it was split into, {_IDS}", separator=" "),
    Column("possible_predecessors", "Earlier commitments that a curator thinks it continues", separator=" "),
    Column("possible_successors", "Later commitments that a curator thinks continue it", separator=" "),
    Column("sources", "Number of sources that speak of the commitment", "integer"),
)


def all_columns() -> list[Column]:
    """The columns in their order, each optional one with the reasons of its absences beside it."""
    found: list[Column] = []
    for column in COLUMNS:
        found.append(column)
        if column.optional:
            found.append(Column(f"{column.name}_absent", f"Why {column.name} is empty; empty where it is not"))
    return found


def commitments(triples: Iterable[Triple]) -> list[Row]:
    """A row for each commitment of a default graph, by member, cycle and id."""
    graph = Graph(triples)
    ratings = {rating.name.replace("-", "_"): (rating, rating.outcomes(graph)) for rating in RATINGS}
    rows = []
    for node in graph.of_type(OGP.Commitment):
        row: Row = {**_identity(graph, node), **_facts(graph, node), **_lineage(graph, node)}
        for name, (rating, outcomes) in ratings.items():
            row |= _rating(graph, node, name, rating, outcomes[node])
        rows.append({column.name: row[column.name] for column in all_columns()})
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[str, ...]:
    """By member, cycle and id; a commitment whose plan has no known year, or which has no id, comes first."""
    return tuple(str(row[name] or "") for name in ("member", "cycle", "id", "commitment"))


def as_csv(rows: Iterable[Row]) -> bytes:
    """The rows as CSV (RFC 4180) in UTF-8, with a header."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(column.name for column in all_columns())
    separators = {column.name: column.separator for column in all_columns()}
    for row in rows:
        writer.writerow(
            separators[name].join(value) if isinstance(value, list) else value for name, value in row.items()
        )
    return table.getvalue().encode()


def csvw(file_name: str, licence: str) -> bytes:
    """The description of the CSV file beside it (Metadata Vocabulary for Tabular Data, W3C 2015)."""
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": file_name,
        "dc:title": "Commitments of the Open Government Partnership",
        "dc:description": "One row a commitment. Empty cells of a column are explained in the column <name>_absent.",
        "dc:license": {"@id": licence},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ","},
        "tableSchema": {
            "aboutUrl": "{+commitment}",
            "primaryKey": "commitment",
            "columns": [_csvw_column(column) for column in all_columns()],
        },
    }
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()


def can_write_parquet() -> bool:
    """Whether the library for Parquet is installed: the extra ``parquet``."""
    return importlib.util.find_spec("pyarrow") is not None


def as_parquet(rows: list[Row]) -> bytes:
    """The rows as Parquet: columns with several values are lists, empty cells are null; needs ``pyarrow``."""
    import pyarrow  # type: ignore[import-untyped]  # large: only who makes releases needs it
    from pyarrow import parquet  # type: ignore[import-untyped]

    kinds = {"integer": pyarrow.int32()}
    schema = pyarrow.schema(
        pyarrow.field(
            column.name,
            pyarrow.list_(pyarrow.string()) if column.separator else kinds.get(column.datatype, pyarrow.string()),
            metadata={"description": column.description},
        )
        for column in all_columns()
    )
    written = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema), written, compression="zstd")
    return written.getvalue()


def _csvw_column(column: Column) -> dict[str, object]:
    described: dict[str, object] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": column.datatype,
        "null": "",
    }
    if column.separator:
        described["separator"] = column.separator
    if column.name in ("commitment", "id", "member", "cycle", "title", "sources"):
        described["required"] = True
    return described


def _identity(graph: Graph, node: NamedNode) -> Row:
    member = graph.value(node, OGP.member)
    assert isinstance(member, NamedNode)
    title, language = _title(graph, node)
    return {
        "commitment": node.value,
        "id": _id(node),
        "member": iris.local_name(member),
        "member_name": _label(graph, member),
        "cycle": int(cycle.value) if (cycle := graph.value(node, OGP.cycle)) else None,
        "title": title,
        "title_language": language,
        "sources": len(graph.values(node, DCTERMS.source)),
    }


def _facts(graph: Graph, node: NamedNode) -> Row:
    plan = graph.value(node, OGP.inPlan)
    row: Row = {"plan": iris.local_name(plan) if isinstance(plan, NamedNode) else None}
    for name, predicate in (("number", OGP.planNumber), ("start", OGP.startDate), ("end", OGP.endDate)):
        row[name] = _text(graph.value(node, predicate))
    for name, predicate in (("lead_institutions", OGP.leadInstitution), ("policy_areas", OGP.policyArea)):
        row[name] = sorted(_label(graph, each) for each in graph.values(node, predicate)) or None
    variables = {
        "plan": OGP.inPlan,
        "number": OGP.planNumber,
        "start": OGP.startDate,
        "end": OGP.endDate,
        "lead_institutions": OGP.leadInstitution,
        "policy_areas": OGP.policyArea,
    }
    for name, variable in variables.items():
        row[f"{name}_absent"] = None if row[name] else _reason(graph, node, variable)
    return row


def _lineage(graph: Graph, node: NamedNode) -> Row:
    properties = {
        "predecessors": OGP.succeeds,
        "successors": OGP.succeededBy,
        "possible_predecessors": OGP.possiblePredecessor,
        "possible_successors": OGP.possibleSuccessor,
    }
    return {
        name: sorted(_id(each) for each in graph.values(node, predicate) if isinstance(each, NamedNode))
        for name, predicate in properties.items()
    }


def _rating(graph: Graph, node: NamedNode, name: str, rating: Rating, outcome: Term) -> Row:
    """A rating with its phase, or the reason why there is none."""
    is_rated = graph.value(node, rating.latest) is not None
    phases = [
        _phase(graph, assessment)
        for assessment in graph.values(node, OGP.hasAssessment)
        if isinstance(assessment, NamedNode)
        and outcome in (graph.values(assessment, rating.variable) or _reasons(graph, assessment, rating.variable))
    ]
    counted = [phase for phase in _PHASES if phase in phases and (phase in rating.phases or not is_rated)]
    return {
        name: _label(graph, outcome) if is_rated else None,
        f"{name}_absent": None if is_rated else _label(graph, outcome),
        f"{name}_phase": _label(graph, NamedNode(f"{BASE}scheme/phase/{counted[-1]}")) if counted else None,
    }


def _phase(graph: Graph, assessment: NamedNode) -> str:
    phase = graph.value(assessment, OGP.phase)
    return iris.local_name(phase) if isinstance(phase, NamedNode) else ""


def _reasons(graph: Graph, node: NamedNode, variable: NamedNode) -> list[Term]:
    """Why a node has no value of a variable, as the sources say it."""
    return [
        reason
        for absence in graph.values(node, OGP.absent)
        if isinstance(absence, NamedNode) and graph.value(absence, OGP.variable) == variable
        for reason in graph.values(absence, OGP.reason)
    ]


def _reason(graph: Graph, node: NamedNode, variable: NamedNode) -> str:
    return next((_label(graph, reason) for reason in _reasons(graph, node, variable)), NOT_HERE)


def _id(node: NamedNode) -> str:
    """``FR0042``, ``FR-2015/10``, ``initiative/fr/map``: no longer than it must be to be told apart."""
    prefix = iris.commitment("").value
    return node.value.removeprefix(prefix if node.value.startswith(prefix) else BASE + "id/")


def _title(graph: Graph, node: NamedNode) -> tuple[str, str]:
    titles = [each for each in graph.values(node, DCTERMS.title) if isinstance(each, Literal)]
    title = min(titles, key=lambda each: (each.language != "en", each.language or "", each.value))
    return title.value, title.language or "und"


def _label(graph: Graph, node: Term) -> str:
    """The English name of a node; its first one where none is English, its last part where there is none."""
    assert isinstance(node, NamedNode)
    names = [*graph.values(node, SKOS.prefLabel), *graph.values(node, RDFS.label)]
    literals = [each for each in names if isinstance(each, Literal)]
    best = min(literals, key=lambda each: (each.language != "en", each.language or "", each.value), default=None)
    return best.value if best else iris.local_name(node)


def _text(term: Term | None) -> str | None:
    return term.value if term else None
