"""The linker's core: what each feature adds, what is blocked, and that order and chance change nothing."""

from __future__ import annotations

import builtins
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from ogpgraph.link import items
from ogpgraph.link.candidates import Candidate, LibraryMissing, Options, candidates
from ogpgraph.link.comparison import CURVES, FEATURES, weight
from ogpgraph.link.items import Item, UnreadableItems, figures, items_of_graph, items_of_table
from ogpgraph.link.lexicon import pivot
from ogpgraph.link.linker import Linker
from ogpgraph.link.wordings import bare, title_bag
from ogpgraph.vocabulary import OGP

EVERY = Options(least_score=0.0)
TOPICS = (
    "Publish the register of mining licences",
    "Open courtrooms to remote observers",
    "School budgets decided by parents",
    "A hotline against bribes at customs",
    "Water quality measured by villages",
    "Public transport timetables as open data",
)


def item(iri: str, title: str = "", language: str = "en", **fields: Any) -> Item:
    return Item(iri, titles=((title, language),) if title else (), **fields)


def others(count: int = 40) -> list[Item]:
    """Items that are nobody's counterpart: prior odds and rarity need a crowd."""
    return [item(f"crowd:{n:02}", f"Crowd {chr(97 + n % 26) * 4} {n * 7919} {n * 104729}") for n in range(count)]


def best(left: Item, right: list[Item], options: Options = EVERY) -> Candidate:
    return next(candidates([left], right, options))


def score(left: Item, right: Item, options: Options = EVERY) -> float:
    """The score of one pair among a crowd; 0 where it is not found at all."""
    found = candidates([left], [right, *others()], replace(options, per_item=50))
    return next((each.score for each in found if each.right.iri == right.iri), 0.0)


def weights(found: Candidate) -> dict[str, float]:
    return {feature.name: feature.weight for feature in found.features}


def test_each_topic_finds_its_counterpart() -> None:
    left = [item(f"left:{n}", topic) for n, topic in enumerate(TOPICS)]
    right = [item(f"right:{n}", f"4.{n}. {topic.upper()} for all") for n, topic in enumerate(TOPICS)]
    found = {each.left.iri: each for each in reversed(list(candidates(left, [*right, *others()], EVERY)))}
    assert {one.partition(":")[2]: each.right.iri.partition(":")[2] for one, each in found.items()} == {
        str(n): str(n) for n in range(len(TOPICS))
    }
    assert min(each.score for each in found.values()) > 0.9


PAIR = (item("left:1", TOPICS[0]), item("right:1", "Mining licences in a public register"))


@pytest.mark.parametrize(
    ("name", "value", "same", "different"),
    [
        ("institutions", "institutions", ("Ministry of Mines",), ("Court of Audit",)),
        ("tags", "tags", ("Open Data",), ("Health",)),
        ("dates", "dates", ("2015-03",), ("2009",)),
        ("numbers", "numbers", ("250",), ("31",)),
        ("member", "member", "XA", "RU"),
        ("cycle", "cycle", "2015", "2018"),
        ("plan_number", "plan_number", "10.2", "3"),
        ("text", "texts", ("The cadastre lists who digs where",), ("Singing lessons every Tuesday morning",)),
    ],
)
def test_each_feature_speaks_for_or_against(name: str, value: str, same: Any, different: Any) -> None:
    left, right = replace(PAIR[0], **{value: same}), PAIR[1]
    bare_score = score(left, right)
    agreeing, differing = replace(right, **{value: same}), replace(right, **{value: different})
    assert score(left, agreeing) > bare_score > score(left, differing)
    told = weights(best(left, [agreeing]))
    assert told[name] > 0
    assert weights(best(left, [differing]))[name] < 0
    only_title = Options(features=("title",), least_score=0.0)
    assert score(left, agreeing, only_title) == score(left, differing, only_title)


def test_the_title_speaks_for_or_against() -> None:
    left = item("left:1", TOPICS[0], texts=("the same text of some length",))
    alike = item("right:1", TOPICS[0].lower(), texts=left.texts)
    other = item("right:1", TOPICS[1], texts=left.texts)
    assert score(left, alike) > score(replace(left, titles=()), alike) > score(left, other)


def test_a_feature_that_one_side_lacks_says_nothing() -> None:
    left = replace(PAIR[0], institutions=("Ministry of Mines",), cycle="2015", tags=("Health",))
    assert [feature.name for feature in best(left, [PAIR[1]]).features] == ["title"]


def test_every_feature_is_explained_with_what_it_compared() -> None:
    fields = {
        "institutions": ("Ministry of Mines",),
        "tags": ("Open Data",),
        "dates": ("2015",),
        "numbers": ("250",),
        "member": "XA",
        "cycle": "2015",
        "plan_number": "2",
        "texts": ("The cadastre",),
    }
    found = best(replace(PAIR[0], **fields), [replace(PAIR[1], **fields)])
    told = {feature.name: feature.explanation for feature in found.features}
    assert tuple(told) == FEATURES
    assert told["institutions"] == "Closest institutions: “ministry of mines” and “ministry of mines”."
    assert told["tags"] == "Tags in common: open data."
    assert told["dates"] == "Closest dates: 2015 and 2015."
    assert told["numbers"] == "Figures in common: 250."
    assert told["cycle"] == "Same cycle: 2015."
    assert told["text"] == "Descriptions share 100% of their words."
    assert f"“{TOPICS[0]}” and “{PAIR[1].titles[0][0]}”" in told["title"]


def test_the_score_is_the_probability_that_the_weights_and_the_choices_make() -> None:
    crowd = [PAIR[1], *others(7)]
    found = best(PAIR[0], crowd)
    odds = 2 ** sum(feature.weight for feature in found.features) / 8
    assert found.score == pytest.approx(odds / (1 + odds), rel=0.01)


def test_no_order_of_the_items_changes_anything() -> None:
    left = [item(f"left:{n}", topic, cycle="2015") for n, topic in enumerate(TOPICS)] + [item("left:twin", TOPICS[0])]
    right = [item(f"right:{n}", topic) for n, topic in enumerate(TOPICS)] + [item("right:twin", TOPICS[0]), *others()]
    for options in (EVERY, replace(EVERY, one_to_one=True), replace(EVERY, within=("member",))):
        straight = list(candidates(left, right, options))
        assert straight
        for seed in range(3):
            shuffled = [random.Random(seed).sample(side, len(side)) for side in (left, right)]
            assert list(candidates(*shuffled, options)) == straight


def test_candidates_come_best_first_and_no_more_than_asked_for() -> None:
    right = [item(f"right:{n}", " ".join(TOPICS[0].split()[: n + 1])) for n in range(6)]
    found = list(candidates([item("left:1", TOPICS[0])], [*right, *others()], Options(per_item=3, least_score=0.0)))
    assert [each.right.iri for each in found] == ["right:5", "right:4", "right:3"]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_candidates_below_the_least_score_are_left_out() -> None:
    left = item("left:1", "Publish a list")
    right = [item("right:1", "Publish a register of ships"), *others()]
    assert score(left, right[0]) > 0
    assert list(candidates([left], right, Options(least_score=0.9))) == []


def test_one_to_one_gives_each_item_one_counterpart_at_most_and_the_best_sum() -> None:
    """Greedy choice would give right:1 to left:a, and nothing to left:b."""
    left = [item("left:a", "Open register of mining licences"), item("left:b", "Open register of mining licences now")]
    right = [item("right:1", "Open register of mining licences"), item("right:2", "Open register of mining permits")]
    many = list(candidates(left, [*right, *others()], EVERY))
    assert [each.right.iri for each in many if each.right.iri == "right:1"] == ["right:1"] * 2
    one = list(candidates(left, [*right, *others()], replace(EVERY, one_to_one=True)))
    assert len({each.left.iri for each in one}) == len({each.right.iri for each in one}) == len(one) == 2


def test_within_compares_only_what_shares_the_field() -> None:
    left = [item("left:1", TOPICS[0], member="XA")]
    right = [item("right:1", TOPICS[0], member="RU"), item("right:2", TOPICS[1], member="XA")]
    assert next(candidates(left, right, EVERY)).right.iri == "right:1"
    found = list(candidates(left, right, replace(EVERY, within=("member",))))
    assert "right:1" not in {each.right.iri for each in found}


def test_of_many_that_share_words_the_best_are_compared_and_of_equal_ones_the_first() -> None:
    """Blocking lets twenty of each item through: the likest of sixty, and of equal ones those that come first."""
    left = [item("left:1", "Register of mining licences")]
    same = [item(f"right:{n:02}", "Register of mining permits") for n in range(60)]
    closer = item("right:last", "Register of mining licences")
    for seed in range(3):
        right = random.Random(seed).sample([*same, closer, *others()], 101)
        found = list(candidates(left, right, replace(EVERY, per_item=3)))
        assert [each.right.iri for each in found] == ["right:last", "right:00", "right:01"]


def test_what_is_no_wording_can_change_the_order() -> None:
    left = item("left:1", TOPICS[0], member="XA", cycle="2015")
    right = [item("right:1", TOPICS[0], member="RU"), item("right:2", f"{TOPICS[0]} now", member="XA", cycle="2015")]
    only_title = Options(features=("title",), least_score=0.0)
    assert [each.right.iri for each in candidates([left], right, only_title)] == ["right:1", "right:2"]
    assert [each.right.iri for each in candidates([left], right, EVERY)] == ["right:2", "right:1"]


def test_a_thing_is_no_candidate_of_itself() -> None:
    same = [item("one:1", TOPICS[0]), item("one:2", TOPICS[0])]
    assert [(each.left.iri, each.right.iri) for each in candidates(same, same, EVERY)] == [
        ("one:1", "one:2"),
        ("one:2", "one:1"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Données ouvertes sur les écoles", "DONNEES OUVERTES SUR LES ECOLES"),
        ("Straße der Öffentlichkeit", "strasse der offentlichkeit"),
        ("Регистр лицензий на добычу", "Открытый регистр лицензий на добычу"),
        ("Μητρώο αδειών εξόρυξης", "ΜΗΤΡΩΟ ΑΔΕΙΩΝ ΕΞΟΡΥΞΗΣ"),
        ("სამთო ლიცენზიების რეესტრი", "სამთო ლიცენზიების ღია რეესტრი"),
        ("鉱業許可の登録簿を公開する", "鉱業許可の公開登録簿"),
    ],
)
def test_case_diacritics_and_script_do_not_matter(one: str, other: str) -> None:
    crowd = ["Судебные заседания онлайн", "Ανοιχτά δικαστήρια", "ღია სასამართლო", "裁判の公開", "Budget participatif"]
    right = [item("right:1", other, ""), *(item(f"z:{n}", title, "") for n, title in enumerate(crowd)), *others()]
    found = best(item("left:1", one, ""), right)
    assert (found.right.iri, found.score > 0.5) == ("right:1", True)


def test_titles_of_two_languages_meet_by_cognates_and_by_the_words_of_the_vocabulary() -> None:
    left = item("left:1", "Transparence des données publiques", "fr", tags=("Open Data", "Education"))
    right = item("right:1", "Transparency of public data", tags=("Open Data", "Education"))
    found = best(left, [right, item("right:2", TOPICS[0]), *others()])
    assert (found.right.iri, found.score > 0.9) == ("right:1", True)
    assert found.features[0].explanation.startswith("Titles of two languages share ")
    assert (pivot("donnees"), pivot("datos"), pivot("zyzzyx")) == ("data", "data", "zyzzyx")


def test_little_in_common_speaks_less_against_two_languages_than_against_one() -> None:
    left, right = item("left:1", "Registre minier ouvert", "fr"), item("right:1", "Open courtrooms to observers")
    translated = weights(best(left, [right]))["title"]
    assert weights(best(replace(left, titles=(("Registre minier ouvert", "en"),)), [right]))["title"] < translated < 0


def test_the_likest_title_of_the_same_language_counts() -> None:
    left = Item("left:1", titles=(("Registre minier", "fr"), (TOPICS[0], "en")))
    right = Item("right:1", titles=((TOPICS[0], "en"), ("Registro minero", "es")))
    found = best(left, [right, *others()])
    assert found.features[0].value == 1.0
    assert found.features[0].explanation.startswith("Titles share 100%")
    mixed = Item("left:1", titles=(("Open register", "fr"), ("Open mining register", "en")))
    found = best(mixed, [item("right:1", "Open register"), *others()])
    assert found.features[0].explanation.endswith(": “Open mining register” and “Open register”.")


def test_scripts_without_blanks_are_taken_two_characters_at_a_time() -> None:
    assert {part for part in title_bag("鉱業許可") if part.startswith("=")} == {"=鉱", "=鉱業", "=業許", "=許可"}


def test_items_without_titles_or_texts_are_let_be() -> None:
    empty = [item("left:empty"), item("left:blank", "  "), item("left:marks", "—!?")]
    assert list(candidates(empty, [item("right:empty"), item("right:1", TOPICS[0])], EVERY)) == []
    assert list(candidates([], [], EVERY)) == []
    assert list(candidates([PAIR[0]], [], EVERY)) == []
    texts = [Item("left:1", texts=("A cadastre of mines",)), Item("right:1", texts=("A cadastre of all mines",))]
    assert best(texts[0], [texts[1], item("right:2", TOPICS[1])]).right.iri == "right:1"


@pytest.mark.parametrize("options", [Options(features=("colour",)), Options(within=("colour",))])
def test_an_unknown_feature_is_named(options: Options) -> None:
    with pytest.raises(ValueError, match="no such feature: colour; there are title, text"):
        list(candidates([], [], options))


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "ogpgraph.link.linker":
            raise ModuleNotFoundError("No module named 'scipy'", name="scipy")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(LibraryMissing, match=r"linking needs scipy: pip install 'ogpgraph\[link\]'"):
        candidates([], [])


def test_a_linker_answers_again_and_alike() -> None:
    linker = Linker([PAIR[1], *others()], EVERY)
    assert list(linker.candidates([PAIR[0]])) == list(linker.candidates([PAIR[0]])) != []


def test_curves_rise() -> None:
    for name, points in CURVES.items():
        assert list(points) == sorted(points), name
        assert [weight(name, likeness) for likeness, _ in points] == pytest.approx([bits for _, bits in points])
        assert [bits for _, bits in points] == sorted(bits for _, bits in points), name


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Commitment 4.2: Données ouvertes", "donnees ouvertes"),
        ("O8M3:Integrity system", "integrity system"),
        ("3:p) Register", "register"),
        ("Commitment n°11- Capacity", "capacity"),
        ("2030 Agenda for all", "2030 agenda for all"),
        ("A new law", "a new law"),
        ("12", "12"),
    ],
)
def test_a_number_before_a_title_is_no_part_of_its_wording(title: str, kept: str) -> None:
    assert bare(title) == kept


def test_figures_are_digits_without_what_groups_them() -> None:
    assert figures(["25 000 pupils in 130 schools by 2020", "25,000 pupils, 3 towns"]) == ("130", "2020", "25000")


TURTLE = f"""
@prefix ogp: <{OGP.iri}> . @prefix dcterms: <http://purl.org/dc/terms/> . @prefix ex: <https://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:b a ogp:Commitment ; dcterms:title "Mines"@en, "Mines ouvertes"@fr ; ogp:member <https://example.org/member/XA> ;
  ogp:cycle "2015"^^xsd:gYear ; ogp:planNumber "2" ; ogp:leadInstitution ex:ministry ; ogp:policyArea ex:open ;
  ogp:text "List 250 mines" ; ogp:startDate "2015-03"^^xsd:gYearMonth .
ex:a a ogp:Commitment ; dcterms:title "Courts"@en ; ogp:member <https://example.org/member/RU> .
ex:ministry a ogp:Institution ; skos:prefLabel "Ministry of Mines"@en ; ogp:acronym "MM" .
"""


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    path = tmp_path / "other.ttl"
    path.write_text(TURTLE, "utf-8")
    return path


def test_items_of_a_graph_hold_what_it_says(turtle: Path) -> None:
    courts, mines = items_of_graph(turtle)
    assert (courts.iri, courts.member) == ("https://example.org/a", "RU")
    assert mines == Item(
        "https://example.org/b",
        "Commitment",
        (("Mines", "en"), ("Mines ouvertes", "fr")),
        ("https://example.org/ministry", "MM", "Ministry of Mines"),
        ("https://example.org/open",),
        ("List 250 mines",),
        ("2015-03",),
        ("250",),
        "XA",
        "2015",
        "2",
    )
    assert [each.iri for each in items_of_graph(turtle, member="XA")] == ["https://example.org/b"]
    assert [each.titles for each in items_of_graph(turtle, "Institution")] == [
        (("MM", ""), ("Ministry of Mines", "en"))
    ]


def test_items_of_a_release_are_its_commitments(store: Store) -> None:
    found = {each.iri.rpartition("/")[2]: each for each in items_of_graph(store, member="FR")}
    fixed = found["FR0013"]
    assert ("Digital Fix-It", "en") in fixed.titles
    assert (fixed.cycle, fixed.plan_number, fixed.member) == ("2015", "10.2", "FR")
    assert any(name.startswith("Prime Minister") for name in fixed.institutions)
    assert {each.member for each in found.values()} == {"FR"}


@pytest.mark.parametrize(("name", "message"), [("x.csv", "no extension of RDF"), ("x.ttl", "x.ttl: ")])
def test_a_file_that_is_no_graph_is_named(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).write_text("a,b\n", "utf-8")
    with pytest.raises(UnreadableItems, match=message):
        list(items_of_graph(tmp_path / name))


COLUMNS = {"Titel": "title:de", "Ressort": "institutions", "Thema": "tags", "Beginn": "dates", "Nr": "plan_number"}


def test_items_of_a_table_follow_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(
        "Nr;Titel;Ressort;Thema;Beginn\n1;Bergbau öffnen;Finanzministerium; Datos abiertos;31.3.2015\n"
        "2;Gerichte;None Specified;NR;2016-02-01\n",
        "utf-8",
    )
    first, second = items_of_table(path, COLUMNS)
    assert (first.iri, first.titles, first.plan_number) == ("plan.csv#row=2", (("Bergbau öffnen", "de"),), "1")
    assert first.tags[0].endswith("scheme/policy-area/open-data")
    assert (first.institutions, first.dates) == (("Finanzministerium",), ("2015",))
    assert (second.tags, second.institutions, second.dates) == ((), (), ("2016-02-01",))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"Titel": "colour"}, "'colour' is no field of an item"),
        ({"Nr": "plan_number"}, "no column is mapped to title or text"),
        ({"Name": "title"}, "no row of known column names.*Name"),
    ],
)
def test_a_mapping_that_does_not_fit_is_explained(tmp_path: Path, columns: dict[str, str], message: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("Nr;Titel\n1;Bergbau\n", "utf-8")
    with pytest.raises(UnreadableItems, match=message):
        list(items_of_table(path, columns))


def test_the_fields_of_a_table_are_those_of_an_item() -> None:
    singular = {"title": "titles", "text": "texts"}
    assert {singular.get(name, name) for name in items.FIELDS} <= set(Item.__dataclass_fields__)
