"""The older suite of the Graph Store Protocol, withdrawn by W3C: requests and responses in prose, one state for all.

Some of its tests cannot pass as they stand; those are amended here, each with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from tests.w3c.answers import difference, parsed
from tests.w3c.endpoints import Endpoint, Response
from tests.w3c.evaluation import PASSED, Outcome, Verdict, failed
from tests.w3c.exchanges import Request
from tests.w3c.suites import RDFS, Case

_PROSE = re.compile(r"#### Request\n(?P<request>.*)#### Response\n(?P<response>.*)", re.DOTALL)
_SUCCESS = {200, 201, 204}
_NOT_TURTLE = "the body has no full stop at its end"

# What is replaced in a test, and why.
_AMENDED: dict[str, tuple[Sequence[tuple[str, str]], str]] = {
    "post__existing_graph": ([('"Jane Doe"', '"Jane Doe" .')], _NOT_TURTLE),
    "post__multipart_formdata": ([('"Doe"', '"Doe" .'), ('"Jane"', '"Jane" .')], _NOT_TURTLE),
    "get_of_post__existing_graph": (
        [("a foaf:Person;", 'a foaf:Person; foaf:name "Jane Doe";'), ("John", "Jane")],
        "the graph was replaced before, and the name added",
    ),
}


class Older:
    """The tests in their order; ``run`` is called with each in turn."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._new_path = ""
        endpoint.hold((), ())
        # The graph that the suite removes without having put it.
        triple = b"<http://example/s> <http://example/p> <http://example/o> ."
        url = f"{endpoint.addresses.graph}person/2.ttl"
        endpoint.request("PUT", url, {"Content-Type": "text/turtle", **endpoint.authorization}, triple)
        endpoint.changed()

    def run(self, case: Case) -> Outcome:
        """Send the request of a test; its response is judged as that of the newer suite."""
        prose = next(each.value for each in case.description.all(case.node, f"{RDFS}comment") if "####" in each.value)
        replacements, amended = _AMENDED.get(case.name, ((), ""))
        for old, new in replacements:
            prose = prose.replace(old, new)
        found = _PROSE.search(self._named(prose))
        assert found is not None
        request = _request(found["request"])
        headers = request.headers | (self._endpoint.authorization if request.method not in ("GET", "HEAD") else {})
        url = urljoin(self._endpoint.addresses.graphs, request.target)
        response = self._endpoint.request(request.method, url, headers, request.body)
        if location := response.headers["location"]:
            self._new_path = urljoin(url, location).removeprefix(self._endpoint.addresses.graph_names)
        wrong = _judged(found["response"], response)
        if wrong:
            return failed(f"{request.method} {request.target}: {wrong}")
        return Outcome(Verdict.PASS, f"amended: {amended}") if amended else PASSED

    def _named(self, prose: str) -> str:
        """The text with the server's own paths and names of graphs."""
        addresses = self._endpoint.addresses
        return (
            prose.replace("http://$HOST$/$GRAPHSTORE$/", addresses.graph_names)
            .replace("$GRAPHSTORE$/", addresses.graph)
            .replace("$GRAPHSTORE$", addresses.graphs)
            .replace("$NEWPATH$", addresses.graph + self._new_path)
        )


def _request(text: str) -> Request:
    """The request of an indented block: a request line, headers, an empty line, the body."""
    head, _, body = _unindented(text).partition("\n\n")
    line, *fields = head.splitlines()
    method, target, _ = line.split()
    headers = dict(field.split(": ", 1) for field in fields)
    del headers["Host"]
    return Request(method, target, headers, body.replace("\n", "\r\n").encode() if body else None)


def _judged(text: str, response: Response) -> str:
    """What is wrong; a success may have any of the statuses that the newer suite takes for one."""
    head, _, body = _unindented(text).partition("\n\n")
    status = int(head.split()[0])
    if response.status not in (_SUCCESS if status in _SUCCESS else {status}):
        return f"expected {status}, found {response.status}: {response.body[:200].decode('utf-8', 'replace')}"
    if "Content-Type: text/turtle" in head and response.media_type != "text/turtle":
        return f"expected text/turtle, found {response.media_type}"
    if not body:
        return ""
    return difference(parsed(body.encode(), "text/turtle"), parsed(response.body, response.media_type))


def _unindented(text: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in text.strip("\n").splitlines()).strip()
