"""How a pair under review looks in a terminal, and how a key is read: all that linking knows of terminals."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TextIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ogpgraph.link.decisions import POSSIBLE_SUCCESSOR, Verdict, verdict_of
from ogpgraph.link.proposals import details_of, reasons_of
from ogpgraph.link.review import QUIT, Answer, View, answer_of
from ogpgraph.sssom import Mapping

# What arrows and function keys send (ECMA-48, control sequences). Its letters are no answers: the up arrow ends in "A".
_KEY_SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]?|O.?|.?)")
_LONGEST_CELL = 600  # characters of a value that are shown


class NoAnswer(Exception):
    """A piped line that is none of the answers."""

    status = 2

    def __init__(self, line: int, value: str, offered: tuple[Answer, ...]) -> None:
        ways = ", ".join(f"{answer.key} ({answer.word})" for answer in offered)
        super().__init__(f"standard input:{line}: {safe(value)!r} is no answer: use one of {ways}")


def safe(text: str) -> str:
    """Text of a stranger as a terminal may show it: no control or direction characters, which could draw anything."""
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text)
    return shown if len(shown) <= _LONGEST_CELL else f"{shown[:_LONGEST_CELL]} …"


class PipedDesk:
    """Answers from lines that were piped in, one an answer; empty lines are passed over."""

    def __init__(self, lines: TextIO, console: Console) -> None:
        self._lines = enumerate(lines, start=1)
        self._console = console

    def ask(self, view: View) -> Answer:
        """Show the pair and read a line; ``QUIT`` at the end of the input, NoAnswer where the line is none."""
        self._console.print(drawn(view))
        for number, line in self._lines:
            if not line.strip():
                continue
            answer = answer_of(line, view.answers)
            if answer is None:
                raise NoAnswer(number, line.strip(), view.answers)
            return answer
        return QUIT


class TerminalDesk:
    """One pair a screen, one key an answer."""

    def __init__(self, descriptor: int, console: Console) -> None:
        self._descriptor = descriptor
        self._console = console
        self._typed: list[str] = []

    def ask(self, view: View) -> Answer:
        """Show the pair and wait for a key that means something; ``QUIT`` where the terminal is gone."""
        self._console.clear()
        self._console.print(drawn(view))
        while True:
            key = self._key()
            if key is None:
                return QUIT
            answer = answer_of(key, view.answers)
            if answer is not None:
                return answer
            self._console.bell()

    def _key(self) -> str | None:
        while not self._typed:
            try:
                read = os.read(self._descriptor, 64)
            except OSError:  # the terminal was closed
                return None
            if read in (b"", b"\x04"):  # its end, or Ctrl+D
                return None
            self._typed = list(_KEY_SEQUENCE.sub("", read.decode("utf-8", "ignore")))
        return self._typed.pop(0)


@contextmanager
def keys_at_once(descriptor: int) -> Iterator[None]:
    """A terminal that hands over each key as it is pressed and does not show it; Ctrl+C still interrupts."""
    import termios
    import tty

    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextmanager
def desk(console: Console) -> Iterator[TerminalDesk | PipedDesk]:
    """Where the answers come from: the keys of a terminal, or the lines of standard input where that is none."""
    if not sys.stdin.isatty():
        yield PipedDesk(sys.stdin, console)
        return
    held: AbstractContextManager[None] = keys_at_once(sys.stdin.fileno())
    with held:
        yield TerminalDesk(sys.stdin.fileno(), console)


def drawn(view: View) -> RenderableType:
    """A pair as it is shown: where one is, both sides side by side, what speaks for and against, the keys."""
    parts: list[RenderableType] = [
        _head(view),
        Text(_question(view.pair), style="bold"),
        _sides(view.pair),
        *(Text(f"  {safe(reason)}") for reason in reasons_of(view.pair)),
    ]
    if view.before is not None:
        parts.append(Text(f"decided before: {_verdict(view.before)}", style="yellow"))
    parts.append(Text("   ".join(f"{answer.key} {answer.word}" for answer in view.answers), style="bold cyan"))
    return Group(*parts, Text(""))


def counted(tally: Counter[Verdict]) -> str:
    """``7 accepted, 3 rejected, 1 unsure``."""
    return ", ".join(f"{tally[verdict]} {verdict}" for verdict in Verdict)


def _head(view: View) -> Table:
    head = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=view.total, completed=view.place - 1, width=20)
    head.add_row(f"Pair {view.place} of {view.total}: {counted(view.tally)}", bar)
    return head


def _question(pair: Mapping) -> str:
    score = "" if pair.confidence is None else f" (score {pair.confidence:.2f})"
    if pair.predicate_id == POSSIBLE_SUCCESSOR:
        return f"Does the right one continue the topic of the left one?{score}"
    return f"Are these the same?{score}"


def _verdict(decision: Mapping) -> str:
    found = verdict_of(decision)
    relation = "" if found is Verdict.REJECTED else f" ({decision.predicate_id.rpartition('#')[2]})"
    return f"{found}{relation}"


def _sides(pair: Mapping) -> Table:
    table = Table(show_header=False, expand=True, box=box.SIMPLE)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    left, right = details_of(pair)
    rows = {
        "title": (pair.subject_label or "", pair.object_label or ""),
        "name": (pair.subject_id, pair.object_id),
        **{name: (left.get(name, ""), right.get(name, "")) for name in {**left, **right}},
    }
    for name, (one, other) in rows.items():
        table.add_row(safe(name), Text(safe(one)), Text(safe(other)))
    return table
