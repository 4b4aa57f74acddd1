"""Requests to another server that is loaded: repeated where it is busy or the connection breaks."""

from __future__ import annotations

import time
from typing import Any

import httpx2

from ogpgraph.load.endpoint import Endpoint, trusted_authorities

# Before each repetition: a server that restarts is back within a minute.
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_MOST_PAUSE_SECONDS = 60
_BUSY_STATUS = {429, 502, 503, 504}
_TIMEOUT = httpx2.Timeout(600.0, connect=10.0)  # a server may write a chunk for long
_SHOWN_CHARACTERS = 300


class LoadFailed(Exception):
    """A load that cannot be done or is not complete; the message says why and what helps."""


class Sender:
    """Requests to one endpoint, one after the other."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = httpx2.Client(
            auth=endpoint.auth, verify=trusted_authorities(), timeout=_TIMEOUT, follow_redirects=False, trust_env=False
        )

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def graph_store(self, method: str, graph: str, triples: bytes) -> None:
        """PUT, POST or DELETE a graph (Graph Store Protocol, section 5); ``graph`` is empty for the default graph."""
        url = self._endpoint.url
        url = url.copy_add_param("graph", graph) if graph else url.copy_with(query=_with_default(url.query))
        content: dict[str, Any] = {}
        if method != "DELETE":
            content = {"content": triples, "headers": {"Content-Type": "application/n-triples"}}
        self._send(method, url, gone_is_fine=method == "DELETE", **content)

    def update(self, text: str) -> None:
        """Send a SPARQL Update (Protocol, section 2.2.2)."""
        headers = {"Content-Type": "application/sparql-update; charset=utf-8"}
        self._send("POST", self._endpoint.url, content=text.encode(), headers=headers)

    def count(self, query: str) -> dict[str, int]:
        """The numbers ``?n`` of a query by its graphs ``?g``; the row without one is the default graph's, ``""``."""
        headers = {"Accept": "application/sparql-results+json"}
        response = self._send("POST", self._endpoint.url, data={"query": query}, headers=headers)
        try:
            rows = response.json()["results"]["bindings"]
            return {row["g"]["value"] if "g" in row else "": int(row["n"]["value"]) for row in rows}
        except (ValueError, KeyError, TypeError):
            raise LoadFailed(f"{self._endpoint.shown} does not answer a count with SPARQL results in JSON") from None

    def _send(self, method: str, url: httpx2.URL, gone_is_fine: bool = False, **sent: Any) -> httpx2.Response:
        for pause in (*_PAUSES_SECONDS, None):
            try:
                response = self._client.request(method, url, **sent)
            except httpx2.TransportError as error:
                trouble, wanted_seconds = f"cannot be reached ({type(error).__name__})", 0
            else:
                if response.is_success or (gone_is_fine and response.status_code == 404):
                    return response
                trouble, wanted_seconds = _said(response), _retry_seconds(response)
                if response.status_code not in _BUSY_STATUS:
                    break
            if pause is not None:
                time.sleep(max(pause, wanted_seconds))
        raise LoadFailed(f"{self._endpoint.shown} {trouble}")


def _with_default(query: bytes) -> bytes:
    """``?default`` has no value (Graph Store Protocol, section 4.2)."""
    return query + b"&default" if query else b"default"


def _said(response: httpx2.Response) -> str:
    """Status and the beginning of the body, on one line."""
    text = " ".join(response.text[: 4 * _SHOWN_CHARACTERS].split())[:_SHOWN_CHARACTERS]
    return f"answered {response.status_code}: {text or response.reason_phrase}"


def _retry_seconds(response: httpx2.Response) -> int:
    value = response.headers.get("Retry-After", "")
    return min(int(value), _MOST_PAUSE_SECONDS) if value.isascii() and value.isdigit() and len(value) < 10 else 0
