"""The query editor: a plain form that a script turns into more, and what that script needs to know."""

from __future__ import annotations

import json

from ogpgraph.pages import ASSETS
from ogpgraph.pages.context import Context
from ogpgraph.pages.example_queries import by_topic, examples_of
from ogpgraph.pages.labels import labels_of
from ogpgraph.vocabulary import PREFIXES

START = """PREFIX ogp: <https://w3id.org/ogpgraph/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>

SELECT ?commitment ?title WHERE {
  ?commitment a ogp:Commitment ; dcterms:title ?title .
}
ORDER BY ?commitment
LIMIT 20
"""
# Where the bundle of ``make assets`` lies; without it the form stays plain.
BUNDLE = ASSETS / "built" / "editor.js"


async def editor_page(context: Context, query: str = "") -> str:
    """The editor with a query in it, or with one to begin with."""
    start = START.replace("https://w3id.org/ogpgraph/", context.links.base)
    return context.render("editor.html", query=query.strip() or start, bundled=BUNDLE.is_file())


async def editor_terms(context: Context) -> str:
    """What the editor's script offers, as JSON: prefixes, classes, properties with labels, example queries by topic."""
    classes = [row["term"].value for row in await context.rows("editor-classes")]
    properties = [row["term"].value for row in await context.rows("editor-properties")]
    labels = await labels_of(context, [*classes, *properties])
    topics = by_topic(await examples_of(context))
    told = {
        "prefixes": PREFIXES,
        "classes": [{"iri": iri, "label": labels.get(iri, "")} for iri in classes],
        "properties": [{"iri": iri, "label": labels.get(iri, "")} for iri in properties],
        "examples": [
            {"topic": topic.name, "examples": [{"name": each.name, "title": each.title} for each in topic.examples]}
            for topic in topics
        ],
    }
    return json.dumps(told, ensure_ascii=False)
