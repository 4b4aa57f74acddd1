"""The records that ``read`` makes and ``lift`` takes: what a source says, before it is RDF.

    values.py      keys, dates, and values that name their source
    pages.py       sources, and what captured pages say
    tables.py      rows of OGP's database files
    data.py        the entities of the hand-kept data
    graphs.py      RDF that somebody brings
    alignments.py  mappings to each other and to others
    collection.py  all records of one reading, and their JSON lines

A :class:`SourceDocument` is one source; where that source is a capture of a commitment page it carries a
:class:`CommitmentPage`, whose keys are those that ``ogpgraph read`` prints. The entities of the hand-kept data have
values that each name their source.

In every record a key that is missing means "the source has no such label", None means "the label
stands there without a value". ``data/FORMAT.md`` is the contract in words.
"""

from ogpgraph.records.alignments import Alignments
from ogpgraph.records.collection import (
    KINDS,
    Collection,
    with_sources,
)
from ogpgraph.records.data import (
    AssessmentRow,
    CoCreationActivity,
    Commitment,
    Initiative,
    Initiatives,
    Institution,
    InstitutionChange,
    InstitutionFamily,
    Institutions,
    Lineage,
    LineageStatement,
    Member,
    Milestone,
    Plan,
    Reference,
    ReleaseNotes,
    Reports,
    ReviewDocument,
    Role,
    Roles,
    Theme,
)
from ogpgraph.records.graphs import RdfSource
from ogpgraph.records.pages import (
    CommitmentPage,
    JoinupDocument,
    ListedCommitment,
    ListedTheme,
    PageAssessment,
    PageLineage,
    PageMilestone,
    PageReference,
    ReviewSection,
    SourceDocument,
)
from ogpgraph.records.tables import (
    DatabaseRow,
    PrintedDate,
    ProcessRow,
    RowValue,
    TagTable,
)
from ogpgraph.records.values import (
    CommitmentId,
    Confidence,
    Count,
    Date,
    Key,
    Language,
    Lists,
    Many,
    MemberCode,
    Number,
    One,
    PlanId,
    R,
    Record,
    ReportId,
    Stated,
    StatedSet,
    T,
    Text,
    Url,
    Year,
    is_partial_date,
)

__all__ = [
    "KINDS",
    "Alignments",
    "AssessmentRow",
    "CoCreationActivity",
    "Collection",
    "Commitment",
    "CommitmentId",
    "CommitmentPage",
    "Confidence",
    "Count",
    "DatabaseRow",
    "Date",
    "Initiative",
    "Initiatives",
    "Institution",
    "InstitutionChange",
    "InstitutionFamily",
    "Institutions",
    "JoinupDocument",
    "Key",
    "Language",
    "Lineage",
    "LineageStatement",
    "ListedCommitment",
    "ListedTheme",
    "Lists",
    "Many",
    "Member",
    "MemberCode",
    "Milestone",
    "Number",
    "One",
    "PageAssessment",
    "PageLineage",
    "PageMilestone",
    "PageReference",
    "Plan",
    "PlanId",
    "PrintedDate",
    "ProcessRow",
    "R",
    "RdfSource",
    "Record",
    "Reference",
    "ReleaseNotes",
    "ReportId",
    "Reports",
    "ReviewDocument",
    "ReviewSection",
    "Role",
    "Roles",
    "RowValue",
    "SourceDocument",
    "Stated",
    "StatedSet",
    "T",
    "TagTable",
    "Text",
    "Theme",
    "Url",
    "Year",
    "is_partial_date",
    "with_sources",
]
