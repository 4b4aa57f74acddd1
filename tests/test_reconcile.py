"""Reconciliation: names are matched by the written rule, and both versions of the protocol keep their schemas."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import search_data
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store
from search_data import commitment
from selectolax.lexbor import LexborHTMLParser
from serve_process import ServeProcess

from ogpgraph.reconcile import extension, limits, suggestions, v0_2, v1_0
from ogpgraph.reconcile.comparison import MOST_ALIKE, Rarity, likeness, plain
from ogpgraph.reconcile.entities import Row, Rows
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.limits import TooMuch, Unreadable
from ogpgraph.reconcile.matching import Candidate, Condition, Question, candidates
from ogpgraph.reconcile.queries import extension_query, names_query, values_query
from ogpgraph.reconcile.schema import COMMITMENT, INSTITUTION, MEMBER, TYPES, iri_of
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, RDFS, SKOS

XANADU, OTHER = search_data.MEMBER, NamedNode(BASE + "id/member/QZ")
ABROAD = NamedNode(BASE + "id/institution/qz/treasury")
CAPTURE = NamedNode(BASE + "graph/source/a")


def quads() -> list[Quad]:
    """The invented release with a second member that has a treasury too, and a title that only a capture has."""
    scheme = NamedNode(BASE + "scheme/policy-area")
    return [
        *search_data.quads(),
        Quad(XANADU, OGP.isoCode, Literal("XX")),
        Quad(XANADU, OGP.isoCode3, Literal("XXU")),
        Quad(XANADU, SKOS.prefLabel, Literal("Chanadou", language="fr")),
        Quad(OTHER, RDF.type, OGP.NationalMember),
        Quad(OTHER, RDFS.label, Literal("Ruritania", language="en")),
        Quad(ABROAD, RDF.type, OGP.Institution),
        Quad(ABROAD, RDFS.label, Literal("Treasury", language="en")),
        Quad(ABROAD, OGP.acronym, Literal("TRR")),
        Quad(ABROAD, OGP.member, OTHER),
        Quad(search_data.AREA, SKOS.inScheme, scheme),
        Quad(search_data.HEALTH, SKOS.inScheme, scheme),
        Quad(commitment("XX0001"), DCTERMS.title, Literal("Budgets ouverts des écoles", language="fr"), CAPTURE),
    ]


def stored(found: list[Quad]) -> Store:
    graph = Store()
    graph.extend(found)
    return graph


def rows(graph: Store, query: str) -> tuple[Row, ...]:
    """What a query answers, as the server reads it."""
    answered = graph.query(query)
    assert isinstance(answered, QuerySolutions)
    names = {each.value for each in answered.variables}
    return tuple(_row(found, "value" if "value" in names else "name") for found in answered)


def _row(found: Any, variable: str) -> Row:
    value, name = found[variable], found["name"]
    language = value.language or "" if isinstance(value, Literal) else ""
    called = name.value if variable == "value" and name else ""
    return Row(found["entity"].value, found["property"].value, value.value, language, called)


@pytest.fixture(scope="module")
def graph() -> Store:
    return stored(quads())


@pytest.fixture(scope="module")
def index(graph: Store) -> Index:
    return Index([Rows(kind.id, rows(graph, names_query(kind)), rows(graph, values_query(kind))) for kind in TYPES])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeProcess]:
    out = tmp_path_factory.mktemp("served") / "dist"
    known = set(search_data.quads())
    folder = search_data.written(out.parent / "1", tuple(each for each in quads() if each not in known))
    out.mkdir()
    shutil.move(folder, out / "1")
    (out / "latest").symlink_to("1")
    with ServeProcess(out) as process:
        process.until(lambda: process.health()["status"] == "ready", 60)
        yield process


# --- the rule -----------------------------------------------------------------------------------------------------


def test_a_name_is_found_by_any_of_its_names_whatever_its_accents_and_case(index: Index) -> None:
    for name in ("TRESOR PUBLIC", "trésor, public", "Tre\u0301sor Public"):
        best = first(index, name)
        assert (best.entity.id, best.score, best.match) == ("id/institution/xx/treasury", 100, True), name


def test_a_title_that_only_a_capture_has_is_a_name_too(index: Index) -> None:
    best = first(index, "Budgets ouverts des écoles")
    assert (best.entity.id, best.entity.name.text, best.match) == (
        "id/commitment/XX0001",
        "Open budget data for schools",
        True,
    )


@pytest.mark.parametrize("name", ["XX0001", "xx 0001", "id/commitment/XX0001", BASE + "id/commitment/XX0001"])
def test_a_code_an_identifier_and_an_iri_are_as_good_as_a_name(index: Index, name: str) -> None:
    best = first(index, name)
    assert (best.entity.id, best.score, best.match) == ("id/commitment/XX0001", 100, True)
    assert {each.id: each.value for each in best.features}["code_same"] is True


def test_iso_codes_mean_the_member(index: Index) -> None:
    assert [first(index, code).entity.id for code in ("XX", "xxu", "Chanadou")] == ["id/member/XX"] * 3


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Open budgte data for shcools", "XX0001"),
        ("schools data budget: open", "XX0001"),
        ("Donnees ouvertes de l'Etat", "XX0002"),
        ("開放政府資料", "XX0003"),
        ("محمد والبيانات المفتوحه", "XX0005"),
        ("Die Strasse offner Daten", "XX0006"),
    ],
)
def test_slips_of_the_pen_and_another_order_find_it_in_any_script(index: Index, name: str, meant: str) -> None:
    best = first(index, name)
    assert best.entity.id == f"id/commitment/{meant}"
    assert 50 < best.score <= 100


def test_what_is_not_the_same_is_never_sure(index: Index) -> None:
    best = first(index, "Open budget data for school")
    assert best.entity.id == "id/commitment/XX0001"
    assert 80 < best.score <= 100 * MOST_ALIKE
    assert best.match is False


def test_two_of_one_name_are_told_apart_by_a_condition_only(index: Index) -> None:
    both = candidates(index, Question("Treasury"))
    assert [(each.entity.id, each.score, each.match) for each in both[:2]] == [
        ("id/institution/qz/treasury", 100, False),
        ("id/institution/xx/treasury", 100, False),
    ]
    for value in ("Xanadu", "XX", "id/member/XX", XANADU.value, "chanadou", "Xanadou"):
        told = candidates(index, Question("Treasury", conditions=(member(value),)))
        assert [(each.entity.id, each.score, each.match) for each in told[:2]] == [
            ("id/institution/xx/treasury", 100, True),
            ("id/institution/qz/treasury", 70, False),
        ], value


def test_a_condition_that_does_not_hold_takes_the_certainty_but_not_the_candidate(index: Index) -> None:
    best = first(index, "Open budget data for schools", conditions=(member("Ruritania"),))
    assert (best.entity.id, best.score, best.match) == ("id/commitment/XX0001", 70, False)


def test_a_required_condition_leaves_nobody_else(index: Index) -> None:
    found = candidates(index, Question("Treasury", conditions=(member("Ruritania", required=True),)))
    assert [each.entity.id for each in found] == ["id/institution/qz/treasury"]


def test_quantifiers_ask_for_any_all_or_none_of_the_values(index: Index) -> None:
    areas = {"any": {1, 2, 3, 4, 5, 6, 7}, "all": set[int](), "none": set[int]()}
    for quantifier, numbers in areas.items():
        condition = Condition("ontology#policyArea", ("Open Data", "Health"), quantifier, True)
        found = candidates(index, Question(types=(COMMITMENT.id,), conditions=(condition,)))
        assert {int(each.entity.id[-1]) for each in found} == numbers, quantifier
    without = Condition("ontology#policyArea", ("Health",), "none", True)
    found = candidates(index, Question("XX0001", (COMMITMENT.id,), (without,)))
    assert "id/commitment/XX0001" not in {each.entity.id for each in found}


def test_conditions_alone_list_what_they_hold_of(index: Index) -> None:
    found = candidates(
        index, Question(types=(COMMITMENT.id,), conditions=(member("Xanadu"), Condition("ontology#cycle", ("2018",))))
    )
    assert [each.score for each in found] == [100] * 4 + [50] * 0
    assert [each.entity.id[-1] for each in found] == ["1", "3", "5", "7"]


def test_a_type_is_demanded_and_the_limit_kept(index: Index) -> None:
    assert [each.entity.type for each in candidates(index, Question("Xanadu", (MEMBER.id,)))] == [MEMBER.id]
    assert len(candidates(index, Question("data", limit=2))) == 2
    assert first(index, "Xanadu Action Plan 2018", (COMMITMENT.id,)) != first(index, "Xanadu Action Plan 2018")


def test_nothing_is_found_for_what_has_no_letters_and_for_what_is_like_nothing(index: Index) -> None:
    for name in ("", " ", "…!?", "qqqqqq"):
        assert candidates(index, Question(name)) == (), name


def test_rare_words_count_more_than_frequent_ones() -> None:
    ministries = [plain(f"Ministry of {each}") for each in ("Justice", "Finance", "Health", "Culture", "Ecology")]
    rarity = Rarity([*ministries, "finance bureau"])
    same_kind = rarity.shared("ministry of finance", "ministry of justice")
    assert rarity.shared("ministry of finance", "finance bureau") > same_kind > 0


def test_only_the_same_words_in_the_same_order_are_quite_alike() -> None:
    rarity = Rarity(["ministry of finance"])
    assert likeness("ministry of finance", "ministry of finance", rarity) == (1, 1)
    assert likeness("finance of ministry", "ministry of finance", rarity) == (MOST_ALIKE, 1)


def test_a_description_tells_namesakes_apart(index: Index) -> None:
    assert {index.by_id[f"id/institution/{each}/treasury"].description for each in ("xx", "qz")} == {
        "Institution · Xanadu",
        "Institution · Ruritania",
    }


# --- what may be asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "queries is not JSON"),
        ("[]", "queries must be an object"),
        ('{"q": 3}', "query 'q' must be an object"),
        ('{"q": {}}', "must have a query or properties"),
        ('{"q": {"query": "a", "querry": "b"}}', "has the field 'querry'"),
        ('{"q": {"query": 3}}', "query 'q'.query must be a string"),
        ('{"q": {"query": "a", "type": "Dragon"}}', "there is no type 'Dragon'"),
        ('{"q": {"query": "a", "limit": 0}}', "limit must be a number from 1"),
        ('{"q": {"query": "a", "properties": [{"pid": "colour", "v": "red"}]}}', "the property 'colour'"),
        ('{"q": {"query": "a", "properties": [{"pid": "member"}]}}', "must have the field 'v'"),
    ],
)
def test_a_batch_that_cannot_be_meant_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said.replace("[", r"\[")):
        v0_2.questions(text)


def test_what_goes_beyond_a_bound_is_refused_with_its_name() -> None:
    for batch, limit in (
        ({str(number): {"query": "a"} for number in range(limits.BATCH + 1)}, "batchSize"),
        ({"q": {"query": "a" * (limits.NAME + 1)}}, "characters"),
        ({"q": {"query": "a", "properties": [{"pid": "member", "v": "b"}] * (limits.CONDITIONS + 1)}}, "properties"),
        ({"q": {"query": "a", "properties": [{"pid": "member", "v": ["b"] * (limits.VALUES + 1)}]}}, "values"),
    ):
        with pytest.raises(TooMuch) as refused:
            v0_2.questions(json.dumps(batch))
        assert refused.value.limit == limit
    with pytest.raises(TooMuch):
        v1_0.questions(json.dumps({"queries": [{"conditions": [name("a")]}] * (limits.BATCH + 1)}))


def test_a_query_of_0_2_is_read_in_all_its_forms() -> None:
    text = json.dumps(
        {
            "q0": {
                "query": " a ",
                "type": ["Institution", iri_of(COMMITMENT.id)],
                "limit": 500,
                "type_strict": "should",
                "properties": [{"pid": "member", "v": [{"id": "id/member/XX", "name": "Xanadu"}, "b", 2018, True]}],
            },
            "q1": {"properties": [{"pid": "ontology#cycle", "v": 2018.0}]},
        }
    )
    read = v0_2.questions(text)
    assert read["q0"] == Question(
        "a",
        (INSTITUTION.id, COMMITMENT.id),
        (Condition("ontology#member", ("id/member/XX", "b", "2018", "true")),),
        limit=limits.CANDIDATES,
    )
    assert read["q1"] == Question("", (), (Condition("ontology#cycle", ("2018",)),), limit=limits.DEFAULT_CANDIDATES)


def test_a_query_of_1_0_is_read_in_all_its_forms() -> None:
    asked = {"matchType": "property", "propertyId": "ontology#member", "propertyValue": "XX"}
    conditions = [
        name("a"),
        {"matchType": "id", "propertyValue": ["id/member/XX", "XX0001"]},
        {**asked, "required": True, "matchQuantifier": "none"},
    ]
    (read,) = v1_0.questions(json.dumps({"queries": [{"type": "Member", "lang": "en", "conditions": conditions}]}))
    assert read == Question(
        "a", (MEMBER.id,), (Condition("ontology#member", ("XX",), "none", True),), ("id/member/XX", "XX0001")
    )
    for wrong in ({"matchType": "colour"}, {**asked, "matchQuantifier": "some"}, {**asked, "required": "yes"}):
        with pytest.raises(Unreadable):
            v1_0.questions(json.dumps({"queries": [{"conditions": [wrong]}]}))
    for text in ("[]", "{}", '{"queries": [{}]}', '{"queries": [{"conditions": []}]}'):
        with pytest.raises(Unreadable):
            v1_0.questions(text)


# --- suggestions and data extension -------------------------------------------------------------------------------


def test_suggestions_begin_like_the_prefix_and_know_identifiers(index: Index) -> None:
    def suggested(prefix: str, *kinds: str) -> list[str]:
        return [each["id"] for each in suggestions.entities(index, prefix, kinds, 0, 10)]

    assert suggested("xana")[:2] == ["id/member/XX", "id/plan/XX-2018"]
    assert suggested("XX0003")[0] == suggested("id/commitment/XX0003")[0] == "id/commitment/XX0003"
    assert suggested("tre", INSTITUTION.id) == ["id/institution/qz/treasury", "id/institution/xx/treasury"]
    assert len(suggested("")) == 10
    everything = [each["id"] for each in suggestions.entities(index, "", (), 0, 50)]
    assert [each["id"] for each in suggestions.entities(index, "", (), 3, 4)] == everything[3:7]
    assert [each["name"] for each in suggestions.types("pol", 0, 10)] == ["Policy area"]
    assert [each["name"] for each in suggestions.properties("inst", 0, 10)] == [
        "Lead institution",
        "Support institution",
        "Kind of institution",
    ]


def test_a_flyout_escapes_what_strangers_wrote(index: Index) -> None:
    told = suggestions.flyout(index, "entity", "id/commitment/XX0006")
    assert told
    assert "<b>Die Straße &lt;b&gt;offener&lt;/b&gt; Daten</b>" in told["html"]
    assert suggestions.flyout(index, "entity", "id/commitment/none") is None


def test_data_extension_gives_entities_dates_numbers_and_texts(index: Index, graph: Store) -> None:
    extra = stored([*quads(), Quad(commitment("XX0001"), OGP.startDate, Literal("2018-03-01"))])
    found = extended(
        index, extra, ["id/commitment/XX0001", "XX9"], ["member", "cycle", "startDate", "latestCompletion"]
    )
    assert found["rows"]["id/commitment/XX0001"] == {
        "member": [{"id": "id/member/XX", "name": "Xanadu"}],
        "cycle": [{"int": 2018}],
        "startDate": [{"date": "2018-03-01T00:00:00Z"}],
        "latestCompletion": [{"str": "Complete"}],
    }
    assert found["rows"]["XX9"] == {"member": [], "cycle": [], "startDate": [], "latestCompletion": []}
    assert found["meta"][0] == {"id": "member", "name": "Member", "type": {"id": MEMBER.id, "name": "Member"}}


def test_settings_of_data_extension_bound_the_values_and_choose_the_form(index: Index, graph: Store) -> None:
    for content, value in (("id", "id/member/XX"), ("iri", XANADU.value)):
        settings = {"limit": "1", "content": content}
        asked = json.dumps(
            {"ids": ["id/institution/xx/treasury"], "properties": [{"id": "member", "settings": settings}]}
        )
        wanted = v0_2.extension(asked)
        found = extension.answer(wanted, rows(graph, query_of(wanted)), index)
        assert v0_2.extended(found)["rows"]["id/institution/xx/treasury"] == {"member": [{"str": value}]}
    limited = json.dumps(
        {"ids": ["id/commitment/XX0001"], "properties": [{"id": "policyArea", "settings": {"limit": 1}}]}
    )
    assert v0_2.extension(limited).columns[0].limit == 1


def test_numbers_that_are_none_and_broken_characters_are_only_values_that_nothing_has(index: Index) -> None:
    for value in ("Infinity", "NaN", "1e999", "-0.5", r'"\ud800"'):
        batch = v0_2.questions(f'{{"q": {{"query": "Treasury", "properties": [{{"pid": "cycle", "v": {value}}}]}}}}')
        assert {each.match for each in candidates(index, batch["q"])} == {False}, value
    assert candidates(index, Question("\ud800")) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": "a", "properties": []},
        {"ids": ["a b"], "properties": []},
        {"ids": ["a> } INSERT"], "properties": []},
        {"ids": [], "properties": [{"id": "colour"}]},
        {"ids": [], "properties": [{"id": "member", "settings": {"limit": -1}}]},
    ],
)
def test_a_data_extension_that_cannot_be_meant_is_refused(wrong: object) -> None:
    with pytest.raises(Unreadable):
        v0_2.extension(json.dumps(wrong))


def test_the_two_versions_say_the_same_of_the_same_values(index: Index, graph: Store) -> None:
    text = json.dumps({"ids": ["id/commitment/XX0001"], "properties": [{"id": "member"}, {"id": "cycle"}]})
    wanted = v1_0.extension(text)
    found = extension.answer(wanted, rows(graph, query_of(wanted)), index)
    (row,) = v1_0.extended(found)["rows"]
    assert row["id"] == "id/commitment/XX0001"
    assert {each["id"]: each["values"] for each in row["properties"]} == v0_2.extended(found)["rows"][row["id"]]


# --- over HTTP ----------------------------------------------------------------------------------------------------


def test_the_manifest_of_0_2_names_what_answers(server: ServeProcess) -> None:
    manifest = told(server, "/reconcile")
    check_manifest_0_2(manifest)
    service = f"http://127.0.0.1:{server.port}/reconcile"
    for what, prefix, expected in (
        ("entity", "Xana", "id/member/XX"),
        ("type", "Mem", MEMBER.id),
        ("property", "Mem", "ontology#member"),
    ):
        offered = manifest["suggest"][what]
        assert offered["service_url"] == service
        found = told(server, path_of(server, offered["service_url"] + offered["service_path"]) + f"?prefix={prefix}")
        assert found["result"][0]["id"] == expected
        flyout = (offered["flyout_service_url"] + offered["flyout_service_path"]).replace(
            "${id}", quote(expected, safe="")
        )
        assert told(server, path_of(server, flyout))["id"] == expected
    view = manifest["view"]["url"].replace("{{id}}", quote("id/member/XX", safe=""))
    status, headers, _ = sent(server, "GET", path_of(server, view))
    assert (status, headers["location"]) == (303, "/page/id/member/XX")
    proposal = manifest["extend"]["propose_properties"]
    path = path_of(server, proposal["service_url"] + proposal["service_path"])
    found = told(server, f"{path}?type={quote(MEMBER.id)}&limit=2")
    assert (len(found["properties"]), found["type"], found["limit"]) == (2, MEMBER.id, 2)


def test_the_manifest_of_1_0_is_that_of_the_draft(server: ServeProcess) -> None:
    manifest = told(server, "/reconcile/1.0")
    check_manifest_1_0(manifest)
    assert manifest["view"]["url"].replace("{+id}", "id/member/XX") == f"http://127.0.0.1:{server.port}/id/member/XX"
    assert told(server, "/reconcile/1.0/suggest/entity?prefix=Xana&limit=1")["result"][0]["id"] == "id/member/XX"
    assert told(server, "/reconcile/1.0/extend/propose?type=Member")["type"] == "Member"


def test_a_batch_is_answered_by_post_and_get_alike(server: ServeProcess) -> None:
    batch = {
        "q0": {"query": "Trésor public"},
        "q1": {"query": "Open budgte data", "type": COMMITMENT.id, "limit": 1},
        "q2": {"query": "???"},
    }
    form = urlencode({"queries": json.dumps(batch)})
    posted = told(server, "/reconcile", form)
    assert told(server, f"/reconcile?{form}") == posted
    check_results_0_2(posted, batch)
    assert posted["q0"]["result"][0]["id"] == "id/institution/xx/treasury"
    assert [each["id"] for each in posted["q1"]["result"]] == ["id/commitment/XX0001"]
    assert posted["q2"] == {"result": []}
    # A browser that asks a batch gets JSON all the same.
    assert json.loads(sent(server, "GET", f"/reconcile?{form}", accept="text/html")[2]) == posted


def test_a_batch_of_1_0_is_answered_in_its_order(server: ServeProcess) -> None:
    asked = [{"conditions": [name(each)]} for each in ("XX0003", "Treasury", "Xanadu")]
    asked[1]["conditions"].append(
        {
            "matchType": "property",
            "propertyId": "ontology#member",
            "propertyValue": {"id": "id/member/XX"},
            "required": True,
        }
    )
    found = told(server, "/reconcile/1.0/match", json.dumps({"queries": asked}), "application/json")
    check_results_1_0(found, 3)
    best = [each["candidates"][0] for each in found["results"]]
    assert [(each["id"], each["match"]) for each in best] == [
        ("id/commitment/XX0003", True),
        ("id/institution/xx/treasury", True),
        ("id/member/XX", True),
    ]
    by_id = [{"conditions": [{"matchType": "id", "propertyValue": "id/member/XX"}]}]
    found = told(server, "/reconcile/1.0/match", json.dumps({"queries": by_id}), "application/json")
    assert [each["id"] for each in found["results"][0]["candidates"]] == ["id/member/XX"]


def test_columns_are_fetched_over_http(server: ServeProcess) -> None:
    asked = {"ids": ["id/commitment/XX0001"], "properties": [{"id": "ontology#member"}, {"id": "ontology#policyArea"}]}
    found = told(server, "/reconcile", urlencode({"extend": json.dumps(asked)}))
    assert found["rows"]["id/commitment/XX0001"] == {
        "ontology#member": [{"id": "id/member/XX", "name": "Xanadu"}],
        "ontology#policyArea": [{"id": "scheme/policy-area/health", "name": "Health"}],
    }
    newer = told(server, "/reconcile/1.0/extend", json.dumps(asked), "application/json")
    assert newer["rows"][0]["properties"][1]["values"] == [{"id": "scheme/policy-area/health", "name": "Health"}]


def test_any_site_may_ask_and_frame_a_preview_but_nothing_else(server: ServeProcess) -> None:
    for path in (
        "/reconcile",
        "/reconcile/1.0",
        "/reconcile/suggest/type?prefix=",
        "/reconcile/preview?id=id/member/XX",
    ):
        assert sent(server, "GET", path)[1]["access-control-allow-origin"] == "*", path
    status, headers, body = sent(server, "GET", f"/reconcile/preview?id={quote('id/commitment/XX0006', safe='')}")
    assert status == 200
    policy = headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    tree = LexborHTMLParser(body)
    (title,) = tree.css("h1 a")
    assert (title.text(), title.attributes["href"]) == ("Die Straße <b>offener</b> Daten", "/page/id/commitment/XX0006")
    assert "Budget der Straßen" in tree.body.text() if tree.body else False
    framed = sent(server, "GET", "/reconcile", accept="text/html")[1]["content-security-policy"]
    assert "frame-ancestors 'none'" in framed


def test_errors_are_problem_details_that_name_the_bound(server: ServeProcess) -> None:
    too_many = {str(number): {"query": "a"} for number in range(limits.BATCH + 1)}
    for path, body, media_type, status, said in (
        ("/reconcile", urlencode({"queries": json.dumps(too_many)}), FORM, 413, "batchSize is 50"),
        ("/reconcile", "queries=%7B", FORM, 400, "queries is not JSON"),
        ("/reconcile", "nothing=1", FORM, 400, "'queries' or 'extend'"),
        ("/reconcile", "{}", "application/json", 415, FORM),
        ("/reconcile/1.0/match", "queries=1", FORM, 415, "application/json"),
        ("/reconcile/preview?id=id/member/none", None, FORM, 404, ""),
        ("/reconcile/preview", None, FORM, 400, "id"),
        ("/reconcile/suggest/dragon?prefix=a", None, FORM, 404, ""),
        ("/reconcile/suggest/entity?prefix=a&limit=-1", None, FORM, 400, "limit must be a number"),
        ("/reconcile/view?id=https://example.org/elsewhere", None, FORM, 404, ""),
    ):
        found, headers, answered = sent(server, "POST" if body else "GET", path, body, media_type)
        assert (found, headers["content-type"]) == (status, "application/problem+json"), path
        assert said in json.loads(answered)["detail"], path
    assert (
        json.loads(sent(server, "POST", "/reconcile", urlencode({"queries": json.dumps(too_many)}))[2])["value"] == 50
    )


def test_the_page_shows_the_address_and_what_the_form_finds(server: ServeProcess) -> None:
    status, headers, body = sent(server, "GET", "/reconcile", accept="text/html,*/*;q=0.8")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"http://127.0.0.1:{server.port}/reconcile" in LexborHTMLParser(body).css_first("#openrefine + ol").text()
    query = urlencode({"name": "Treasury", "type": INSTITUTION.id, "member": "<b>Xanadu</b>"})
    tree = LexborHTMLParser(sent(server, "GET", f"/reconcile?{query}", accept="text/html")[2])
    assert [each.attributes["href"] for each in tree.css(".candidates a")] == [
        "/page/id/institution/qz/treasury",
        "/page/id/institution/xx/treasury",
    ]
    assert tree.css_first("#member").attributes["value"] == "<b>Xanadu</b>"
    query = urlencode({"name": "<script>alert(1)</script>"})
    assert b"<script>alert" not in sent(server, "GET", f"/reconcile?{query}", accept="text/html")[2]


def test_the_interface_is_described(server: ServeProcess) -> None:
    paths = told(server, "/openapi.json")["paths"]
    assert {"get", "post"} <= set(paths["/reconcile"])
    assert "post" in paths["/reconcile/1.0/match"]


# --- the rules of the published schemas, in words of our own ----------------------------------------------------------


def check_manifest_0_2(found: Any) -> None:
    assert "0.2" in found["versions"]
    assert all(isinstance(found[each], str) and found[each] for each in ("name", "identifierSpace", "schemaSpace"))
    assert found["identifierSpace"] == found["schemaSpace"] == BASE
    assert "{{id}}" in found["view"]["url"]
    assert "{{id}}" in found["preview"]["url"]
    assert all(isinstance(found["preview"][each], int) for each in ("width", "height"))
    assert all("${id}" in each["flyout_service_path"] for each in found["suggest"].values())
    assert all(set(each) == {"id", "name"} for each in found["defaultTypes"])
    for setting in found["extend"]["property_settings"]:
        assert {"type", "label", "name", "default"} <= set(setting)
        assert setting["type"] == "number" or all(set(each) == {"value", "name"} for each in setting["choices"])
    assert isinstance(found["batchSize"], int)


def check_manifest_1_0(found: Any) -> None:
    assert found["versions"] == ["1.0-draft"]
    assert not {"identifierSpace", "schemaSpace", "feature_view"} & set(found)
    assert "{+id}" in found["view"]["url"]
    assert found["suggest"] == {"entity": True, "property": True, "type": True}
    assert set(found["preview"]) == {"width", "height"}
    assert found["standardizedScore"] is True
    assert all(
        {"type", "id", "name", "default", "helpText"} <= set(each) for each in found["extend"]["propertySettings"]
    )


def check_results_0_2(found: Any, asked: dict[str, Any]) -> None:
    assert set(found) == set(asked)
    for result in found.values():
        assert set(result) == {"result"}
        check_candidates(result["result"], {"id", "value"})


def check_results_1_0(found: Any, number: int) -> None:
    assert set(found) == {"results"}
    assert len(found["results"]) == number
    for result in found["results"]:
        check_candidates(result["candidates"], {"id", "name", "value"})


def check_candidates(found: list[Any], of_feature: set[str]) -> None:
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    for each in found:
        assert isinstance(each["match"], bool)
        assert 0 <= each["score"] <= 100
        assert each["id"]
        assert each["name"]
        assert each["type"][0]["id"]
        assert all(set(feature) == of_feature for feature in each["features"])
        assert len({feature["id"] for feature in each["features"]}) == len(each["features"])


# --- small things -------------------------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"


def first(
    index: Index, text: str, types: tuple[str, ...] = (), conditions: tuple[Condition, ...] = ()
) -> Candidate | None:
    """The best candidate; None where there is none."""
    return next(iter(candidates(index, Question(text, types, conditions))), None)


def member(value: str, required: bool = False) -> Condition:
    return Condition("ontology#member", (value,), required=required)


def name(value: str) -> dict[str, Any]:
    """A condition of 1.0 on the name."""
    return {"matchType": "name", "propertyValue": value}


def query_of(wanted: extension.Asked) -> str:
    return extension_query(wanted.entities.values(), (each.property for each in wanted.columns))


def extended(index: Index, graph: Store, ids: list[str], properties: list[str]) -> Any:
    wanted = v0_2.extension(json.dumps({"ids": ids, "properties": [{"id": each} for each in properties]}))
    return v0_2.extended(extension.answer(wanted, rows(graph, query_of(wanted)), index))


def path_of(server: ServeProcess, address: str) -> str:
    start = f"http://127.0.0.1:{server.port}"
    assert address.startswith(start)
    return address.removeprefix(start)


def sent(
    server: ServeProcess, method: str, path: str, body: str | None = None, media_type: str = FORM, accept: str = "*/*"
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by small names and body of an answer; redirections are not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        headers = {"Accept": accept, **({"Content-Type": media_type} if body is not None else {})}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def told(server: ServeProcess, path: str, body: str | None = None, media_type: str = FORM) -> Any:
    """The JSON of an answer that is a success."""
    status, headers, answered = sent(server, "GET" if body is None else "POST", path, body, media_type)
    assert status == 200, answered
    assert headers["content-type"] == "application/json"
    return json.loads(answered)
