"""The dataset that a request names for an update, written into the update's text (SPARQL 1.1 Protocol, 2.2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from ogpgraph.protocol.errors import BadRequest
from ogpgraph.protocol.requests import Update
from ogpgraph.protocol.tokens import Token, read


def with_using(update: Update) -> str:
    """The text of an update with USING and USING NAMED for the graphs that the request names.

    BadRequest where the text has its own USING or WITH: the protocol allows only one of the two.
    """
    using = "".join(f"USING <{graph}> " for graph in update.using_graphs)
    using += "".join(f"USING NAMED <{graph}> " for graph in update.using_named_graphs)
    if not using:
        return update.text
    written, done = [], 0
    for where, pattern in _wheres(update.text):
        # DELETE WHERE { … } is short for DELETE { … } WHERE { … } and takes no USING itself.
        written += [update.text[done : where.start], f"{pattern} " if pattern else "", using]
        done = where.start
    return "".join([*written, update.text[done:]])


def _wheres(text: str) -> Iterator[tuple[Token, str]]:
    """Every WHERE of an operation, with the pattern of DELETE WHERE or nothing; BadRequest for USING and WITH."""
    outer = list(_outer(text))
    for before, token, group in zip([None, *outer], outer, [*outer[1:], None], strict=False):
        word = token.text.upper()
        # The engine takes USINGex:a for USING ex:a.
        if token.kind in ("word", "name") and word.startswith(("USING", "WITH")):
            raise BadRequest(f"the update has {word} and the request names its dataset too: leave one of them away")
        if token.kind == "word" and word == "WHERE":
            short = before is not None and before.text.upper() == "DELETE"
            yield token, group.text if short and group else ""


def _outer(text: str) -> Iterator[Token]:
    """The tokens outside of braces, and each outer group as one token."""
    depth = start = 0
    for token in read(text):
        if not token.certain:
            return
        if token.text == "{":
            start = token.start if depth == 0 else start
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0:
                yield Token("group", text[start : token.end], start, token.end, True)
        elif depth == 0:
            yield token
