"""What could not be read of the sources that somebody brought: a row a value, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from ogpgraph.problems import Problem

COLUMNS = ("file", "row", "column", "value", "rule", "reason")


def unread_csv(problems: Iterable[Problem]) -> bytes:
    """The problems as CSV, by place. ``row`` is empty where the whole file is concerned."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for problem in sorted(set(problems)):
        row = problem.line or ""
        writer.writerow((problem.file, row, problem.column, problem.value, problem.rule, problem.message))
    return lines.getvalue().encode()
