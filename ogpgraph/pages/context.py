"""What a page is made with: it asks the graph, and renders templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ogpgraph.pages.links import DATA_FORMS, Links, short
from ogpgraph.pages.queries import filled, filled_with_many, limit_of
from ogpgraph.pages.terms import Row
from ogpgraph.pages.writing import Writer, with_addresses

_TEMPLATES = Path(__file__).parent / "templates"


class Ask(Protocol):
    """Whoever answers a SELECT query."""

    async def __call__(self, query: str) -> list[Row]: ...


class NotFound(Exception):
    """There is nothing that the page could show."""


@dataclass(frozen=True, slots=True)
class About:
    """What every page says of the release that it shows."""

    version: str
    issued: str = ""  # the day, as in 2026-11-21
    data_from: str = ""  # first and last day that the data are of
    data_until: str = ""
    quads: int = 0
    licence: str = "https://creativecommons.org/licenses/by/4.0/"
    licence_label: str = "CC BY 4.0"
    is_newest: bool = False  # whether it is the one in service
    folder: Path | None = None  # of the release's files; None where another endpoint answers


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer with as many rows as its query gives at most."""

    name: str  # of the query
    query: str
    shown: int


@dataclass(frozen=True, slots=True)
class Context:
    """One page in the making. ``path`` is that of the page itself on this server, ``names`` holds what things of this
    release are called as far as other pages have asked, empty for what has no label (``labels.labels_of``)."""

    ask: Ask
    links: Links
    about: About
    path: str = "/"
    shared: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    cut: list[Cut] = field(default_factory=list)  # answers that may have ended at the limit of their query

    async def rows(self, query: str, **nodes: str) -> list[Row]:
        """The rows of ``queries/pages/<query>.rq`` with IRIs in their places."""
        text = filled(query, **nodes)
        rows = await self.ask(text)
        if rows and len(rows) == limit_of(query):
            self.cut.append(Cut(query, text, len(rows)))
        return rows

    async def rows_about(self, query: str, iris: Iterable[str]) -> list[Row]:
        """The rows of ``queries/pages/<query>.rq`` with IRIs in the place of ``<things>``, as ``VALUES`` has them."""
        return await self.ask(filled_with_many(query, iris))

    def render(self, template: str, **values: Any) -> str:
        """A template with its values; ``links``, ``about``, ``path``, ``data_forms`` and ``Writer``'s are there too."""
        known = {"links": self.links, "about": self.about, "path": self.path, "data_forms": DATA_FORMS}
        written = Writer(self.links).functions()
        return _environment().get_template(template).render({**known, **written, **self.shared, **values})


def compile_templates() -> None:
    """Compile every template, which takes a second: a page that is asked for then waits for none."""
    for name in _environment().list_templates(("html",)):
        _environment().get_template(name)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["short"] = short
    environment.filters["with_addresses"] = with_addresses
    return environment
