"""The columns of OGP's commitment database: which fields and variables they hold, in every edition.

Names are compared as :func:`ogpgraph.read.tables.column_key` writes them, so that neither order nor
spelling of case, spaces and question marks matters. Contact columns are known, to be left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ogpgraph.read.tables import column_key
from ogpgraph.vocabulary import Vocabulary

# Field of a row: names of its column.
FIELDS = {
    "country": ("country", "country/locality", "country name", "member"),
    "iso_code": ("code",),
    "local": ("national or local",),
    "id": ("commitment unique identifier", "commitment id", "unique identifier"),
    "plan_number": ("action plan number", "action plan no", "action plan no."),
    "year": ("year of submission", "year ap submitted"),
    "end_year": ("action plan end year",),
    "theme": ("theme",),
    "number": ("comm no", "commitment number", "commitment no"),
    "case_number": ("000 case no", "case no", "caseno"),
    "title": ("commitment title", "title"),
    "short_title": ("short title",),
    "text": ("full text", "commitment text"),
    "start": ("start date", "start"),
    "end": ("end date", "end"),
    "lead": ("lead institution", "lead institution(s)", "lead institution (responsible instutitution)"),
    "support": ("supporting institution(s)", "supporting institution", "support institution(s)"),
    "url": ("url",),
}

# Names, positions, addresses and numbers of persons: these columns are never looked at.
_PERSONAL = re.compile(
    r"\b(contact|e-?mail|tele(ph|f)one?|phone|person|title, department|mobile|correo|courriel|fax)\b", re.IGNORECASE
)
# Columns of the editions that say nothing about a commitment by itself: kept with the record, not lifted.
_KEPT = {
    "comm dummy",
    "commitment dummy",
    "checksum",
    "compound",
    "cluster",
    "odwg",
    "fowg",
    "lowg",
    "atwg",
    "onrwg",
    "poc specified",
    "poc specificed",
    "milestone no",
    "milestone dummy",
    "milestones/activities",
    "milestone short title",
    "irm assessed (y/n)",
    "report publication year",
    "report publication year (progress report)",
    "report publication year (end of term)",
    "change in completion",
    "_changecompletion",
    "projected completion",
    "_proj completion",
    "on time",
    "_before july 2013",
    "new x starred",
    "next y/n",
    "region",
    "action plan duration (years)",
    "starred (old formulas)",
    "delete this column",
    "sum",
    "irm assessed",
}


@dataclass(frozen=True)
class Variable:
    """A coded variable: the property it becomes, its schemes, its phase; columns with its words and with its codes."""

    name: str
    schemes: tuple[str, ...]
    phase: str
    words: tuple[str, ...]
    codes: tuple[str, ...] = ()
    rule: str | None = None


VARIABLES = (
    Variable("specificity", ("specificity",), "midterm", ("specificity",), ("_specificity",)),
    Variable("verifiable", ("verifiable",), "design", ("verifiable", "verifiability")),
    Variable("potentialImpact", ("potential-impact",), "midterm", ("potential impact",), ("_pot impact coded",)),
    Variable("ambition", ("ambition",), "design", ("ambition",)),
    Variable("potentialForResults", ("potential-for-results",), "design", ("potential for results",)),
    Variable("relevance", ("relevance",), "midterm", ("_relevant", "relevant", "relevance")),
    Variable("relevance", ("relevance",), "design", ("open government lens", "ogp lens")),
    Variable(
        "completion",
        ("completion",),
        "midterm",
        ("completion (progress report)", "actual completion", "completion (midterm)", "completion (mid-term)"),
        ("_completionprogress", "_actual completion"),
    ),
    Variable(
        "completion",
        ("completion",),
        "end-of-term",
        ("completion (end of term)", "completion (end-of-term)", "completion (end of term report)"),
        ("_completionendterm",),
    ),
    Variable("completion", ("completion",), "results", ("completion", "completion (results report)")),
    Variable(
        "earlyResults",
        ("early-results",),
        "end-of-term",
        ("did it open government (end of term only)", "did it open government (overall)", "did it open government"),
        ("_opengovt",),
    ),
    Variable("earlyResults", ("early-results-2021", "early-results"), "results", ("early results",)),
    Variable("newOrPreExisting", ("new-or-pre-existing",), "midterm", ("newvpre-exist",), ("_newvpre-exist",)),
    Variable("onSchedule", ("on-schedule",), "midterm", ("on schedule",)),
    Variable("timeBound", ("time-bound",), "midterm", ("timebound",)),
    Variable("recommends", ("recommendation",), "midterm", ("next steps",)),
    Variable(
        "starred",
        ("star",),
        "midterm",
        ("starred (pre-june 2014 assessments)", "starred"),
        rule="pre-june-2014",
    ),
    Variable("starred", ("star",), "midterm", ("starred (2015 only)", "starred x specificity"), rule="2015-only"),
    Variable(
        "starred",
        ("star",),
        "midterm",
        ("starred (current formula) progress report", "starred (current formula)"),
        rule="current",
    ),
    Variable("starred", ("star",), "end-of-term", ("starred (current formula) end of term",), rule="current"),
)

# One column a value of open government, 0 or 1.
VALUES = {
    "access-to-information": ("value -info", "ogp value access to information"),
    "civic-participation": ("value -part", "ogp value civic participation"),
    "public-accountability": ("value -acc", "ogp value public accountability"),
    "technology-and-innovation": ("value -tech", "ogp value technology", "ogp value technology and innovation"),
}


@dataclass
class Columns:
    """Where a table has what: positions by field, variable, value, tag and grand challenge."""

    names: tuple[str, ...]
    fields: dict[str, int] = field(default_factory=dict)
    words: dict[Variable, int] = field(default_factory=dict)
    codes: dict[Variable, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    challenges: dict[int, str] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)
    personal: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, names: Iterable[str], vocabulary: Vocabulary) -> Columns:
        """Sort the columns of a header by what they hold."""
        columns = cls(tuple(names))
        for position, name in enumerate(columns.names):
            columns._place(position, column_key(name), vocabulary)
        return columns

    def _place(self, position: int, key: str, vocabulary: Vocabulary) -> None:
        if not key:
            return
        if _PERSONAL.search(key):
            self.personal.append(position)
        elif not self._is_known(position, key):
            self._tag_or_other(position, key, vocabulary)

    def _is_known(self, position: int, key: str) -> bool:
        targets: list[tuple[dict, object]] = [(self.fields, n) for n, keys in FIELDS.items() if key in keys]
        targets += [(self.words, v) for v in VARIABLES if key in v.words]
        targets += [(self.codes, v) for v in VARIABLES if key in v.codes]
        targets += [(self.values, n) for n, keys in VALUES.items() if key in keys]
        for found, name in targets:
            if name in found:
                self.repeated.append(position)
            else:
                found[name] = position
        return bool(targets)

    def _tag_or_other(self, position: int, key: str, vocabulary: Vocabulary) -> None:
        challenge = vocabulary.concept("grand-challenge", key)
        area = vocabulary.concept("policy-area", key)
        if challenge:
            self.challenges[position] = challenge.value.rpartition("/")[2]
        elif key in _KEPT:
            self.kept.append(position)
        elif area:
            self.tags[position] = area.value.partition("/policy-area/")[2]
        else:
            self.unknown.append(position)


def is_commitment_table(names: set[str]) -> bool:
    """Whether a header is that of a commitment table: it names a country (or an OGP id) and a commitment's title."""
    place = names & {*FIELDS["country"], *FIELDS["id"]}
    return bool(place and names & {"commitment title", "full text"})
