"""The hand-kept data: every file of ``data/`` to records, or a list of all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ogpgraph import records
from ogpgraph.problems import Problem, ProblemsFound
from ogpgraph.read.alignments import SUFFIX, read_alignments
from ogpgraph.read.located import Located, Place, read_csv, read_yaml
from ogpgraph.read.messages import problems_of


@dataclass
class ReadRecord:
    """A record with the file and the place in it from which it was read."""

    record: records.Record
    located: Located
    place: Place = ()


# Files by place in the folder, and the record that each one holds.
_YAML: dict[str, type[records.Record]] = {
    "release.yml": records.ReleaseNotes,
    "sources/*/*.yml": records.SourceDocument,
    "institutions/*.yml": records.Institutions,
    "plans/*/*.yml": records.Plan,
    "reports/*.yml": records.Reports,
    "lineage/*.yml": records.Lineage,
    "initiatives/*.yml": records.Initiatives,
    "roles/*.yml": records.Roles,
}
_CSV: dict[str, type[records.Record]] = {
    "members.csv": records.Member,
    "assessments/*.csv": records.AssessmentRow,
}
_SSSOM = f"alignments/*{SUFFIX}"
# Fields of a row that the reader adds; they are no columns.
_ADDED = {"report"}
# Other files that may stand in the folder.
_OTHER = {"FORMAT.md", "README.md"}


def files_of(folder: Path) -> list[Path]:
    """All files of a data folder, in the order in which they are read."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in _OTHER)


def read_data_folder(
    folder: Path, advance: Callable[[Path], None] = lambda path: None
) -> tuple[list[ReadRecord], list[Problem]]:
    """The records of a data folder and every problem of form; ``advance`` is called once a file."""
    found: list[ReadRecord] = []
    problems: list[Problem] = []
    if not (folder / "release.yml").is_file():
        message = "release.yml is missing: it names the edition of the data (see FORMAT.md)"
        problems.append(Problem(folder.resolve().name, 0, "missing-file", message))
    for path in files_of(folder):
        advance(path)
        try:
            found.extend(_records_of(path, folder))
        except ProblemsFound as error:
            problems.extend(error.problems)
    return found, problems


def _records_of(path: Path, folder: Path) -> Iterator[ReadRecord]:
    inside = path.relative_to(folder)
    # Named from the data folder on, so that a report says the same wherever it is made.
    shown = f"{folder.resolve().name}/{inside.as_posix()}"
    for pattern, model in _YAML.items():
        if inside.match(pattern) and len(inside.parts) == pattern.count("/") + 1:
            yield _yaml_record(read_yaml(path, shown), model)
            return
    for pattern, model in _CSV.items():
        if inside.match(pattern) and len(inside.parts) == pattern.count("/") + 1:
            yield from _csv_records(read_csv(path, shown, set(model.model_fields) - _ADDED), model, path)
            return
    if inside.match(_SSSOM) and len(inside.parts) == 2:
        yield ReadRecord(*read_alignments(path, shown))
        return
    places = ", ".join([*_YAML, *_CSV, _SSSOM])
    message = f"no file is expected here: the format knows {places}"
    raise ProblemsFound([Problem(shown, 0, "unexpected-file", message)])


def _yaml_record(located: Located, model: type[records.Record]) -> ReadRecord:
    try:
        return ReadRecord(records.with_sources(model.model_validate(located.value)), located)
    except ValidationError as error:
        raise ProblemsFound(problems_of(error, located, model)) from None


def _csv_records(located: Located, model: type[records.Record], path: Path) -> Iterator[ReadRecord]:
    problems: list[Problem] = []
    for number, row in enumerate(located.value):
        if model is records.AssessmentRow:
            row = {**row, "report": _report_id(path.stem)}
        try:
            yield ReadRecord(model.model_validate(row), located, (number,))
        except ValidationError as error:
            problems.extend(problems_of(error, located, model, (number,)))
    if problems:
        raise ProblemsFound(problems)


def _report_id(stem: str) -> str:
    """``fr-2015-end-of-term`` names the report ``FR-2015-end-of-term``."""
    code, _, rest = stem.partition("-")
    return f"{code.upper()}-{rest}"
