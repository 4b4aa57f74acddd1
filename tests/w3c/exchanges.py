"""The tests that are written as requests and expected responses: protocol and graph store."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urljoin

from tests.w3c.answers import GRAPH_FORMATS, RESULT_FORMATS, difference, parsed
from tests.w3c.endpoints import Endpoint, Response
from tests.w3c.engines import Broken, NotAllowed, SyntaxRefused
from tests.w3c.evaluation import PASSED, Outcome, dataset_of, failed
from tests.w3c.suites import MF, Case, Node

HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"

_STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
_FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": set(RESULT_FORMATS),
    "RDF": {*GRAPH_FORMATS, "application/ld+json"},
}


@dataclass(frozen=True)
class Request:
    """A request of a manifest."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None


def exchange(case: Case, endpoint: Endpoint) -> Outcome:
    """Send the requests of a test one after the other, each judged by its response."""
    try:
        endpoint.hold(*dataset_of(case, case.node))
    except (NotAllowed, SyntaxRefused, Broken) as error:
        return failed(f"the data could not be put: {error}")
    variables: dict[str, str] = {}
    requests = case.description.one(case.action, f"{HT}requests")
    for number, node in enumerate(case.description.items(requests), start=1):
        request = _request(case, node, variables)
        url, headers = _addressed(case, request, endpoint)
        response = endpoint.request(request.method, url, headers, request.body)
        wrong = _judged(case, node, response)
        if wrong:
            return failed(f"request {number}, {request.method} {request.target}: {wrong}")
        expected = case.description.one(node, f"{HT}resp")
        assert expected is not None
        if variable := case.description.text(expected, f"{MF}expectedLocation"):
            variables[variable] = urljoin(url, response.headers["location"])
    return PASSED


def _request(case: Case, node: Node, variables: dict[str, str]) -> Request:
    target = case.description.text(node, f"{HT}absolutePath")
    for name, value in variables.items():
        target = target.replace(name, quote(value, safe=""))
    body = case.description.one(node, f"{HT}body")
    return Request(
        case.description.text(node, f"{HT}methodName"), target, _headers(case, node), body and _content(case, body)
    )


def _headers(case: Case, node: Node) -> dict[str, str]:
    found = case.description.items(case.description.one(node, f"{HT}headers"))
    return {
        case.description.text(each, f"{HT}fieldName"): case.description.text(each, f"{HT}fieldValue") for each in found
    }


def _content(case: Case, body: Node) -> bytes:
    encoding = case.description.text(body, f"{CNT}characterEncoding")
    return case.description.text(body, f"{CNT}chars").encode(encoding)


def _addressed(case: Case, request: Request, endpoint: Endpoint) -> tuple[str, dict[str, str]]:
    """The server's own URL for a path of the manifest, and the headers with the token where something is written."""
    addresses, target = endpoint.addresses, request.target
    if target.startswith("/sparql/"):
        writes = "update" in case.name and request.headers.get("content-type") != "application/sparql-query"
        url = (addresses.update if writes else addresses.query) + target.removeprefix("/sparql/")
    else:
        writes = request.method not in ("GET", "HEAD")
        direct = target.startswith("/gsp/")
        url = addresses.graph + target.removeprefix("/gsp/") if direct else addresses.graphs + target[len("/gsp") :]
    if writes:
        endpoint.changed()
    return url, request.headers | (endpoint.authorization if writes else {})


def _judged(case: Case, node: Node, response: Response) -> str:
    """What is wrong with a response; empty where it is as expected."""
    expected = case.description.one(node, f"{HT}resp")
    assert expected is not None
    allowed = [each.value.rpartition("#")[2] for each in case.description.all(expected, f"{MF}expectedStatus")]
    if not any(_matches(response.status, each) for each in allowed):
        said = response.body[:200].decode("utf-8", "replace")
        return f"expected {' or '.join(allowed)}, found {response.status} {said}"
    if case.description.one(expected, f"{MF}expectedLocation") and not response.headers["location"]:
        return "the response has no Location"
    return _judged_content(case, expected, response)


def _matches(status: int, allowed: str) -> bool:
    """``hts:OK`` means 200, ``hts:StatusCode4xx`` all from 400 to 499."""
    if allowed in _STATUS:
        return status == _STATUS[allowed]
    return status // 100 == int(allowed.removeprefix("StatusCode").removesuffix("xx"))


def _judged_content(case: Case, expected: Node, response: Response) -> str:
    form = case.description.text(expected, f"{MF}expectedFormat")
    if form and response.media_type not in _FORMATS[form]:
        return f"expected a {form} answer, found {response.media_type}"
    wanted_type = _headers(case, expected).get("content-type", "").partition(";")[0]
    if wanted_type and response.media_type != wanted_type:
        return f"expected {wanted_type}, found {response.media_type}"
    truth = case.description.text(expected, f"{MF}expectedBoolean")
    if truth and parsed(response.body, response.media_type) is not (truth == "true"):
        return f"expected {truth}"
    body = case.description.one(expected, f"{HT}body")
    if body is None:
        return ""
    return difference(parsed(_content(case, body), wanted_type), parsed(response.body, response.media_type))
