"""What can be wrong with a request of the SPARQL 1.1 Protocol, each with the HTTP status that it stands for."""

from __future__ import annotations

import re
from itertools import pairwise

from ogpgraph.protocol.tokens import Token, read, stop

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", re.DOTALL)
_CHOICE = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^\s,"\[][^,]*')
_KEYWORD = re.compile(r"[A-Za-z_0-9]+\Z")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_MOST_CHOICES = 8
_LONGEST_READ = 100_000  # characters: a longer text gets the engine's place and nothing more
_LONGEST_SHOWN = 100


def shortened(text: str) -> str:
    """A text of a client as a message may repeat it: one line, no control characters, 100 characters at most."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:_LONGEST_SHOWN])
    return f"{shown}…" if len(text) > _LONGEST_SHOWN else shown


class BadRequest(Exception):
    """A request that is no query and no update of the protocol: 400."""


class UnsupportedMediaType(Exception):
    """A body of a type or charset that the protocol does not know: 415."""


class QuerySyntaxError(Exception):
    """A query or update that does not parse: 400, with the line and the column (in characters), both from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        self.line, self.column, self.message = line, column, message
        super().__init__(f"line {line}, column {column}: {message}")

    @classmethod
    def of(cls, message: str, text: str) -> QuerySyntaxError:
        """From what the engine says of a text, such as ``error at 1:23: expected one of FILTER, VALUES``."""
        found = _PLACE.search(message)
        if not found:
            return cls(1, 1, shortened(message))
        line, column = int(found[1]), int(found[2])
        choices = [each.strip() for each in _CHOICE.findall(found[3])]
        offset = _offset(text, line, column) - _overshoot(choices)
        offset, explanation = _mistake(text) or (max(offset, 0), _explanation(text, offset, choices))
        line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        return cls(line, column, f"{explanation}\n{_excerpt(text, offset)}")


def _offset(text: str, line: int, column: int) -> int:
    """Characters before a place."""
    lines = text.split("\n")
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1


def _overshoot(choices: list[str]) -> int:
    """How far the engine's place lies behind the mistake.

    To match a keyword the engine takes as many characters as it has and then compares them: its place is behind them.
    """
    keywords = [len(each) for each in choices if _KEYWORD.match(each)]
    others = [each for each in choices if not _KEYWORD.match(each) and each != "[_]"]
    return min(keywords) if keywords and not others else 0


def _mistake(text: str) -> tuple[int, str] | None:
    """The offset and the explanation of common mistakes that the engine does not name."""
    if len(text) > _LONGEST_READ:
        return None
    tokens = [token for token in read(text) if token.certain]
    end = stop(text)
    if end < len(text):
        return end, "no token of SPARQL begins here: perhaps a string without its end"
    return _undeclared(tokens) or _unmatched(tokens)


def _undeclared(tokens: list[Token]) -> tuple[int, str] | None:
    declared = {token.text for before, token in pairwise(tokens) if before.text.upper() == "PREFIX"} | {"_:"}
    for token in tokens:
        prefix = f"{token.text.partition(':')[0]}:"
        if token.kind == "name" and prefix not in declared:
            return token.start, f"the prefix '{shortened(prefix)}' is not declared"
    return None


def _unmatched(tokens: list[Token]) -> tuple[int, str] | None:
    opened: list[Token] = []
    for token in tokens:
        if token.kind == "open":
            opened.append(token)
        elif token.kind == "close":
            if not opened or _CLOSING[opened[-1].text] != token.text:
                return token.start, f"'{token.text}' closes nothing that is open"
            opened.pop()
    return (opened[-1].start, f"'{opened[-1].text}' is never closed") if opened else None


def _explanation(text: str, offset: int, choices: list[str]) -> str:
    for choice in choices:
        if " " in choice and choice[0] not in '"[':
            return choice
    found = next((token.text for token in read(text) if token.start >= offset), "")
    said = f"'{shortened(found)}' is not expected here" if found else "the text ends too early"
    if not found and choices == ["[_]"] and text.strip():
        return "this is not allowed as a whole: perhaps a variable is bound that is already in use"
    signs = [each for each in choices if each[0] == '"']
    if not signs or len(signs) > _MOST_CHOICES:
        return said
    return f"{said}; expected is {' or '.join(each for each in choices if each[0] != '[')}"


def _excerpt(text: str, offset: int) -> str:
    """The line around a place with a caret below it."""
    start = max(text.rfind("\n", 0, offset) + 1, offset - _LONGEST_SHOWN // 2)
    line = text[start : start + _LONGEST_SHOWN].split("\n")[0]
    return f"{shortened(line)}\n{' ' * (offset - start)}^"


class Refused(Exception):
    """A query or update that this endpoint does not answer, whoever asks: 403."""


class TooDeep(Refused):
    """A query that nests deeper than the setting ``query_depth`` (levels): 413, named like every limit."""

    status, limit = 413, "query_depth"

    def __init__(self, value: int, found: str) -> None:
        self.value, self.found = value, found
        super().__init__(f"{self.limit} is {value}; {found}")
