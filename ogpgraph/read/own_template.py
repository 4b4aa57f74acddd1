"""The template of a graph of one's own: tables, or Turtle, with an example that is valid as it is.

``ogpgraph check --source`` accepts what is written here, so that whoever replaces the example row by row sees at once
which of their own rows does not fit.
"""

from __future__ import annotations

import csv
import io
import json
import re

from pydantic import TypeAdapter, ValidationError

from ogpgraph import records as r
from ogpgraph.read.own_columns import SEPARATOR, TABLES, Column, OwnTable
from ogpgraph.read.own_tables import SOURCE_FILE
from ogpgraph.vocabulary import Vocabulary

_SOURCE = """\
# Whose graph this is, and what its source is called. Lines that start with # are notes.
key: {slug}-own-graph            # lower-case words joined by hyphens; it never changes
member: {code}                       # OGP's prefix of the member; it begins every plan and commitment
name: {name}
kind: national                   # or local
url: https://data.example.org/{slug}/open-government   # where this graph, or what it rests on, is published
title: {title}
language: en                     # of titles, names and texts, two letters
licence: https://creativecommons.org/licenses/by/4.0/
# issued: 2026-01-31             # the day of this edition
# name_fr: ...                   # the member's name in French and Spanish
# name_es: ...
# iso_alpha2: ...                # ISO 3166-1 codes of a national member
# iso_alpha3: ...
"""


def written(member: str, name: str, form: str = "csv") -> dict[str, str]:
    """The files of a template by name; ValueError where ``member`` is no code or ``name`` is empty."""
    try:
        TypeAdapter(r.MemberCode).validate_python(member)
    except ValidationError:
        message = f"--member {member!r} is no code: two capital letters, three or four for a local member"
        raise ValueError(message) from None
    if not name.strip() or not name.isprintable():
        raise ValueError("--name is empty or not printable: give the member's name")
    if form == "turtle":
        return {f"{member.lower()}.ttl": _personal(_TURTLE, member, _escaped(name))}
    # A JSON string is a YAML text whatever the name holds.
    quoted, title = (
        json.dumps(words, ensure_ascii=False) for words in (name, f"Open government commitments of {name}")
    )
    files = {SOURCE_FILE: _SOURCE.format(slug=member.lower(), code=member, name=quoted, title=title)}
    files |= {table.file: _csv(table, member, name) for table in TABLES}
    files["csv-metadata.json"] = _csvw(member)
    files["README.md"] = _readme(member)
    return files


def _personal(example: str, member: str, name: str) -> str:
    """An example that speaks of the member instead of Xanadu."""
    own = re.sub(r'\bXA(?=[-0-9">])', member, example)
    own = own.replace("/xa/", f"/{member.lower()}/").replace(" xa.ttl", f" {member.lower()}.ttl")
    return own.replace("Xanadu", name)


def _escaped(name: str) -> str:
    """A name within a quoted Turtle text."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _csv(table: OwnTable, member: str, name: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in zip(*(column.examples for column in table.columns), strict=True):
        writer.writerow([_personal(cell, member, name) for cell in row])
    return text.getvalue()


def _csvw(member: str) -> str:
    """The tables as CSV on the Web describes them (W3C, Metadata Vocabulary for Tabular Data), for other tools."""
    keys = {"plans": "plan", "commitments": "id", "institutions": "key", "reports": "id"}
    tables = []
    for table in TABLES:
        schema: dict[str, object] = {"columns": [_csvw_column(column) for column in table.columns]}
        if table.name in keys:
            schema["primaryKey"] = keys[table.name]
        tables.append({"url": table.file, "dc:description": table.says, "tableSchema": schema})
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": f"Open government commitments of {member}",
        "tables": tables,
    }
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _csvw_column(column: Column) -> dict[str, object]:
    described: dict[str, object] = {"name": column.name, "titles": column.name, "dc:description": _says(column)}
    if column.datatype != "string":
        described["datatype"] = column.datatype
    if column.required:
        described["required"] = True
    if column.many:
        described["separator"] = SEPARATOR
    return described


def _says(column: Column) -> str:
    return column.says + (f"; codes of scheme/{column.scheme}" if column.scheme else "")


def _readme(member: str) -> str:
    """What each column holds, for those who fill the tables in."""
    lines = [
        f"# The open government graph of {member}",
        "",
        "Replace the example rows by your own, then run:",
        "",
        "    ogpgraph check --source .",
        "    ogpgraph build --source . --out dist",
        "    ogpgraph serve --out dist",
        "",
        f"Empty cells mean that nothing is known. A cell marked *several* holds its values between `{SEPARATOR}`. "
        "Cells that hold a comma, a quotation mark or a line break stand in quotation marks, as every spreadsheet "
        "writes them. Files other than source.yml, plans.csv and commitments.csv may be left out.",
        "",
    ]
    for table in TABLES:
        lines += [f"## {table.file}", "", table.says, "", "| column | | holds |", "| --- | --- | --- |"]
        for column in table.columns:
            marks = ", ".join(m for m, on in (("needed", column.required), ("several", column.many)) if on)
            lines.append(f"| `{column.name}` | {marks} | {_says(column)} |")
        lines.append("")
    return "\n".join([*lines, *_codes()])


def _codes() -> list[str]:
    """Every code that a cell may hold."""
    vocabulary = Vocabulary()
    names = [column.scheme for table in TABLES for column in table.columns if column.scheme]
    rated = ["completion", "early-results-2021", "early-results", "verifiable", "relevance", "ogp-value", "ambition"]
    rated += ["potential-for-results", "potential-impact", "specificity", "star", "absence"]
    lines = ["## Codes", ""]
    for name in dict.fromkeys([*names, *rated]):
        codes = sorted(slug for slug in vocabulary.schemes[name].concepts if slug and "/" not in slug)
        lines += [f"**{name}**: {', '.join(f'`{code}`' for code in codes)}", ""]
    return lines


_TURTLE = """\
# The open government graph of Xanadu, as RDF. Everything here is an example: replace it by your own.
#
#   ogpgraph check --source xa.ttl      says what does not fit, with the line
#   ogpgraph build --source xa.ttl      joins it to the graph
#
# IRIs. The base below is that of the graph that you join. You may put your own in its place, such as
# <https://data.example.org/xa/>: the paths from id/ on stay as they are. Blank nodes ([ ... ]) are not used.

@base <https://w3id.org/ogpgraph/> .
@prefix ogp: <https://w3id.org/ogpgraph/ontology#> .
@prefix scheme: <https://w3id.org/ogpgraph/scheme/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# The file itself: where it is published, what it is called, under which licence.

<https://data.example.org/xa/open-government> a void:Dataset ;
  dcterms:title "Open government commitments of Xanadu"@en ;
  dcterms:license <https://creativecommons.org/licenses/by/4.0/> .

# The member. Leave this out where the graph knows the member already.

<id/member/XA> a ogp:NationalMember ;
  dcterms:identifier "XA" ;
  skos:prefLabel "Xanadu"@en .

# Institutions: the path is the member's code in small letters, and a key that never changes.

<id/institution/xa/ministry-of-finance> a ogp:Institution ;
  skos:prefLabel "Ministry of Finance of Xanadu"@en ;
  ogp:member <id/member/XA> ;
  ogp:institutionKind <scheme/institution-kind/ministry> .

# Plans: code, hyphen, year of the start.

<id/plan/XA-2021> a ogp:ActionPlan ;
  dcterms:identifier "XA-2021" ;
  dcterms:title "First Open Government Action Plan"@en ;
  ogp:member <id/member/XA> ;
  ogp:cycle "2021"^^xsd:gYear ;
  ogp:ordinal 1 ;
  ogp:startDate "2021-07-01"^^xsd:date ;
  ogp:endDate "2023-06-30"^^xsd:date .

<id/plan/XA-2023> a ogp:ActionPlan ;
  dcterms:identifier "XA-2023" ;
  dcterms:title "Second Open Government Action Plan"@en ;
  ogp:member <id/member/XA> ;
  ogp:cycle "2023"^^xsd:gYear ;
  ogp:ordinal 2 .

# Commitments: by OGP's id, or by plan and number where OGP gave none.

<id/commitment/XA0001> a ogp:Commitment ;
  dcterms:identifier "XA0001" ;
  dcterms:title "Publish the budget as open data"@en ;
  dcterms:abstract "The ministry publishes the yearly budget in a format that machines read."@en ;
  ogp:member <id/member/XA> ;
  ogp:inPlan <id/plan/XA-2021> ;
  ogp:cycle "2021"^^xsd:gYear ;
  ogp:planNumber "1" ;
  ogp:leadInstitution <id/institution/xa/ministry-of-finance> ;
  ogp:policyArea <scheme/policy-area/open-data> .

<id/commitment/XA-2023/1> a ogp:Commitment ;
  dcterms:title "Budget data by region"@en ;
  ogp:member <id/member/XA> ;
  ogp:inPlan <id/plan/XA-2023> ;
  ogp:cycle "2023"^^xsd:gYear ;
  ogp:planNumber "1" .

<id/commitment/XA0001/milestone/1.1> a ogp:Milestone ;
  ogp:milestoneOf <id/commitment/XA0001> ;
  ogp:number "1.1" ;
  dcterms:description "Choose the format."@en ;
  ogp:dueText "December 2021"@en .

# Ratings: a report, and an assessment a commitment and phase. A value that is not known is an absence with its reason.

<id/report/XA-2021-results> a ogp:IRMReport ;
  dcterms:identifier "XA-2021-results" ;
  dcterms:title "Results Report on the first plan"@en ;
  ogp:reportType <scheme/report-type/results-report> ;
  ogp:reviewsPlan <id/plan/XA-2021> .

<id/assessment/XA0001/results> a ogp:Assessment ;
  ogp:assesses <id/commitment/XA0001> ;
  ogp:inReport <id/report/XA-2021-results> ;
  ogp:phase <scheme/phase/results> ;
  ogp:assessedBy <scheme/asserter/irm> ;
  ogp:completion <scheme/completion/complete> ;
  ogp:absent <id/assessment/XA0001/results/absence/earlyResults> .

<id/assessment/XA0001/results/absence/earlyResults> a ogp:Absence ;
  ogp:absentFrom <id/assessment/XA0001/results> ;
  ogp:variable ogp:earlyResults ;
  ogp:reason <scheme/absence/no-data> .

# Lineage: the link, and the statement that says who asserts it and on what ground.

<id/commitment/XA0001> ogp:extendedBy <id/commitment/XA-2023/1> .

<id/lineage/XA0001-extendedBy-XA-2023.1> a ogp:LineageStatement ;
  ogp:earlier <id/commitment/XA0001> ;
  ogp:relation ogp:extendedBy ;
  ogp:later <id/commitment/XA-2023/1> ;
  ogp:basis <scheme/basis/stated> ;
  ogp:assertedBy <scheme/asserter/government> ;
  ogp:confidence 0.95 ;
  ogp:evidence "The second plan says that commitment 1 extends the first plan's budget commitment."@en .
"""
