"""What is refused before anything is evaluated: endpoints that are not listed, foreign documents, too much nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from ogpgraph.protocol.depth import check_depth
from ogpgraph.protocol.documents import NO_LOAD, fetches_nothing
from ogpgraph.protocol.errors import Refused, shortened
from ogpgraph.protocol.requests import Query, Update
from ogpgraph.protocol.tokens import Call, after_prologue, calls, may_say, read, readings
from ogpgraph.settings import Settings

_NO_SERVICE = "SERVICE is refused: this endpoint does not ask other endpoints; ask them from your own client"
_NO_DEFINE = "DEFINE is refused: it is no SPARQL, and makes some engines fetch documents"
_DEFINE = re.compile(r"DEFINE", re.IGNORECASE)
_LOAD = re.compile(r"LOAD", re.IGNORECASE)


def check(query: Query | Update, settings: Settings) -> Sequence[Call]:
    """The other endpoints that it asks, which only a worker with a network can.

    Raises Refused for SERVICE, LOAD or DEFINE of what is not allowed, TooDeep for what nests too deep.

    ``settings.service_endpoints`` lists the IRIs that SERVICE may ask, separated by blanks: an entry that ends with
    ``/``, ``#`` or ``?`` allows what begins with it, any other entry only itself.
    """
    check_depth(query.text, settings.query_depth)
    return check_fetches(query, settings)


def check_fetches(query: Query | Update, settings: Settings) -> Sequence[Call]:
    """The same however deep it nests."""
    asked = calls(query.text)
    for call in asked:
        _check_call(call, settings.service_endpoints.split())
    if may_say(query.text, ("define",)) and any(map(_begins_define, readings(query.text))):
        raise Refused(_NO_DEFINE)
    if isinstance(query, Update) and _loads(query.text):
        raise Refused(NO_LOAD)
    return asked


def _begins_define(text: str) -> bool:
    return bool(_DEFINE.match(text, after_prologue(text)))


def _loads(update: str) -> bool:
    """Whether an update may fetch a document."""
    return any(_LOAD.search(text) and any(_begins_load(text)) for text in readings(update))


def _begins_load(update: str) -> Iterator[bool]:
    """For every token whether a LOAD begins there that may fetch; the engine takes ``LOADex:a`` for LOAD ex:a."""
    before, tokens = None, list(read(update))
    for place, token in enumerate(tokens):
        begins_operation = before is None or before.kind == "iri" or before.text.endswith(";")
        begins = bool(_LOAD.match(token.text)) and (token.kind == "word" or (token.kind == "name" and begins_operation))
        yield begins and not fetches_nothing(tokens[place : place + 3])
        before = token


def _check_call(call: Call, allowed: Sequence[str]) -> None:
    if not allowed:
        raise Refused(_NO_SERVICE)
    if call.iri is None:
        raise Refused(
            f"SERVICE {shortened(call.written)} is refused: name the endpoint by its whole IRI, written "
            "SERVICE <https://…>, not by a variable or a prefixed name"
        )
    if not _is_plain(call.iri):
        raise Refused(
            f"SERVICE <{shortened(call.iri)}> is refused: write the whole IRI, beginning with http or https, without "
            "a user, without '.' or '..' as a step of its path and without backslashes"
        )
    if not any(_covers(entry, call.iri) for entry in allowed):
        raise Refused(f"SERVICE <{shortened(call.iri)}> is refused: this endpoint may ask only {', '.join(allowed)}")


def _is_plain(iri: str) -> bool:
    """Whether every reader takes the IRI for the same host and the same path."""
    try:
        parts = urlsplit(iri)
        port = parts.port  # ValueError for what is no port
    except ValueError:
        return False
    steps = unquote(parts.path).replace("\\", "/").split("/")
    known = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return known and "@" not in parts.netloc and "\\" not in iri and not {".", ".."} & set(steps)


def _covers(entry: str, iri: str) -> bool:
    if not _is_plain(entry):
        return False
    return iri == entry or (entry.endswith(("/", "#", "?")) and iri.startswith(entry))
