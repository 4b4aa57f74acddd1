"""Every setting, in one table: its name with the unit, its default, what it does.

A setting is read from the environment as ``OGPGRAPH_<NAME>``; command-line options override it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

# The folders that the package works on stand beside it in a checkout.
PROJECT = Path(os.environ.get("OGPGRAPH_PROJECT", Path(__file__).resolve().parent.parent))

CANONICAL_BASE = "https://w3id.org/ogpgraph/"


@dataclass(frozen=True)
class Settings:
    """The settings in force. See :data:`HELP` for what each one does."""

    base: str = CANONICAL_BASE
    out: str = "dist"
    host: str = "127.0.0.1"
    port: int = 8000
    query_seconds: int = 30
    body_bytes: int = 1_000_000
    queries_at_once: int = 4


HELP = {
    "base": "base of every IRI that is minted; ends with a slash",
    "out": "folder of the releases",
    "host": "address that the server listens on",
    "port": "port that the server listens on",
    "query_seconds": "longest time that a client waits for an answer",
    "body_bytes": "largest body of a request",
    "queries_at_once": "queries that run at the same time; further ones wait",
}


def from_environment(environment: dict[str, str] | None = None) -> Settings:
    """The defaults, overridden by ``OGPGRAPH_*``; ValueError names a setting that cannot be read."""
    environment = dict(os.environ) if environment is None else environment
    given: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"OGPGRAPH_{field.name.upper()}"
        if name not in environment:
            continue
        text = environment[name]
        if isinstance(field.default, int):
            if not text.isdigit():
                raise ValueError(f"{name}={text!r} is no whole number: {HELP[field.name]}")
            given[field.name] = int(text)
        else:
            given[field.name] = text
    settings = Settings(**given)
    if not settings.base.endswith("/"):
        raise ValueError(f"OGPGRAPH_BASE={settings.base!r} must end with a slash")
    return settings


# IRIs are minted in many places but under one base: it is fixed when the process starts.
BASE = os.environ.get("OGPGRAPH_BASE", CANONICAL_BASE)
