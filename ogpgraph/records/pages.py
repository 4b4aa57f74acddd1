"""Sources, and what a captured commitment page or Joinup page says."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ogpgraph.records.values import (
    CommitmentId,
    Count,
    Date,
    Key,
    MemberCode,
    Number,
    Record,
    Text,
    Url,
    Year,
)


class ListedCommitment(Record):
    """A line of the list of a member's commitments at the foot of a page."""

    id: CommitmentId
    title: Text
    cycle: Year
    policy_area: Text | None = None
    starred: bool = False


class PageMilestone(Record):
    """A step that a page prints: its number, its words, and when it is due.

    ``number_printed`` is false where the page numbers nothing and the place in the list stands in.
    ``plan_number`` names another commitment of the plan that the page speaks of; ``printed_in`` is a
    section (``description``) or a phase.
    """

    number: Text
    number_printed: bool = True
    text: Text
    due_text: Text | None = None
    due_start: Date | None = None
    due_end: Date | None = None
    plan_number: Text | None = None
    commitment: CommitmentId | None = None
    printed_in: Key | None = None


class PageAssessment(Record):
    """One value of one variable that the text of a page states for one phase.

    ``variable`` is the local name of a property, ``value`` the canonical English label, or the printed words
    of a ``recommendationText``. Without ``plan_number`` it concerns the commitment of the page.
    """

    phase: Key
    variable: Text
    value: Text
    printed: Text | None = None
    plan_number: Text | None = None
    commitment: CommitmentId | None = None


class PageLineage(Record):
    """What a page says of a commitment's origin or fate; numbers are those that the page prints.

    ``earlier`` and ``later`` are ids that are known: the page's own, and those that plan numbers resolve to.
    ``earlier_plan`` and ``later_plan`` are printed words ("2015-2017", "next"). ``doubt`` says what the page
    leaves open.
    """

    relation: Text | None = None
    fate: Key | None = None
    earlier: CommitmentId | None = None
    earlier_number: Text | None = None
    earlier_title: Text | None = None
    earlier_plan: Text | None = None
    later: CommitmentId | None = None
    later_number: Text | None = None
    later_plan: Text | None = None
    initiative: Text | None = None
    asserted_by: Key
    printed: Text
    doubt: Text | None = None


class PageReference(Record):
    """A note of a page: its number as printed, its text without persons, and what it points to."""

    number: Text
    text: Text
    kind: Key = "document"
    url: Url | None = None
    issued: Date | None = None
    accessed: Date | None = None
    cited_in: Key | None = None


class ReviewSection(Record):
    """The head of an IRM section of a page: which commitment of the plan it reviews, and in which phase."""

    section: Key
    phase: Key
    number: Text | None = None
    title: Text | None = None
    commitment_text: Text | None = None
    start_date: Text | None = None
    end_date: Text | None = None
    responsible: Text | None = None
    supporting: Text | None = None
    text: Text | None = None


class CommitmentPage(Record):
    """A commitment page as one capture shows it; values are OGP's canonical English ones.

    The keys are those of ``ogpgraph read``. An empty list says that the label's printed text,
    kept in ``as_shown``, names nothing (``NA``, ``Pending IRM Review``).
    """

    id: CommitmentId
    title: Text
    country: Text | None = None
    action_plan: tuple[Text, ...] | None = None
    cycle: Year | None = None
    status: Text | None = None
    lead_institutions: tuple[Text, ...] | None = None
    support_institutions: tuple[Text, ...] | None = None
    policy_areas: tuple[Text, ...] | None = None
    irm_reports: tuple[Text, ...] | None = None
    starred: Text | None = None
    early_results: Text | None = None
    verifiable: Text | None = None
    relevant_to_ogp_values: tuple[Text, ...] | None = None
    ambition: Text | None = None
    potential_impact: Text | None = None
    completion: Text | None = None
    start_date: Text | None = None
    end_date: Text | None = None
    primary_sector: Text | None = None
    principles: tuple[Text, ...] | None = None
    number: Text | None = None
    text: Text | None = None
    milestones: tuple[PageMilestone, ...] | None = None
    assessments: tuple[PageAssessment, ...] | None = None
    lineage: tuple[PageLineage, ...] | None = None
    references: tuple[PageReference, ...] | None = None
    reviews: tuple[ReviewSection, ...] | None = None
    member_commitments: tuple[ListedCommitment, ...] | None = None
    as_shown: dict[str, str] = Field(default_factory=dict)
    problems: tuple[str, ...] = ()


class SourceDocument(Record):
    """A source: a capture of a page, a report, a news item, a file.

    ``foreign`` is a graph that somebody adds to a release: what the release's own sources say wins over it.
    """

    key: Key
    kind: Key
    url: Url
    title: Text | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    layout: Key | None = None
    member: MemberCode | None = None
    issued: Date | None = None
    modified: Date | None = None
    document_type: Text | None = None
    document_status: Text | None = None
    scope: Text | None = None
    extent: Text | None = None
    sequence: int = 0
    machine_translated: bool = False
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    edition: Key | None = None
    foreign: bool = False
    licence: Url | None = None
    describes: tuple[Text, ...] = ()
    commitment: CommitmentPage | None = None


class ListedTheme(Record):
    """A theme of a plan as a page lists it, with the commitments below it in their order."""

    number: Number
    title: Text
    commitments: tuple[Text, ...] = ()


class JoinupDocument(Record):
    """What a Joinup page says of one action plan: which one, its themes, whom its makers looked at and heard."""

    source: Key
    member: MemberCode
    plan_title: Text | None = None
    plan_ordinal: Annotated[int, Field(ge=1)] | None = None
    plan_year: Year | None = None
    plan_issued: Date | None = None
    commitment_count: Count | None = None
    themes: tuple[ListedTheme, ...] = ()
    sections: tuple[Text, ...] = ()
    countries: tuple[MemberCode, ...] = ()
    benchmarked: tuple[MemberCode, ...] = ()
    consulted: tuple[Text, ...] = ()
