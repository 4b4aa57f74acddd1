"""The entities of the hand-kept data (``data/FORMAT.md``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ogpgraph.records.values import (
    CommitmentId,
    Confidence,
    Count,
    Date,
    Key,
    Lists,
    Many,
    MemberCode,
    One,
    PlanId,
    Record,
    ReportId,
    Text,
    Url,
    Year,
    is_partial_date,
)


class Member(Record):
    """A row of ``members.csv``: a participating government, national or local."""

    code: MemberCode
    name: Text
    name_fr: str = ""
    name_es: str = ""
    kind: Annotated[str, StringConstraints(pattern=r"^(national|local)$")]
    iso_alpha2: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    iso_alpha3: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    iso_numeric: Annotated[str, StringConstraints(pattern=r"^([0-9]{3})?$")] = ""
    part_of: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2,4})?$")] = ""
    founding: Annotated[str, StringConstraints(pattern=r"^(true|false)?$")] = ""
    slug: str = ""
    code_basis: Annotated[str, StringConstraints(pattern=r"^(seen|iso-3166)$")] = "seen"
    source: Key


class Reference(Record):
    """The target of a note, or a document: what is cited, where it is, when it was looked at.

    ``number`` is the printed one; a reference without a number has a ``key`` instead.
    """

    number: Text | None = None
    key: Key | None = None
    title: One[Text]
    kind: Key = "document"
    publisher: Text | None = None
    url: Url | None = None
    issued: Date | None = None
    accessed: Date | None = None
    cited_in: Key | None = None
    source: Key | None = None

    @property
    def name(self) -> str:
        """What tells the reference from others of its entity."""
        return self.number or self.key or ""

    @model_validator(mode="after")
    def _has_a_name(self) -> Reference:
        if not self.name:
            raise ValueError("a reference needs its printed number, or a key where none is printed")
        return self


class Milestone(Record):
    """A step of a commitment, in our own words, with its due date as printed."""

    number: Text
    description: One[Text]
    due: One[Text] = ()
    due_start: Date | None = None
    due_end: Date | None = None
    responsible: Many[Key] = ()
    source: Key | None = None


class Theme(Record):
    """A theme under which a plan groups commitments."""

    number: Text
    title: One[Text]
    source: Key | None = None


class CoCreationActivity(Record):
    """Something done to make a plan together: a consultation, a meeting, a comparison with others."""

    key: Key
    label: Text
    kind: Key
    description: One[Text] = ()
    convened_by: Many[Key] = ()
    consulted: Many[Key] = ()
    benchmarked: Many[MemberCode] = ()
    participants: One[Count] = ()
    date: One[Date] = ()
    source: Key | None = None


class Commitment(Record):
    """A commitment as the hand-kept data describe it; what pages show stays with the captures."""

    id: CommitmentId
    number: One[Text] = ()
    number_basis: Key = "printed"
    title: One[Text] = ()
    alternative_titles: Many[Text] = ()
    summary: One[Text] = ()
    text: Many[Text] = ()
    theme: One[Text] = ()
    principles: Many[Text] = ()
    start: One[Date] = ()
    end: One[Date] = ()
    start_text: One[Text] = ()
    end_text: One[Text] = ()
    lead_institutions: Lists[Key] = ()
    support_institutions: Lists[Key] = ()
    policy_areas: Lists[Key] = ()
    milestones: tuple[Milestone, ...] = ()
    references: tuple[Reference, ...] = ()
    source: Key | None = None


class Plan(Record):
    """An action plan with its themes, commitments, milestones and co-creation."""

    plan: PlanId
    member: MemberCode
    cycle: Year
    ordinal: Count | None = None
    source: Key
    title: One[Text]
    alternative_titles: Many[Text] = ()
    summary: One[Text] = ()
    start: One[Date] = ()
    end: One[Date] = ()
    issued: One[Date] = ()
    commitment_count: One[Count] = ()
    coordinated_by: Many[Key] = ()
    carried_over_topics: Many[Text] = ()
    emerging_topics: Many[Text] = ()
    findings: Many[Text] = ()
    documents: tuple[Reference, ...] = ()
    themes: tuple[Theme, ...] = ()
    cocreation: tuple[CoCreationActivity, ...] = ()
    commitments: tuple[Commitment, ...] = ()


class Institution(Record):
    """A body with every name by which sources call it."""

    key: Key
    name: One[Text]
    names: Many[Text] = ()
    acronym: Text | None = None
    kind: Key
    parent: Many[Key] = ()
    created: One[Date] = ()
    note: Text | None = None
    source: Key | None = None


class InstitutionChange(Record):
    """One organisational change: a body became, was merged into, was replaced by another."""

    key: Key
    kind: Key
    before: tuple[Key, ...] = Field(min_length=1)
    after: tuple[Key, ...] = Field(min_length=1)
    date: One[Date] = ()
    basis: Key = "stated"
    confidence: Confidence | None = None
    description: One[Text] = ()
    source: Key | None = None


class InstitutionFamily(Record):
    """A curator's grouping of institution names; never a claim of a source."""

    key: Key
    label: Text
    institutions: tuple[Key, ...] = Field(min_length=2)
    basis: Key = "inferred"
    confidence: Confidence | None = None
    note: Text | None = None
    source: Key | None = None


class Institutions(Record):
    """A member's institutions file."""

    member: MemberCode
    source: Key
    institutions: tuple[Institution, ...] = ()
    changes: tuple[InstitutionChange, ...] = ()
    families: tuple[InstitutionFamily, ...] = ()


class ReviewDocument(Record):
    """An IRM report, a government self-assessment or a civil-society review."""

    id: ReportId
    type: Key
    plan: PlanId
    title: One[Text]
    alternative_titles: Many[Text] = ()
    issued: One[Date] = ()
    period: One[Text] = ()
    period_start: Date | None = None
    period_end: Date | None = None
    pages: tuple[Url, ...] = ()
    publisher: Many[Key] = ()
    commitment_count: One[Count] = ()
    findings: Many[Text] = ()
    source: Key | None = None


class Reports(Record):
    """A member's review documents."""

    member: MemberCode
    source: Key
    documents: tuple[ReviewDocument, ...]


class AssessmentRow(Record):
    """A row of an assessment table: one value of one variable, for one commitment and phase."""

    commitment: CommitmentId
    phase: Key
    variable: Text
    value: Text
    printed: str = ""
    page: str = ""
    source: Key
    report: ReportId | None = None


class LineageStatement(Record):
    """A claim that ties commitments, or says that a commitment has no tie."""

    earlier: CommitmentId | None = None
    later: CommitmentId | None = None
    initiative: Key | None = None
    earlier_plan: PlanId | None = None
    later_plan: PlanId | None = None
    relation: Text | None = None
    fate: Key | None = None
    topic: Text | None = None
    basis: Key
    asserted_by: Key
    confidence: Confidence
    evidence: Text
    counter_evidence: Text | None = None
    printed: Text | None = None
    plan_number: Text | None = None
    sources: tuple[Key, ...] = Field(min_length=1)


class Lineage(Record):
    """A member's lineage file."""

    member: MemberCode
    statements: tuple[LineageStatement, ...]


class Initiative(Record):
    """Something done or built that is no commitment."""

    key: Key
    label: Text
    description: One[Text] = ()
    ran_by: Many[Key] = ()
    source: Key | None = None


class Initiatives(Record):
    """A member's initiatives: things done or built that are no commitment."""

    member: MemberCode
    source: Key
    initiatives: tuple[Initiative, ...]


class Role(Record):
    """A role in OGP that a member or one of its institutions held."""

    key: Key
    kind: Key
    label: Text
    held_by: Key | None = None
    start: One[Date] = ()
    end: One[Date] = ()
    date: One[Date] = ()
    description: One[Text] = ()
    partners: Many[Text] = ()
    source: Key | None = None


class Roles(Record):
    """When a member joined, and the roles it held."""

    member: MemberCode
    source: Key
    joined: One[Date] = ()
    facts: Many[Text] = ()
    roles: tuple[Role, ...] = ()


class ReleaseNotes(Record):
    """``data/release.yml``: what a release of these data is called, and since when."""

    edition: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    issued: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(is_partial_date)]
    data_until: Date
    title: Text
    description: Text
