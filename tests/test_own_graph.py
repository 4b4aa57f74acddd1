"""A graph that somebody brings: from the template to the site, and every mistake by its message."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse, serialize

from ogpgraph import build as building
from ogpgraph import cli, iris
from ogpgraph import records as r
from ogpgraph.lift import lift
from ogpgraph.load import open_release
from ogpgraph.problems import Problem, ProblemsFound, Severity
from ogpgraph.read.data_folder import ReadRecord
from ogpgraph.read.located import Located
from ogpgraph.read.own_columns import TABLES
from ogpgraph.read.own_template import written
from ogpgraph.read.sources import read_brought
from ogpgraph.release import Release
from ogpgraph.serve.application import application
from ogpgraph.settings import BASE, PROJECT, Settings
from ogpgraph.vocabulary import DCTERMS, OGP, OWL, RDF, Vocabulary

VOCABULARY = Vocabulary()
NOTHING = Path("nowhere")


class Tables:
    """A folder of tables that a test writes."""

    def __init__(self, folder: Path, member: str = "XB", name: str = "Shangri-La") -> None:
        self.folder = folder
        folder.mkdir()
        for file, content in written(member, name).items():
            (folder / file).write_text(content, "utf-8")

    def rows(self, table: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.folder / f"{table}.csv").read_text("utf-8"))))

    def write(self, table: str, rows: list[dict[str, str]]) -> None:
        columns = next(each.column_names for each in TABLES if each.name == table)
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        (self.folder / f"{table}.csv").write_text(text.getvalue(), "utf-8")

    def change(self, table: str, row: int, **cells: str) -> None:
        rows = self.rows(table)
        rows[row] |= cells
        self.write(table, rows)

    def add(self, table: str, **cells: str) -> None:
        self.write(table, [*self.rows(table), cells])

    def told(self) -> list[str]:
        """What `check` says, file names without their folder."""
        found = building.check(NOTHING, sources=[self.folder], with_data=False)
        return [str(problem).replace(f"{self.folder.as_posix()}/", "") for problem in found]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path / "own")


# A new user's walk: two plans, ten commitments, milestones, ratings, lineage.


# An invented country, as its tables look in a spreadsheet; the template has more columns, which stay empty.
SHANGRI_LA = {
    "plans": """\
plan,title,ordinal,start,end
XB-2019,Valley Plan 2019-2021,1,2019-09,2021-08
XB-2022,Valley Plan 2022-2024,2,2022,2024
""",
    "institutions": """\
key,name,names,kind,parent
lama-council,Council of the Lamas,The Council|Lamasery,ministry,
archive,Valley Archive,,agency,lama-council
""",
    "reports": """\
id,plan,type,title
XB-2019-results,XB-2019,results-report,Results
""",
    "assessments": """\
commitment,phase,variable,value,report
XB0001,results,completion,complete,XB-2019-results
XB0002,results,completion,limited,XB-2019-results
XB0003,results,completion,absent:no-data,XB-2019-results
""",
    "lineage": """\
earlier,later,relation,basis,asserted_by,confidence,evidence
XB0001,XB-2022/1,extendedBy,stated,government,0.9,The second plan says so.
""",
}


def filled(tables: Tables) -> Tables:
    """The template with the invented country in it: six commitments with OGP's ids, four with plan and number."""
    for table, text in SHANGRI_LA.items():
        tables.write(table, list(csv.DictReader(io.StringIO(text))))
    first, second = ([f"XB{n:04}" for n in range(1, 7)], [f"XB-2022/{n}" for n in range(1, 5)])
    tables.write("commitments", [*_commitments("XB-2019", first), *_commitments("XB-2022", second)])
    due = dict.fromkeys(first, "2021-06") | dict.fromkeys(second, "2023-06")
    steps = [{"commitment": n, "number": "1", "description": "Count the yaks.", "due_end": due[n]} for n in due]
    tables.write("milestones", steps)
    return tables


def _commitments(plan: str, ids: list[str]) -> list[dict[str, str]]:
    return [
        {
            "id": name,
            "plan": plan,
            "number": str(number),
            "title": f"Yak ledger of {plan}, volume {number}",
            "summary": "The ledger is published, with prices.",
            "lead_institutions": "archive" if number % 2 else "archive|lama-council",
            "policy_areas": "open-data|fiscal-openness",
        }
        for number, name in enumerate(ids, start=1)
    ]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """What a new user builds from the template, by the commands that the documentation names."""
    folder = tmp_path_factory.mktemp("walk")
    assert cli.main(["template", str(folder / "own"), "--member", "XB", "--name", "Shangri-La"]) == 0
    tables = filled(object.__new__(_Written).at(folder / "own"))
    assert cli.main(["check", "--no-data", "--source", str(tables.folder)]) == 0
    assert cli.main(["build", "--no-data", "--source", str(tables.folder), "--out", str(folder / "dist")]) == 0
    latest = (folder / "dist" / "latest").resolve()
    return Release(latest, latest.name, 0, [])


class _Written(Tables):
    """Tables that a command has written already."""

    def at(self, folder: Path) -> Tables:
        self.folder = folder
        return self


@pytest.fixture(scope="module")
def site(walk: Release) -> Iterator[TestClient]:
    with TestClient(application(Settings(out=str(walk.folder.parent)))) as client:
        yield client


def asked(store: Store, query: str) -> list[tuple[str, ...]]:
    prefixes = f"PREFIX ogp: <{OGP.iri}> PREFIX dcterms: <{DCTERMS.iri}> BASE <{BASE}> "
    answer = store.query(prefixes + query)
    assert isinstance(answer, QuerySolutions)
    return sorted(tuple(term.value.removeprefix(BASE) for term in row) for row in answer)


def test_the_walk_of_a_new_user_ends_in_a_graph_with_everything_that_was_filled_in(walk: Release) -> None:
    store = open_release(walk.folder)
    assert asked(store, "SELECT (COUNT(*) AS ?n) { ?c a ogp:Commitment }") == [("10",)]
    assert asked(store, "SELECT ?b { <id/commitment/XB0001> ogp:succeededBy ?b }") == [("id/commitment/XB-2022/1",)]
    assert asked(store, "SELECT ?p { <id/plan/XB-2019> ogp:followedBy ?p }") == [("id/plan/XB-2022",)]
    assert asked(store, "SELECT ?a { <id/commitment/XB0002> ogp:leadInstitution ?a }") == [
        ("id/institution/xb/archive",),
        ("id/institution/xb/lama-council",),
    ]
    assert asked(store, "SELECT ?v { ?a ogp:assesses <id/commitment/XB0001> ; ogp:completion ?v }") == [
        ("scheme/completion/complete",)
    ]
    assert asked(store, "SELECT ?r { <id/assessment/XB0003/results> ogp:absent/ogp:reason ?r }") == [
        ("scheme/absence/no-data",)
    ]
    assert asked(store, "SELECT ?d { <id/commitment/XB0004/milestone/1> ogp:dueEnd ?d }") == [("2021-06-30",)]
    assert asked(store, "SELECT ?t { <id/commitment/XB0004> ogp:policyArea ?t }") == [
        ("scheme/policy-area/fiscal-openness",),
        ("scheme/policy-area/open-data",),
    ]


def test_every_statement_of_the_tables_stands_in_the_graph_of_their_source(walk: Release) -> None:
    store = open_release(walk.folder)
    where = "GRAPH ?g { <id/commitment/XB0005> dcterms:title ?t } ?s ogp:graph ?g ; ogp:sourceKind ?k ; ogp:sha256 ?h"
    ((graph, source, kind, sha256),) = asked(store, f"SELECT ?g ?s ?k ?h {{ {where} }}")
    assert (graph, source) == ("graph/source/xb-own-graph", "id/source/xb-own-graph")
    assert kind == "scheme/source-kind/own-tables"
    assert len(sha256) == 64


def test_the_site_shows_the_new_country(site: TestClient) -> None:
    page = site.get("/page/id/commitment/XB0001", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Yak ledger of XB-2019, volume 1" in page.text
    assert "/page/id/commitment/XB-2022/1" in page.text, "its successor"
    assert "Open government commitments of Shangri-La" in page.text, "its source"
    assert "Shangri-La" in site.get("/page/id/member/XB", headers={"Accept": "text/html"}).text
    found = site.get("/search.json", params={"q": "yak ledger"}).json()
    assert "id/commitment/XB0003" in json.dumps(found)
    drawn = site.get("/lineage/id/member/XB.svg")
    assert drawn.status_code == 200
    assert "XB0001" in drawn.text
    query = f"SELECT ?c {{ ?c <{OGP.iri}latestCompletion> <{BASE}scheme/completion/limited> }}"
    answer = site.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert answer.text.split() == ["c", f"{BASE}id/commitment/XB0002"]


def test_a_template_is_valid_as_it_is_for_any_member(tmp_path: Path) -> None:
    for number, name in enumerate(("Shangri-La", 'The "Blue": Valley, #1')):
        own = Tables(tmp_path / str(number), "XBC", name)
        about = yaml.safe_load((own.folder / "source.yml").read_text("utf-8"))
        assert (about["member"], about["name"], about["title"]) == (
            "XBC",
            name,
            f"Open government commitments of {name}",
        )
        if number:
            assert own.told() == []


def test_the_worked_example_of_the_documentation_is_valid(tables: Tables) -> None:
    text = (PROJECT / "docs" / "your-own-graph.md").read_text("utf-8").partition("## A worked example")[2]
    shown = re.findall(r"`(\w+)\.csv`\n\n((?:    .+\n)+)", text)
    assert [name for name, _ in shown] == ["plans", "institutions", "commitments", "lineage"]
    for table in TABLES:
        tables.write(table.name, [])
    for name, rows in shown:
        header = (tables.folder / f"{name}.csv").read_text("utf-8")
        written_out = textwrap.dedent(rows)
        assert written_out.startswith(header)
        (tables.folder / f"{name}.csv").write_text(written_out, "utf-8")
    assert tables.told() == []
    plans = [e.record for e in read_brought([tables.folder], VOCABULARY).rows if isinstance(e.record, r.Plan)]
    assert [c.id for plan in plans for c in plan.commitments] == ["XB0001", "XB-2022/1"]


def test_csvw_describes_the_columns_that_the_tables_have(tables: Tables) -> None:
    described = json.loads((tables.folder / "csv-metadata.json").read_text("utf-8"))
    for table in described["tables"]:
        header = (tables.folder / table["url"]).read_text("utf-8").splitlines()[0].split(",")
        assert [column["name"] for column in table["tableSchema"]["columns"]] == header
    listed = {table["url"] for table in described["tables"]}
    assert listed == {path.name for path in tables.folder.glob("*.csv")}


def test_a_template_is_whole_for_who_reads_only_its_first_line(tmp_path: Path) -> None:
    command = f"{sys.executable} -m ogpgraph.cli template {tmp_path / 'own'} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path / 'own' / 'source.yml'}\n"
    assert {path.name for path in (tmp_path / "own").iterdir()} == set(written("XA", "Xanadu", "csv"))


def test_a_template_is_not_written_over_something(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["template", str(tables.folder)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert cli.main(["template", str(tables.folder / "new"), "--member", "xb"]) == 2
    assert not (tables.folder / "new").exists()


def test_an_archive_and_a_spreadsheets_csv_are_read_like_the_folder(tables: Tables, tmp_path: Path) -> None:
    expected = [entry.record for entry in read_brought([tables.folder], VOCABULARY).rows]
    for file in tables.folder.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
        file.write_text("\ufeff" + text.getvalue(), "utf-8", newline="")
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as packed:
        for file in tables.folder.iterdir():
            packed.write(file, f"inside/{file.name}")
    brought = read_brought([tmp_path / "own.zip"], VOCABULARY)
    assert brought.problems == []
    found = [entry.record for entry in brought.rows]
    assert _without_hash(found) == _without_hash(expected)


def _without_hash(found: list[r.Record]) -> list[r.Record]:
    return [e.model_copy(update={"sha256": None}) if isinstance(e, r.SourceDocument) else e for e in found]


# A broken one: each mistake, and the message that it gets.

MISTAKES: dict[str, tuple[Callable[[Tables], None], str]] = {
    "a title that is missing": (
        lambda t: t.change("commitments", 1, title=""),
        "commitments.csv:3: empty-cell: column 'title' is empty: every row of commitments.csv needs it, it holds "
        "title of the commitment",
    ),
    "a plan that no row defines": (
        lambda t: t.change("commitments", 0, plan="XB-20211"),
        "commitments.csv:2: unknown-plan: plan 'XB-20211' is not in plans.csv: did you mean 'XB-2021'? Else "
        "add a row 'XB-20211' to plans.csv, or correct the plan",
    ),
    "an institution with a typing error": (
        lambda t: t.change("commitments", 0, lead_institutions="ministry-of-finanse"),
        "commitments.csv:2: unknown-institution: institution 'ministry-of-finanse' is not in the data: did you mean "
        "'ministry-of-finance'? Else add a row 'ministry-of-finanse' to institutions.csv, or correct the key",
    ),
    "a code that the scheme does not have": (
        lambda t: t.change("institutions", 1, kind="agencies"),
        "institutions.csv:3: unknown-code: 'agencies' is no code of institution-kind: did you mean 'agency'?",
    ),
    "a policy area in words": (
        lambda t: t.change("commitments", 2, policy_areas="open-dada"),
        "commitments.csv:4: unknown-code: 'open-dada' is no code of policy-area: did you mean 'open-data'?",
    ),
    "a rating that is no code": (
        lambda t: t.change("assessments", 0, value="complette"),
        "assessments.csv:2: unknown-code: completion: 'complette' is no code of completion: did you mean 'complete'?",
    ),
    "a rating of another time": (
        lambda t: t.change("assessments", 1, variable="starred", value="yes"),
        "assessments.csv:3: code-not-in-force: starred: 'yes' was not in force for plans of 2021",
    ),
    "a variable that is none": (
        lambda t: t.change("assessments", 0, variable="completeness"),
        "assessments.csv:2: unknown-variable: "
        "'completeness' is no variable of an assessment: did you mean 'completion'?",
    ),
    "a day that is not in the calendar": (
        lambda t: t.change("plans", 0, start="2021-02-30"),
        "plans.csv:2: impossible-date: start: ",
    ),
    "an id that is none": (
        lambda t: t.change("commitments", 0, id="Commitment 1"),
        "commitments.csv:2: wrong-form: id: 'Commitment 1' is not a commitment: OGP's id such as FR0013, or plan and "
        "number such as FR-2015/10",
    ),
    "a commitment of another member": (
        lambda t: t.add("commitments", id="FR0099", plan="XB-2021", title="Not ours"),
        "commitments.csv:5: wrong-member: commitment 'FR0099' does not begin with XB, the member of source.yml: "
        "correct one",
    ),
    "a commitment that stands twice": (
        lambda t: t.add("commitments", id="XB0001", plan="XB-2021", title="Again"),
        "commitments.csv:5: repeated-key: commitment 'XB0001' is already in commitments.csv:2: keep one of them",
    ),
    "a milestone of nothing": (
        lambda t: t.change("milestones", 2, commitment="XB0009"),
        "milestones.csv:4: unknown-commitment: commitment 'XB0009' is not in commitments.csv: did you mean ",
    ),
    "a lineage relation with a typing error": (
        lambda t: t.change("lineage", 0, relation="extendsBy"),
        "lineage.csv:2: unknown-relation: "
        "'extendsBy' is no lineage property of the ontology: did you mean 'extendedBy'?",
    ),
    "a relation and a fate at once": (
        lambda t: t.change("lineage", 0, fate="withdrawn"),
        "lineage.csv:2: lineage-form: a statement has either a relation or a fate: give exactly one of them",
    ),
    "a confidence in words": (
        lambda t: t.change("lineage", 0, confidence="high"),
        "lineage.csv:2: wrong-value: confidence: 'high': ",
    ),
    "a rating that stands twice": (
        lambda t: t.add(
            "assessments", commitment="XB0001", phase="results", variable="completion", value="limited",
            report="XB-2021-results",
        ),
        "assessments.csv:5: repeated-value: "
        "completion of XB0001 in phase results stands on line 2 already: keep one row",
    ),
    "a lineage that runs backwards": (
        lambda t: t.change("lineage", 0, earlier="XB-2023/1", later="XB0001"),
        "commitments.csv:4: 019-lineage-forward-in-time: commitment/XB-2023/1: ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_row_and_remedy(mistake: str, tables: Tables) -> None:
    make, expected = MISTAKES[mistake]
    make(tables)
    told = tables.told()
    assert any(line.startswith(expected) for line in told), told


def test_all_mistakes_are_told_at_once_and_no_release_is_made(
    tables: Tables, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.change("commitments", 1, title="")
    tables.change("assessments", 0, value="complette")
    tables.change("lineage", 0, confidence="high")
    tables.change("institutions", 1, kind="agencies")
    command = ["build", "--no-data", "--source", str(tables.folder), "--out", str(tmp_path / "dist")]
    assert cli.main(command) == 1
    err = capsys.readouterr().err
    for place in (
        "commitments.csv:3: empty",
        "assessments.csv:2: unknown",
        "lineage.csv:2: wrong",
        "institutions.csv:3: ",
    ):
        assert f"{tables.folder.as_posix()}/{place}" in err
    assert "XB0002' is not in" not in err, "a row that cannot be read is not missing"
    assert "No release was made" in err
    assert not (tmp_path / "dist" / "latest").exists()


def test_mistakes_of_a_whole_table_are_told(tables: Tables) -> None:
    header, *rows = (tables.folder / "commitments.csv").read_text("utf-8").splitlines()
    changed = [header.replace("title", "titel"), rows[0] + ",one more", *rows[1:]]
    (tables.folder / "commitments.csv").write_text("\n".join(changed) + "\n", "utf-8")
    (tables.folder / "milestones.csv").rename(tables.folder / "milestone.csv")
    (tables.folder / "plans.csv").write_bytes("plan,title\nXB-2021,Größe".encode("latin-1"))
    told = tables.told()
    assert "commitments.csv:1: unknown-key: 'titel' is no column of the format: did you mean 'title'?" in told
    assert "commitments.csv:1: missing-column: column 'title' is missing: it holds title of the commitment" in told
    assert any(line.startswith("commitments.csv:2: csv-row: the row has 11 cells, the header 10") for line in told)
    assert "milestone.csv: unexpected-file: no file of this name is read: did you mean milestones.csv?" in told
    assert any(line.startswith("plans.csv:1: not-utf8") for line in told)
    assert not any("unknown-plan" in line for line in told), "no row is blamed for a table that could not be read"
    (tables.folder / "source.yml").unlink()
    assert any(line.startswith("source.yml: missing-file") for line in tables.told())


def test_what_the_data_hold_is_not_defined_again(tmp_path: Path) -> None:
    """France's FR0042 belongs to the release: a folder that brings it is refused, not merged in silence."""
    own = Tables(tmp_path / "own", "FR", "France")
    own.change("commitments", 0, id="FR0042")
    found = building.add_sources(_france(), [own.folder], VOCABULARY, lambda name: None).problems
    told = [str(problem).replace(f"{own.folder.as_posix()}/", "") for problem in found]
    assert (
        "commitments.csv:2: repeated-key: commitment 'FR0042' is already in data/plans/fr.yml:1: keep one of them"
        in told
    )


def _france() -> building.Reading:
    plan = r.Plan.model_validate(
        {
            "plan": "FR-2018",
            "member": "FR",
            "cycle": "2018",
            "source": "s",
            "title": "T",
            "commitments": [{"id": "FR0042"}],
        }
    )
    member = r.Member(code="FR", name="France", kind="national", source="s")
    return building.Reading(
        [ReadRecord(member, Located("data/members.csv")), ReadRecord(plan, Located("data/plans/fr.yml"))], []
    )


# RDF

FORMS = {
    "own.ttl": RdfFormat.TURTLE,
    "own.nt": RdfFormat.N_TRIPLES,
    "own.nq": RdfFormat.N_QUADS,
    "own.trig": RdfFormat.TRIG,
    "own.jsonld": RdfFormat.JSON_LD,
    "own.rdf": RdfFormat.RDF_XML,
}


def turtle_template(member: str = "XB", name: str = "Shangri-La") -> str:
    return written(member, name, "turtle")[f"{member.lower()}.ttl"]


def brought(path: Path, content: str | bytes) -> tuple[list[r.Record], list[Problem]]:
    """What the reader makes of a file."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_brought([path], VOCABULARY)
    assert found.unread == []
    return found.records, found.problems


def told(path: Path, content: str) -> list[str]:
    _, problems = brought(path, content)
    return [str(problem).replace(path.as_posix(), path.name) for problem in problems]


def test_every_form_of_rdf_is_told_by_its_content_and_gives_the_same_graph(tmp_path: Path) -> None:
    quads = list(parse(turtle_template(), format=RdfFormat.TURTLE))
    graphs = set()
    for form in FORMS.values():
        raw = serialize((quad.triple for quad in quads), format=form)
        assert raw is not None
        records, problems = brought(tmp_path / "file.txt", raw)
        assert problems == [], form
        graphs |= {record.triples for record in records if isinstance(record, r.RdfSource)}
    assert len(graphs) == 1
    assert len(graphs.pop().splitlines()) == len(quads)


def lifted(*records: r.Record) -> set[Quad]:
    return lift(r.Collection(records), VOCABULARY)


def test_rdf_stands_in_the_default_graph_and_in_the_graph_of_its_source(tmp_path: Path) -> None:
    records, _ = brought(tmp_path / "xb.ttl", turtle_template())
    source = next(record for record in records if isinstance(record, r.SourceDocument))
    assert (source.kind, source.url) == ("rdf-file", "https://data.example.org/xb/open-government")
    quads = lifted(*records)
    graph = iris.source_graph(source.key)
    title = [q for q in quads if q.subject == iris.commitment("XB0001") and q.predicate == DCTERMS.title]
    assert {q.graph_name.value if isinstance(q.graph_name, NamedNode) else "" for q in title} == {"", graph.value}
    node = {q.predicate: q.object.value for q in quads if q.subject == iris.source(source.key)}
    assert node[OGP.sha256] == source.sha256
    assert node[DCTERMS.title] == "Open government commitments of Shangri-La (xb.ttl)"
    assert node[DCTERMS.license] == "https://creativecommons.org/licenses/by/4.0/"


def test_rdf_alone_makes_a_release_without_data(tmp_path: Path) -> None:
    (tmp_path / "xb.ttl").write_text(turtle_template(), "utf-8")
    release = building.build(NOTHING, tmp_path / "dist", sources=[tmp_path / "xb.ttl"], with_data=False)
    assert release.problems == []
    store = open_release(release.folder)
    assert asked(store, "SELECT ?b { <id/commitment/XB0001> ogp:succeededBy ?b }") == [("id/commitment/XB-2023/1",)]
    assert asked(store, "SELECT ?c { ?c ogp:latestCompletion ?v }") == [("id/commitment/XB0001",)]


def test_an_own_namespace_is_joined_under_our_names(tmp_path: Path) -> None:
    own = turtle_template().replace(f"@base <{BASE}>", "@base <https://data.example.org/xb/>")
    own = own.replace("<scheme/", f"<{BASE}scheme/")
    records, problems = brought(tmp_path / "xb.ttl", own)
    assert problems == []
    quads = lifted(*records)
    theirs = NamedNode("https://data.example.org/xb/id/commitment/XB0001")
    assert {q.object for q in quads if q.subject == iris.commitment("XB0001") and q.predicate == OWL.sameAs} == {theirs}
    assert not any(q.subject == theirs for q in quads)
    linked = {q.object for q in quads if q.subject == iris.commitment("XB0001") and q.predicate == OGP.inPlan}
    assert linked == {iris.plan("XB-2021")}


def own_words(title: str, completion: str = "") -> list[r.Record]:
    """What the release's own data say of XB0001."""
    commitments = [{"id": "XB0001", "number": "1", "title": title}]
    plan = {"plan": "XB-2021", "member": "XB", "cycle": "2021", "source": "s", "title": "P", "commitments": commitments}
    records: list[r.Record] = [
        r.SourceDocument(key="s", kind="plan-document", url="https://example.org/"),
        r.with_sources(r.Plan.model_validate(plan)),
    ]
    if completion:
        row = {"commitment": "XB0001", "phase": "results", "variable": "completion", "value": completion}
        records.append(r.AssessmentRow.model_validate({**row, "source": "s", "report": "XB-2021-results"}))
    return records


def standing(quads: set[Quad], subject: NamedNode, predicate: NamedNode) -> set[str]:
    return {
        q.object.value
        for q in quads
        if not isinstance(q.graph_name, NamedNode) and (q.subject, q.predicate) == (subject, predicate)
    }


def test_what_the_release_says_stands_and_the_difference_is_a_conflict(tmp_path: Path) -> None:
    records, _ = brought(tmp_path / "xb.ttl", turtle_template())
    quads = lifted(*own_words("Our title", "limited"), *records)
    commitment, assessment = iris.commitment("XB0001"), iris.assessment("XB0001", "results")
    assert standing(quads, commitment, DCTERMS.title) == {"Our title"}
    assert standing(quads, assessment, OGP.completion) == {f"{BASE}scheme/completion/limited"}
    for about, variable in ((commitment, DCTERMS.title), (assessment, OGP.completion)):
        conflict = iris.conflict(about, variable)
        assert len(standing(quads, conflict, OGP.claim)) == 2
        assert standing(quads, conflict, OGP["rule"]) == {f"{BASE}scheme/resolution-rule/release-over-brought"}
    # Of what the release does not speak the graph does.
    assert standing(quads, commitment, DCTERMS.abstract) != set()
    # What agrees, or is said by many, makes no conflict.
    conflicts = {q.subject for q in quads if q.object == OGP.Conflict}
    assert conflicts <= {iris.conflict(commitment, DCTERMS.title), iris.conflict(assessment, OGP.completion),
                         iris.conflict(iris.plan("XB-2021"), DCTERMS.title)}  # fmt: skip


def test_a_text_in_another_language_stands_beside_the_one_of_the_release(tmp_path: Path) -> None:
    content = turtle_template().replace('"Publish the budget as open data"@en', '"Publier le budget"@fr')
    records, _ = brought(tmp_path / "xb.ttl", content)
    quads = lifted(*own_words("Our title"), *records)
    assert standing(quads, iris.commitment("XB0001"), DCTERMS.title) == {"Our title", "Publier le budget"}
    assert standing(quads, iris.conflict(iris.commitment("XB0001"), DCTERMS.title), OGP.claim) == set()


def test_another_class_for_an_entity_of_the_release_does_not_stand(tmp_path: Path) -> None:
    content = f"<{BASE}id/commitment/XB0001> a <{OGP.iri}Initiative> .\n"
    records, _ = brought(tmp_path / "xb.nt", content.replace(" a ", f" <{RDF.iri}type> "))
    quads = lifted(*own_words("Our title"), *records)
    assert standing(quads, iris.commitment("XB0001"), RDF.type) == {OGP.Commitment.value}
    assert standing(quads, iris.conflict(iris.commitment("XB0001"), RDF.type), OGP.claim) != set()


RDF_MISTAKES = {
    "a property with a typing error": (
        ("ogp:planNumber", "ogp:planNumbr"),
        "ogp:planNumbr",
        "unknown-term: ogp:planNumbr is no term of the ontology: did you mean ogp:planNumber?",
    ),
    "a class with a typing error": (
        ("ogp:Milestone", "ogp:MileStone"),
        "ogp:MileStone",
        "unknown-term: ogp:MileStone is no term of the ontology: did you mean ogp:Milestone?",
    ),
    "a concept that is none": (
        ("policy-area/open-data", "policy-area/open-dat"),
        "open-dat>",
        "unknown-code: scheme/policy-area/open-dat is no concept: did you mean scheme/policy-area/open-data?",
    ),
    "a scheme that is none": (
        ("scheme/phase/", "scheme/phases/"),
        "scheme/phases/results",
        "unknown-code: scheme/phases is no scheme: did you mean scheme/phase?",
    ),
    "another kind of IRI": (
        ("id/plan/", "id/plans/"),
        "<id/plans/XB-2021>",
        f"unknown-kind: <{BASE}id/plans/XB-2021>: id/plans/ is no kind of IRI: did you mean id/plan/?",
    ),
    "a namespace with a typing error": (
        ("@prefix ogp: <https://w3id.org/ogpgraph/", "@prefix ogp: <http://w3id.org/ogp-graph/"),
        "ogp:Absence",
        f"wrong-namespace: <http://w3id.org/ogp-graph/ontology#Absence> is not below {BASE}: did you mean "
        f"<{OGP.iri}Absence>?",
    ),
    "a blank node": (
        ("ogp:leadInstitution <id/institution/xb/ministry-of-finance>", "ogp:leadInstitution [ a ogp:Institution ]"),
        "<id/commitment/XB0001> a",
        f"blank-node: the value of ogp:leadInstitution of <{BASE}id/commitment/XB0001> is a blank node: give it an IRI",
    ),
    "an entity whose IRI has no path": (
        ("<id/institution/xb/ministry-of-finance> a", "<https://finance.example.org/> a"),
        "<https://finance",
        "entity-iri: <https://finance.example.org/> is a ogp:Institution: its IRI follows",
    ),
    "a description of the vocabulary": (
        ("<id/member/XB> a ogp:NationalMember", "<ontology#Commitment> a ogp:NationalMember"),
        "<ontology#Commitment> a",
        f"describes-vocabulary: <{OGP.iri}Commitment> belongs to the vocabulary",
    ),
    "no Turtle": (("ogp:ordinal 2 .", "ogp:ordinal 2"), "", "rdf-syntax: this is no TriG: "),
}


@pytest.mark.parametrize("mistake", RDF_MISTAKES)
def test_a_mistake_in_rdf_is_told_with_its_line(mistake: str, tmp_path: Path) -> None:
    (right, wrong), at, expected = RDF_MISTAKES[mistake]
    content = turtle_template()
    assert right in content
    content = content.replace(right, wrong)
    found = [line for line in told(tmp_path / "xb.ttl", content) if expected in line]
    assert found, told(tmp_path / "xb.ttl", content)
    line = content.splitlines()[int(found[0].split(":")[1]) - 1]
    assert at in line, line


def test_terms_of_others_are_kept_with_a_warning(tmp_path: Path) -> None:
    more = '\n<id/commitment/XB0001> <http://purl.org/dc/terms/titel> "x" ; <https://example.org/p> "y" .\n'
    _, problems = brought(tmp_path / "xb.ttl", turtle_template() + more)
    assert [(p.rule, p.severity) for p in problems] == [("foreign-term", Severity.WARNING)] * 2
    assert "dcterms:titel is used by neither ontology nor shapes: did you mean dcterms:title?" in problems[0].message
    assert "<https://example.org/p> is used by neither ontology nor shapes" in problems[1].message


def test_what_shapes_find_is_told_at_the_line_of_the_node(tmp_path: Path) -> None:
    content = turtle_template().replace('  dcterms:title "Budget data by region"@en ;\n', "").replace("0.95", '"much"')
    (tmp_path / "xb.ttl").write_text(content, "utf-8")
    found = building.check(NOTHING, sources=[tmp_path / "xb.ttl"], with_data=False)
    lines = content.splitlines()
    statement = next(p for p in found if "confidence" in p.message)
    assert lines[statement.line - 1].startswith("<id/lineage/")
    with pytest.raises(ProblemsFound):
        building.build(NOTHING, tmp_path / "dist", sources=[tmp_path / "xb.ttl"], with_data=False)


def test_named_graphs_count_only_where_there_is_no_default_graph(tmp_path: Path) -> None:
    quads = list(parse(turtle_template(), format=RdfFormat.TURTLE))
    named = [Quad(q.subject, q.predicate, q.object, NamedNode("https://example.org/g")) for q in quads]
    raw = serialize(named, format=RdfFormat.TRIG)
    assert raw is not None
    _, problems = brought(tmp_path / "xb.trig", raw)
    assert problems == []
    more = serialize([*quads[:40], *named], format=RdfFormat.N_QUADS)
    assert more is not None
    _, problems = brought(tmp_path / "both.nq", more)
    assert [p.rule for p in problems] == ["named-graphs-left-out"]
    assert str(len(named)) in problems[0].message


def test_records_of_rdf_are_json_lines_like_all_others(tmp_path: Path) -> None:
    records, _ = brought(tmp_path / "xb.ttl", turtle_template())
    again = r.Collection.from_json_lines(r.Collection(records).json_lines())
    assert list(again) == list(r.Collection(records))
