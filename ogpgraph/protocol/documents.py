"""The documents that LOAD names: never fetched, and still read by the grammar (SPARQL 1.1 Update, section 3.1.4).

LOAD that fails is an error; LOAD SILENT that fails does nothing and the update goes on. Both are had without a network
where every LOAD names a document that cannot be anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ogpgraph.protocol.requests import Update
from ogpgraph.protocol.tokens import Token, read

NOWHERE = "urn:x-refused:load"
NO_LOAD = "LOAD is refused: this endpoint fetches no documents; send triples with INSERT DATA or a graph store PUT"

_LOAD = re.compile("load", re.IGNORECASE)


def to_nowhere(update: Update) -> Update:
    """The update with every LOAD that is plainly one made to name NOWHERE; ``refusals.check`` refuses any other."""
    if not _LOAD.search(update.text):  # as in most updates, of which some have tens of megabytes
        return update
    tokens = [token for token in read(update.text) if token.certain]
    written, done = [], 0
    for place in range(len(tokens)):
        target = _named(tokens[place : place + 3])
        if target and target.kind in ("iri", "name"):
            written += [update.text[done : target.start], f"<{NOWHERE}>"]
            done = target.end
    return replace(update, text="".join([*written, update.text[done:]])) if written else update


def fetches_nothing(tokens: Sequence[Token]) -> bool:
    """Whether these tokens begin with a LOAD of NOWHERE, or of nothing at all, which does not parse."""
    target = _named(tokens)
    return target is not None and (target.text == f"<{NOWHERE}>" or target.text.startswith(";"))


def _named(tokens: Sequence[Token]) -> Token | None:
    """What stands where the LOAD that the first of some tokens is has to name its document."""
    words = [token.text.upper() if token.kind == "word" else "" for token in tokens]
    if words[:1] != ["LOAD"]:
        return None
    following = tokens[2:3] if words[1:2] == ["SILENT"] else tokens[1:2]
    return following[0] if following else None
