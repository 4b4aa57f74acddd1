"""Styles, icons and scripts: whole, compressed, asked for again only when they have changed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from stub_engine import Served, serving

from ogpgraph.pages import ASSETS

PATH = "/assets/site.css"
CSS = (ASSETS / "site.css").read_bytes()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


def test_a_file_comes_whole(served: Served) -> None:
    answer = served.ask(path=PATH)
    assert (answer.status, answer.body) == (200, CSS)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert served.ask(path="/assets/icon.svg").headers["content-type"].startswith("image/svg+xml")


def test_it_comes_compressed_to_those_who_can_read_that(served: Served) -> None:
    answer = served.ask(path=PATH, Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < len(CSS) / 2
    assert gzip.decompress(answer.body) == CSS
    assert answer.headers["etag"] != served.ask(path=PATH).headers["etag"]


def test_who_has_it_is_told_so(served: Served) -> None:
    etag = served.ask(path=PATH).headers["etag"]
    again = served.ask(path=PATH, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert served.ask(path=PATH, If_None_Match='"other"').body == CSS


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/nothing.css", "/assets/../queries.py", "/assets/%2e%2e/queries.py"]
)
def test_nothing_else_is_sent(path: str, served: Served) -> None:
    assert served.ask(path=path).status == 404
