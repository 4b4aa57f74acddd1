"""From a request of the SPARQL 1.1 Protocol to a query: parameters decoded once, exactly one query."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from ogpgraph.protocol.errors import BadRequest, UnsupportedMediaType

_QUERY_PARAMETERS = {"query", "default-graph-uri", "named-graph-uri"}


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
