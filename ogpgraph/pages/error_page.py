"""What people see where something went wrong: what happened, and the ways on."""

from __future__ import annotations

from ogpgraph.pages.context import About, Context
from ogpgraph.pages.links import Links
from ogpgraph.pages.terms import Row

# What a status means for who followed a link; what is not here is told by its title alone.
_MEANINGS = {
    400: "The address cannot be understood.",
    404: "There is nothing at this address.",
    406: "What is here has no form that the browser takes.",
    410: "What was at this address has been withdrawn.",
    500: "The server failed. Its log names the request.",
    503: "The server cannot answer at the moment. It will soon.",
}


def error_page(links: Links, about: About, status: int, title: str, detail: str, older: str = "") -> str:
    """The page of an error; asks nothing, so that it can be made when nothing answers.

    ``older``: the address of what was there, in the last version that had it.
    """
    meaning = _MEANINGS.get(status, "")
    context = Context(_nothing, links, about)
    return context.render("error.html", status=status, title=title, meaning=meaning, detail=detail, older=older)


async def _nothing(query: str) -> list[Row]:
    raise AssertionError(f"an error page asks nothing, not even {query}")
