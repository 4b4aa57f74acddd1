"""SPARQL 1.1 Protocol, the query operation: from a request to a query, from an answer to bytes.

Here a query is refused that would leave this machine: ``SERVICE`` makes the engine dial out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store, serialize

from ogpgraph.load import Answer
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, choose
from ogpgraph.vocabulary import PREFIXES

_QUERY_PARAMETERS = {"query", "default-graph-uri", "named-graph-uri"}


class BadRequest(Exception):
    """A request that is no query of the protocol."""


class UnsupportedMediaType(Exception):
    """A POST whose body is neither a form nor a query."""


class QuerySyntaxError(Exception):
    """A query that does not parse; the message has line and column."""


class Refused(Exception):
    """A query that this endpoint does not answer, whoever asks."""


@dataclass(frozen=True)
class Query:
    """A query and the dataset that the request names for it (Protocol, section 2.1)."""

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def from_query_string(query_string: str) -> Query:
    """``GET /sparql?query=…``; the parameters are decoded once."""
    return _from_pairs(parse_qsl(query_string, keep_blank_values=True))


def from_post(content_type: str, body: bytes, query_string: str) -> Query:
    """``POST`` of a form or of the query itself; UnsupportedMediaType for any other body."""
    media_type = content_type.partition(";")[0].strip().lower()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
    if media_type == "application/x-www-form-urlencoded":
        return _from_pairs(parse_qsl(text, keep_blank_values=True))
    if media_type == "application/sparql-query":
        pairs = [pair for pair in parse_qsl(query_string, keep_blank_values=True) if pair[0] != "query"]
        return _from_pairs([("query", text), *pairs])
    raise UnsupportedMediaType(
        f"a body of type '{content_type}' is no query: "
        "send application/sparql-query or application/x-www-form-urlencoded"
    )


def _from_pairs(pairs: list[tuple[str, str]]) -> Query:
    values: dict[str, list[str]] = {name: [] for name in _QUERY_PARAMETERS}
    for name, value in pairs:
        if name in values:
            values[name].append(value)
    if len(values["query"]) != 1:
        found = "none" if not values["query"] else str(len(values["query"]))
        raise BadRequest(f"exactly one 'query' parameter is expected, {found} was found")
    return Query(values["query"][0], tuple(values["default-graph-uri"]), tuple(values["named-graph-uri"]))


# Strings, IRIs and comments are skipped whole, so that the word may stand in them. A quote or number sign after
# a backslash belongs to a prefixed name and begins nothing.
_TOKENS = re.compile(
    r"""
      (?P<skipped> \"{3}(?:[^\"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
                 | \"(?:[^\"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*'
                 | <[^<>\"{}|^`\\\x00-\x20]*> | \#[^\n\r]* | \\. )
    | (?P<name> [?$][\w]+ | [\w.\-]*:(?:[\w.\-:%]|\\.)* | @[\w\-]+ )
    | (?P<word> [A-Za-z_]+ )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def keywords(query: str) -> set[str]:
    """The bare words of a query in capitals: no strings, IRIs, comments, variables or prefixed names."""
    return {found["word"].upper() for found in _TOKENS.finditer(query) if found["word"]}


def ask(store: Store, query: Query) -> Answer:
    """Evaluate a query; the answer is lazy and belongs to the calling thread.

    Raises Refused for ``SERVICE``, QuerySyntaxError with line and column for what does not parse.
    """
    if "SERVICE" in keywords(query.text):
        raise Refused("SERVICE is refused: this endpoint does not ask other endpoints; ask them from your own client")
    try:
        return store.query(
            query.text,
            default_graph=[NamedNode(name) for name in query.default_graphs] or None,
            named_graphs=[NamedNode(name) for name in query.named_graphs] or None,
        )
    except SyntaxError as error:
        raise QuerySyntaxError(str(error)) from None
    except ValueError as error:
        raise BadRequest(str(error)) from None


def formats_for(answer: Answer) -> tuple[Format, ...]:
    """What an answer can be: results of SELECT and ASK, or a graph."""
    return GRAPH_FORMATS if isinstance(answer, QueryTriples) else RESULT_FORMATS


def written(answer: Answer, accept: str | None) -> tuple[Format, bytes]:
    """The answer in the format that the client likes best; NotAcceptable where it likes none."""
    chosen = choose(accept, formats_for(answer))
    return chosen, serialized(answer, chosen)


def serialized(answer: Answer, chosen: Format) -> bytes:
    """The answer as bytes, written by the engine so that languages and datatypes stay."""
    if isinstance(answer, QueryTriples):
        assert isinstance(chosen.engine, RdfFormat)
        # N-Triples knows no prefixes; the other forms are easier to read with them.
        prefixes = None if chosen.engine == RdfFormat.N_TRIPLES else PREFIXES
        raw = serialize(answer, format=chosen.engine, prefixes=prefixes)
    else:
        assert isinstance(chosen.engine, QueryResultsFormat)
        raw = answer.serialize(format=chosen.engine)
    assert raw is not None
    return raw


def is_table(answer: Answer) -> bool:
    """Whether the answer has rows and columns."""
    return isinstance(answer, QuerySolutions)
