"""The tables in which somebody without RDF writes a graph: their columns, what each holds, and an example.

One table here is the contract of the reader (``own_tables.py``), of the template and of its CSVW description
(``own_template.py``). The names of the columns are those of ``data/FORMAT.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

# Stands between the values of one cell, because commas and semicolons separate cells.
SEPARATOR = "|"


@dataclass(frozen=True)
class Column:
    """One column: what it holds, whether a row must have it, and the values of the example rows.

    ``many`` cells hold several values between ``|``; ``scheme`` names the scheme whose codes stand there; ``words``
    are texts in the language of the source. ``datatype`` is the one of CSVW.
    """

    name: str
    says: str
    examples: tuple[str, ...]
    required: bool = False
    many: bool = False
    scheme: str = ""
    words: bool = False
    datatype: str = "string"


@dataclass(frozen=True)
class OwnTable:
    """One file of the folder; ``needed`` files must be there."""

    name: str
    says: str
    columns: tuple[Column, ...]
    needed: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]


_DATE = "YYYY, YYYY-MM or YYYY-MM-DD, as exact as it is known"

TABLES: tuple[OwnTable, ...] = (
    OwnTable(
        "plans",
        "Action plans, one row each.",
        (
            Column("plan", "member code, hyphen, year in which the plan starts", ("XA-2021", "XA-2023"), True),
            Column(
                "title",
                "title of the plan",
                ("First Open Government Action Plan", "Second Open Government Action Plan"),
                True,
                words=True,
            ),
            Column("ordinal", "1 for the first plan, 2 for the second, ...", ("1", "2"), datatype="integer"),
            Column("start", f"first day: {_DATE}", ("2021-07-01", "2023-07-01")),
            Column("end", f"last day: {_DATE}", ("2023-06-30", "2025-06-30")),
            Column("issued", f"when it was published: {_DATE}", ("2021-06-15", "2023-06-20")),
            Column("summary", "what the plan is about, in your own words", ("", ""), words=True),
        ),
        needed=True,
    ),
    OwnTable(
        "commitments",
        "Commitments, one row each.",
        (
            Column(
                "id",
                "OGP's id (XA0001), or, where OGP gave none, plan and number (XA-2021/1)",
                ("XA0001", "XA0002", "XA-2023/1"),
                True,
            ),
            Column("plan", "the plan it belongs to", ("XA-2021", "XA-2021", "XA-2023"), True),
            Column("number", "its number as the plan prints it, once a plan", ("1", "2", "1")),
            Column(
                "title",
                "title of the commitment",
                ("Publish the budget as open data", "Answer requests for information online", "Budget data by region"),
                True,
                words=True,
            ),
            Column(
                "summary",
                "what is promised, in your own words",
                ("The ministry publishes the yearly budget in a format that machines read.", "", ""),
                words=True,
            ),
            Column("start", _DATE, ("2021-07", "2021-07", "2023-07")),
            Column("end", _DATE, ("2022-12", "2023-06", "2025-06")),
            Column(
                "lead_institutions",
                "keys of institutions.csv",
                ("ministry-of-finance", "information-office", "ministry-of-finance"),
                many=True,
            ),
            Column("support_institutions", "keys of institutions.csv", ("information-office", "", ""), many=True),
            Column(
                "policy_areas",
                "subjects",
                ("open-data|fiscal-openness", "right-to-information", "open-data"),
                many=True,
                scheme="policy-area",
            ),
        ),
        needed=True,
    ),
    OwnTable(
        "milestones",
        "Steps of the commitments, one row each.",
        (
            Column("commitment", "id of commitments.csv", ("XA0001", "XA0001", "XA-2023/1"), True),
            Column("number", "its number as printed, once a commitment", ("1.1", "1.2", "1.1"), True),
            Column(
                "description",
                "what is done, in your own words",
                ("Choose the format.", "Publish the budget of 2022.", "Publish the first region."),
                True,
                words=True,
            ),
            Column("due", "when it is due, as printed", ("December 2021", "", "")),
            Column("due_start", f"first day of the due date, where it is not due_end: {_DATE}", ("", "", "")),
            Column("due_end", f"last day of the due date: {_DATE}", ("", "2022-12-31", "2024-06-30")),
            Column("responsible", "keys of institutions.csv", ("ministry-of-finance", "", ""), many=True),
        ),
    ),
    OwnTable(
        "institutions",
        "Bodies that the other tables name by key, one row each.",
        (
            Column(
                "key",
                "lower-case words joined by hyphens; it never changes",
                ("ministry-of-finance", "information-office"),
                True,
            ),
            Column("name", "name", ("Ministry of Finance of Xanadu", "Xanadu Information Office"), True, words=True),
            Column("names", "other names", ("", ""), many=True, words=True),
            Column("acronym", "acronym", ("", "XIO")),
            Column("kind", "kind of body", ("ministry", "agency"), True, scheme="institution-kind"),
            Column("parent", "keys of the bodies above it", ("", ""), many=True),
        ),
    ),
    OwnTable(
        "reports",
        "Documents that rate commitments, one row each; assessments.csv names them.",
        (
            Column("id", "plan and product in lower case", ("XA-2021-results",), True),
            Column("plan", "the plan that it reviews", ("XA-2021",), True),
            Column("type", "type of report", ("results-report",), True, scheme="report-type"),
            Column("title", "title", ("Results Report on the first plan",), True, words=True),
            Column("issued", _DATE, ("2024-02",)),
            Column("pages", "addresses at which it can be read", ("",), many=True),
        ),
    ),
    OwnTable(
        "assessments",
        "Ratings, one value of one variable a row.",
        (
            Column("commitment", "id of commitments.csv", ("XA0001", "XA0001", "XA0002"), True),
            Column("phase", "moment of the rating", ("results", "results", "results"), True, scheme="phase"),
            Column(
                "variable",
                "what is rated: completion, earlyResults, verifiable, potentialForResults, ...",
                ("completion", "earlyResults", "completion"),
                True,
            ),
            Column(
                "value",
                "a code of the variable's scheme, or absent: and a reason of scheme/absence",
                ("complete", "moderate", "absent:no-data"),
                True,
            ),
            Column("report", "id of reports.csv", ("XA-2021-results",) * 3, True),
            Column("printed", "the wording of the report, where it differs", ("Completed", "", "")),
        ),
    ),
    OwnTable(
        "lineage",
        "What became of commitments, one statement a row: a relation with a later commitment or plan, or a fate.",
        (
            Column("earlier", "id of the earlier commitment", ("XA0001", "XA0002")),
            Column("later", "id of the later commitment", ("XA-2023/1", "")),
            Column("relation", "succeededBy, extendedBy, builtOnBy, refocusedAs, replacedBy, ...", ("extendedBy", "")),
            Column("fate", "instead of a relation", ("", "not-carried-forward"), scheme="fate"),
            Column("later_plan", "the plan that takes it up, where no commitment is named", ("", "XA-2023")),
            Column("earlier_plan", "the plan that it comes from, where no commitment is named", ("", "")),
            Column("topic", "what goes on", ("", "")),
            Column(
                "basis",
                "stated (only this becomes a link), stated-for-policy-area or inferred",
                ("stated", "inferred"),
                True,
                scheme="basis",
            ),
            Column("asserted_by", "who says so", ("government", "curator"), True, scheme="asserter"),
            Column("confidence", "0 to 1", ("0.95", "0.6"), True, datatype="decimal"),
            Column(
                "evidence",
                "what the source says, in your own words",
                (
                    "The second plan says that commitment 1 extends the first plan's budget commitment.",
                    "No commitment of the second plan is about requests for information.",
                ),
                True,
            ),
            Column("printed", "the short wording of the source", ("", "")),
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}
