"""SPARQL 1.1 Protocol: from a request to a query or an update, and what is refused before anything is evaluated."""

from ogpgraph.protocol.answers import ask, formats_for, is_table, serialized, written
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError, Refused, TooDeep, UnsupportedMediaType
from ogpgraph.protocol.requests import Query, Update, from_post, from_query_string

__all__ = [
    "BadRequest",
    "Query",
    "QuerySyntaxError",
    "Refused",
    "TooDeep",
    "UnsupportedMediaType",
    "Update",
    "ask",
    "formats_for",
    "from_post",
    "from_query_string",
    "is_table",
    "serialized",
    "written",
]
