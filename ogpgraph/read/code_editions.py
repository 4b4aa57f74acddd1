"""The editions of OGP's commitment database, told by the names of their columns, and the code book of each.

The same integer means different things in different editions (``scheme/completion`` lists them), so a code
is only ever read with the code book of the edition that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_REPOSITORY = "https://github.com/Vizzuality/ogp/blob/69d32715baa422d62f8c19fdecd1a61d39ce511a"


@dataclass(frozen=True)
class Edition:
    """One edition: its key, which column names it is told by, its code book, where it was published.

    ``sequence`` orders editions in time; ``issued`` is as exact as is known.
    """

    key: str
    title: str
    fits: Callable[[set[str]], bool]
    code_book: str
    sequence: int
    url: str
    issued: str | None = None


EDITIONS = (
    Edition(
        "current",
        "OGP commitment database, current columns",
        lambda names: "commitment unique identifier" in names or "ogp value access to information" in names,
        "Code2016",
        40,
        "https://www.opengovpartnership.org/databases/",
    ),
    Edition(
        "2015-05",
        "OGP commitment database, edition of May 2015",
        lambda names: "000 case no" in names or {"country", "commitment title", "timebound"} <= names,
        "Code2015",
        10,
        f"{_REPOSITORY}/sites/all/libraries/irm_explorer/data/",
        "2015-05-15",
    ),
    Edition(
        "2016-live",
        "OGP Explorer commitments, live edition of 2016",
        lambda names: "completion (progress report)" in names or "completion (end of term)" in names,
        "Code2016",
        30,
        f"{_REPOSITORY}/explorer/data/latest_data/ogpirm_live_data.csv",
        "2016",
    ),
    Edition(
        "2016-export",
        "OGP Explorer commitments, export edition",
        lambda names: "comm no" in names or "actual completion" in names,
        "Code2016",
        20,
        f"{_REPOSITORY}/explorer/data/latest_data/data_to_export/ogpirm_live_data.csv",
    ),
    Edition(
        "unknown-edition",
        "OGP commitment database, edition not known",
        lambda names: True,
        "Code2016",
        5,
        "https://www.opengovpartnership.org/databases/",
    ),
)


def edition_of(names: set[str]) -> Edition:
    """The edition with these column names."""
    return next(edition for edition in EDITIONS if edition.fits(names))
