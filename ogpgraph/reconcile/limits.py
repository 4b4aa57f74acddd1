"""Bounds on what one request may ask, and what is raised beyond them."""

from __future__ import annotations

BATCH = 50  # questions of a request, and entities of a data extension: OpenRefine sends 10
NAME = 1000  # characters of a name or value
CONDITIONS = 20  # of a question, and properties of a data extension
VALUES = 20  # of a condition
CANDIDATES = 50  # of an answer
SUGGESTIONS = 50  # of an answer
OFFSET = 10_000  # suggestions that are skipped
EXTENDED = 1000  # values of a property of an entity
DEFAULT_CANDIDATES = 10
DEFAULT_SUGGESTIONS = 10


class Unreadable(ValueError):
    """A request that is not one of the protocol; the message says where and what is expected there."""


class TooMuch(Unreadable):
    """A request that asks more than a bound allows; ``limit`` is the bound's name, ``value`` the bound."""

    def __init__(self, limit: str, value: int, found: str) -> None:
        self.limit, self.value, self.found = limit, value, found
        super().__init__(f"{limit} is {value}; {found}")


def within(number: int, bound: int, limit: str, found: str) -> None:
    """TooMuch where a number is above its bound."""
    if number > bound:
        raise TooMuch(limit, bound, found)
