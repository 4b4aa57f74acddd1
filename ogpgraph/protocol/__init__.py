"""SPARQL 1.1 Protocol: from a request to a query or an update, and what is refused before anything is evaluated."""

from ogpgraph.protocol.answers import ask, formats_for, is_table, serialized, written
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError, Refused, UnsupportedMediaType
from ogpgraph.protocol.requests import Query, from_post, from_query_string
from ogpgraph.protocol.tokens import keywords

__all__ = [
    "BadRequest",
    "Query",
    "QuerySyntaxError",
    "Refused",
    "UnsupportedMediaType",
    "ask",
    "formats_for",
    "from_post",
    "from_query_string",
    "is_table",
    "keywords",
    "serialized",
    "written",
]
