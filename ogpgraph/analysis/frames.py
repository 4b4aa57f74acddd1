"""Frames of pandas or polars out of columns; both libraries are optional (``pip install 'ogpgraph[analysis]'``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ogpgraph.analysis.columns import Column

if TYPE_CHECKING:
    import pandas
    import polars

# Types that have a value for "missing" of their own, so that integers stay integers.
_PANDAS = {
    "integer": "Int64",
    "year": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "time": "datetime64[us]",
    "instant": "datetime64[us, UTC]",
    "text": "string",
    "texts": "object",
}


class LibraryMissing(ImportError):
    """An optional library is not installed; the message says how to install it."""


def pandas_frame(columns: Sequence[Column]) -> pandas.DataFrame:
    """Columns as a pandas frame; LibraryMissing without pandas."""
    library = _library("pandas")
    series = {each.name: library.Series(list(each.values), dtype=_PANDAS[each.type]) for each in columns}
    frame: pandas.DataFrame = library.DataFrame(series, columns=[each.name for each in columns])
    return frame


def polars_frame(columns: Sequence[Column]) -> polars.DataFrame:
    """Columns as a polars frame; LibraryMissing without polars."""
    library = _library("polars")
    types = {
        "integer": library.Int64,
        "year": library.Int64,
        "number": library.Float64,
        "boolean": library.Boolean,
        "date": library.Date,
        "time": library.Datetime("us"),
        "instant": library.Datetime("us", "UTC"),
        "text": library.String,
        "texts": library.List(library.String),
    }
    made = [library.Series(each.name, list(each.values), dtype=types[each.type]) for each in columns]
    frame: polars.DataFrame = library.DataFrame(made)
    return frame


MAKERS: dict[str, Callable[[Sequence[Column]], Any]] = {"pandas": pandas_frame, "polars": polars_frame}


def _library(name: str) -> Any:
    """A library that only frames need: it is imported by whoever asks for one."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name != name:
            raise
        extra = "polars" if name == "polars" else "analysis"
        raise LibraryMissing(f"{name} is not installed: pip install 'ogpgraph[{extra}]'", name=name) from None
