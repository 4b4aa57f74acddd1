"""What goes to another SPARQL endpoint, and what its response means (SPARQL 1.1 Protocol, section 2.1).

Queries go as forms: every endpoint must take them, and Virtuoso 7.2.5 never answers the other kind of POST.
"""

from __future__ import annotations

import re
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

import ogpgraph
from ogpgraph.engine.job import EngineFailed, Job
from ogpgraph.load.endpoint import Endpoint, trusted_authorities
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError
from ogpgraph.protocol.requests import Query
from ogpgraph.protocol.tokens import form_of, read

# A document of the second kind is one of the first as well, so it serves where the endpoint lacks the first
# (TriG, section 2; N-Quads, section 2; Turtle, section 1).
_SERVES_AS = {"application/trig": "text/turtle", "application/n-quads": "application/n-triples"}
_DATASET = ("default-graph-uri", "named-graph-uri")
_CONNECT_SECONDS = 5.0
# Shorter than servers and balancers keep an idle connection: none is used that the other side is about to close.
_IDLE_SECONDS = 4.0
_SHOWN_CHARACTERS = 1000  # of what an endpoint says about a query
_READ_BYTES = 4000
_PLACE = re.compile(r"\bline:? (\d+)(?:,? (?:column|col):? (\d+))?", re.IGNORECASE)
_OWN_PLACE = re.compile(r"error at \d+:\d+: ")  # as Oxigraph, whose messages our errors know
_RETRY_STATUS = {408, 429, 503, 504}
_MOST_RETRY_SECONDS = 600


class Upstream:
    """An endpoint, by a client that follows no redirect, keeps no cookie and takes no proxy from the environment.

    A dataset that its URL names (``?default-graph-uri=…``) is for queries that name none.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        params = endpoint.url.params
        self._dataset = [(name, value) for name in _DATASET for value in params.get_list(name)]
        self._url = endpoint.url.copy_with(params=[pair for pair in params.multi_items() if pair[0] not in _DATASET])
        self.default_graphs = params.get_list(_DATASET[0])
        self._client = httpx2.AsyncClient(
            auth=endpoint.auth,
            # A cookie of the endpoint would join the requests of different visitors.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            verify=trusted_authorities(),
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None, keepalive_expiry=_IDLE_SECONDS),
            headers={"User-Agent": f"ogpgraph/{ogpgraph.__version__}", "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )

    async def ask(self, query: Query, media_type: str) -> httpx2.Response:
        """Send a query; the response with its body still to come. httpx2.HTTPError where there is none.

        BadRequest for what is no query of SPARQL 1.1: endpoints have extensions that write, or fetch documents.
        """
        if form_of(query.text) is None:
            raise BadRequest("a query begins with its prologue and SELECT, ASK, CONSTRUCT or DESCRIBE")
        second = _SERVES_AS.get(media_type)
        accept = f"{media_type}, {second};q=0.5" if second else media_type
        form = httpx2.QueryParams([("query", _with_base(query)), *self._dataset_of(query)])
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        request = self._client.build_request("POST", self._url, headers=headers, content=str(form).encode())
        return await self._client.send(request, stream=True)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _dataset_of(self, query: Query) -> list[tuple[str, str]]:
        """What the request names; else, where the query has no FROM either, what the endpoint's URL names."""
        named = [(_DATASET[0], each) for each in query.default_graphs]
        named += [(_DATASET[1], each) for each in query.named_graphs]
        if named or not self._dataset or _has_dataset(query.text):
            return named
        return self._dataset


def _has_dataset(text: str) -> bool:
    """Whether a query has a FROM clause, which a dataset of the request would override (Protocol, section 2.1.4)."""
    return any(token.kind == "word" and token.text.upper() == "FROM" for token in read(text))


def _with_base(query: Query) -> str:
    return f"BASE <{query.base}>\n{query.text}" if query.base else query.text


async def failure_of(response: httpx2.Response, job: Job) -> Exception | None:
    """Why a response gives no answer to this job; None where its body is the answer."""
    status = response.status_code
    if status == 200:
        return _wrong_answer(response, job)
    if status == 400:
        return _bad_query(await _text(response), job.query)
    said = f"the endpoint behind this server answered {status}"
    if status in _RETRY_STATUS:
        return EngineFailed(f"{said}: ask again later", 503, _retry_seconds(response))
    if status == 406:
        return EngineFailed(f"{said}: it cannot give {job.format.media_type}; ask for another format", 502)
    return EngineFailed(said, 502)


def _wrong_answer(response: httpx2.Response, job: Job) -> EngineFailed | None:
    """What makes a response useless in spite of its status: another type, another coding, only a part."""
    headers = response.headers
    wanted = {job.format.media_type, *job.format.aliases, _SERVES_AS.get(job.format.media_type)}
    found = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if found not in wanted:
        shown = _clean(found) or "no media type"
        return EngineFailed(f"the endpoint behind this server gave {shown} instead of {job.format.media_type}", 502)
    if headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        return EngineFailed("the endpoint behind this server compressed an answer that was asked for as it is", 502)
    # Virtuoso gives what it has when its own time or row limit is met, and says so only here.
    if "X-SQL-State" in headers or "X-SPARQL-MaxRows" in headers:
        return EngineFailed("the endpoint behind this server met its own limit and gave a part of the answer", 503)
    return None


def _bad_query(said: str, query: Query) -> BadRequest | QuerySyntaxError:
    """What the endpoint says of a query, with the place where it names one; lines count from the visitor's own."""
    added = 1 if query.base else 0
    if _OWN_PLACE.search(said):
        error = QuerySyntaxError.of(said, _with_base(query))
        return QuerySyntaxError(max(error.line - added, 1), error.column, error.message)
    if found := _PLACE.search(said):
        return QuerySyntaxError(max(int(found[1]) - added, 1), int(found[2] or 1), said)
    return BadRequest(said or "the endpoint behind this server does not understand the query")


async def _text(response: httpx2.Response) -> str:
    """The beginning of an error's body, if it is text for people and not a page."""
    kind = response.headers.get("Content-Type", "text/plain").partition(";")[0].strip().lower()
    if kind not in ("text/plain", "application/json", "application/problem+json"):
        return ""
    read = b""
    async for piece in response.aiter_raw():
        read += piece
        if len(read) >= _READ_BYTES:
            break
    return _clean(read[:_READ_BYTES].decode("utf-8", "replace"))


def _clean(text: str) -> str:
    """One line of printable characters, bounded."""
    words = "".join(each if each.isprintable() else " " for each in text).split()
    return " ".join(words)[:_SHOWN_CHARACTERS]


def _retry_seconds(response: httpx2.Response) -> int | None:
    """``Retry-After`` where it is a number of seconds (RFC 9110, section 10.2.3)."""
    value = response.headers.get("Retry-After", "")
    return min(int(value), _MOST_RETRY_SECONDS) if value.isascii() and value.isdigit() and len(value) < 10 else None
