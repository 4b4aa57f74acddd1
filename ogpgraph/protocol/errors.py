"""What can be wrong with a request of the SPARQL 1.1 Protocol."""

from __future__ import annotations


class BadRequest(Exception):
    """A request that is no query and no update of the protocol."""


class UnsupportedMediaType(Exception):
    """A POST whose body is of a type that the protocol does not know."""


class QuerySyntaxError(Exception):
    """A query or update that does not parse; the message has line and column."""


class Refused(Exception):
    """A query that this endpoint does not answer, whoever asks."""
