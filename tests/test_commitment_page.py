"""The reader of commitment pages, on small pages of an invented member: one trap each."""

# Tables of printed texts read better in one line each.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ogpgraph.problems import Problem
from ogpgraph.read import commitment_page
from ogpgraph.read.commitment_page import read_page
from ogpgraph.read.institution_names import split_names
from ogpgraph.read.page_context import PageContext
from ogpgraph.read.page_header import _TITLE_WORD, split_titles
from ogpgraph.read.page_milestones import due_in
from ogpgraph.read.page_notes import notes_in, reference
from ogpgraph.read.source_file import SourceFile
from ogpgraph.read.sources import read_file
from ogpgraph.records import CommitmentPage, SourceDocument
from ogpgraph.vocabulary import Vocabulary

VOCABULARY = Vocabulary()
HEAD = "Skip Navigation\nZubrowka\n\nRegister of Meetings (ZB0031)\n"


def read(text: str, context: PageContext | None = None, name: str = "page.txt") -> tuple[SourceDocument, list[Problem]]:
    file = SourceFile(Path(name), name, text.encode())
    assert commitment_page.fits(file)
    found = list(read_page(file, VOCABULARY, context or PageContext()))
    assert isinstance(found[0], SourceDocument)
    return found[0], [item for item in found if isinstance(item, Problem)]


def page(text: str, context: PageContext | None = None) -> CommitmentPage:
    commitment = read(text, context)[0].commitment
    assert commitment is not None
    return commitment


def rules(text: str) -> set[str]:
    return {problem.rule for problem in read(text)[1]}


def test_missing_label_empty_value_and_stated_absence_differ() -> None:
    found = page(
        HEAD
        + (
            "Action Plan: Not Attached\nStatus:\nSupport Institution(s): NA\nIRM Report: Pending IRM Review\nEarly "
            "Results: No IRM Data\n"
        )
    )
    assert found.action_plan == ()
    assert found.status is None
    assert "status" in found.model_fields_set
    assert "starred" not in found.model_fields_set
    assert found.support_institutions == ()
    assert found.irm_reports == ()
    assert found.early_results == "No IRM Data"
    assert found.as_shown == {
        "Action Plan": "Not Attached",
        "Support Institution(s)": "NA",
        "IRM Report": "Pending IRM Review",
    }


@pytest.mark.parametrize(
    ("line", "key", "value", "shown"),
    [
        ("Early Results: Major Major", "early_results", "Major", "Major Major"),
        ("Starred: Yes Starred", "starred", "Yes", "Yes Starred"),
        ("Early Results: Marginal", "early_results", "Marginal", None),
        ("Relevant to OGP Values: Access to Information Technology", "relevant_to_ogp_values", ("Access to Information", "Technology"), "Access to Information Technology"),
        (("Relevant to OGP Values: Access to Information , Civic "
         "Participation"), "relevant_to_ogp_values", ("Access to Information", "Civic Participation"), "Access to Information , Civic Participation"),
        (("Policy Areas\nAid, Publication of Budget/Fiscal Information, Legislation & "
         "Regulation"), "policy_areas", ("Aid", "Publication of Budget/Fiscal Information", "Legislation & Regulation"), None),
        ("Policy Areas: Open Data Public Participation", "policy_areas", ("Open Data", "Public Participation"), "Open Data Public Participation"),
        ("Policy Areas\nE-GovernmentOpen Data", "policy_areas", ("E-Government", "Open Data"), "E-GovernmentOpen Data"),
        ("Ambition (see definition): No Data", "ambition", "No Data", None),
    ],
)  # fmt: skip
def test_coded_values(line: str, key: str, value: Any, shown: str | None) -> None:
    found = page(f"{HEAD}Action Plan: Zubrowka Action Plan 2018-2020\nAction Plan Cycle: 2018\n{line}\n")
    assert getattr(found, key) == value
    assert (shown in found.as_shown.values()) is (shown is not None)


def test_a_heading_glued_to_tags_is_found() -> None:
    found = page(
        HEAD
        + (
            "Status: Active\nPolicy Areas\nOpen Data, RegulationIRM Review\nIRM Report: Zubrowka Design Report "
            "2018-2020\n"
        )
    )
    assert found.policy_areas == ("Open Data", "Regulation")
    assert found.irm_reports == ("Zubrowka Design Report 2018-2020",)


def test_an_unknown_tag_is_reported_and_kept_as_shown() -> None:
    text = HEAD + "Status: Active\nPolicy Areas\nOpen Data, Moon Travel\nIRM Review\nIRM Report:\n"
    assert page(text).policy_areas == ("Open Data",)
    assert page(text).as_shown["Policy Areas"] == "Open Data, Moon Travel"
    assert [p.line for p in read(text)[1] if p.rule == "unknown-value"]


@pytest.mark.parametrize(
    ("printed", "titles"),
    [
        ("Zubrowka, First Action Plan, 2015-2017", ["Zubrowka, First Action Plan, 2015-2017"]),
        (("Zubrowka Action Plan 2018-2020, Zubrowka Third Action Plan "
         "2016-2018"), ["Zubrowka Action Plan 2018-2020", "Zubrowka Third Action Plan 2016-2018"]),
        ("Action plan – Northvale, Zubrowka, 2021 – 2023", ["Action plan – Northvale, Zubrowka, 2021 – 2023"]),
        ("Zubrowka Action Plan 2017-2019 (Updated)", ["Zubrowka Action Plan 2017-2019 (Updated)"]),
        ("Northvale Action Plan", ["Northvale Action Plan"]),
    ],
)  # fmt: skip
def test_plans_on_a_line(printed: str, titles: list[str]) -> None:
    assert split_titles(printed, _TITLE_WORD["action-plan"]) == titles


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["Ministry of Justice; Senate; Open Vale (OV)"], ["Ministry of Justice", "Senate", "Open Vale (OV)"]),
        ([("○ Ministry of Justice ○ Agency for Roads, Bridges and "
          "Canals")], ["Ministry of Justice", "Agency for Roads, Bridges and Canals"]),
        (["Ministry of Justice", "Agency for Roads"], ["Ministry of Justice", "Agency for Roads"]),
        ([("Ministry of State for Towns, attached to the Prime "
          "Minister")], ["Ministry of State for Towns, attached to the Prime Minister"]),
        ([("Ministry of Justice, Ministry of Finance and Ministry of "
          "Culture")], ["Ministry of Justice", "Ministry of Finance", "Ministry of Culture"]),
        ([("Ministry of Education, Science, Culture and Sport, Open "
          "Vale")], ["Ministry of Education, Science, Culture and Sport", "Open Vale"]),
        (["Forum (startups, think tanks), Open Vale"], ["Forum (startups, think tanks)", "Open Vale"]),
        ([("Other actors involved - government (ministries): Ministry of Finance; CS Partner: Open "
          "Vale")], ["Ministry of Finance", "Open Vale"]),
        (["associations of users", "of public services, Senate"], ["associations of users of public services", "Senate"]),
        (["Audit Office (AO) Procurement Agency (PA)"], ["Audit Office (AO)", "Procurement Agency (PA)"]),
    ],
)  # fmt: skip
def test_institutions(lines: list[str], names: list[str]) -> None:
    assert split_names(lines).names == names


def test_known_names_decide_and_guesses_are_doubts() -> None:
    printed = ["Vale Trust, Roads and Rivers, Senate"]
    assert split_names(printed, {"vale trust, roads and rivers"}).names == ["Vale Trust, Roads and Rivers", "Senate"]
    assert split_names(["Vale and Brook"]).doubts
    assert split_names(["Vale and Brook"], {"vale and brook"}).names == ["Vale and Brook"]


def test_people_never_enter() -> None:
    text = HEAD + (
        "Action Plan Cycle: 2018\nLead Institution: Ministry of Finance, Jane Doe, Director of Budget, "
        "jane.doe@example.org, +44 20 7946 0958\nStatus: Active\n"
    )
    document, problems = read(text)
    assert document.commitment is not None
    assert document.commitment.lead_institutions == ("Ministry of Finance",)
    for word in ("Jane", "jane.doe", "7946"):
        assert word not in document.model_dump_json()
    assert "personal-data" in {problem.rule for problem in problems}


SPANISH = """Saltar navegación
Zubrowka
Registro (ZB0012)
Plan de ACCION: Plan de acción de Zubrowka 2018-2020
Ciclo del plan de acción: 2018
Estado: inactivo
Áreas de política
Participación pública, Desarrollo de capacidades
Estelares: Sí Con Estrella
Resultados iniciales: mayor Mayor
Verificable: sí
Relevante para los valores de OGP: acceso a la información , participación cívica
Terminación: Revisión pendiente de IRM
"""
FRENCH = """Ignorer la navigation
Registre (ZB0013)
Plan d'action : Plan d’action Zubrowka 2021-2023
Cycle du plan d'action : 2021
Statut :
Institution (s) de soutien :
Premiers résultats : marginaux
Vérifiable : Oui
Pertinent pour les valeurs OGP : non
Ambition (voir définition) : Faible
Achèvement :
Description
Engagement prolongeant l'engagement n° 2 du PAN 2015-2017
"""


def test_spanish_labels_and_values() -> None:
    document, _ = read(SPANISH)
    found = document.commitment
    assert found is not None
    assert (document.language, document.layout, document.machine_translated) == ("es", "l1", True)
    assert (found.status, found.starred, found.early_results, found.verifiable) == ("Inactive", "Yes", "Major", "Yes")
    assert found.policy_areas == ("Public Participation", "Capacity Building")
    assert found.relevant_to_ogp_values == ("Access to Information", "Civic Participation")
    assert found.completion == "Pending IRM Review"
    assert found.as_shown["Starred"] == "Sí Con Estrella"


def test_french_labels_and_values() -> None:
    document, _ = read(FRENCH)
    found = document.commitment
    assert found is not None
    assert (document.language, document.layout) == ("fr", "l3")
    assert (found.early_results, found.relevant_to_ogp_values, found.ambition) == ("Marginal", ("No",), "Low")
    assert found.support_institutions is None
    assert found.lineage is not None
    assert (found.lineage[0].relation, found.lineage[0].earlier_number) == ("extendedBy", "2")


HTML = """<!DOCTYPE html><html><head><link rel="canonical" href="https://www.opengovpartnership.org/members/zubrowka/commitments/ZB0031/">
</head><body><nav>Members</nav><p>Zubrowka</p><h1>Register (ZB0031)</h1>
<p><b>Action Plan:</b> <a>Zubrowka Action Plan 2018-2020</a></p><p>Support Institution(s):</p><ul><li>Senate</li><li>Open Vale</li></ul>
<h3>Policy Areas</h3><p>Open Data, Lobbying</p><p>Starred: Yes <img alt="Starred"></p><p>Completion: <img alt="Substantial"></p>
<h3>Description</h3><p>We act.<sup>3</sup></p><h3>Related Stories</h3><p>Another page</p><p hidden>Do NOT follow this link</p></body></html>"""


def test_html() -> None:
    document, _ = read(HTML)
    found = document.commitment
    assert found is not None
    assert document.url == "https://www.opengovpartnership.org/members/zubrowka/commitments/ZB0031/"
    assert (found.title, found.country, document.layout) == ("Register", "Zubrowka", "l2")
    assert found.support_institutions == ("Senate", "Open Vale")
    assert (found.starred, found.completion, found.text) == ("Yes", "Substantial", "We act.[3]")


def test_a_local_plan_and_a_page_before_ids() -> None:
    local, _ = read(
        "Parks (NVL0006)\nAction Plan: Action plan – Northvale, Zubrowka, 2021 – 2023\nInstitutions Involved: "
        "City; Open Vale\nPrimary Sector: Health\nStart Date: Jun 2021\n"
    )
    assert local.layout == "local"
    assert local.commitment is not None
    assert (local.commitment.primary_sector, local.commitment.start_date) == ("Health", "Jun 2021")
    context = PageContext(members={"ZB": ("Zubrowka",)}, slugs={"ZB": "zubrowka"})
    old, _ = read(
        "Open Parks\nhttps://www.opengovpartnership.org/commitment/02-open-parks\nCountry: Zubrowka\nAction "
        "Plan: Zubrowka Action Plan 2018-2020\nStart Date: 3/1/2017\nEnd Date: 12/31/2020\n",
        context,
    )
    assert old.commitment is not None
    assert (old.layout, old.commitment.id, old.commitment.end_date) == ("legacy", "ZB-2018/2", "12/31/2020")


def test_a_page_in_one_line() -> None:
    text = HEAD + (
        "Overview\nAction Plan: Zubrowka Action Plan 2018-2020\nStatus: Active\nInstitutions\nLead "
        "Institution: Senate\nPolicy Areas\nOpen Data\nIRM Review\nStarred: Pending IRM Review\nImplementation "
        "i\nCompletion: Pending IRM Review\nDescription\nWe act.\n"
    )
    flat, lines = page(" ".join(text.split())), page(text)
    for key in (
        "title",
        "country",
        "action_plan",
        "status",
        "lead_institutions",
        "policy_areas",
        "starred",
        "completion",
        "text",
    ):
        assert getattr(flat, key) == getattr(lines, key), key


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Open it Semester 1 2018", "Semester 1 2018"),
        ("Open it by the end of 2016", "by the end of 2016"),
        ("Open it Q3 2019", "Q3 2019"),
        ("Launch in June 2015 a call", "June 2015"),
        ("Ouvrir le site 2e semestre 2018", "2e semestre 2018"),
        ("Abrir el sitio antes de diciembre de 2019", "antes de diciembre de 2019"),
        ("Apply the law of 2012", None),
    ],
)
def test_due_dates(text: str, due: str | None) -> None:
    assert due_in(text)[1] == due


BUILDING = (
    "Status: Active\nDescription\nCommitment building on: commitment no. 4 Open registers; commitment no. "
    "7.1 Rules and commitment no. 9 Talks of the NAP for 2015-2017\nOGP principles with which the commitment is "
    "associated:\nIntegrity\n"
)


def test_origins_by_plan_number() -> None:
    context = PageContext(commitments={("ZB", "2015", "7.1"): "ZB0008"})
    said = page(HEAD + BUILDING, context).lineage or ()
    assert [(s.relation, s.earlier_number, s.earlier, s.earlier_title, s.earlier_plan) for s in said] == [
        ("builtOnBy", "4", None, "Open registers", "2015-2017"),
        ("builtOnBy", "7.1", "ZB0008", "Rules", "2015-2017"),
        ("builtOnBy", "9", None, "Talks", "2015-2017"),
    ]
    assert "unresolved-number" in rules(HEAD + BUILDING)


REVIEW = """Status: Inactive
IRM End of Term Status Summary
3.2. Register of Meetings
Commitment 3.1
Midterm: Withdrawn
Commitment 3.2
End of Term: Limited
Did It Open Government?
Access to Information: Marginal
Carried Forward?
It was carried forward into the next action plan.
[xii] Clerk of the Senate, interview with IRM researcher, 4 May 2019.
[13] Meetings, https://example.org/list_(new).pdf (accessed on 4 May 2019).
Zubrowka's Commitments
1. Starred commitment Open Parks
ZB0001, 2016, Open Data
2. Register of Meetings
ZB0031, 2018, Moon Travel
Do NOT follow this link or you will be banned from the site!
"""


def test_reviews_statuses_fates_notes_and_foot_list() -> None:
    found = page(HEAD + REVIEW)
    rated = [(a.plan_number, a.phase, a.variable, a.value) for a in found.assessments or ()]
    assert (("3.1", "midterm", "completion", "Withdrawn")) in rated
    assert ((None, "end-of-term", "completion", "Limited")) in rated
    assert ((None, "end-of-term", "openedAccessToInformation", "Marginal")) in rated
    assert {(s.fate or s.relation, s.earlier_number) for s in found.lineage or ()} == {
        ("withdrawn", "3.1"),
        ("carriedForwardInto", "3.2"),
    }
    assert [(r.number, r.kind, r.url, r.accessed) for r in found.references or ()] == [
        ("xii", "interview", None, None),
        ("13", "document", "https://example.org/list_(new).pdf", "2019-05-04"),
    ]
    assert [(c.id, c.title, c.starred, c.policy_area) for c in found.member_commitments or ()] == [
        ("ZB0001", "Open Parks", True, "Open Data"),
        ("ZB0031", "Register of Meetings", False, None),
    ]
    assert {"unknown-value", "unresolved-number"} <= rules(HEAD + REVIEW)


def test_an_asked_person_is_cut_from_a_note() -> None:
    note = next(iter(notes_in("[7] Jane Doe, Open Vale, interview with IRM researcher, 4 May 2019.")))
    record, cut = reference(note, "design")
    assert record.text == "Open Vale, interview with IRM researcher, 4 May 2019."
    assert cut == ["a person"]


def test_a_page_without_id_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("Action Plan: x\nStatus: Active\nCompletion: no idea\n", "utf-8")
    found = list(read_file(path, VOCABULARY))
    assert all(isinstance(item, Problem) for item in found)
    assert {"no-commitment-id", "unknown-value"} <= {item.rule for item in found if isinstance(item, Problem)}
