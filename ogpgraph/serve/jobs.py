"""What a client asks, as an engine is asked it: from the parameters and headers of a query operation to a Job."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qsl

from ogpgraph.engine.job import Job
from ogpgraph.negotiate import RESULT_FORMATS, Format, choose, choose_encoding, named, refuses_identity
from ogpgraph.protocol import requests
from ogpgraph.serve.judgement import Judgement

# Queries by GET whose decoded text is remembered: together at most 8 MB.
_MOST_REMEMBERED, LONGEST_REMEMBERED = 2048, 4096


def remembered_parameters_of(query_string: bytes, base: str) -> tuple[requests.Query, str | None]:
    """What ``parameters_of`` says, remembered where the address is short."""
    read = _remembered if len(query_string) <= LONGEST_REMEMBERED else parameters_of
    return read(query_string, base)


def parameters_of(query_string: bytes, base: str) -> tuple[requests.Query, str | None]:
    """The query of an address, and the form of the answer that it names; raises BadRequest."""
    return requests.from_query_string(query_string, base), form_wanted(query_string)


def form_wanted(parameters: bytes) -> str | None:
    """What ``format=`` (or ``output=``, as others call it) asks for."""
    if b"format=" not in parameters and b"output=" not in parameters:
        return None
    return next(
        (value for name, value in parse_qsl(parameters.decode("latin-1")) if name in ("format", "output")), None
    )


def job_of(
    query: requests.Query,
    judgement: Judgement,
    wanted: str | None,
    accept: str | None,
    accept_encoding: str | None,
    client: str,
) -> Job:
    """The job of a query that may be evaluated; raises NotAcceptable or UnknownFormat."""
    codings = ("gzip",) if refuses_identity(accept_encoding) else ("zstd", "gzip")
    return Job(
        query,
        _format_of(judgement.formats, accept, wanted),
        choose_encoding(accept_encoding, codings),
        judgement.lane,
        client,
    )


def hash_of(query: requests.Query) -> str:
    """What the log calls a query: the first 16 hexadecimal digits of the SHA-256 of its text."""
    return hashlib.sha256(query.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# Decoding a query takes longer than everything else that an answer from the cache needs.
_remembered = lru_cache(_MOST_REMEMBERED)(parameters_of)


def _format_of(formats: Sequence[Format], accept: str | None, wanted: str | None) -> Format:
    """The form of the answer, known before the evaluation."""
    if not formats:  # the query does not parse: the engine says where
        return RESULT_FORMATS[0]
    return named(wanted, formats) if wanted else choose(accept, formats)
