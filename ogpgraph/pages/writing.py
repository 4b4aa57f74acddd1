"""How names and terms are written in HTML: what templates call as ``link``, ``name_of``, ``term`` and so on.

A page writes hundreds of them. They are functions and no macros of a template because that takes a fifth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from jinja2.utils import urlize
from markupsafe import Markup, escape

from ogpgraph.pages.links import Links, short
from ogpgraph.pages.statements import Value
from ogpgraph.pages.terms import Term

# Without any of these a text has nothing that urlize finds: https://jinja.palletsprojects.com, filter urlize.
_MAY_HOLD_ADDRESS = re.compile(r"://|@|www\.|\.(?:com|net|int|edu|gov|org|info|mil)", re.IGNORECASE)

Labels = Mapping[str, str]


class Writer:
    """Writes with the links of one view of the graph. ``labels`` are those of ``labels.labels_of``."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def functions(self) -> dict[str, Callable[..., Markup]]:
        """The functions by the names that templates use."""
        return {
            "link": self.link,
            "name_of": self.name_of,
            "date": date,
            "term": self.term,
            "sources": self.sources,
            "value_with_sources": self.value_with_sources,
        }

    def name_of(self, iri: str, labels: Labels) -> Markup:
        """What something is called, with its language where that is not English."""
        label = labels.get(iri) or short(iri)
        language = getattr(label, "language", "")
        return Markup(f'<span lang="{escape(language)}">{escape(label)}</span>') if language else escape(label)

    def link(self, iri: str, labels: Labels) -> Markup:
        """What something is called, leading to its page, or to where it is on the web.

        An IRI of others may be of any scheme; only the web's lead somewhere.
        """
        ours = self._links.is_ours(iri)
        if not ours and not iri.startswith(("http://", "https://")):
            return Markup(f'<span class="iri">{escape(iri)}</span>')
        label = labels.get(iri) or short(iri)
        told = "" if ours else ' rel="external"'
        if language := getattr(label, "language", ""):
            told += f' lang="{escape(language)}"'
        return Markup(f'<a href="{escape(self._links.page(iri))}"{told}>{escape(label)}</a>')

    def term(self, found: Term, labels: Labels) -> Markup:
        """A value by its form."""
        form = found.form
        if form == "iri":
            return self.link(found.value, labels)
        if form == "date":
            return date(found)
        if form in ("number", "boolean"):
            return Markup(f'<span class="value">{escape(found.in_words)}</span>')
        value = escape(found.value)
        if form == "address":
            return Markup(f'<a href="{value}" rel="external">{value}</a>')
        if form == "code":
            datatype = self.name_of(found.datatype, labels)
            return Markup(f'<span class="value">{value}</span> <span class="badge">{datatype}</span>')
        if form == "block":
            return Markup(f"<pre{_language(found)}>{value}</pre>")
        return _text(found) if form == "text" else Markup('<span class="soft">(unnamed node)</span>')

    def sources(self, graphs: Sequence[str], labels: Labels, most: int = 40) -> Markup:
        """The captures that say something, folded."""
        items = "".join(f"<li>{self.link(graph, labels)}</li>" for graph in graphs[:most])
        if len(graphs) > most:
            items += f'<li class="soft">and {len(graphs) - most} more</li>'
        word = "source" if len(graphs) == 1 else "sources"
        return Markup(f'<details class="sources"><summary>{len(graphs)} {word}</summary>\n<ul>{items}</ul></details>')

    def value_with_sources(self, value: Value, labels: Labels) -> Markup:
        """A value with the captures that state it."""
        said = self.sources(value.graphs, labels) if value.graphs else ""
        return Markup(f"{self.term(value.term, labels)}\n{said}")


def date(found: Term) -> Markup:
    """A day, month or year."""
    return Markup(f'<time datetime="{escape(found.value)}">{escape(found.in_words)}</time>')


def with_addresses(text: str) -> Markup:
    """A text in which addresses are links: what the filter ``urlize`` does, but faster for a text without any."""
    return Markup(urlize(text, rel="external noopener")) if _MAY_HOLD_ADDRESS.search(text) else escape(text)


def _text(found: Term) -> Markup:
    written = f"<span{_language(found)}>{with_addresses(found.value)}</span>"
    if found.language and found.language != "en":
        written += f' <span class="badge" title="language">{escape(found.language)}</span>'
    return Markup(written)


def _language(found: Term) -> str:
    return f' lang="{escape(found.language)}"' if found.language else ""
