"""Memento (RFC 7089): TimeGates, TimeMaps and Mementos, by the rules of the RFC; the sections stand beside them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from two_versions import GONE, OLDER, YOUNG

from ogpgraph.load import history
from ogpgraph.release import Release
from ogpgraph.serve.memento import at
from ogpgraph.settings import BASE

pytest_plugins = ["fixtures_two_versions"]

MEMBER = "id/member/XA"
DATASET = "id/dataset/ogp-graph"
OLD_DAY, NEW_DAY = "Thu, 29 Feb 1996 00:00:00 GMT", "Sun, 02 Feb 2020 00:00:00 GMT"
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[a-z]+="[^"]*")*)\s*(?:,|$)')


def links(text: str) -> list[tuple[str, dict[str, str]]]:
    """The links of a header or of a TimeMap, read strictly: nothing may be left over."""
    text = text.replace("\n", " ").strip()
    found = [(match[1], dict(re.findall(r'([a-z]+)="([^"]*)"', match[2]))) for match in _LINK.finditer(text)]
    assert re.sub(r"\s", "", _LINK.sub("", text)) == ""
    return found


def by_relation(response: Response) -> dict[str, str]:
    """The target of each relation of the Link headers; no relation but those of forms may stand there twice."""
    found: dict[str, str] = {}
    for target, parameters in links(response.headers["link"]):
        for relation in parameters["rel"].split():
            if relation not in ("alternate", "describedby", "type", "memento"):
                assert relation not in found, relation
            found[relation] = target
    return found


@pytest.fixture(scope="session")
def newer(xanadu_release: Release) -> str:
    return xanadu_release.version


@pytest.mark.parametrize("gate", ["/timegate/", "/"])
@pytest.mark.parametrize("resource", [MEMBER, DATASET])
@pytest.mark.parametrize(
    ("wanted", "is_old"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", True),  # before the first: the first (section 4.5.3)
        (OLD_DAY, True),
        ("Sat, 01 Feb 2020 23:59:59 GMT", True),
        (NEW_DAY, False),
        ("Sun, 01 Jan 2090 12:00:00 GMT", False),  # after the last: the last
    ],
)
def test_a_time_gate_leads_to_what_was_in_force(
    gate: str, resource: str, wanted: str, is_old: bool, past: TestClient, newer: str
) -> None:
    answer = past.get(gate + resource, headers={"accept-datetime": wanted})
    version = OLDER if is_old else newer
    assert (answer.status_code, answer.headers["location"]) == (302, f"/versions/{version}/{resource}")
    assert "accept-datetime" in answer.headers["vary"].lower()  # section 4.2.1
    assert "memento-datetime" not in answer.headers  # section 2.1.1: not of a TimeGate
    relations = by_relation(answer)
    assert relations["original"] == BASE + resource
    assert relations["timemap"].endswith(f"/timemap/{resource}")
    memento = past.get(answer.headers["location"])
    assert memento.headers["memento-datetime"] == (OLD_DAY if is_old else NEW_DAY)


def test_without_a_time_a_time_gate_gives_the_newest(past: TestClient, newer: str) -> None:
    answer = past.get(f"/timegate/{MEMBER}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/versions/{newer}/{MEMBER}")


@pytest.mark.parametrize("wanted", ["yesterday", "2020-02-29", "Fri, 30 Feb 1996 00:00:00 GMT", "", "x" * 5000])
def test_what_is_no_time_is_a_bad_request(wanted: str, past: TestClient) -> None:
    answer = past.get(f"/timegate/{MEMBER}", headers={"accept-datetime": wanted})
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad request")  # section 4.5.3
    assert "Accept-Datetime" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["timegate", "timemap"])
def test_what_no_version_knows_has_no_past(kind: str, past: TestClient) -> None:
    assert past.get(f"/{kind}/id/commitment/XA7777").status_code == 404


def test_what_was_there_only_then_or_only_now_has_one_memento(past: TestClient, newer: str) -> None:
    for path, version in ((f"id/{GONE}", OLDER), (f"id/{YOUNG}", newer)):
        for wanted in ("Thu, 01 Jan 1970 00:00:00 GMT", "Sun, 01 Jan 2090 12:00:00 GMT"):
            answer = past.get(f"/timegate/{path}", headers={"accept-datetime": wanted})
            assert answer.headers["location"] == f"/versions/{version}/{path}"
        mementos = [target for target, link in links(past.get(f"/timemap/{path}").text) if "memento" in link["rel"]]
        assert [target.partition("/versions/")[2] for target in mementos] == [f"{version}/{path}"]


def test_a_time_map_lists_every_version(past: TestClient, newer: str) -> None:
    answer = past.get(f"/timemap/{MEMBER}")
    assert answer.headers["content-type"] == "application/link-format"
    found = links(answer.text)
    kinds = {link["rel"]: (target, link) for target, link in found}
    assert kinds["original"][0] == BASE + MEMBER
    assert kinds["timegate"][0] == f"http://testserver/timegate/{MEMBER}"
    assert kinds["self"] == (
        f"http://testserver/timemap/{MEMBER}",
        {"rel": "self", "type": "application/link-format", "from": OLD_DAY, "until": NEW_DAY},
    )
    mementos = [(target, link) for target, link in found if "memento" in link["rel"].split()]
    assert mementos == [
        (f"http://testserver/versions/{OLDER}/{MEMBER}", {"rel": "first memento", "datetime": OLD_DAY}),
        (f"http://testserver/versions/{newer}/{MEMBER}", {"rel": "last memento", "datetime": NEW_DAY}),
    ]
    for target, link in mementos:
        said = past.get(target.removeprefix("http://testserver")).headers["memento-datetime"]
        assert parsedate_to_datetime(said) == parsedate_to_datetime(link["datetime"])


def test_a_time_map_as_json_says_the_same(past: TestClient) -> None:
    answer = past.get(f"/timemap/{MEMBER}", headers={"accept": "application/json"})
    assert (answer.headers["content-type"], answer.headers["vary"]) == ("application/json", "Accept")
    told = answer.json()
    as_links = links(past.get(f"/timemap/{MEMBER}").text)
    assert told["original_uri"] == BASE + MEMBER
    assert [each["uri"] for each in told["mementos"]["list"]] == [t for t, link in as_links if "datetime" in link]
    assert [each["datetime"] for each in told["mementos"]["list"]] == ["1996-02-29T00:00:00Z", "2020-02-02T00:00:00Z"]


@pytest.mark.parametrize("path", [f"page/{MEMBER}", f"data/{MEMBER}.ttl", f"data/{MEMBER}.jsonld", MEMBER])
def test_a_memento_says_what_it_is_of_and_what_is_beside_it(path: str, past: TestClient, newer: str) -> None:
    old, new = (by_relation(past.get(f"/versions/{version}/{path}")) for version in (OLDER, newer))
    for relations in (old, new):
        assert relations["original"] == BASE + MEMBER
        assert relations["timegate"] == f"http://testserver/timegate/{MEMBER}"
        assert relations["timemap"] == f"http://testserver/timemap/{MEMBER}"
        assert relations["first"] == f"http://testserver/versions/{OLDER}/{MEMBER}"
        assert relations["last"] == f"http://testserver/versions/{newer}/{MEMBER}"
    assert ("prev" in old, old["next"]) == (False, new["last"])
    assert (new["prev"], "next" in new) == (old["first"], False)


@pytest.mark.parametrize("path", [MEMBER, f"page/{MEMBER}", f"data/{MEMBER}.nt"])
def test_the_original_names_its_time_gate_and_time_map(path: str, past: TestClient) -> None:
    answer = past.get(f"/{path}")
    assert "memento-datetime" not in answer.headers
    relations = by_relation(answer)
    assert (relations["timegate"], relations["timemap"]) == (f"/timegate/{MEMBER}", f"/timemap/{MEMBER}")


def test_an_error_is_no_memento(past: TestClient) -> None:
    answer = past.get(f"/versions/{OLDER}/page/id/{YOUNG}")
    assert (answer.status_code, "memento-datetime" in answer.headers) == (404, False)


def test_a_host_that_is_none_is_not_repeated(past: TestClient) -> None:
    answer = past.get(f"/timemap/{MEMBER}", headers={"host": 'x>; rel="license"'})
    assert 'x>; rel="license"' not in answer.text
    assert links(answer.text)[1][0] == f"{BASE}timegate/{MEMBER}"


def test_of_releases_of_one_day_the_last_was_in_force(tmp_path) -> None:
    facts = {"quads": 1, "files": {"dataset.nq": {"sha256": "x"}}, "issued": "2026-11-21"}
    for version, previous in (("b", None), ("a", "b"), ("c", "a")):
        (tmp_path / version).mkdir()
        text = history.json.dumps({**facts, "version": version, "previous": previous})
        (tmp_path / version / "manifest.json").write_text(text)
    releases = history.releases_in(tmp_path)
    assert [each.version for each in releases] == ["b", "a", "c"]
    assert at(releases, parsedate_to_datetime("Sat, 21 Nov 2026 00:00:00 GMT")).version == "c"
    assert at(releases, parsedate_to_datetime("Fri, 20 Nov 2026 00:00:00 GMT")).version == "b"
