"""What a page is made with: it asks the graph, and renders templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ogpgraph.pages.links import DATA_FORMS, Links, short
from ogpgraph.pages.queries import filled
from ogpgraph.pages.terms import Row

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
    folder: Path | None = None  # of the release's files; None where another endpoint answers


@dataclass(frozen=True, slots=True)
class Context:
    """One page in the making. ``path`` is that of the page itself on this server."""

    ask: Ask
    links: Links
    about: About
    path: str = "/"
    shared: dict[str, Any] = field(default_factory=dict)

    async def rows(self, query: str, **nodes: str) -> list[Row]:
        """The rows of ``queries/pages/<query>.rq`` with IRIs in their places."""
        return await self.ask(filled(query, **nodes))

    def render(self, template: str, **values: Any) -> str:
        """A template with its values, and with ``links``, ``about``, ``path`` and ``data_forms``."""
        known = {"links": self.links, "about": self.about, "path": self.path, "data_forms": DATA_FORMS}
        return _environment().get_template(template).render(**known, **self.shared, **values)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["short"] = short
    return environment
