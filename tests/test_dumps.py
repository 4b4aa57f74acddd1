"""Dumps, changes, catalogue and citation: files whole and in parts, and a changelog that is the real difference."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
import yaml
from fastapi.testclient import TestClient
from page_context import context_of
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse
from selectolax.lexbor import LexborHTMLParser
from three_plans import copy_to, replaced

from ogpgraph.build import build
from ogpgraph.pages.citation import citation_of
from ogpgraph.pages.dumps import dataset_json_ld
from ogpgraph.release import Release, catalogue, void
from ogpgraph.release.changes import compare
from ogpgraph.release.patch import Patch
from ogpgraph.serve.application import application
from ogpgraph.settings import BASE, PROJECT, Settings
from ogpgraph.vocabulary import RDFS

pytest_plugins = ["fixtures_three_plans"]

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def two(xanadu_release: Release, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases in one folder, the second with another title and one lineage statement less."""
    import shutil

    place = tmp_path_factory.mktemp("two")
    out = place / "dist"
    shutil.copytree(xanadu_release.folder.parent, out, symlinks=True)
    data = copy_to(place)
    replaced("plans/xa/xa-02.yml", "title: Map the caverns", "title: Map all caverns")(data)
    replaced("initiatives/xa.yml", "label: Map of the caverns", "label: Map of <b>all</b> caverns")(data)
    second = build(data, out)
    return out / xanadu_release.version, second.folder


@pytest.fixture(scope="module")
def client(two: tuple[Path, Path]) -> Iterator[TestClient]:
    settings = Settings(out=str(two[0].parent), access_log="")
    with TestClient(application(settings), follow_redirects=False) as client:
        yield client


def manifest(folder: Path) -> dict:
    found: dict = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


# ---- files


def test_every_file_of_a_release_is_sent_as_the_manifest_has_it(client: TestClient, two: tuple[Path, Path]) -> None:
    folder = two[1]
    for name, facts in manifest(folder)["files"].items():
        answer = client.get(f"/dumps/{folder.name}/{name}", headers={"accept-encoding": "gzip"})
        assert (answer.status_code, answer.content) == (200, (folder / name).read_bytes()), name
        assert answer.headers["etag"] == f'"{facts["sha256"]}"'
        assert answer.headers["content-type"].partition(";")[0] == facts["media_type"]
        assert "content-encoding" not in answer.headers, "a compressed file is what it is"
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["last-modified"] == "Sun, 02 Feb 2020 00:00:00 GMT"
    assert f'<{BASE}dumps/{folder.name}/>; rel="cite-as"' in answer.headers["link"]


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=0-3,99999999-", 206, slice(0, 4)),
        ("bytes=9-3", 200, slice(None)),
        ("bytes=x", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_a_file_is_sent_in_parts(
    wanted: str, status: int, part: slice | None, client: TestClient, two: tuple[Path, Path]
) -> None:
    raw = (two[1] / "conflicts.csv").read_bytes()
    answer = client.get(f"/dumps/{two[1].name}/conflicts.csv", headers={"range": wanted})
    assert answer.status_code == status
    if part is None:
        assert answer.headers["content-range"] == f"bytes */{len(raw)}"
        assert answer.json()["status"] == 416
        return
    assert answer.content == raw[part]
    if status == 206:
        start, stop, _ = part.indices(len(raw))
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(raw)}"


def test_several_parts_come_in_one_answer(client: TestClient, two: tuple[Path, Path]) -> None:
    raw = (two[1] / "conflicts.csv").read_bytes()
    answer = client.get(f"/dumps/{two[1].name}/conflicts.csv", headers={"range": "bytes=0-1,10-13"})
    assert answer.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert raw[0:2] + b"\r\n" in answer.content
    assert raw[10:14] + b"\r\n" in answer.content


def test_a_download_goes_on_only_with_the_same_file(client: TestClient, two: tuple[Path, Path]) -> None:
    path = f"/dumps/{two[1].name}/conflicts.csv"
    whole = client.get(path)
    for condition, status in (
        (whole.headers["etag"], 206),
        (whole.headers["last-modified"], 206),
        ('"other"', 200),
        (f"W/{whole.headers['etag']}", 200),
    ):
        answer = client.get(path, headers={"range": "bytes=1-2", "if-range": condition})
        assert (answer.status_code, len(answer.content)) == (status, 2 if status == 206 else len(whole.content))


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("if-none-match", "{etag}", 304),
        ("if-none-match", '"other", W/{etag}', 304),
        ("if-none-match", '"other"', 200),
        ("if-modified-since", "Sun, 02 Feb 2020 00:00:00 GMT", 304),
        ("if-modified-since", "Sat, 01 Feb 2020 00:00:00 GMT", 200),
        ("if-modified-since", "yesterday", 200),
    ],
)
def test_who_has_a_file_is_told_so(
    name: str, value: str, status: int, client: TestClient, two: tuple[Path, Path]
) -> None:
    path = f"/dumps/{two[1].name}/validation.txt"
    etag = client.head(path).headers["etag"]
    answer = client.get(path, headers={name: value.format(etag=etag)})
    assert (answer.status_code, answer.headers["etag"]) == (status, etag)
    assert bool(answer.content) == (status == 200)


def test_head_has_the_headers_of_get(client: TestClient, two: tuple[Path, Path]) -> None:
    path = f"/dumps/{two[1].name}/dataset.nq.gz"
    head, get = client.head(path), client.get(path)
    assert head.content == b""
    names = ("etag", "content-length", "content-type", "last-modified", "accept-ranges", "repr-digest")
    assert {name: head.headers[name] for name in names} == {name: get.headers[name] for name in names}


@pytest.mark.parametrize(
    "path",
    [
        "nothing.ttl",
        "%2e%2e/latest/dataset.nq",
        "%2e%2e/%2e%2e/secret",
        "members/%2e%2e/dataset.nq",
        "/etc/passwd",
        "secret.txt",
        "members",
        "dataset.nq%00",
        "dataset.nq/",
    ],
)
def test_only_what_the_manifest_names_is_sent(path: str, client: TestClient, two: tuple[Path, Path]) -> None:
    (two[1] / "secret.txt").write_text("secret", "utf-8")
    (two[1].parent / "secret").write_text("secret", "utf-8")
    answer = client.get(f"/dumps/{two[1].name}/{path}", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    for version in ("%2e%2e", "none", "refused"):
        assert client.get(f"/dumps/{version}/dataset.nq").status_code == 404


def test_latest_leads_to_the_version_in_service(client: TestClient, two: tuple[Path, Path]) -> None:
    for name, status in (("", 302), ("/", 302), ("/members/XA.ttl", 302), ("/changes", 302), ("/none.ttl", 404)):
        answer = client.get(f"/dumps/latest{name}")
        assert answer.status_code == status, name
        if status == 302:
            assert answer.headers["location"] == f"/dumps/{two[1].name}/{name.removeprefix('/')}"
            assert answer.headers["cache-control"] == "no-cache"


# ---- pages


def test_all_releases_are_listed_the_newest_first(client: TestClient, two: tuple[Path, Path]) -> None:
    tree = LexborHTMLParser(client.get("/dumps/", headers=HTML).text)
    assert [each.text() for each in tree.css("tbody th a")] == [two[1].name, two[0].name]
    changes = manifest(two[1])["changes"]
    assert f"+{changes['added']} −{changes['removed']}" in tree.css("tbody tr")[0].text()
    assert "first release" in tree.css("tbody tr")[1].text()


def test_a_release_page_links_each_of_its_files_with_its_size_and_checksum(
    client: TestClient, two: tuple[Path, Path]
) -> None:
    page = client.get(f"/dumps/{two[1].name}/", headers=HTML)
    tree = LexborHTMLParser(page.text)
    links = {str(each.attributes["href"]) for each in tree.css("main table a")}
    files = manifest(two[1])["files"]
    assert links == {f"/dumps/{two[1].name}/{name}" for name in (*files, "manifest.json")}
    assert {facts["sha256"] for facts in files.values()} <= {each.text() for each in tree.css("main code")}
    assert "cite-as" in page.headers["link"]
    see = client.get(f"/dumps/{two[1].name}/", headers={"accept": "text/turtle"})
    assert (see.status_code, see.headers["location"]) == (303, f"/dumps/{two[1].name}/catalogue.ttl")


def test_what_a_stranger_adds_to_an_address_changes_no_page(client: TestClient) -> None:
    assert client.get("/dumps/?x=<script>").content == client.get("/dumps/").content


def test_the_page_of_changes_names_what_differs_by_class(client: TestClient, two: tuple[Path, Path]) -> None:
    tree = LexborHTMLParser(client.get(f"/dumps/{two[1].name}/changes", headers=HTML).text)
    rows = {row.css("th")[0].text(): [cell.text() for cell in row.css("td.number")] for row in tree.css("tbody tr")}
    assert rows["conflict between sources"] == ["1", "", ""]
    assert rows["initiative"] == ["", "1", ""]
    links = {str(each.attributes["href"]): each.text() for each in tree.css("ul.entities a")}
    assert links["/page/id/initiative/xa/cavern-map"] == "Map of <b>all</b> caverns"
    assert "/page/id/conflict/XA0004/title" in links
    first = client.get(f"/dumps/{two[0].name}/changes", headers=HTML).text
    assert "first release" in first


# ---- changes


def test_the_release_before_and_the_patch_make_the_release(two: tuple[Path, Path]) -> None:
    rows = (two[0] / "dataset.nq").read_text("utf-8").split("\n")
    patch = (two[1] / "changes.rdfp").read_text("utf-8").split("\n")
    made = set(rows)
    for line in patch:
        action, _, row = line.partition(" ")
        if action == "D":
            made.remove(row)
        elif action == "A":
            assert row not in made
            made.add(row)
    assert made == set((two[1] / "dataset.nq").read_text("utf-8").split("\n"))
    assert [line.split(" ")[0] for line in patch[:3]] == ["H", "H", "TX"]
    assert patch[-2:] == ["TC .", ""]


def test_the_counts_of_the_changelog_are_the_real_difference(two: tuple[Path, Path]) -> None:
    old, new = (void.uncounted(parse((folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS)) for folder in two)
    said = json.loads((two[1] / "changes.json").read_text("utf-8"))
    assert (said["added"], said["removed"]) == (len(new - old), len(old - new))
    entities = {str(each.subject.value) for each in new ^ old}
    assert set(said["entities"]) == entities
    assert sorted(name for kinds in said["classes"].values() for names in kinds.values() for name in names) == sorted(
        entities
    )
    assert manifest(two[1])["changes"] == {"added": said["added"], "removed": said["removed"]}
    words = (two[1] / "changes.txt").read_text("utf-8")
    rows = [line[:2] for line in (two[1] / "changes.rdfp").read_text("utf-8").split("\n")]
    assert f"{rows.count('A ')} quads were added and {rows.count('D ')} removed" in words


def test_patches_of_successive_releases_chain() -> None:
    one, two, three = b"<urn:a> <urn:b> <urn:c> .\n", b"<urn:a> <urn:b> <urn:d> .\n", b""
    first, second = Patch.between(one, two).as_text(), Patch.between(two, three).as_text()
    identity, before = first.split("\n")[0].split(" ")[2], second.split("\n")[1].split(" ")[2]
    assert identity == before
    assert first.split("\n")[3:5] == ["D <urn:a> <urn:b> <urn:c> .", "A <urn:a> <urn:b> <urn:d> ."]
    assert second.split("\n")[3:] == ["D <urn:a> <urn:b> <urn:d> .", "TC .", ""]


def test_a_subject_is_new_only_where_it_was_not_there_before() -> None:
    one, two = NamedNode(BASE + "id/one"), NamedNode(BASE + "id/two")
    named, other = NamedNode(RDFS.label.value), NamedNode(RDFS.comment.value)
    old = [Triple(one, named, Literal("One"))]
    new = [*old, Triple(one, other, Literal("more")), Triple(two, named, Literal("Two"))]
    forward, back = compare("a", old, "b", new), compare("b", new, "a", old)
    assert {name: each.kind for name, each in forward.entities.items()} == {one.value: "changed", two.value: "added"}
    assert {name: each.kind for name, each in back.entities.items()} == {one.value: "changed", two.value: "removed"}
    assert "  id/two: removed, +0 -1: Two" in back.as_text().splitlines()


# ---- catalogue


# Mandatory and recommended properties of DCAT-AP 3, as far as they say what can be wrong here.
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
[] a sh:NodeShape ; sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dcterms:title ; sh:minCount 1 ], [ sh:path dcterms:description ; sh:minCount 1 ],
    [ sh:path dcterms:publisher ; sh:minCount 1 ; sh:class foaf:Agent ],
    [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ],
    [ sh:path dcat:service ; sh:minCount 1 ; sh:class dcat:DataService ] .
[] a sh:NodeShape ; sh:targetSubjectsOf dcat:hasVersion ;
  sh:property [ sh:path dcterms:title ; sh:minCount 1 ], [ sh:path dcterms:description ; sh:minCount 1 ],
    [ sh:path dcterms:issued ; sh:minCount 1 ; sh:datatype xsd:date ],
    [ sh:path dcterms:modified ; sh:minCount 1 ; sh:datatype xsd:date ],
    [ sh:path dcterms:publisher ; sh:minCount 1 ; sh:class foaf:Agent ],
    [ sh:path dcterms:license ; sh:minCount 1 ; sh:class dcterms:LicenseDocument ],
    [ sh:path dcterms:temporal ; sh:minCount 1 ; sh:class dcterms:PeriodOfTime ],
    [ sh:path dcterms:spatial ; sh:class dcterms:Location ],
    [ sh:path dcterms:language ; sh:minCount 1 ; sh:class dcterms:LinguisticSystem ],
    [ sh:path dcterms:conformsTo ; sh:minCount 2 ; sh:class dcterms:Standard ],
    [ sh:path dcat:contactPoint ; sh:minCount 1 ; sh:class <http://www.w3.org/2006/vcard/ns#Kind> ],
    [ sh:path dcat:keyword ; sh:minCount 3 ], [ sh:path dcat:theme ; sh:minCount 1 ],
    [ sh:path dcat:version ; sh:minCount 1 ; sh:maxCount 1 ],
    [ sh:path dcat:hasVersion ; sh:minCount 1 ; sh:class dcat:Dataset ],
    [ sh:path dcat:distribution ; sh:minCount 10 ; sh:class dcat:Distribution ] .
[] a sh:NodeShape ; sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ],
    [ sh:path dcterms:license ; sh:minCount 1 ] .
[] a sh:NodeShape ; sh:targetSubjectsOf dcat:downloadURL ;
  sh:property [ sh:path dcat:mediaType ; sh:minCount 1 ; sh:class dcterms:MediaType ],
    [ sh:path dcat:byteSize ; sh:minCount 1 ; sh:datatype xsd:nonNegativeInteger ],
    [ sh:path spdx:checksum ; sh:minCount 1 ; sh:maxCount 1 ; sh:class spdx:Checksum ] .
[] a sh:NodeShape ; sh:targetClass dcat:DataService ;
  sh:property [ sh:path dcterms:title ; sh:minCount 1 ], [ sh:path dcat:endpointURL ; sh:minCount 1 ],
    [ sh:path dcat:servesDataset ; sh:minCount 1 ; sh:class dcat:Dataset ] .
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_catalogue_has_what_dcat_ap_asks_for(two: tuple[Path, Path]) -> None:
    from pyshacl import validate

    found = rdflib.Graph().parse(two[1] / "catalogue.ttl")
    conforms, _, report = validate(found, shacl_graph=rdflib.Graph().parse(data=SHAPES, format="turtle"))
    assert conforms, report
    found.remove((None, rdflib.URIRef("http://www.w3.org/ns/dcat#contactPoint"), None))
    assert not validate(found, shacl_graph=rdflib.Graph().parse(data=SHAPES, format="turtle"))[0]


def test_the_catalogue_names_the_version_before_and_no_person(two: tuple[Path, Path]) -> None:
    text = (two[1] / "catalogue.ttl").read_text("utf-8")
    store = Store()
    store.load(text.encode(), format=RdfFormat.TURTLE)
    dcat = "http://www.w3.org/ns/dcat#"
    for subject in (catalogue.DATASET, catalogue.dump(two[1].name)):
        quads = store.quads_for_pattern(subject, NamedNode(dcat + "previousVersion"), None)
        assert [quad.object for quad in quads] == [catalogue.dump(two[0].name)]
    assert "mailto:" not in text


def test_the_files_of_the_catalogue_are_where_it_says(client: TestClient, two: tuple[Path, Path]) -> None:
    found = rdflib.Graph().parse(two[1] / "catalogue.ttl")
    downloads = [str(each) for each in found.objects(None, rdflib.URIRef("http://www.w3.org/ns/dcat#downloadURL"))]
    assert len(downloads) > 20
    for download in downloads:
        assert client.head(f"/{download.removeprefix(BASE)}").status_code == 200, download


def test_the_catalogue_is_a_page_for_a_browser_and_rdf_for_others(client: TestClient, two: tuple[Path, Path]) -> None:
    page = client.get("/catalog", headers=HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["vary"] == "Accept, Accept-Encoding"
    rows = {row.css("th")[0].text(): row.css("td")[0].text() for row in LexborHTMLParser(page.text).css("tbody tr")}
    assert int(rows["commitment"]) > 5
    turtle = (two[1] / "catalogue.ttl").read_bytes()
    assert client.get("/catalog").content == turtle
    assert client.get("/catalog?format=ttl", headers=HTML).content == turtle


def test_linksets_count_the_links_that_there_are(release: Release) -> None:
    store = Store()
    store.bulk_load(path=str(release.folder / "dataset.nq"), format=RdfFormat.N_QUADS)
    said = store.query(
        """PREFIX void: <http://rdfs.org/ns/void#> SELECT ?property ?space ?n {
             ?set a void:Linkset ; void:linkPredicate ?property ; void:triples ?n ; void:objectsTarget ?target .
             ?target void:uriSpace ?space }"""
    )
    found = {(row["property"].value, row["space"].value): int(row["n"].value) for row in said}
    assert (
        "http://www.w3.org/2004/02/skos/core#exactMatch",
        "http://publications.europa.eu/resource/authority/",
    ) in found
    for (property_, space), number in found.items():
        (row,) = store.query(
            f"""SELECT (COUNT(*) AS ?n) {{ ?s <{property_}> ?o
                FILTER(isIRI(?o) && STRSTARTS(STR(?o), "{space}") && !STRSTARTS(STR(?o), "{BASE}")) }}"""
        )
        assert int(row["n"].value) == number, (property_, space)


# ---- citation and schema.org


def test_the_citation_file_of_the_repository_is_that_of_the_edition(store: Store) -> None:
    context = context_of(store)
    expected = asyncio.run(citation_of(context)).of_edition(BASE)
    assert (PROJECT / "CITATION.cff").read_text("utf-8") == expected.as_cff()
    read = yaml.safe_load(expected.as_cff())
    notes = yaml.safe_load((PROJECT / "data" / "release.yml").read_text("utf-8"))
    assert (read["version"], read["date-released"]) == (notes["edition"], str(notes["issued"]))
    assert (read["title"], read["license"]) == (notes["title"], "CC-BY-4.0")
    assert read["authors"] == [{"name": "OGP Graph contributors"}]


def test_a_release_is_cited_by_its_persistent_iri(client: TestClient, two: tuple[Path, Path]) -> None:
    iri = f"{BASE}dumps/{two[1].name}/"
    page = client.get("/cite", headers=HTML)
    quotation = LexborHTMLParser(page.text).css_first("blockquote")
    assert quotation is not None
    assert f"version {two[1].name} [Data set]. {iri}" in quotation.text()
    assert f'<{iri}>; rel="cite-as"' in page.headers["link"]
    cff = yaml.safe_load(client.get("/cite.cff").text)
    assert (cff["version"], cff["url"], cff["type"]) == (two[1].name, iri, "dataset")
    bibtex = client.get("/cite.bib")
    assert bibtex.headers["content-type"].startswith("application/x-bibtex")
    assert f"  url = {{{iri}}}\n" in bibtex.text
    assert client.get("/cite.docx").status_code == 404


def test_the_dataset_in_words_of_schema_org(xanadu_store: Store, xanadu_release: Release) -> None:
    from dataclasses import replace

    context = context_of(xanadu_store)
    context = replace(context, about=replace(context.about, folder=xanadu_release.folder))
    found = asyncio.run(dataset_json_ld(context))
    assert found["@type"] == "Dataset"
    assert found["version"] == xanadu_release.version
    assert found["temporalCoverage"] == "2011-09-20/2026-11-20"
    files = manifest(xanadu_release.folder)["files"]
    downloads = {each["name"]: each for each in found["distribution"]}
    assert {"dataset.nq.gz", "dataset.jsonld.gz", "commitments.csv"} <= set(downloads)
    one = downloads["dataset.nq.gz"]
    assert one["contentUrl"] == f"{BASE}dumps/{xanadu_release.version}/dataset.nq.gz"
    assert one["contentSize"] == f"{files['dataset.nq.gz']['bytes']} B"
    assert one["encodingFormat"] == "application/n-quads"
    graph = rdflib.Graph().parse(
        data=json.dumps(found | {"@context": {"@vocab": "https://schema.org/"}}), format="json-ld"
    )
    assert len(graph) > 30
