"""The lineage of a member, a plan and a commitment: as data, laid out, drawn, in words, and for other programs."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import networkx
import pyoxigraph
import pytest
from page_context import page
from pyoxigraph import Literal, NamedNode, Quad
from selectolax.lexbor import LexborHTMLParser
from serve_process import ServeProcess

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.layout import Box, Layout, Link, Measures, layered
from ogpgraph.pages.lineage import lineage_document, lineage_page, lineage_section
from ogpgraph.pages.lineage_drawing import columns_of, drawn
from ogpgraph.pages.lineage_graph import Lineage, lineage_of
from ogpgraph.pages.svg import fitted, width_of, wrapped
from ogpgraph.release import Release
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, RDFS, SKOS

pytest_plugins = ["fixtures_three_plans"]

MEASURES = Measures(width=200, strip=100, bend=60)
SVG = "{http://www.w3.org/2000/svg}"
NASTY = 'A <b>"title"</b> & more\x0b'
ARABIC, JAPANESE = "الشفافية في المشتريات العامة", "公共調達の透明性を高めるための新しい仕組みをつくる"
LONG = "A commitment whose title goes on and on, " * 12 + "Unbreakable" * 40


def node(path: str) -> NamedNode:
    return NamedNode(BASE + path)


def commitment(name: str) -> str:
    return f"{BASE}id/commitment/{name}"


def things() -> Iterator[Quad]:
    """Member XX with three plans; in the first a number that was split, in the last a title in another script."""
    member = node("id/member/XX")
    yield from (Quad(member, RDF.type, OGP.NationalMember), Quad(member, RDFS.label, Literal("Xland", language="en")))
    for year in (2012, 2015, 2018):
        plan = node(f"id/plan/XX-{year}")
        yield from described(plan, OGP.ActionPlan, f"Xland {year}")
        yield Quad(plan, OGP.cycle, Literal(str(year)))
    titles = {
        ("2012", "XX-2012/1"): ("Number one", "en"),
        ("2012", "XX0001"): (NASTY, "en"),
        ("2012", "XX0002"): ("Second", "en"),
        ("2012", "XX0003"): ("Third, that nobody speaks of", "en"),
        ("2015", "XX0004"): (LONG, "en"),
        ("2015", "XX0005"): ("Fifth", "en"),
        ("2018", "XX0006"): (ARABIC, "ar"),
        ("2018", "XX0007"): (JAPANESE, "ja"),
    }
    for (year, name), (title, language) in titles.items():
        yield from described(node(f"id/commitment/{name}"), OGP.Commitment, title, language)
        yield Quad(node(f"id/commitment/{name}"), OGP.inPlan, node(f"id/plan/XX-{year}"))
        if "/" not in name:
            yield Quad(node(f"id/commitment/{name}"), DCTERMS.identifier, Literal(name))
    yield from described(node("id/initiative/xx/map"), OGP.Initiative, "Map")
    yield from described(node("id/initiative/xx/other"), OGP.Initiative, "An initiative that replaced nothing")


def described(thing: NamedNode, kind: NamedNode, title: str, language: str = "en") -> Iterator[Quad]:
    yield Quad(thing, RDF.type, kind)
    yield Quad(thing, OGP.member, node("id/member/XX"))
    yield Quad(thing, RDFS.label, Literal(title, language=language))


# Earlier, relation, later, basis; an end that begins with "plan" names no commitment.
STATEMENTS = {
    "a": ("commitment/XX-2012/1", "splitInto", "commitment/XX0001", "stated"),
    "b": ("commitment/XX-2012/1", "splitInto", "commitment/XX0002", "inferred"),
    "c": ("commitment/XX0001", "extendedBy", "commitment/XX0004", "stated"),
    "d": ("commitment/XX0001", "possibleSuccessor", "commitment/XX0004", "stated-for-policy-area"),
    "e": ("commitment/XX0002", "replacedBy", "initiative/xx/map", "stated"),
    "f": ("commitment/XX0002", "possibleSuccessor", "commitment/XX0007", "inferred"),
    "g": ("commitment/XX0004", "builtOnBy", "commitment/XX0006", "stated"),
    "h": ("plan/XX-2015", "possibleSuccessor", "plan/XX-2018", "inferred"),
    "i": ("commitment/XX0005", "refocusedAs", "plan/XX-2018", "stated"),
}
LABELS = {"extendedBy": "extended by", "builtOnBy": "built on by", "possibleSuccessor": "possible successor"}
FATES = {"y": ("earlier", "XX0003", "withdrawn", "stated"), "z": ("later", "XX0006", "declared-new", "inferred")}


def statements() -> Iterator[Quad]:
    for name, (earlier, relation, later, basis) in STATEMENTS.items():
        statement = node(f"id/lineage/{name}")
        yield Quad(statement, OGP.relation, OGP[relation])
        for end, value in (("earlier", earlier), ("later", later)):
            yield Quad(statement, OGP[end + "Plan" * value.startswith("plan")], node(f"id/{value}"))
        yield from said(statement, basis)
    for name, (end, about, fate, basis) in FATES.items():
        statement = node(f"id/lineage/{name}")
        yield Quad(statement, OGP[end], node(f"id/commitment/{about}"))
        yield Quad(statement, OGP.fate, node(f"scheme/fate/{fate}"))
        yield from said(statement, basis)
    for term, label in LABELS.items():
        yield Quad(OGP[term], RDFS.label, Literal(label, language="en"))
    for basis, label in (("stated", "Stated"), ("inferred", "Inferred")):
        yield Quad(node(f"scheme/basis/{basis}"), SKOS.prefLabel, Literal(label, language="en"))


def said(statement: NamedNode, basis: str) -> Iterator[Quad]:
    yield Quad(statement, RDF.type, OGP.LineageStatement)
    yield Quad(statement, OGP.basis, node(f"scheme/basis/{basis}"))
    yield Quad(statement, OGP.assertedBy, node("scheme/asserter/curator"))
    yield Quad(statement, OGP.confidence, Literal("0.45"))
    yield Quad(statement, OGP.topic, Literal(f"topic of {statement.value[-1]}", language="en"))
    yield Quad(statement, DCTERMS.source, node("id/source/xx-plan"))


@pytest.fixture(scope="module")
def xland() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.extend([*things(), *statements()])
    return store


def lineage(store: pyoxigraph.Store, path: str) -> Lineage:
    found: list[Lineage] = []

    async def make(context: Context) -> str:
        found.append(await lineage_of(context, BASE + path))
        return ""

    page(store, make)
    return found[0]


def document(store: pyoxigraph.Store, path: str, form: str) -> str:
    return page(store, lambda context: lineage_document(context, BASE + path, form))


def picture(store: pyoxigraph.Store, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(document(store, path, "svg"))


def links(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [each for each in root.iter(f"{SVG}a") if each.get("class", "").split()[0] == kind]


# What belongs to a lineage


def test_a_member_has_all_its_commitments_and_all_statements(xland: pyoxigraph.Store) -> None:
    whole = lineage(xland, "id/member/XX")
    assert {edge.said.statement for edge in whole.edges} == {f"{BASE}id/lineage/{name}" for name in STATEMENTS}
    assert {fate.said.statement for fate in whole.fates} == {f"{BASE}id/lineage/{name}" for name in FATES}
    kinds = {key.removeprefix(BASE + "id/"): each.kind for key, each in whole.nodes.items()}
    assert kinds["initiative/xx/map"] == "initiative"
    assert "initiative/xx/other" not in kinds
    assert kinds["commitment/XX0003"] == "commitment"
    assert {key for key, kind in kinds.items() if kind == "unnamed"} == {
        "lineage/h#earlier",
        "lineage/h#later",
        "lineage/i#later",
    }
    assert whole.complete


def test_a_commitment_has_what_leads_to_it_and_what_follows_but_not_its_siblings(xland: pyoxigraph.Store) -> None:
    names = {key.removeprefix(BASE + "id/") for key in lineage(xland, "id/commitment/XX0004").nodes}
    assert names == {f"commitment/{name}" for name in ("XX-2012/1", "XX0001", "XX0004", "XX0006")}


def test_a_plan_has_its_commitments_with_their_lines(xland: pyoxigraph.Store) -> None:
    of_plan = lineage(xland, "id/plan/XX-2015")
    assert {edge.said.statement[-1] for edge in of_plan.edges} == set("acdghi")
    assert commitment("XX0003") not in of_plan.nodes


@pytest.mark.parametrize("path", ["id/source/xx-plan", "id/commitment/XX9999", "scheme/fate/withdrawn"])
def test_what_has_no_lineage_is_not_found(xland: pyoxigraph.Store, path: str) -> None:
    with pytest.raises(NotFound):
        lineage(xland, path)


# The layout


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, a), (other, b) in combinations(layout.places.items(), 2)
        if a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height
    ]


def tangled(seed: int) -> tuple[list[Box], list[Link]]:
    chance = random.Random(seed)
    boxes = [Box(f"b{n}", chance.randrange(5), chance.choice([20.0, 40, 70])) for n in range(60)]
    pairs = [(one, other) for one, other in combinations(boxes, 2) if one.layer < other.layer]
    chosen = chance.sample(pairs, 70)
    return boxes, [Link(f"l{n}", one.key, other.key) for n, (one, other) in enumerate(chosen)]


@pytest.mark.parametrize("seed", range(8))
def test_boxes_and_names_do_not_overlap(seed: int) -> None:
    boxes, joined = tangled(seed)
    layout = layered(boxes, joined, MEASURES)
    assert set(layout.places) == {box.key for box in boxes}
    assert overlaps(layout) == []
    # The strip at the start of a link bears its name: nothing else may start, or pass, within a port's height of it.
    strips = [(route[0][0], route[0][1]) for route in layout.routes.values()]
    assert len({(x, round(y)) for x, y in strips}) == len(strips)
    for (x, y), (other_x, other_y) in combinations(strips, 2):
        assert x != other_x or abs(y - other_y) >= MEASURES.port - 0.001


@pytest.mark.parametrize("seed", range(8))
def test_links_go_from_box_to_box_and_through_none(seed: int) -> None:
    boxes, joined = tangled(seed)
    layout = layered(boxes, joined, MEASURES)
    for link in joined:
        route, start, end = layout.routes[link.key], layout.places[link.source], layout.places[link.target]
        assert len(route) == 1 + 2 * round((end.x - start.x) / MEASURES.step)
        assert route[0][0] == start.x + start.width
        assert start.y <= route[0][1] <= start.y + start.height
        assert route[-1][0] == end.x
        assert end.y <= route[-1][1] <= end.y + end.height
        for (x, y), (until, _) in zip(route[2:-1:2], route[3::2], strict=False):
            crossed = [
                p for p in layout.places.values() if x < p.x + p.width and p.x < until and p.y < y < p.y + p.height
            ]
            assert crossed == []


def test_the_same_boxes_give_the_same_layout() -> None:
    assert layered(*tangled(3), MEASURES) == layered(*tangled(3), MEASURES)


def test_crossings_that_need_not_be_are_undone() -> None:
    boxes = [Box(f"{side}{n}", layer, 20) for layer, side in enumerate("lr") for n in range(8)]
    joined = [Link(str(n), f"l{n}", f"r{7 - n}") for n in range(8)]
    layout = layered(boxes, joined, MEASURES)
    ends = sorted((route[0][1], route[-1][1]) for route in layout.routes.values())
    assert [end for _, end in ends] == sorted(end for _, end in ends)


def test_what_stands_alone_is_below_what_is_linked() -> None:
    boxes = [Box("alone", 0, 20), Box("a", 0, 20), Box("b", 1, 20)]
    places = layered(boxes, [Link("l", "a", "b")], MEASURES).places
    assert places["alone"].y > places["a"].y


def test_a_circle_of_links_is_laid_out_too() -> None:
    layout = layered([Box("a", 0, 20), Box("b", 0, 20)], [Link("1", "a", "b"), Link("2", "b", "a")], MEASURES)
    assert overlaps(layout) == []
    assert set(layout.routes) == {"1", "2"}


def test_nothing_is_laid_out_as_nothing() -> None:
    assert layered([], [], MEASURES) == Layout({}, {}, 0.0, 0.0)


# Text


@pytest.mark.parametrize("text", [NASTY, ARABIC, JAPANESE, LONG, "", " ", "x"])
def test_lines_fit_and_hold_the_text(text: str) -> None:
    lines = wrapped(text, 150, 12, 3)
    assert len(lines) <= 3
    assert all(width_of(line, 12) <= 150 for line in lines)
    read = "".join("".join(lines).split())
    whole = "".join(text.split())
    assert read == whole or (read.endswith("…") and whole.startswith(read[:-1]))


def test_what_fits_is_not_cut() -> None:
    assert fitted("Open data", 200, 12) == "Open data"
    assert fitted("Open data", 40, 12).endswith("…")


# The drawing


def test_every_statement_is_drawn_once_with_its_relation(xland: pyoxigraph.Store) -> None:
    root = picture(xland, "id/member/XX")
    drawn_names = {each.get("href", "")[-1]: each for each in links(root, "relation")}
    assert len(links(root, "relation")) == len(STATEMENTS)
    assert set(drawn_names) == set(STATEMENTS)
    for name, (_, relation, _, basis) in STATEMENTS.items():
        said_there = [text.text or "" for text in drawn_names[name].iter(f"{SVG}text")]
        label = LABELS.get(relation, relation)
        assert said_there[0] == (label if basis == "stated" else f"{label} (0.45)")
        assert said_there[1].startswith(basis[:6])
        assert (drawn_names[name].get("class") == "relation stated") == (basis == "stated")
    lines = [each.get("class") for each in root.iter(f"{SVG}path") if each.get("class", "").startswith("link")]
    stated = sum(basis == "stated" for *_, basis in STATEMENTS.values())
    assert sorted(lines, key=str) == ["link inferred"] * (len(STATEMENTS) - stated) + ["link stated"] * stated
    assert [(each.get("href", "")[-1], each.get("class")) for each in links(root, "fate")] == [
        ("y", "fate stated"),
        ("z", "fate inferred"),
    ]


def test_a_line_starts_at_its_earlier_box_and_ends_at_its_later_one(xland: pyoxigraph.Store) -> None:
    whole = lineage(xland, "id/member/XX")
    root = picture(xland, "id/member/XX")
    boxes: dict[str, list[ElementTree.Element]] = {}
    for each in links(root, "box"):
        boxes.setdefault(each.get("href", ""), []).append(next(each.iter(f"{SVG}rect")))
    paths = [each for each in root.iter(f"{SVG}path") if each.get("class", "").startswith("link")]
    for edge, path in zip(whole.edges, paths, strict=True):
        numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", path.get("d", ""))]
        starts = boxes["/page/" + whole.nodes[edge.earlier].iri.removeprefix(BASE)]
        ends = boxes["/page/" + whole.nodes[edge.later].iri.removeprefix(BASE)]
        assert any(touches(rect, numbers[0], numbers[1], right=True) for rect in starts), edge
        assert any(touches(rect, numbers[-2] + 8, numbers[-1], right=False) for rect in ends), edge


def touches(rect: ElementTree.Element, x: float, y: float, right: bool) -> bool:
    left, top, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
    return abs(x - left - width * right) < 0.2 and top <= y <= top + height


def test_columns_are_the_plans_in_time_and_a_split_stands_before_its_parts(xland: pyoxigraph.Store) -> None:
    columns, layers = columns_of(lineage(xland, "id/member/XX"))
    assert [column.heading for column in columns] == [
        "Xland 2012",
        "Not a commitment of a plan",
        "Xland 2015",
        "Xland 2018",
    ]
    of = {key.removeprefix(BASE + "id/"): layer for key, layer in layers.items()}
    assert of["commitment/XX-2012/1"] == 0
    assert {of[f"commitment/XX000{n}"] for n in (1, 2, 3)} == {1}
    assert of["initiative/xx/map"] == 2
    assert {of["commitment/XX0004"], of["commitment/XX0005"], of["lineage/h#earlier"]} == {3}
    assert {of["commitment/XX0006"], of["commitment/XX0007"], of["lineage/h#later"], of["lineage/i#later"]} == {4}


def test_only_the_commitment_of_the_page_is_emphasised(xland: pyoxigraph.Store) -> None:
    boxes = links(picture(xland, "id/commitment/XX0004"), "box")
    assert [each.get("href") for each in boxes if each.get("aria-current")] == ["/page/id/commitment/XX0004"]
    assert [each.get("href") for each in boxes if "current" in each.get("class", "").split()] == [
        "/page/id/commitment/XX0004"
    ]


def test_titles_are_data_in_every_script(xland: pyoxigraph.Store) -> None:
    root = picture(xland, "id/member/XX")  # parsed: well-formed whatever the titles are
    assert root.find(f".//{SVG}b") is None
    names = {each.get("href", ""): each.find(f"{SVG}title") for each in links(root, "box")}
    said_there = {path.rpartition("/")[2]: title.text or "" for path, title in names.items() if title is not None}
    assert 'A <b>"title"</b> & more' in said_there["XX0001"]
    assert ARABIC in said_there["XX0006"]
    assert JAPANESE in said_there["XX0007"]
    assert LONG in said_there["XX0004"]
    languages = {each.get("lang") for each in root.iter(f"{SVG}text")}
    assert languages == {None, "ar", "ja"}
    tree = LexborHTMLParser(page(xland, lambda context: lineage_page(context, BASE + "id/member/XX")))
    assert tree.css("main b") == []


def test_the_picture_needs_nothing_from_elsewhere(xland: pyoxigraph.Store) -> None:
    alone = document(xland, "id/commitment/XX0004", "svg")
    assert "--stated:" in alone
    assert "prefers-color-scheme: dark" in alone
    assert re.findall(r"@import|url\(|\b(?:src|xlink:href)=|style=", alone) == []
    within = page(xland, lambda context: lineage_section(context, BASE + "id/commitment/XX0004"))
    assert "<style" not in within
    assert "style=" not in within


# In words


def test_the_table_says_what_the_drawing_shows(xland: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(xland, lambda context: lineage_section(context, BASE + "id/member/XX")))
    rows = [[cell.text(strip=True) for cell in row.css("td")] for row in tree.css("details table tbody tr")]
    statements_told = [row.css("td")[1].css("a")[0].attributes["href"] for row in tree.css("details table tbody tr")]
    drawn_there = [each.attributes["href"] for kind in ("relation", "fate") for each in tree.css(f"svg a.{kind}")]
    assert sorted(map(str, statements_told)) == sorted(map(str, drawn_there))
    assert len(rows) == len(STATEMENTS) + len(FATES)
    extended = next(row for row in rows if row[1] == "extended by")
    assert extended[0].startswith("XX0001")
    assert extended[2].startswith("XX0004")
    assert extended[3:5] == ["Stated", "0.45"]
    withdrawn = next(row for row in rows if row[1] == "withdrawn")
    assert withdrawn[0].startswith("XX0003")
    assert withdrawn[2] == "–"


def test_a_commitment_that_nobody_speaks_of_has_words_and_no_drawing() -> None:
    store = pyoxigraph.Store()
    store.extend(things())
    section = page(store, lambda context: lineage_section(context, commitment("XX0003")))
    assert "No source in this release says" in section
    assert "<svg" not in section


def test_a_drawing_names_itself_and_every_link_has_a_name(xland: pyoxigraph.Store) -> None:
    tree = LexborHTMLParser(page(xland, lambda context: lineage_section(context, BASE + "id/member/XX")))
    drawing = tree.css("svg")[0]
    assert drawing.attributes["role"] == "group"
    for name in str(drawing.attributes["aria-labelledby"]).split():
        assert tree.css(f"#{name}")[0].text(strip=True)
    named = tree.css("svg a")
    assert named
    assert all(each.attributes.get("aria-label") or each.text(strip=True) for each in named)


def test_another_version_links_into_itself(xland: pyoxigraph.Store) -> None:
    async def make(context: Context) -> str:
        return await lineage_section(context, BASE + "id/member/XX")

    tree = LexborHTMLParser(page(xland, make, root="/versions/1"))
    targets = [str(each.attributes["href"]) for each in tree.css("a")]
    assert all(target.startswith("/versions/1/") for target in targets)
    assert "/versions/1/lineage/id/member/XX.graphml" in targets


# For other programs


def test_json_holds_everything(xland: pyoxigraph.Store) -> None:
    read = json.loads(document(xland, "id/member/XX", "json"))
    whole = lineage(xland, "id/member/XX")
    assert {each["id"] for each in read["nodes"]} == set(whole.nodes)
    assert [plan["cycle"] for plan in read["plans"]] == ["2012", "2015", "2018"]
    told = {each["statement"]: (each["source"], each["relation"], each["target"]) for each in read["edges"]}
    assert told == {each.said.statement: (each.earlier, each.relation, each.later) for each in whole.edges}
    edge = next(each for each in read["edges"] if each["statement"].endswith("/c"))
    assert edge["confidence"] == 0.45
    assert edge["stated"] is True
    assert edge["sources"] == [BASE + "id/source/xx-plan"]
    assert [(each["node"], each["label"]) for each in read["fates"]] == [
        (commitment("XX0003"), "withdrawn"),
        (commitment("XX0006"), "declared-new"),
    ]
    titles = {each["identifier"]: each["title"] for each in read["nodes"]}
    assert titles["XX0001"] == NASTY


def test_networkx_reads_the_same_edges(xland: pyoxigraph.Store) -> None:
    text = document(xland, "id/member/XX", "graphml")
    graph = networkx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    whole = lineage(xland, "id/member/XX")
    read = {(start, end, key, facts["label"]) for start, end, key, facts in graph.edges(keys=True, data=True)}
    edges = {(edge.earlier, edge.later, edge.said.statement, edge.label) for edge in whole.edges}
    fates = {(f.node, f.said.statement + "#fate", f.said.statement, f.label) for f in whole.fates}
    assert read == edges | fates
    assert graph.nodes[commitment("XX0006")]["title"] == ARABIC
    assert graph.nodes[commitment("XX0001")]["title"] == NASTY.replace("\x0b", "")


TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|->|[A-Za-z_][A-Za-z_0-9]*|[{}\[\]=,;])')


def dot_edges(text: str) -> list[tuple[str, str, dict[str, str]]]:
    """The edges of a Graphviz document, by its grammar; ValueError for what is none."""
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(text[at : at + 40])
        tokens.append(found[1])
        at = found.end()
    if tokens[0] != "digraph" or tokens.count("{") != tokens.count("}") or tokens[-1] != "}":
        raise ValueError("no graph")
    edges = []
    for n, token in enumerate(tokens):
        if token == "[":
            facts = tokens[n + 1 : tokens.index("]", n)]
            if set(facts[1::4]) != {"="} or set(facts[3::4]) - {","} or len(facts) % 4 != 3:
                raise ValueError(facts)
            named = {name: unquoted(value) for name, value in zip(facts[0::4], facts[2::4], strict=True)}
            if tokens[n - 2] == "->":
                edges.append((unquoted(tokens[n - 3]), unquoted(tokens[n - 1]), named))
    return edges


def unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def test_graphviz_has_the_same_edges(xland: pyoxigraph.Store) -> None:
    whole = lineage(xland, "id/member/XX")
    read = dot_edges(document(xland, "id/member/XX", "dot"))
    told = {facts["URL"]: (start, end, facts["label"], facts["style"]) for start, end, facts in read}
    styles = {True: "solid", False: "dashed"}
    expected = {e.said.statement: (e.earlier, e.later, e.label, styles[e.said.is_stated]) for e in whole.edges} | {
        f.said.statement: (f.node, f"{f.said.statement}#fate", f.label, styles[f.said.is_stated]) for f in whole.fates
    }
    assert len(read) == len(expected)
    assert told == expected


def test_an_unknown_form_is_not_found(xland: pyoxigraph.Store) -> None:
    with pytest.raises(NotFound):
        document(xland, "id/member/XX", "png")


# The real thing


def test_the_lineage_of_france_is_whole(store: pyoxigraph.Store) -> None:
    query = f"SELECT ?s WHERE {{ ?s a <{OGP.LineageStatement.value}> }}"
    solutions = store.query(query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    known = {row["s"].value for row in solutions}  # all of them are French as yet
    france = lineage(store, "id/member/FR")
    assert {each.said.statement for each in (*france.edges, *france.fates)} == known
    root = ElementTree.fromstring(drawn(france, lambda iri: iri))
    told = [each.get("href") for kind in ("relation", "fate") for each in links(root, kind)]
    assert sorted(map(str, told)) == sorted(known)
    assert len(links(root, "box")) == len(france.nodes)
    rects = [next(each.iter(f"{SVG}rect")) for each in links(root, "box")]
    for one, other in combinations(rects, 2):
        assert one.get("x") != other.get("x") or apart(one, other)


def apart(one: ElementTree.Element, other: ElementTree.Element) -> bool:
    tops = sorted((float(each.get("y", "")), float(each.get("height", ""))) for each in (one, other))
    return tops[0][0] + tops[0][1] <= tops[1][0]


# Over HTTP


@pytest.fixture(scope="module")
def server(xanadu_release: Release) -> Iterator[ServeProcess]:
    with ServeProcess(xanadu_release.folder.parent) as process:
        yield process


@pytest.mark.parametrize(
    ("ending", "media_type", "start"),
    [
        ("", "text/html; charset=utf-8", b"<!doctype html>"),
        (".svg", "image/svg+xml", b"<svg "),
        (".dot", "text/vnd.graphviz; charset=utf-8", b"digraph "),
        (".graphml", "application/graphml+xml", b"<graphml "),
        (".json", "application/json", b"{"),
    ],
)
def test_each_form_has_its_address(server: ServeProcess, ending: str, media_type: str, start: bytes) -> None:
    answer = server.get(f"/lineage/id/commitment/XA0003{ending}")
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    body = answer.read()
    assert body.lstrip().startswith(start)
    assert b"XA0001" in body
    assert b"XA0005" in body
    again = server.get(f"/lineage/id/commitment/XA0003{ending}", {"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.read()) == (304, b"")


@pytest.mark.parametrize(
    "path", ["", ".svg", "id/commitment/XA9999", "id/commitment/XA9999.json", "id/source/xa-2018-plan"]
)
def test_what_has_no_lineage_is_answered_404(server: ServeProcess, path: str) -> None:
    assert server.get(f"/lineage/{path}").status == 404


def test_a_picture_may_have_its_styles_but_load_nothing(server: ServeProcess) -> None:
    policy = server.get("/lineage/id/member/XA.svg").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script" not in policy
