"""A release is whole, true to its manifest, the same bytes every time, or not there at all."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from three_plans import FOLDER, copy_to, removed, replaced, written

from ogpgraph import iris
from ogpgraph.build import build
from ogpgraph.load import DamagedRelease, latest_release, open_release, version_of
from ogpgraph.problems import ProblemsFound
from ogpgraph.release import Release, dumps, tables, unaccounted
from ogpgraph.release.catalogue import DATASET, is_of_release, media_type
from ogpgraph.release.void import GRAPH as VOID_GRAPH
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.vocabulary import DCAT, DCTERMS, OGP, OWL, RDF, SH, SPDX, XSD

pytest_plugins = ["fixtures_three_plans"]

FORMATS = {
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
    ".ttl": RdfFormat.TURTLE,
}
RDFLIB = {".nq": "nquads", ".trig": "trig", ".jsonld": "json-ld", ".ttl": "turtle"}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def versions(out: Path) -> list[str]:
    """The releases in a folder, beside what was refused and what others derived from a release."""
    others = ("refused", "stores")
    return sorted(path.name for path in out.iterdir() if path.name not in others and not path.is_symlink())


def triples(folder: Path, name: str) -> set:
    return {quad.triple for quad in parse((folder / name).read_bytes(), format=FORMATS[Path(name).suffix])}


def canonical_count(folder: Path, name: str) -> int:
    return sum(1 for _ in parse((folder / name).read_bytes(), format=FORMATS[Path(name).suffix]))


def is_partition(triple: Triple) -> bool:
    return triple.subject.value.startswith(f"{VOID_GRAPH.value}#")


def test_the_files_of_a_release_are_these(xanadu_release: Release) -> None:
    rdf = [
        "dataset.jsonld",
        "dataset.nq",
        "dataset.trig",
        "members/XA.ttl",
        "members/XAL.ttl",
        "ogp-graph.ttl",
        "ontology.ttl",
    ]
    rdf += ["plans/XA-2015.ttl", "plans/XA-2018.ttl", "plans/XA-2021.ttl", "rules.ttl", "schemes.ttl", "shapes.ttl"]
    about = [
        "catalogue.ttl",
        "changes.json",
        "changes.txt",
        "commitments.csv",
        "commitments.csv-metadata.json",
        "commitments.parquet",
        "conflicts.csv",
        "manifest.json",
        "service.ttl",
        "sparql-examples.ttl",
        "validation.ttl",
        "validation.txt",
        "void.ttl",
    ]
    assert sorted(files(xanadu_release.folder)) == sorted([*rdf, *(f"{name}.gz" for name in rdf), *about])


def test_two_builds_in_different_folders_are_equal_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for place, out in (("here", "dist"), ("there", "elsewhere/releases")):
        (tmp_path / place).mkdir()
        copy_to(tmp_path / place)
        monkeypatch.chdir(tmp_path / place)
        made.append(files(build(Path("data"), Path(out)).folder.resolve()))
    first, second = made
    assert first == second


def test_building_again_changes_nothing_and_says_so(xanadu_out: Path, xanadu_release: Release) -> None:
    before = files(xanadu_out)
    again = build(FOLDER, xanadu_out)
    assert again.already_there
    assert again.version == xanadu_release.version
    assert files(xanadu_out) == before
    assert versions(xanadu_out) == [xanadu_release.version]


def test_the_version_is_the_edition_and_the_hash_of_the_data(xanadu_release: Release) -> None:
    edition, _, digest = xanadu_release.version.partition("-")
    assert edition == "9.8.7"
    assert len(digest) == 8
    own = set(parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS))
    # The hash is that of the data without what follows from them: the version, and how much of what there is.
    following = {quad.triple for quad in own if quad.graph_name in (VOID_GRAPH, iris.graph("catalogue"))}
    following -= {triple for triple in following if not is_of_release(triple.subject) and not is_partition(triple)}
    unversioned = dumps.canonical(quad for quad in own if quad.triple not in following)
    assert hashlib.sha256(dumps.nquads(unversioned)).hexdigest()[:8] == digest
    assert version_of(xanadu_release.folder) == xanadu_release.version
    assert Quad(DATASET, OWL.versionInfo, Literal(xanadu_release.version), DefaultGraph()) in own


def test_a_changed_file_makes_a_new_version_that_names_the_entity(data: Path, released: Release) -> None:
    first = released
    assert (first.folder / "changes.txt").read_text("utf-8").startswith(f"{first.version} is the first release here: ")
    replaced("plans/xa/xa-02.yml", "title: Map the caverns", "title: Map all caverns")(data)
    second = build(data, Path("dist"))
    assert versions(Path("dist")) == sorted([first.version, second.version])
    assert latest_release(Path("dist")) == second.folder.resolve()
    changes = json.loads((second.folder / "changes.json").read_text("utf-8"))
    node = iris.commitment("XA0004").value
    # The capture's title is still the one that stands; the plan file's title now makes a conflict with it.
    conflict = iris.conflict(iris.commitment("XA0004"), DCTERMS.title).value
    assert (changes["from"], changes["to"]) == (first.version, second.version)
    assert set(changes["entities"]) == {conflict, f"{conflict}/claim/1", f"{conflict}/claim/2", DATASET.value}
    assert f"<{conflict}> <{OGP.about.value}> <{node}> ." in changes["entities"][conflict]["added"]
    assert changes["entities"][conflict]["removed"] == []
    counted = changes["entities"].values()
    assert changes["added"] == sum(len(entity["added"]) for entity in counted)
    assert changes["removed"] == sum(len(entity["removed"]) for entity in counted) == 2
    words = (second.folder / "changes.txt").read_text("utf-8").splitlines()
    assert words[0] == f"From {first.version} to {second.version}: {changes['added']} statements added, 2 removed."
    added = len(changes["entities"][conflict]["added"])
    assert f"  id/conflict/XA0004/title: added, +{added} -0: XA0004: sources differ on title" in words
    assert manifest_of(second)["changes"] == {"added": changes["added"], "removed": 2}
    manifest = json.loads((second.folder / "manifest.json").read_text("utf-8"))
    assert manifest["previous"] == first.version
    previous = f"<{BASE}dumps/{first.version}/>"
    assert {str(t.object) for t in triples(second.folder, "catalogue.ttl") if t.predicate == DCAT.previousVersion} == {
        previous
    }


def manifest_of(release: Release) -> dict:
    found: dict = json.loads((release.folder / "manifest.json").read_text("utf-8"))
    return found


def test_going_back_to_older_data_goes_back_to_their_version(data: Path, released: Release) -> None:
    first = released
    edit = replaced("plans/xa/xa-02.yml", "title: Map the caverns", "title: Map all caverns")
    edit(data)
    build(data, Path("dist"))
    replaced("plans/xa/xa-02.yml", "title: Map all caverns", "title: Map the caverns")(data)
    third = build(data, Path("dist"))
    assert third.already_there
    assert third.version == first.version
    assert latest_release(Path("dist")) == first.folder.resolve()


@pytest.mark.parametrize("broken", ["form", "graph"])
def test_broken_data_leave_the_latest_release_as_it_was(broken: str, data: Path, released: Release) -> None:
    first = released
    before = files(first.folder)
    if broken == "form":
        written("roles/xa.yml", "")(data)
    else:
        replaced("roles/xa.yml", "end: 2017-09", "end: 2012-09")(data)
    with pytest.raises(ProblemsFound):
        build(data, Path("dist"))
    assert versions(Path("dist")) == [first.version]
    assert latest_release(Path("dist")) == first.folder.resolve()
    assert files(first.folder) == before


def test_a_shape_violation_keeps_the_report_and_no_data(data: Path) -> None:
    """XA0006 loses its only title: no reader can tell, only the shapes."""
    removed("sources/xa/xa0006-l3-fr.yml")(data)
    with pytest.raises(ProblemsFound) as refused:
        build(data, Path("dist"))
    kept = files(Path("dist"))
    assert sorted(kept) == ["refused/validation.ttl", "refused/validation.txt"]
    lines = kept["refused/validation.txt"].decode().splitlines()
    assert lines[1:] == [str(problem) for problem in refused.value.problems]
    assert lines[0] == "1 violations, 1 warnings"
    assert lines[1] == (
        "data/plans/xa/xa-03.yml:11: CommitmentShape-title: commitment/XA0006: A commitment has at least one title "
        "(dcterms:title): add a value, a text with a language tag."
    )
    report = rdflib.Graph().parse(data=kept["refused/validation.ttl"], format="turtle")
    nodes = {str(node) for node in report.objects(None, rdflib.URIRef(SH.focusNode.value))}
    assert iris.commitment("XA0006").value in nodes
    assert [str(o) for o in report.objects(None, rdflib.URIRef(SH.conforms.value))] == ["false"]


def test_the_report_of_a_refusal_goes_when_the_data_are_good_again(data: Path) -> None:
    replaced("roles/xa.yml", "end: 2017-09", "end: 2012-09")(data)
    with pytest.raises(ProblemsFound):
        build(data, Path("dist"))
    assert (Path("dist") / "refused" / "validation.txt").is_file()
    replaced("roles/xa.yml", "end: 2012-09", "end: 2017-09")(data)
    made = build(data, Path("dist"))
    assert not (Path("dist") / "refused").exists()
    assert sorted(path.name for path in Path("dist").iterdir()) == sorted([made.version, "latest"])


def test_warnings_stand_in_the_report_of_a_release(xanadu_release: Release) -> None:
    lines = (xanadu_release.folder / "validation.txt").read_text("utf-8").splitlines()
    assert lines[0] == "0 violations, 1 warnings"
    assert len(lines) == 2
    assert "CommitmentShape-inPlanMissing: warning: commitment/XA0007: " in lines[1]


def test_the_manifest_gives_size_and_hash_of_every_other_file(xanadu_release: Release) -> None:
    found = files(xanadu_release.folder)
    manifest = json.loads(found.pop("manifest.json"))
    assert manifest["files"] == {
        name: {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "media_type": media_type(name)}
        for name, raw in sorted(found.items())
    }
    assert (manifest["data_from"], manifest["data_until"], manifest["changes"]) == ("2011", "2020", None)
    assert manifest["version"] == xanadu_release.version
    assert manifest["edition"] == "9.8.7"
    assert manifest["issued"] == "2020-02-02"
    assert manifest["previous"] is None
    assert manifest["quads"] == xanadu_release.quads == canonical_count(xanadu_release.folder, "dataset.nq")


def test_compressed_files_hold_their_twins_and_no_clock(xanadu_release: Release) -> None:
    found = files(xanadu_release.folder)
    compressed = {name: raw for name, raw in found.items() if name.endswith(".gz")}
    assert {name: gzip.decompress(raw) for name, raw in compressed.items()} == {
        name: found[name.removesuffix(".gz")] for name in compressed
    }
    assert {raw[4:8] for raw in compressed.values()} == {b"\0\0\0\0"}, "the header of gzip has no time"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_every_rdf_file_is_read_alike_by_two_parsers(xanadu_release: Release) -> None:
    counts = {}
    for name, raw in files(xanadu_release.folder).items():
        suffix = Path(name).suffix
        if suffix not in FORMATS:
            continue
        quads = set(parse(raw, format=FORMATS[suffix]))
        graph = rdflib.Dataset() if suffix in (".nq", ".trig", ".jsonld") else rdflib.Graph()
        graph.parse(data=raw, format=RDFLIB[suffix])
        ours = len(list(graph.quads())) if isinstance(graph, rdflib.Dataset) else len(graph)
        counts[name] = (len(quads), ours)
    assert {name: pair for name, pair in counts.items() if pair[0] != pair[1]} == {}
    assert counts["dataset.nq"] == counts["dataset.trig"] == counts["dataset.jsonld"]


@pytest.mark.parametrize("other", ["dataset.trig", "dataset.jsonld"])
def test_all_forms_of_the_dataset_say_the_same(other: str, xanadu_release: Release) -> None:
    def store(name: str) -> set[Quad]:
        return set(parse((xanadu_release.folder / name).read_bytes(), format=FORMATS[Path(name).suffix]))

    assert {q for q in store(other) if not has_blank(q)} == {q for q in store("dataset.nq") if not has_blank(q)}
    assert len(store(other)) == len(store("dataset.nq"))


def has_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def test_iris_of_other_hosts_stand_in_turtle_in_full_and_literals_as_they_are() -> None:
    elsewhere, text = NamedNode("https://example.org/a//b"), Literal('<//x> "<//y>" \\" <//z')
    triples = [Triple(iris.plan("FR-2015"), DCTERMS.source, elsewhere), Triple(elsewhere, DCTERMS.title, text)]
    raw = dumps.turtle(triples)
    assert b"<id/plan/FR-2015> dcterms:source <https://example.org/a//b> ." in raw
    assert b"schema: <https://schema.org/>" in raw
    assert [quad.triple for quad in parse(raw, format=RdfFormat.TURTLE)] == triples


def test_the_turtle_of_the_whole_is_the_default_graph(xanadu_release: Release) -> None:
    dataset = parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS)
    default = {quad.triple for quad in dataset if quad.graph_name == DefaultGraph()}
    whole = triples(xanadu_release.folder, "ogp-graph.ttl")
    assert len(whole) == len(default)
    assert {t for t in whole if not has_blank(t)} == {t for t in default if not has_blank(t)}


def test_members_and_plans_are_parts_of_the_whole(xanadu_release: Release) -> None:
    folder = xanadu_release.folder
    whole = triples(folder, "ogp-graph.ttl")
    member = triples(folder, "members/XA.ttl")
    assert member <= whole
    assert triples(folder, "members/XAL.ttl") <= whole
    for plan in ("XA-2015", "XA-2018", "XA-2021"):
        assert triples(folder, f"plans/{plan}.ttl") <= member


def test_a_members_file_has_everything_about_the_member(xanadu_release: Release) -> None:
    kinds = ["commitment", "plan", "institution", "institution-family", "change", "report", "assessment", "lineage"]
    kinds += ["initiative", "role", "conflict"]
    whole = triples(xanadu_release.folder, "ogp-graph.ttl")
    expected = {t for t in whole if any(t.subject.value.startswith(iris.entity(f"{kind}/").value) for kind in kinds)}
    member = triples(xanadu_release.folder, "members/XA.ttl")
    assert expected - member == set()
    assert {t for t in whole if t.subject == iris.member("XA")} <= member


def test_a_plans_file_has_what_hangs_on_its_commitments(xanadu_release: Release) -> None:
    subjects = {
        t.subject.value.removeprefix(iris.entity("").value) for t in triples(xanadu_release.folder, "plans/XA-2015.ttl")
    }
    assert subjects >= {
        "plan/XA-2015",
        "plan/XA-2015/theme/1",
        "plan/XA-2015/cocreation/meetings",
        "plan/XA-2015/document/1",
        "commitment/XA0001",
        "commitment/XA0001/milestone/1.1",
        "commitment/XA0001/reference/7",
        "commitment/XA0001/absence/endDate",
        "assessment/XA0001/end-of-term",
        "report/XA-2015-midterm",
        "conflict/XA0001/title",
        "conflict/XA0001/title/claim/1",
        "lineage/XA0002-withdrawn",
    }
    assert not [
        name for name in subjects if name.startswith(("commitment/XA0003", "commitment/XA0005", "plan/XA-2018"))
    ]


def test_vocabulary_files_are_the_graphs_of_the_vocabularies(xanadu_release: Release) -> None:
    dataset = set(parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS))
    for name, prefix in (("ontology", "ontology"), ("shapes", "shapes"), ("schemes", "scheme/")):
        start = iris.graph(prefix).value
        expected = {
            q.triple for q in dataset if isinstance(q.graph_name, NamedNode) and q.graph_name.value.startswith(start)
        }
        found = triples(xanadu_release.folder, f"{name}.ttl")
        assert len(found) == len(expected) > 0
        assert {t for t in found if not has_blank(t)} == {t for t in expected if not has_blank(t)}


def test_blank_nodes_are_lists_and_owl_expressions_only(xanadu_release: Release) -> None:
    allowed = {
        RDF.first,
        RDF.rest,
        RDF.type,
        OWL.unionOf,
        OWL.oneOf,
        OWL.members,
        OWL.onProperty,
        OWL.someValuesFrom,
        OWL.hasValue,
    }
    allowed |= {
        OWL.allValuesFrom,
        OWL.complementOf,
        OWL.intersectionOf,
        OWL.onDatatype,
        OWL.withRestrictions,
        OWL.distinctMembers,
    }
    quads = parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS)
    shapes = iris.graph("shapes")
    found = {
        q.predicate.value
        for q in quads
        if isinstance(q.subject, BlankNode)
        and q.graph_name != shapes
        and q.predicate not in allowed
        and not q.predicate.value.startswith("http://www.w3.org/2001/XMLSchema#")
    }
    assert found == set()


def test_nothing_in_the_data_points_to_a_blank_node(xanadu_release: Release) -> None:
    quads = parse((xanadu_release.folder / "dataset.nq").read_bytes(), format=RdfFormat.N_QUADS)
    start = iris.entity("").value
    assert [str(q) for q in quads if str(q.subject).startswith(f"<{start}") and isinstance(q.object, BlankNode)] == []


@pytest.mark.parametrize("damage", ["a byte", "cut"])
def test_a_damaged_dataset_is_refused(damage: str, xanadu_release: Release, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    raw = (xanadu_release.folder / "dataset.nq").read_bytes()
    bad = raw.replace(b"Xanadu", b"Xanado", 1) if damage == "a byte" else raw[:-100]
    (folder / "dataset.nq").write_bytes(bad)
    (folder / "manifest.json").write_bytes((xanadu_release.folder / "manifest.json").read_bytes())
    with pytest.raises(DamagedRelease) as refused:
        open_release(folder)
    assert str(refused.value) == (
        f"{folder / 'dataset.nq'}: SHA-256 is {hashlib.sha256(bad).hexdigest()}, the manifest says "
        f"{hashlib.sha256(raw).hexdigest()}: build the release again"
    )


def test_the_catalogue_gives_type_size_and_checksum_of_each_distribution(xanadu_release: Release) -> None:
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples(xanadu_release.folder, "catalogue.ttl"))
    rows = store.query(
        f"""PREFIX dcat: <{DCAT.iri}> PREFIX spdx: <{SPDX.iri}>
        SELECT ?file ?size ?sum ?type WHERE {{
          <{DATASET.value}> dcat:distribution ?file .
          ?file a dcat:Distribution ; dcat:byteSize ?size ; dcat:mediaType ?type ; dcat:downloadURL ?file ;
            spdx:checksum [ a spdx:Checksum ; spdx:checksumValue ?sum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ] .
        }}"""
    )
    start = f"{BASE}dumps/{xanadu_release.version}/"
    types = {".nq": "application/n-quads", ".trig": "application/trig", ".ttl": "text/turtle", ".csv": "text/csv"}
    types |= {".jsonld": "application/ld+json", ".parquet": "application/vnd.apache.parquet"}
    found = {
        row["file"].value.removeprefix(start): (
            int(row["size"].value),
            row["sum"].value,
            row["type"].value.partition("media-types/")[2],
        )
        for row in rows
    }
    about = ("manifest", "catalogue", "service", "sparql-examples", "void", "validation", "changes", "conflicts")
    about += ("commitments.csv-metadata",)
    expected = {
        name: (len(raw), hashlib.sha256(raw).hexdigest(), types[Path(name.removesuffix(".gz")).suffix])
        for name, raw in files(xanadu_release.folder).items()
        if not name.startswith(about)
    }
    assert found == expected


def test_a_triple_that_no_graph_accounts_for_is_found() -> None:
    node = iris.member("XA")
    triple = (node, RDF.type, OGP.NationalMember)
    alone, known = Quad(*triple, DefaultGraph()), Quad(*triple, iris.source_graph("xa-member-page"))
    (problem,) = unaccounted([alone])
    assert (problem.rule, problem.file) == ("unaccounted", node.value)
    assert unaccounted([alone, known]) == []
    assert unaccounted([known]) == []


def test_the_projects_own_release_fits_its_manifest(release: Release) -> None:
    """The real data, once: the same promises at their full size."""
    found = files(release.folder)
    manifest = json.loads(found.pop("manifest.json"))
    assert {name: facts["sha256"] for name, facts in manifest["files"].items()} == {
        name: hashlib.sha256(raw).hexdigest() for name, raw in found.items()
    }
    whole = triples(release.folder, "ogp-graph.ttl")
    for name in (name for name in found if name.startswith(("members/", "plans/")) and name.endswith(".ttl")):
        assert triples(release.folder, name) <= whole, name


def test_conflicts_are_listed_claim_by_claim(xanadu_release: Release) -> None:
    """Each conflict of the graph has a row a claim, and at least one claim of it stands."""
    rows = list(csv.DictReader((xanadu_release.folder / "conflicts.csv").read_text("utf-8").splitlines()))
    store = open_release(xanadu_release.folder)
    ogp = "https://w3id.org/ogpgraph/ontology#"
    claims = store.query(f"SELECT ?claim {{ ?conflict a <{ogp}Conflict> ; <{ogp}claim> ?claim }}")
    assert len(rows) == len(list(claims)) > 2
    by_conflict: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        by_conflict.setdefault((row["about"], row["variable"]), []).append(row["stands"])
        assert row["sources"]
    assert all("yes" in stands for stands in by_conflict.values())


def test_a_commitment_whose_plan_has_no_known_year_stands_in_the_table() -> None:
    """Rows of OGP's databases may name a plan by its number only: their cycle is empty, and they come first."""
    member = iris.member("XA")
    with_year, without = iris.commitment("XA0001"), iris.commitment("XA-plan9/1")
    triples = [Triple(node, RDF.type, OGP.Commitment) for node in (with_year, without)]
    triples += [Triple(node, OGP.member, member) for node in (with_year, without)]
    triples += [Triple(node, DCTERMS.title, Literal("Domes", language="en")) for node in (with_year, without)]
    triples.append(Triple(with_year, OGP.cycle, Literal("2015", datatype=XSD.gYear)))
    rows = tables.commitments(triples)
    assert [(row["commitment"], row["cycle"]) for row in rows] == [(without.value, None), (with_year.value, 2015)]
    assert len(tables.as_csv(rows).splitlines()) == 3


def test_the_readme_counts_what_is_in_the_release(release: Release, store: Store) -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    graphs = len(list(store.named_graphs()))
    assert f"grep -c 'a sd:NamedGraph'\n    {graphs}\n" in readme
    assert f"Released: {release.version}, {len(store)} quads" in readme
