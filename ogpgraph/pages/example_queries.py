"""The example queries as pages: the list by topic, and each query with the first rows of its answer.

They are read from the graph, where the release describes them in the form that SIB's editors read, so each version
shows its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SparqlLexer, TurtleLexer
from pyoxigraph import RdfFormat, parse, serialize

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.labels import iris_in, labels_of
from ogpgraph.pages.links import Links
from ogpgraph.pages.terms import Row, rows_of
from ogpgraph.vocabulary import PREFIXES

FOLDER = ".well-known/sparql-examples/"  # where the IRIs of the examples are, below the base
_FIRST = 10  # rows of an answer that a page shows

# Each query stands under the first topic that one of its keywords belongs to.
_TOPICS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Counts, ready to read", frozenset({"data cube"})),
    ("Lineage: what became of a commitment", frozenset({"lineage"})),
    ("Policy areas", frozenset({"policy area"})),
    ("Sources, and where they disagree", frozenset({"conflict", "capture", "source", "derivation", "reference"})),
    ("Provenance", frozenset({"provenance", "machine translation"})),
    (
        "Ratings and reviews",
        frozenset({"completion", "absence", "early results", "recommendation", "finding", "relevance", "report"}),
    ),
    ("Variables and their scales", frozenset({"variable", "in force", "notation", "scale"})),
    ("Institutions", frozenset({"institution", "coordination", "co-creation"})),
    ("Plans, commitments, milestones", frozenset({"plan", "milestone", "theme", "commitment", "plan number"})),
    ("Links to other data", frozenset({"mapping", "alignment", "linkset"})),
    ("Members", frozenset({"member", "role"})),
)
_OTHER = "More"


class Answer(Protocol):
    """Whoever answers an example: in SPARQL's JSON, or in N-Triples where its answer is a graph."""

    async def __call__(self, query: str, is_graph: bool) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Example:
    """One example query; ``form`` is SELECT, ASK, CONSTRUCT or DESCRIBE."""

    iri: str
    name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    form: str
    text: str

    @property
    def topic(self) -> str:
        """The topic that it stands under."""
        return next((topic for topic, words in _TOPICS if words & set(self.keywords)), _OTHER)

    @property
    def file(self) -> str:
        """The query with what is said of it in comments, as a file of its own."""
        said = f"# title: {self.title}\n# description: {self.description}\n# keywords: {', '.join(self.keywords)}\n"
        return f"{said}\n{self.text.strip()}\n"


@dataclass(slots=True)
class Topic:
    """Queries about one thing."""

    name: str
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A query as a program asks it."""

    name: str
    text: str


async def examples_of(context: Context) -> list[Example]:
    """All example queries of the release, by name."""
    start = context.links.base + FOLDER
    rows = await context.rows("examples")
    return [_example(row, start) for row in rows if row["example"].value.startswith(start)]


async def example_of(context: Context, name: str) -> Example:
    """The example of a name such as ``012-plan-succession``; NotFound where there is none."""
    found = next((each for each in await examples_of(context) if each.name == name), None)
    if found is None:
        raise NotFound(name)
    return found


def by_topic(examples: Iterable[Example]) -> list[Topic]:
    """The topics that have examples, in the order of the site."""
    topics = {name: Topic(name) for name in (*(name for name, _ in _TOPICS), _OTHER)}
    for example in examples:
        topics[example.topic].examples.append(example)
    return [topic for topic in topics.values() if topic.examples]


async def queries_page(context: Context, keyword: str = "") -> str:
    """The list of the example queries, or of those with a keyword; NotFound for a keyword that none has."""
    examples = await examples_of(context)
    chosen = [each for each in examples if not keyword or keyword in each.keywords]
    if keyword and not chosen:
        raise NotFound(keyword)
    keywords: dict[str, int] = {}
    for example in examples:
        for word in example.keywords:
            keywords[word] = keywords.get(word, 0) + 1
    return context.render(
        "queries.html",
        topics=by_topic(chosen),
        number=len(chosen),
        keyword=keyword,
        keywords=sorted(keywords.items(), key=lambda item: item[0].casefold()),
    )


async def query_page(context: Context, name: str, answer: Answer) -> str:
    """The page of an example; ``answer`` asks its query, which may take longer than those of pages may."""
    example = await example_of(context, name)
    is_graph = example.form not in ("SELECT", "ASK")
    given = await answer(example.text, is_graph)
    rows = rows_of(given) if example.form == "SELECT" else []
    triples = given.decode().splitlines() if is_graph else []  # N-Triples has one a line
    first = rows[:_FIRST]
    return context.render(
        "query.html",
        example=example,
        code=_highlighted(example.text),
        columns=_columns(rows),
        rows=first,
        truth=example.form == "ASK" and json.loads(given)["boolean"],
        turtle=_as_turtle(triples[:_FIRST]),
        shown=min(len(rows) + len(triples), _FIRST),
        number=len(rows) + len(triples),
        labels=await labels_of(context, iris_in(first)),
        snippets=snippets(example, context.links),
    )


def _as_turtle(triples: list[str]) -> Markup:
    """Some lines of N-Triples as coloured Turtle, without the prefixes that they do not use."""
    parsed = list(parse("\n".join(triples), format=RdfFormat.N_TRIPLES))
    used = {prefix: iri for prefix, iri in PREFIXES.items() if any(iri in triple for triple in triples)}
    text = serialize((quad.triple for quad in parsed), format=RdfFormat.TURTLE, prefixes=used)
    assert text is not None
    return Markup(highlight(text.decode(), TurtleLexer(), HtmlFormatter(cssclass="sparql", wrapcode=True)))


def snippets(example: Example, links: Links) -> list[Snippet]:
    """An example as curl, Python and R ask it at the persistent addresses of the query and of the endpoint."""
    start = links.base.rstrip("/") + links.root
    query, endpoint = f"{start}/queries/{example.name}.rq", f"{start}/sparql"
    accept, form = ("text/csv", "CSV") if example.form in ("SELECT", "ASK") else ("text/turtle", "TURTLE")
    curl = f"curl -sL {query} |\n  curl -sLG {endpoint} -H 'Accept: {accept}' --data-urlencode query@-"
    python = (
        "from urllib.request import urlopen\n\n"
        f"from SPARQLWrapper import {form}, SPARQLWrapper\n\n"
        f'client = SPARQLWrapper("{endpoint}")\n'
        f"client.setReturnFormat({form})\n"
        f'client.setQuery(urlopen("{query}").read().decode())\n'
        + (
            "print(client.query().convert().decode())"
            if form == "CSV"
            else "print(client.query().response.read().decode())"
        )
    )
    found = [Snippet("curl", curl), Snippet("Python", python)]
    if example.form == "SELECT":
        r = (
            f'query <- paste(readLines("{query}"), collapse = "\\n")\n'
            f'answer <- read.csv(paste0("{endpoint}?format=csv&query=", URLencode(query, reserved = TRUE)))'
        )
        found.append(Snippet("R", r))
    return found


def _columns(rows: Iterable[Row]) -> list[str]:
    """The variables that some row binds, in the order of the first row that does."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _example(row: Row, start: str) -> Example:
    form = re.split(r"[#/]", row["form"].value)[-1].upper()
    return Example(
        row["example"].value,
        row["example"].value.removeprefix(start),
        row["title"].value,
        row["description"].value,
        tuple(sorted(row["keywords"].value.split("|"))),
        form,
        row["text"].value,
    )


def _highlighted(text: str) -> Markup:
    """A query as HTML that is coloured by classes; Pygments escapes the text."""
    return Markup(highlight(text, SparqlLexer(), HtmlFormatter(cssclass="sparql", wrapcode=True)))
