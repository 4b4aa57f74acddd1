"""Commitment pages of an invented member, damaged in every way: the reader reports and never fails."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ogpgraph.problems import Problem
from ogpgraph.read import commitment_page
from ogpgraph.read.source_file import SourceFile
from ogpgraph.records import Record, SourceDocument
from ogpgraph.vocabulary import Vocabulary

VOCABULARY = Vocabulary()

TEXT_PAGE = """Skip Navigation
Zubrowka

Register of Lobby Meetings (ZB0031)

Overview
At-a-Glance
Action Plan: Zubrowka Action Plan 2018-2020, Zubrowka Third Action Plan 2016-2018
Action Plan Cycle: 2018
Status: Active
Institutions
Lead Institution: Ministry of Justice, attached to the Prime Minister
Support Institution(s): Senate; House of Deputies; Open Vale (OV)
Policy Areas
E-Government, Open Data, Legislation & Regulation
IRM Review
IRM Report: Zubrowka End-of-Term Report 2016-2018, Zubrowka Mid-Term Progress Report 2016-2018
Starred: Yes Starred
Early Results: Major Major
Design i
Verifiable: Yes
Relevant to OGP Values: Access to Information Civic Participation , Technology
Potential Impact:
Implementation i
Completion: Pending IRM Review
Description
Commitment building on: commitment no. 4 Open registers and commitment no. 7.1 of the NAP for 2016-2018
OGP principles with which the commitment is associated:
Transparency, integrity
The road map in detail
• Draft the law Semester 1 2018
• Open the register by the end of 2019
IRM End of Term Status Summary
3.2. Register of Lobby Meetings
Editorial Note: Commitment 3 is broken into Commitment 3.1 and Commitment 3.2.
Milestones
3.2.1 Draft the law
3.2.2 Open the register
Start Date: March 2018
End Date: Not Specified
Commitment 3.1
Midterm: Withdrawn
Commitment 3.2
End of Term: Substantial
Did It Open Government?
Access to Information: Marginal
Civic Participation: Did not change
Carried Forward?
The commitment was not carried over, but the refocused work was included in the next action plan.
Next steps
The IRM suggests that it be merged with others. [12]
[12] Justice Ministry, Meetings, https://example.org/meetings.pdf (accessed on 4 May 2019).
Zubrowka's Commitments
1. Starred commitment Open Parks
ZB0001, 2016, Open Data
2. Register of Lobby Meetings
ZB0031, 2018, E-Government
Do NOT follow this link or you will be banned from the site!
"""
HTML_PAGE = (
    "<!DOCTYPE html><html><body><h1>Register of Lobby Meetings (ZB0031)</h1>"
    + "".join(f"<p>{line}</p>" for line in TEXT_PAGE.split("\n")[6:])
    + "</body></html>"
)
PAGES = st.sampled_from([TEXT_PAGE, HTML_PAGE])
HARD = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check_reading(raw: bytes) -> list[Record | Problem]:
    file = SourceFile(Path("page.txt"), "page.txt", raw)
    commitment_page.fits(file)
    found = list(commitment_page.READER.read(file, VOCABULARY))
    assert found, "neither a record nor a problem"
    documents = [item for item in found if isinstance(item, SourceDocument)]
    assert len(documents) <= 1
    assert not documents or isinstance(found[0], SourceDocument)
    for document in documents:
        assert SourceDocument.model_validate(document.model_dump(mode="json", exclude_unset=True)) == document
    if not documents:
        assert any(isinstance(item, Problem) for item in found)
    return found


@HARD
@given(PAGES, st.integers(0, 4000), st.integers(0, 4000))
def test_a_page_cut_anywhere_is_read_or_reported(page: str, start: int, length: int) -> None:
    check_reading(page[start : start + length].encode())


@HARD
@given(PAGES, st.integers(0, 4000))
def test_a_page_cut_at_its_end_keeps_its_id(page: str, length: int) -> None:
    raw = page[: max(length, page.find("(ZB0031)") + 8)].encode()
    found = check_reading(raw)
    assert isinstance(found[0], SourceDocument)
    assert found[0].commitment is not None
    assert found[0].commitment.id == "ZB0031"


@HARD
@given(st.data())
def test_lines_joined_at_will(data: st.DataObject) -> None:
    lines = TEXT_PAGE.split("\n")
    marks = data.draw(
        st.lists(st.sampled_from(["\n", " ", "\n\n", "\r\n", ""]), min_size=len(lines), max_size=len(lines))
    )
    check_reading("".join(line + mark for line, mark in zip(lines, marks, strict=True)).encode())


@HARD
@given(st.permutations(TEXT_PAGE.split("\n")[6:24]))
def test_fields_in_any_order_give_the_same_values(lines: list[str]) -> None:
    head, tail = TEXT_PAGE.split("\n")[:6], TEXT_PAGE.split("\n")[24:]
    tags = "E-Government, Open Data, Legislation & Regulation"
    lines = [line for line in lines if line != tags]
    where = lines.index("Policy Areas")
    lines.insert(where + 1, tags)
    page = check_reading("\n".join([*head, *lines, *tail]).encode())[0]
    assert isinstance(page, SourceDocument)
    assert page.commitment is not None
    assert page.commitment.starred == "Yes"
    assert page.commitment.early_results == "Major"
    assert page.commitment.policy_areas == ("E-Government", "Open Data", "Legislation & Regulation")
    assert page.commitment.support_institutions == ("Senate", "House of Deputies", "Open Vale (OV)")


@HARD
@given(PAGES, st.lists(st.tuples(st.integers(0, 6000), st.binary(min_size=0, max_size=3)), max_size=30))
def test_damaged_bytes(page: str, damage: list[tuple[int, bytes]]) -> None:
    raw = bytearray(page.encode())
    for place, replacement in damage:
        raw[place : place + 2] = replacement
    check_reading(bytes(raw))


@HARD
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    check_reading(b"Title (ZB0001)\nStatus: " + text.encode("utf-8", "ignore"))


@HARD
@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    check_reading(raw or b" ")


def test_time_grows_with_the_text_only() -> None:
    """Texts that break backtracking patterns are read in seconds, not hours."""
    start = time.perf_counter()
    for piece in (
        "Commitment 1 ",
        "by the end of ",
        "Ministry of ",
        "A, ",
        "(",
        "[1] ",
        "Status: ",
        "carried the of ",
        "1.1 Aa ",
    ):
        check_reading(("Title (ZB0001)\nLead Institution: " + piece * 4000).encode())
    assert time.perf_counter() - start < 30
