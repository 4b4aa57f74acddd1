"""A graph that somebody writes as tables: a folder or a zip of CSV files to the records of the hand-kept data.

What the columns hold is in ``own_columns.py``, for people in ``docs/your-own-graph.md``. A row that cannot be read is a
problem that names file, row and value, and the rest is read all the same: one look shows all that is to be mended.
"""

from __future__ import annotations

import difflib
import hashlib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints, ValidationError

from ogpgraph import records as r
from ogpgraph.problems import Problem, ProblemsFound
from ogpgraph.read.data_folder import ReadRecord
from ogpgraph.read.located import AnyPath, Located, Place, csv_of, read_yaml
from ogpgraph.read.messages import problems_of
from ogpgraph.read.own_columns import BY_NAME, SEPARATOR, TABLES, Column, OwnTable

SOURCE_FILE = "source.yml"
# Files for people and for other tools; nothing is read from them.
OTHER_FILES = ("README.md", "csv-metadata.json")
# A folder of tables that unpacks to more than this is refused.
_UNPACKED_BYTES = 400_000_000

_HOMES = {
    "source": "the tables cite source.yml only",
    "member": "check the code in source.yml",
    "plan": "add a row '{0}' to plans.csv, or correct the plan",
    "commitment": "add a row '{0}' to commitments.csv, or correct the id",
    "institution": "add a row '{0}' to institutions.csv, or correct the key",
    "report": "add a row '{0}' to reports.csv, or correct the id",
    "initiative": "tables hold no initiatives: write them as RDF",
}
# Variables of which one assessment may give several values.
_SEVERAL = ("recommends", "relevance", "finding", "recommendationText")


class OwnSource(r.Record):
    """``source.yml``: whose graph it is, and what the source of all its statements is called."""

    key: r.Key
    member: r.MemberCode
    name: r.Text
    name_fr: str = ""
    name_es: str = ""
    kind: Annotated[str, StringConstraints(pattern=r"^(national|local)$")] = "national"
    iso_alpha2: str = ""
    iso_alpha3: str = ""
    part_of: str = ""
    url: r.Url
    title: r.Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    issued: r.Date | None = None
    licence: r.Url | None = None


@dataclass
class OwnGraph:
    """What a folder of tables says: records with their rows, and all that is wrong with them.

    ``unread`` are keys, by kind, of rows that could not be read, and ``unread_kinds`` the kinds of whole tables: who
    points to them is not to blame.
    """

    found: list[ReadRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unread_kinds: set[str] = field(default_factory=set)


@dataclass
class Rows(Located):
    """A record that is made of rows of several files: the file and the line of each place in it."""

    places: dict[Place, tuple[str, int]] = field(default_factory=dict)

    def where(self, place: Place) -> tuple[str, int]:
        """File and line of a place, or of the nearest thing around it."""
        while place and place not in self.places:
            place = place[:-1]
        return self.places.get(place, (self.file, 1))


@dataclass(frozen=True)
class _Row:
    """A row that was read: the record made of it, its cells, and where it stands."""

    record: Any
    cells: dict[str, str]
    file: str
    line: int

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.line


# What a row defines: the kind of thing and the column of its key.
_DEFINES = {
    "plans": ("plan", "plan"),
    "commitments": ("commitment", "id"),
    "institutions": ("institution", "key"),
    "reports": ("report", "id"),
}
# The record that a row becomes, and the columns that say where it belongs and are no field of it.
_MODELS: dict[str, tuple[type[r.Record], frozenset[str]]] = {
    "plans": (r.Plan, frozenset()),
    "commitments": (r.Commitment, frozenset({"plan"})),
    "milestones": (r.Milestone, frozenset({"commitment"})),
    "institutions": (r.Institution, frozenset()),
    "reports": (r.ReviewDocument, frozenset()),
    "assessments": (r.AssessmentRow, frozenset()),
    "lineage": (r.LineageStatement, frozenset()),
}


def is_own_tables(path: Path) -> bool:
    """Whether a path is a folder, or a zip, of tables in this layout."""
    try:
        root = _root(path)
    except (OSError, zipfile.BadZipFile):
        return False
    return root is not None and any((root / name).is_file() for name in (SOURCE_FILE, BY_NAME["plans"].file))


def _root(path: Path) -> AnyPath | None:
    """The folder, or the folder inside an archive, that holds the tables."""
    if path.is_dir():
        return path
    if not path.is_file() or not zipfile.is_zipfile(path):
        return None
    root = zipfile.Path(path)
    inside = [entry for entry in root.iterdir() if not entry.name.startswith(("__MACOSX", "."))]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else root


def read_own_tables(path: Path, shown: str) -> OwnGraph:
    """Every record of a folder of tables, called ``shown`` in messages, and every problem of form."""
    read = OwnGraph()
    root = _root(path)
    assert root is not None, "is_own_tables() said so"
    if path.is_file():
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _UNPACKED_BYTES:
                message = f"the archive unpacks to more than {_UNPACKED_BYTES} bytes: bring the tables themselves"
                read.problems.append(Problem(shown, 0, "archive-too-large", message))
                return read
    read.problems += _unexpected(root, shown)
    source = _source(root, shown, read)
    if source is not None:
        tables = {table.name: list(_rows(table, root, shown, source, read)) for table in TABLES}
        read.found += _records(tables, source, root, shown, read)
    return read


def _unexpected(root: AnyPath, shown: str) -> Iterator[Problem]:
    """Tables whose name is not known: passed over in silence they would be missed by nobody."""
    known = [SOURCE_FILE, *(table.file for table in TABLES)]
    names = sorted(entry.name for entry in root.iterdir())
    for name in names:
        if name in known or name in OTHER_FILES or name.startswith(".") or not name.lower().endswith((".csv", ".yml")):
            continue
        near = difflib.get_close_matches(name.lower(), known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"the files are {', '.join(known)}"
        yield Problem(f"{shown}/{name}", 0, "unexpected-file", f"no file of this name is read: {remedy}")


def _source(root: AnyPath, shown: str, read: OwnGraph) -> OwnSource | None:
    name = f"{shown}/{SOURCE_FILE}"
    if not (root / SOURCE_FILE).is_file():
        message = f"{SOURCE_FILE} is missing: it names member and source (`ogpgraph template DIR` writes one)"
        read.problems.append(Problem(name, 0, "missing-file", message))
        return None
    try:
        located = read_yaml(root / SOURCE_FILE, name)
    except ProblemsFound as error:
        read.problems += error.problems
        return None
    try:
        return OwnSource.model_validate(located.value)
    except ValidationError as error:
        read.problems += problems_of(error, located, OwnSource)
        return None


def _rows(table: OwnTable, root: AnyPath, shown: str, source: OwnSource, read: OwnGraph) -> Iterator[_Row]:
    """The rows of one table that could be read."""
    name = f"{shown}/{table.file}"
    located = _table(table, root / table.file, name, read)
    for number, cells in enumerate(located.value if located else ()):
        assert located is not None
        given = {column: cell.strip() for column, cell in cells.items() if cell.strip()}
        if not given:
            continue
        problems = list(_empty_cells(table, given, located, number))
        record = None
        try:
            record = _record(table, given, source)
        except ValidationError as error:
            wanted = {column.name for column in table.columns if column.required} - set(given)
            found = problems_of(error, located, _MODELS[table.name][0], (number,))
            problems += [p for p in found if p.rule != "missing-key" or not wanted]
        problems += _wrong_member(table, given, source, located, number)
        read.problems += problems
        if record is None or problems:
            _remember(table, given, source, read)
        else:
            yield _Row(record, given, name, located.line((number,)))


def _table(table: OwnTable, path: AnyPath, name: str, read: OwnGraph) -> Located | None:
    if not path.is_file():
        if table.needed:
            message = f"{table.file} is missing: {table.says.lower()} (`ogpgraph template DIR` writes one)"
            read.problems.append(Problem(name, 0, "missing-file", message))
            read.unread_kinds.add(table.name.removesuffix("s"))
        return None
    try:
        # Spreadsheets write a byte order mark, and semicolons where the comma is the decimal sign.
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8: save the table as 'CSV UTF-8'"
        read.problems.append(Problem(name, 1, "not-utf8", message))
        read.unread_kinds.add(table.name.removesuffix("s"))
        return None
    header = content.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    located, problems = csv_of(content, name, set(table.column_names), delimiter)
    problems += _missing_columns(table, header.strip().split(delimiter), name)
    read.problems += problems
    if problems:
        read.unread_kinds.add(table.name.removesuffix("s"))
    return located


def _missing_columns(table: OwnTable, header: list[str], name: str) -> Iterator[Problem]:
    names = {column.strip(' "') for column in header}
    for column in table.columns:
        if column.required and column.name not in names:
            message = f"column '{column.name}' is missing: it holds {column.says}"
            yield Problem(name, 1, "missing-column", message, column=column.name)


def _empty_cells(table: OwnTable, given: Mapping[str, str], located: Located, row: int) -> Iterator[Problem]:
    for column in table.columns:
        if column.required and column.name not in given and column.name in located.value[row]:
            message = f"column '{column.name}' is empty: every row of {table.file} needs it, it holds {column.says}"
            yield Problem(*located.where((row,)), "empty-cell", message, column=column.name)


def _wrong_member(
    table: OwnTable, given: Mapping[str, str], source: OwnSource, located: Located, row: int
) -> Iterator[Problem]:
    """A key that begins with the code of another member than the one of ``source.yml``."""
    kind, column = _DEFINES.get(table.name, ("", ""))
    code = given.get(column, "").rstrip("0123456789") if kind == "commitment" else given.get(column, "")
    code = code.partition("-")[0]
    if kind in ("plan", "commitment", "report") and code.isupper() and code.isalpha() and code != source.member:
        message = f"{kind} '{given[column]}' does not begin with {source.member}, the member of source.yml: correct one"
        yield Problem(*located.where((row,)), "wrong-member", message, column=column, value=given[column])


def _remember(table: OwnTable, given: Mapping[str, str], source: OwnSource, read: OwnGraph) -> None:
    """What an unread row defines is not missing, only unread."""
    kind, column = _DEFINES.get(table.name, ("", ""))
    if kind and column in given:
        read.unread[kind].add(f"{source.member}/{given[column]}" if kind == "institution" else given[column])


def _record(table: OwnTable, given: Mapping[str, str], source: OwnSource) -> r.Record:
    model, elsewhere = _MODELS[table.name]
    fields: dict[str, Any] = {
        column.name: _value(column, given[column.name], source.language)
        for column in table.columns
        if column.name in given and column.name not in elsewhere
    }
    if table.name == "plans":
        fields |= {"member": source.member, "cycle": given.get("plan", "")[-4:], "source": source.key}
    elif table.name == "milestones" and "due_end" in fields:
        fields.setdefault("due_start", fields["due_end"])  # a day, a month or a year is a period
    elif table.name == "assessments":
        fields["source"] = source.key
    elif table.name == "lineage":
        fields["sources"] = [source.key]
    return model.model_validate(fields)


def _value(column: Column, cell: str, language: str) -> Any:
    values = [part.strip() for part in cell.split(SEPARATOR) if part.strip()] if column.many else [cell]
    stated = [{"value": value, "lang": language} for value in values] if column.words else values
    return stated if column.many else stated[0]


def _records(
    tables: Mapping[str, list[_Row]], source: OwnSource, root: AnyPath, shown: str, read: OwnGraph
) -> Iterator[ReadRecord]:
    """The records that the rows make together."""
    name = f"{shown}/{SOURCE_FILE}"
    about = Rows(name, homes=_HOMES)
    member = source.model_dump(exclude={"key", "member", "url", "title", "language", "issued", "licence"})
    yield ReadRecord(r.Member(code=source.member, source=source.key, **member), about)
    yield ReadRecord(_document(source, root, tables), about)
    if tables["institutions"]:
        bodies = tuple(row.record for row in tables["institutions"])
        institutions = r.Institutions(member=source.member, source=source.key, institutions=bodies)
        yield _placed(institutions, _numbered("institutions", tables["institutions"]), source)
    yield from _plans(tables, source, read)
    if tables["reports"]:
        documents = tuple(row.record for row in tables["reports"])
        reports = r.Reports(member=source.member, source=source.key, documents=documents)
        yield _placed(reports, _numbered("documents", tables["reports"]), source)
    read.problems += _repeated_values(tables["assessments"])
    for row in tables["assessments"]:
        yield _placed(row.record, {(): row.place}, source)
    if tables["lineage"]:
        statements = tuple(row.record for row in tables["lineage"])
        lineage = r.Lineage(member=source.member, statements=statements)
        yield _placed(lineage, _numbered("statements", tables["lineage"]), source)


def _numbered(name: str, rows: list[_Row]) -> dict[Place, tuple[str, int]]:
    places: dict[Place, tuple[str, int]] = {(name, i): row.place for i, row in enumerate(rows)}
    return places | {(): rows[0].place}


def _placed(record: r.Record, places: dict[Place, tuple[str, int]], source: OwnSource) -> ReadRecord:
    file = next(iter(places.values()))[0]
    return ReadRecord(r.with_sources(record, source.key), Rows(file, homes=_HOMES, places=places))


def _plans(tables: Mapping[str, list[_Row]], source: OwnSource, read: OwnGraph) -> Iterator[ReadRecord]:
    """Each plan with its commitments and their milestones."""
    plans = [row.record.plan for row in tables["plans"]]
    commitments = _below(tables["commitments"], "plan", {*plans, *read.unread["plan"]}, plans, read)
    ids = [row.record.id for row in tables["commitments"]]
    milestones = _below(tables["milestones"], "commitment", {*ids, *read.unread["commitment"]}, ids, read)
    done: set[str] = set()
    for plan in tables["plans"]:
        # A plan or commitment that stands twice is reported as such; what belongs to it is told once.
        own = commitments.get(plan.record.plan, []) if plan.record.plan not in done else []
        done.add(plan.record.plan)
        places: dict[Place, tuple[str, int]] = {(): plan.place}
        parts = []
        for i, row in enumerate(own):
            places["commitments", i] = row.place
            steps = milestones.pop(row.record.id, [])
            places |= {("commitments", i, "milestones", j): step.place for j, step in enumerate(steps)}
            parts.append(row.record.model_copy(update={"milestones": tuple(step.record for step in steps)}))
        whole = plan.record.model_copy(update={"commitments": tuple(parts)})
        yield _placed(whole, places, source)


def _below(
    rows: list[_Row], column: str, known: set[str], named: Iterable[str], read: OwnGraph
) -> dict[str, list[_Row]]:
    """Rows by the row of another table that they belong to; one that belongs nowhere is a problem."""
    grouped: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        owner = row.cells[column]
        grouped[owner].append(row)
        if owner not in known and column not in read.unread_kinds:
            near = difflib.get_close_matches(owner, sorted(set(named)), n=1)
            remedy = f"did you mean '{near[0]}'? Else " if near else ""
            message = f"{column} '{owner}' is not in {column}s.csv: {remedy}{_HOMES[column].format(owner)}"
            read.problems.append(Problem(*row.place, f"unknown-{column}", message, column=column, value=owner))
            if column == "plan":
                read.unread["commitment"].add(row.record.id)
    return grouped


def _repeated_values(rows: list[_Row]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], _Row] = {}
    for row in rows:
        key = tuple(row.cells[column] for column in ("commitment", "phase", "variable"))
        if key in first and row.record.variable not in _SEVERAL:
            message = f"{row.record.variable} of {key[0]} in phase {key[1]} stands on line {first[key].line} already"
            yield Problem(*row.place, "repeated-value", f"{message}: keep one row", column="variable", value=key[2])
        first.setdefault(key, row)


def _document(source: OwnSource, root: AnyPath, tables: Mapping[str, list[_Row]]) -> r.SourceDocument:
    """The source of all statements of the folder; its hash is that of the names and hashes of the files."""
    names = [SOURCE_FILE, *(table.file for table in TABLES if (root / table.file).is_file())]
    sums = [f"{hashlib.sha256((root / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    rows = {name: len(found) for name, found in tables.items() if found}
    return r.SourceDocument(
        key=source.key,
        kind="own-tables",
        url=source.url,
        title=source.title,
        language=source.language,
        member=source.member,
        issued=source.issued,
        licence=source.licence,
        sha256=hashlib.sha256("".join(sums).encode()).hexdigest(),
        extent=f"all rows of {', '.join(f'{name}.csv ({count})' for name, count in rows.items())}",
        describes=(f"member/{source.member}",),
        foreign=True,
    )
