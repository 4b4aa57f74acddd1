"""A SPARQL endpoint that serves a release: any that speaks the SPARQL 1.1 Protocol."""

from __future__ import annotations

import re

import httpx2
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from ogpgraph.analysis.answers import Answer, QueryFailed, collected
from ogpgraph.load.endpoint import Endpoint, trusted_authorities

# Which of them the answer has depends on the form of the query.
_ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9, text/turtle;q=0.8"
_RESULTS = "application/sparql-results+json"
_GRAPHS = {"application/n-triples": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}
_SHOWN_CHARACTERS = 500
_PLACE = re.compile(r"line \d+, column \d+: ")


class EndpointSource:
    """An endpoint by its URL, which may hold user and password; ``token`` is sent as a bearer token (RFC 6750)."""

    def __init__(self, url: str, token: str = "", most_seconds: float = 300) -> None:
        """ValueError where the URL is not absolute or not of http or https."""
        self._endpoint = Endpoint.of(url, token)
        self._client = httpx2.Client(
            auth=self._endpoint.auth,
            verify=trusted_authorities(),
            timeout=httpx2.Timeout(most_seconds, connect=10.0),
            follow_redirects=False,  # credentials go nowhere else
        )

    @property
    def name(self) -> str:
        """The address without credentials."""
        return self._endpoint.shown

    def answer(self, query: str) -> Answer:
        """See ``Source``. The query goes as a form (SPARQL 1.1 Protocol, 2.1.2), the way that every endpoint knows."""
        try:
            response = self._client.post(self._endpoint.url, data={"query": query}, headers={"Accept": _ACCEPT})
        except httpx2.TransportError as error:
            raise QueryFailed(f"{self.name} cannot be reached: {error or type(error).__name__}") from None
        if not response.is_success:
            raise self._refusal(response)
        return self._read(response)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(self, response: httpx2.Response) -> Answer:
        form = _media_type(response)
        try:
            if form == _RESULTS:
                return collected(parse_query_results(response.content, format=QueryResultsFormat.JSON))
            if form in _GRAPHS:
                return tuple(quad.triple for quad in parse(response.content, format=_GRAPHS[form]))
        except (SyntaxError, ValueError) as error:
            raise QueryFailed(f"{self.name}: the answer breaks off or is no {form} ({error})") from None
        raise QueryFailed(f"{self.name} answered {form or 'without a media type'}, not SPARQL results or RDF")

    def _refusal(self, response: httpx2.Response) -> Exception:
        """A syntax error where the server names its place (problem details, RFC 9457), else the server's own words."""
        if _media_type(response) == "application/problem+json":
            try:
                problem = response.json()
                if isinstance(problem.get("line"), int):
                    from ogpgraph.protocol import QuerySyntaxError

                    message = _PLACE.sub("", str(problem.get("detail", "")), count=1)
                    return QuerySyntaxError(problem["line"], int(problem.get("column", 1)), message)
                text = str(problem.get("detail") or problem.get("title") or "")
            except (ValueError, AttributeError):
                text = response.text
        else:
            text = response.text
        shown = " ".join(text.split())[:_SHOWN_CHARACTERS] or response.reason_phrase
        return QueryFailed(f"{self.name} answered {response.status_code}: {shown}")


def _media_type(response: httpx2.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
