"""The choice lists of Canada's tracker: commitments, milestones and indicators of its plans, in English and French.

Canada publishes them for its own reporting, so they are a second source beside OGP's of what its plans promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from ogpgraph.problems import Problem, Severity
from ogpgraph.read.explorer import source_document
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.read.tables import has_header, is_spreadsheet_error, problem_at, table
from ogpgraph.records import Plan, Record, with_sources
from ogpgraph.vocabulary import Vocabulary

_URL = "https://github.com/open-data/ckanext-canada/tree/fb4263fb23e93bef342e0ea3f867a43629172a9e/ckanext/canada/tables"
# The tables are called after the plans; only what their own texts date is given a year here.
_PLANS = {"nap": ("2018", "2020"), "nap5": ("2022", "2024"), "nap6": ("2025", "2029")}


def _is_tracker(names: set[str]) -> bool:
    return {"table", "field", "code", "label_en", "label_fr"} <= names


def fits(file: SourceFile) -> bool:
    """Whether one of the first rows names the columns of the choice lists."""
    return has_header(file, _is_tracker)


def read(file: SourceFile, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """The source, then one plan a table, with its commitments and their milestones."""
    found = table(file, _is_tracker)
    if isinstance(found, Problem):
        yield found
        return
    yield source_document(file, "canada-tracker", "Canada's tracker of its action plans", _URL, len(found.rows), 2)
    rows = [
        (number, dict(zip((name.casefold() for name in found.names), cells, strict=False)))
        for number, cells in found.rows
    ]
    yield from _not_lifted(file, rows)
    for name in dict.fromkeys(row["table"] for _, row in rows):
        if name in _PLANS:
            yield from _plan(file, name, [(number, row) for number, row in rows if row["table"] == name])


def _not_lifted(file: SourceFile, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Problem]:
    for number, row in rows:
        if row["table"] not in _PLANS:
            message = f"'{row['table']}' is no plan that is known: not read"
            yield problem_at(file, number, "table", "plan-not-known", message, row["table"])
        elif row["field"] not in ("commitments", "milestones", "indicators", "status"):
            message = f"'{row['field']}' is no list that is known: the row was not read"
            yield problem_at(file, number, "field", "list-not-known", message, row["field"])
        for name, text in row.items():
            if is_spreadsheet_error(text):
                yield problem_at(
                    file, number, name, "spreadsheet-error", f"'{text}' is an error of a spreadsheet", text
                )


def _plan(file: SourceFile, name: str, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Record | Problem]:
    first, last = _PLANS[name]
    plan_id = f"CA-{first}"
    commitments: dict[str, dict[str, Any]] = {}
    for number, row in rows:
        if row["field"] == "commitments" and _number(row["code"]) and row["label_en"]:
            commitments[_number(row["code"])] = _commitment(plan_id, row)
        elif row["field"] in ("milestones", "indicators"):
            parent = commitments.get(_number(row["code"]).partition(".")[0])
            if parent is None or not row["label_en"]:
                message = f"'{row['code']}' belongs to no commitment of the table, or has no text: not read"
                yield problem_at(file, number, "code", "parent-missing", message, row["code"])
            else:
                parent["milestones"].append(_milestone(row))
    try:
        plan = Plan.model_validate(
            {
                "plan": plan_id,
                "member": "CA",
                "cycle": first,
                "source": file.key,
                "title": {"value": f"Canada action plan of {first} to {last}", "source": file.key},
                "commitments": list(commitments.values()),
            }
        )
        yield with_sources(plan)
    except ValidationError as error:
        yield Problem(file.shown, rows[0][0], "plan-not-read", f"table '{name}': {error}", Severity.WARNING)


def _number(code: str) -> str:
    """``C01.2`` is 1.2: numbers without letters and leading zeros."""
    found = re.fullmatch(r"[A-Za-z]*([0-9]+(?:\.[0-9]+)*)", code.strip())
    return ".".join(str(int(part)) for part in found.group(1).split(".")) if found else ""


def _commitment(plan_id: str, row: dict[str, str]) -> dict[str, Any]:
    number = _number(row["code"])
    return {
        "id": f"{plan_id}/{number}",
        "number": {"value": number, "printed": row["code"]},
        "title": row["label_en"],
        "alternative_titles": [{"value": row["label_fr"], "lang": "fr"}] if row["label_fr"] else [],
        "milestones": [],
    }


def _milestone(row: dict[str, str]) -> dict[str, Any]:
    """A milestone, or an indicator below it: its number tells which, its due date stands as printed."""
    due = row.get("due_date") or row.get("deadline_en") or ""
    return {
        "number": _number(row["code"]),
        "description": row["label_en"].replace("\n", " "),
        **({"due": due} if due else {}),
    }


READER = Reader("Canada's plan tracker", fits, read)
