"""What is wrong with an input, said so that a person can mend it.

Every part of the flow reports a :class:`Problem`; only the command line decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How bad a problem is: a violation stops a release, a warning does not."""

    VIOLATION = "violation"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    ``line`` is 1-based; 0 means that the problem concerns the whole file or no file at all. In a table it is the row,
    and ``column`` and ``value`` name the cell and what stands in it.
    """

    file: str
    line: int
    rule: str
    message: str
    severity: Severity = Severity.VIOLATION
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        kind = "" if self.severity is Severity.VIOLATION else "warning: "
        return f"{place}: {self.rule}: {kind}{self.message}"

    def as_json(self) -> dict[str, str | int]:
        """The problem as one JSON object, for machine output."""
        cell = {"column": self.column, "value": self.value} if self.column else {}
        return {
            "file": self.file,
            "line": self.line,
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message,
            **cell,
        }


class ProblemsFound(Exception):
    """Raised where work cannot go on; carries every problem found so far, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def violations(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that stop a release, sorted by place."""
    return sorted(p for p in set(problems) if p.severity is Severity.VIOLATION)


def shown_path(path: Path, root: Path) -> str:
    """A file's path as a message shows it: relative to ``root`` where it lies below it."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
