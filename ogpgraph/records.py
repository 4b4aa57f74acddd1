"""The records that ``read`` makes and ``lift`` takes: what a source says, before it is RDF.

Two families. A :class:`SourceDocument` is one source; where that source is a capture of a
commitment page it carries a :class:`CommitmentPage`, whose keys are those that ``ogpgraph read``
prints. All other records are entities of the hand-kept data, whose values each name their source.

In every record a key that is missing means "the source has no such label", None means "the label
stands there without a value". ``data/FORMAT.md`` is the contract in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ogpgraph.dates import PartialDate

T = TypeVar("T")


class Record(BaseModel):
    """Base of all records: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


R = TypeVar("R", bound=Record)


def _partial_date(text: str) -> str:
    PartialDate.parse(text)
    return text


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
MemberCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
PlanId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9]{4}$")]
CommitmentId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}([0-9]{4}|-[0-9]{4}/[0-9A-Za-z.]+)$")]
ReportId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9]{4}(-[a-z0-9]+)+$")]
Year = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}$")]
Date = Annotated[str, AfterValidator(_partial_date)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"{}|\\^`]+$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
Count = Annotated[int, Field(ge=0)]
Confidence = Annotated[Decimal, Field(ge=0, le=1)]


class Stated(Record, Generic[T]):
    """A value and the source that states it.

    ``printed`` keeps the wording where it differs from the value, ``page`` the place in the source.
    """

    value: T
    source: Key | None = None
    printed: Text | None = None
    page: Text | None = None
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"


class StatedSet(Record, Generic[T]):
    """A list that a source gives as a whole: another source's list competes with all of it."""

    values: tuple[T, ...]
    source: Key | None = None
    printed: Text | None = None
    page: Text | None = None


def _as_statements(given: Any) -> Any:
    """Let a file write ``x``, ``{value: x, source: s}`` or a list of either."""
    items = given if isinstance(given, list | tuple) else [given]
    return tuple(item if isinstance(item, dict | Stated) else {"value": item} for item in items)


def _as_sets(given: Any) -> Any:
    """Let a file write ``[x, y]`` for one source's list, or a list of ``{values: …, source: …}``."""
    items = given if isinstance(given, list | tuple) else [given]
    if items and all(isinstance(item, dict | StatedSet) for item in items):
        return tuple(items)
    return ({"values": items},)


if TYPE_CHECKING:
    One = tuple[Stated[T], ...]
    Many = tuple[Stated[T], ...]
    Lists = tuple[StatedSet[T], ...]
else:

    class One:
        """Statements that compete: the first stands in the default graph, the rest make a conflict."""

        def __class_getitem__(cls, kind: Any) -> Any:
            return Annotated[tuple[Stated[kind], ...], BeforeValidator(_as_statements)]

    class Many(One):
        """Statements that all stand."""

    class Lists:
        """Whole lists that compete."""

        def __class_getitem__(cls, kind: Any) -> Any:
            return Annotated[tuple[StatedSet[kind], ...], BeforeValidator(_as_sets)]


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
    """A source: a capture of a page, a report, a news item, a file."""

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
    describes: tuple[Text, ...] = ()
    commitment: CommitmentPage | None = None


class Member(Record):
    """A row of ``members.csv``: a participating government, national or local."""

    code: MemberCode
    name: Text
    name_fr: str = ""
    name_es: str = ""
    kind: Annotated[str, StringConstraints(pattern=r"^(national|local)$")]
    iso_alpha2: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    iso_alpha3: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    eu_country: Annotated[
        str, StringConstraints(pattern=r"^(http://publications\.europa\.eu/resource/authority/country/[A-Z0-9_]+)?$")
    ] = ""
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
    number: Text
    description: One[Text]
    due: One[Text] = ()
    due_start: Date | None = None
    due_end: Date | None = None
    responsible: Many[Key] = ()
    source: Key | None = None


class Theme(Record):
    number: Text
    title: One[Text]
    source: Key | None = None


class CoCreationActivity(Record):
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


class PrintedDate(Record):
    """A date as a table prints it, and what it can be read as.

    ``value`` is there only where one reading is certain. "04/07/2012" keeps both ``readings``; "Quarter 3 2013"
    has the days that bound it.
    """

    printed: Text
    value: Date | None = None
    readings: tuple[Date, ...] = ()
    not_before: Date | None = None
    not_after: Date | None = None
    absence: Key | None = None


class RowValue(Record):
    """One coded variable of a row: concepts as ``scheme/slug``, or the reason why there are none.

    ``code`` is what the column of codes says where that is something else than the word.
    """

    variable: Text
    phase: Key
    column: Text
    printed: str
    values: tuple[Text, ...] = ()
    absence: Key | None = None
    rule: Key | None = None
    code: Text | None = None


class DatabaseRow(Record):
    """A row of OGP's commitment database in one of its editions, read by column name."""

    source: Key
    edition: Key
    row: Annotated[int, Field(ge=1)]
    country: Text | None = None
    member: MemberCode | None = None
    id: CommitmentId | None = None
    local: bool = False
    plan_number: Text | None = None
    year: Year | None = None
    end_year: Year | None = None
    number: Text | None = None
    case_number: Text | None = None
    title: Text | None = None
    short_title: Text | None = None
    title_language: Language | None = None
    text: Text | None = None
    text_language: Language | None = None
    theme: Text | None = None
    url: Url | None = None
    lead_institutions: tuple[Text, ...] = ()
    lead_text: Text | None = None
    support_institutions: tuple[Text, ...] = ()
    support_text: Text | None = None
    start: PrintedDate | None = None
    end: PrintedDate | None = None
    policy_areas: tuple[Text, ...] = ()
    grand_challenges: tuple[Text, ...] = ()
    values: tuple[RowValue, ...] = ()
    absent: dict[str, Key] = Field(default_factory=dict)
    as_shown: dict[str, str] = Field(default_factory=dict)
    other: dict[str, str] = Field(default_factory=dict)


class ProcessRow(Record):
    """A row of OGP's process database: how one member made one plan, question by question."""

    source: Key
    edition: Key
    row: Annotated[int, Field(ge=1)]
    country: Text
    member: MemberCode | None = None
    plan_number: Text | None = None
    year: Year | None = None
    answers: dict[str, str] = Field(default_factory=dict)
    absent: dict[str, Key] = Field(default_factory=dict)


class TagTable(Record):
    """A table of 0 and 1, a column a tag, whose rows do not say which commitment they are about."""

    source: Key
    tags: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


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


class ReleaseNotes(Record):
    """``data/release.yml``: what a release of these data is called, and since when."""

    edition: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    issued: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_partial_date)]
    data_until: Date
    title: Text
    description: Text


# The kinds of record in the order in which a collection lists them; the name is the JSON "kind".
KINDS: dict[str, type[Record]] = {
    "release": ReleaseNotes,
    "member": Member,
    "source": SourceDocument,
    "institutions": Institutions,
    "plan": Plan,
    "reports": Reports,
    "assessment": AssessmentRow,
    "lineage": Lineage,
    "initiatives": Initiatives,
    "roles": Roles,
    "row": DatabaseRow,
    "process": ProcessRow,
    "tags": TagTable,
    "joinup": JoinupDocument,
}


class Collection:
    """All records of one reading, by kind, in the order in which they were read."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._by_kind: dict[type[Record], list[Any]] = {kind: [] for kind in KINDS.values()}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        self._by_kind[type(record)].append(record)

    def of(self, kind: type[R]) -> list[R]:
        """The records of one kind."""
        return self._by_kind[kind]

    def __iter__(self) -> Iterator[Record]:
        for records in self._by_kind.values():
            yield from records

    def json_lines(self) -> Iterator[str]:
        """One JSON object a record, as ``ogpgraph read`` prints them."""
        for name, kind in KINDS.items():
            for record in self.of(kind):
                yield json.dumps(_as_json(name, record), ensure_ascii=False)

    @classmethod
    def from_json_lines(cls, lines: Iterable[str]) -> Collection:
        """The inverse of :meth:`json_lines`; ValueError names the line that is no record."""
        collection = cls()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                collection.add(_record(number, line))
        return collection


# A capture of a commitment page prints the keys of the page first and its source below one key.
_PAGE = "commitment-page"


def _as_json(name: str, record: Record) -> dict[str, Any]:
    fields = record.model_dump(mode="json", exclude_unset=True)
    if not isinstance(record, SourceDocument) or record.commitment is None:
        return {"kind_of_record": name, **fields}
    page = fields.pop("commitment")
    return {"kind_of_record": _PAGE, **page, "lang": record.language, "source": fields}


def _record(number: int, line: str) -> Record:
    try:
        fields = json.loads(line)
        kind = fields.pop("kind_of_record")
        if kind == _PAGE:
            fields.pop("lang", None)
            return SourceDocument.model_validate({**fields.pop("source"), "commitment": fields})
        return KINDS[kind].model_validate(fields)
    except (json.JSONDecodeError, AttributeError, TypeError) as error:
        raise ValueError(f"line {number} is no JSON object: {error}") from None
    except KeyError as error:
        raise ValueError(f"line {number} has no known kind_of_record: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise ValueError(f"line {number} is no valid record: {wrong}") from None


def with_sources(record: R, inherited: Key | None = None) -> R:
    """The record with every value naming its source, inherited from the nearest item that names one."""
    own = getattr(record, "source", None) or inherited
    changes: dict[str, Any] = {}
    for name in record.model_fields_set:
        value = getattr(record, name)
        if isinstance(value, Record):
            changes[name] = with_sources(value, own)
        elif isinstance(value, tuple) and any(isinstance(item, Record) for item in value):
            changes[name] = tuple(with_sources(item, own) for item in value)
    if "source" in type(record).model_fields and own:
        changes["source"] = own
    return record.model_copy(update=changes) if changes else record
