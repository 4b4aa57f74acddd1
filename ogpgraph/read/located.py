"""YAML and CSV files as plain text values that still know the line on which each stands.

Every scalar is text and an empty one is None; a repeated key, an anchor, a byte order mark or a file
that is not UTF-8 is a problem, not a surprise (``data/FORMAT.md``).
"""

from __future__ import annotations

import csv
import difflib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ogpgraph.problems import Problem, ProblemsFound

Place = tuple[str | int, ...]
# A file, or a member of an archive.
AnyPath = Path | zipfile.Path

# libyaml reads the same YAML many times faster; not every platform's PyYAML has it.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass
class Located:
    """A file's content: plain values, and the line of each place in them.

    ``homes`` says where things of a kind are defined, for messages about one that is not; empty means ``data/``.
    """

    file: str
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def where(self, place: Place) -> tuple[str, int]:
        """File and line of a place."""
        return self.file, self.line(place)

    def problem(self, place: Place, rule: str, message: str) -> Problem:
        return Problem(*self.where(place), rule, message)


def text_of(path: AnyPath, shown: str) -> str:
    """A file's text; ProblemsFound where it is empty, not UTF-8 or starts with a byte order mark."""
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = (
            f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8: "
            "save the file as UTF-8, without a byte order mark"
        )
        raise ProblemsFound([Problem(shown, line, "not-utf8", message)]) from None
    if content.startswith("\ufeff"):
        message = "the file starts with a byte order mark: save it as UTF-8 without one"
        raise ProblemsFound([Problem(shown, 1, "byte-order-mark", message)])
    if not content.strip():
        message = "the file is empty: fill it in or delete it"
        raise ProblemsFound([Problem(shown, 1, "empty-file", message)])
    return content


def read_yaml(path: AnyPath, shown: str) -> Located:
    """A YAML file whose scalars are all text; ProblemsFound lists everything wrong with its form."""
    content = text_of(path, shown)
    located = Located(shown)
    try:
        for event in yaml.parse(content, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 1
                message = "anchors and aliases are not used here: write the value out"
                raise ProblemsFound([Problem(shown, line, "yaml-anchor", message)])
        node = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        message = f"this is no YAML: {error.problem or error.context}; check indentation, colons and quotes"
        raise ProblemsFound([Problem(shown, line, "yaml-syntax", message)]) from None
    except yaml.reader.ReaderError as error:
        message = f"character {error.character:#x} may not stand in YAML: delete it"
        line = content[: error.position].count("\n") + 1
        raise ProblemsFound([Problem(shown, line, "yaml-syntax", message)]) from None
    if node is None:
        message = "the file holds comments only: fill it in or delete it"
        raise ProblemsFound([Problem(shown, 1, "empty-file", message)])
    problems: list[Problem] = []
    located.value = _plain(node, (), located, problems)
    if problems:
        raise ProblemsFound(problems)
    return located


def _plain(node: yaml.Node, place: Place, located: Located, problems: list[Problem]) -> Any:
    located.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        # A plain empty scalar is "no value"; a quoted one is an empty text.
        return None if node.value == "" and not node.style else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, i), located, problems) for i, item in enumerate(node.value)]
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in mapping:
            first = located.lines[(*place, key)]
            message = f"key '{key}' stands here and on line {first}: keep one, or make its value a list"
            problems.append(Problem(located.file, line, "repeated-key", message))
        located.lines[(*place, key)] = line
        mapping[key] = _plain(value_node, (*place, key), located, problems)
    return mapping


def read_csv(path: AnyPath, shown: str, columns: set[str]) -> Located:
    """A CSV file whose header names known columns, as a list of mappings; row *i* is place ``(i,)``."""
    located, problems = csv_of(text_of(path, shown), shown, columns)
    if problems:
        raise ProblemsFound(problems)
    return located


def csv_of(content: str, shown: str, columns: set[str], delimiter: str = ",") -> tuple[Located, list[Problem]]:
    """The rows of a CSV text that have the width of the header, and what is wrong with the others and the header."""
    located = Located(shown, value=[])
    reader = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=delimiter)
    problems: list[Problem] = []
    header: list[str] = []
    previous = 0
    try:
        for row in reader:
            first_line, previous = previous + 1, reader.line_num
            if not header:
                header = row
                problems += _header_problems(header, columns, shown)
            elif len(row) != len(header):
                message = f"the row has {len(row)} cells, the header {len(header)}: quote cells that hold commas"
                problems.append(Problem(shown, first_line, "csv-row", message))
            elif row:
                located.lines[(len(located.value),)] = first_line
                located.value.append(dict(zip(header, row, strict=True)))
    except csv.Error as error:
        problems.append(Problem(shown, reader.line_num, "csv-syntax", f"this is no CSV: {error}"))
    return located, problems


def _header_problems(header: list[str], columns: set[str], shown: str) -> list[Problem]:
    repeated = sorted({column for column in header if header.count(column) > 1})
    problems = [
        Problem(shown, 1, "repeated-key", f"column '{column}' stands twice in the header: keep one")
        for column in repeated
    ]
    for column in sorted(set(header) - columns):
        near = difflib.get_close_matches(column, sorted(columns), n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(sorted(columns))}"
        problems.append(Problem(shown, 1, "unknown-key", f"'{column}' is no column of the format: {hint}"))
    return problems
