"""What commands say to people, on standard error, and the answers that people read.

Rich is loaded where something is drawn: plain lines do without, and a server should be there at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

from ogpgraph import settings
from ogpgraph.load import latest_release
from ogpgraph.problems import Problem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


def say(line: str) -> None:
    """A line that only tells."""
    print(line, file=sys.stderr)


def complain(line: str) -> None:
    """A line that tells what went wrong."""
    terminal().print(line, style="bold red", markup=False, soft_wrap=True)


@cache
def terminal() -> Console:
    """Standard error, to be drawn on."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


class Failure(Exception):
    """Something that ends a command with a message; ``status`` is the exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def latest(out: Path) -> Path:
    folder = latest_release(out)
    if folder is None:
        raise Failure(f"{out}: there is no release yet; run `ogpgraph build` first")
    return folder


class Steps:
    """A line a step on a terminal that shows what goes on; plain lines elsewhere."""

    def __enter__(self) -> Callable[[str], None]:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=terminal(), transient=True)
        self._bar.start()
        self._kind = ""
        self._task: TaskID | None = None
        return self._step

    def _step(self, name: str) -> None:
        if not terminal().is_terminal:
            # A log needs the kind of work, not each of a thousand files.
            kind = name.split()[0]
            if kind != self._kind:
                say(f"{name} …")
            self._kind = kind
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=None)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def show_answer(answer: QuerySolutions | QueryBoolean | QueryTriples) -> None:
    if isinstance(answer, QueryBoolean):
        print("yes" if answer else "no")
        return
    if isinstance(answer, QueryTriples):
        from ogpgraph.release import dumps

        sys.stdout.buffer.write(dumps.turtle(sorted(answer, key=dumps.by_subject)))
        return
    _show_table(answer)


def _show_table(answer: QuerySolutions) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_lines=False)
    names = [variable.value for variable in answer.variables]
    for name in names:
        table.add_column(name, overflow="fold")
    for solution in answer:
        table.add_row(*(_cell(solution[name]) for name in names))
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160).print(table)


def _cell(term: object) -> str:
    if term is None:
        return ""
    value = getattr(term, "value", str(term))
    return value.removeprefix(settings.BASE)


def show_problems(problems: list[Problem], options: argparse.Namespace) -> None:
    """Problems are the output of ``check``; elsewhere they are talk."""
    as_output = options.command == "check"
    for problem in problems:
        if as_output and options.format == "json":
            print(json.dumps(problem.as_json(), ensure_ascii=False))
        else:
            print(problem, file=sys.stdout if as_output else sys.stderr)
