"""What crawlers find: robots.txt, the sitemap; and where w3id.org sends the IRIs, replayed from its rules."""

from __future__ import annotations

import gzip
import re
import urllib.robotparser
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from ogpgraph.serve import crawlers
from ogpgraph.settings import BASE, PROJECT

pytest_plugins = ["fixtures_two_versions"]

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
RULES = PROJECT / "w3id" / ".htaccess"


def addresses(text: str, kind: str) -> list[str]:
    root = ET.fromstring(text)
    assert root.tag == SITEMAP + ("sitemapindex" if kind == "sitemap" else "urlset")
    assert {each.findtext(f"{SITEMAP}lastmod") for each in root} == {"2020-02-02"}
    return [each.findtext(f"{SITEMAP}loc") or "" for each in root.iter(SITEMAP + kind)]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/page/id/commitment/XA0006", True),
        ("/data/id/commitment/XA0006.ttl", True),
        ("/sparql", True),
        ("/sparql?query=ASK%7B%7D", False),
        ("/search?q=water", False),
        ("/timemap/id/member/XA", False),
    ],
)
def test_crawlers_are_told_what_has_no_end(path: str, allowed: bool, past: TestClient) -> None:
    answer = past.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.can_fetch("AnyBot", path) is allowed
    assert rules.crawl_delay("AnyBot") is None
    assert rules.site_maps() == ["http://testserver/sitemap.xml"]


def test_the_sitemap_names_every_page_once_and_each_opens(past: TestClient, xanadu_store) -> None:
    parts = addresses(past.get("/sitemap.xml").text, "sitemap")
    assert parts == ["http://testserver/sitemap/1.xml"]
    found = addresses(past.get("/sitemap/1.xml").text, "url")
    assert len(found) == len(set(found))
    typed = {str(row["s"].value) for row in xanadu_store.query("SELECT DISTINCT ?s { ?s a ?t FILTER(isIRI(?s)) }")}
    entities = {iri.removeprefix(BASE).partition("#")[0] for iri in typed if iri.startswith(BASE + "id/")}
    assert {f"http://testserver/page/{path}" for path in entities} <= set(found)
    assert "http://testserver/" in found
    assert not [each for each in found if "#" in each or "/versions/0" in each or "?" in each]
    # Sorted by kind: the first, the last and some between.
    for address in [*found[:9], *found[9 :: len(found) // 12]]:
        assert past.get(address.removeprefix("http://testserver"), headers={"accept": "text/html"}).status_code == 200


def test_the_sitemap_has_as_many_parts_as_it_needs(past: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = addresses(past.get("/sitemap/1.xml").text, "url")
    past.app.cache.clear()
    monkeypatch.setattr(crawlers, "MOST_ADDRESSES", 100)
    parts = addresses(past.get("/sitemap.xml").text, "sitemap")
    assert len(parts) == -(-len(whole) // 100) > 1
    pieces = [addresses(past.get(part.removeprefix("http://testserver")).text, "url") for part in parts]
    assert [address for piece in pieces for address in piece] == whole
    assert past.get(f"/sitemap/{len(parts) + 1}.xml").status_code == past.get("/sitemap/0.xml").status_code == 404
    past.app.cache.clear()


def test_the_sitemap_is_sent_compressed_and_has_a_tag(past: TestClient) -> None:
    with past.stream("GET", "/sitemap/1.xml", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    plain = past.get("/sitemap/1.xml", headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    again = past.get("/sitemap/1.xml", headers={"if-none-match": plain.headers["etag"], "accept-encoding": "identity"})
    assert (again.status_code, again.content) == (304, b"")


def test_a_sitemap_is_of_the_host_that_was_asked(past: TestClient) -> None:
    for host in ("one.example", "two.example"):
        text = past.get("/sitemap/1.xml", headers={"host": host}).text
        assert {each.split("/")[2] for each in addresses(text, "url")} == {host}
    wrong = past.get("/sitemap/1.xml", headers={"host": "x&y<z"})
    assert addresses(wrong.text, "url")[0] == BASE


# w3id.org: mod_rewrite as far as the file needs it.


@dataclass(frozen=True)
class Rule:
    pattern: str
    target: str
    status: int


def rules() -> list[Rule]:
    found = []
    for line in RULES.read_text("utf-8").splitlines():
        if line.startswith("RewriteRule"):
            _, pattern, target, flags = line.split(" ")
            status = re.fullmatch(r"\[R=(30[1237]),L\]", flags)
            assert status, line
            found.append(Rule(pattern, target, int(status[1])))
    return found


def redirected(path: str) -> tuple[int, str, int] | None:
    """Status, target and number of the first rule that fits; ``path`` as a folder's .htaccess sees it."""
    for number, rule in enumerate(rules()):
        if match := re.search(rule.pattern, path):
            return rule.status, re.sub(r"\$(\d)", lambda group: match[int(group[1])], rule.target), number
    return None


HOST = "https://ogpgraph.example/"
REPLAYED = [
    ("id/commitment/FR0042", 302, "id/commitment/FR0042"),
    ("ontology", 302, "ontology"),
    ("scheme/star/yes", 302, "scheme/star/yes"),
    ("versions/0.1.0-1047128f/", 302, "versions/0.1.0-1047128f/"),
    ("timemap/id/member/FR", 302, "timemap/id/member/FR"),
    ("sparql", 307, "sparql"),
    (".well-known/void", 302, ".well-known/void"),
    ("function/matches", 303, "search"),
    ("", 302, ""),
]


@pytest.mark.parametrize(("path", "status", "target"), REPLAYED)
def test_an_iri_is_sent_to_the_server(path: str, status: int, target: str) -> None:
    found = redirected(path)
    assert found
    assert found[:2] == (status, HOST + target)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("page/id/plan/FR-2018", "page/id/plan/FR-2018"),
        ("data/id/plan/FR-2018.ttl", "data/id/plan/FR-2018.ttl"),
        ("graph/source/fr0004-l1-en", "graph/source/fr0004-l1-en"),
        ("shapes", "shapes"),
        ("ontology/0.1.0", "ontology/0.1.0"),
        ("ontology.ttl", "ontology.ttl"),
        ("scheme/", "scheme/"),
        ("dumps/latest/ogp-graph.ttl", "dumps/latest/ogp-graph.ttl"),
        ("catalog", "catalog"),
    ],
)
def test_so_is_what_is_beside_it(path: str, target: str) -> None:
    found = redirected(path)
    assert found
    assert found[1] == HOST + target


@pytest.mark.parametrize(
    "path", ["idx", "ontologyx", "id/", "id", "schemes/x", "sparqlx", "etc/passwd", ".well-known/x"]
)
def test_nothing_else_is(path: str) -> None:
    assert redirected(path) is None


def test_every_rule_is_replayed_and_leads_to_https() -> None:
    assert {found[2] for path, _, _ in REPLAYED if (found := redirected(path))} == set(range(len(rules())))
    assert all(rule.target.startswith("https://") for rule in rules())
    lines = RULES.read_text("utf-8").splitlines()
    options = next(line for line in lines if line.startswith("Options"))
    assert "-MultiViews" in options.split()
    assert lines.index("RewriteEngine on") < min(n for n, line in enumerate(lines) if line.startswith("RewriteRule"))


def test_what_w3id_forwards_is_answered(past: TestClient) -> None:
    """No rule leads to a path that the server does not know."""
    for path in (
        "id/member/XA",
        "page/id/member/XA",
        "data/id/member/XA.ttl",
        "ontology",
        "shapes",
        "versions/",
        "sparql",
    ):
        found = redirected(path)
        assert found
        assert past.get("/" + found[1].removeprefix(HOST), headers={"accept": "*/*"}).status_code in (200, 303)
