"""Every setting, in one table: its name with the unit, its default, what it does.

A setting is read from the environment as ``OGPGRAPH_<NAME>``; command-line options override it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

# The folders that the package works on stand beside it in a checkout.
PROJECT = Path(os.environ.get("OGPGRAPH_PROJECT", Path(__file__).resolve().parent.parent))

CANONICAL_BASE = "https://w3id.org/ogpgraph/"


def _setting(default: Any, unit: str, what: str, secret: bool = False) -> Any:
    return field(default=default, metadata={"unit": unit, "what": what, "secret": secret}, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The settings in force: each with its default, its unit and what it does."""

    base: str = _setting(CANONICAL_BASE, "IRI", "base of every IRI that is minted; ends with a slash")
    out: str = _setting("dist", "folder", "folder of the releases")
    host: str = _setting("127.0.0.1", "address", "address that the server listens on")
    port: int = _setting(8000, "port", "port that the server listens on")

    engine: str = _setting("", "URL", "SPARQL endpoint that answers instead of the embedded engine; empty: embedded")
    store: str = _setting("auto", "memory, disk or auto", "where the embedded engine keeps a release")
    memory_quads: int = _setting(5_000_000, "quads", "with store=auto: releases above this size are kept on disk")
    release_check_seconds: int = _setting(2, "seconds", "how often the server looks for a new release; 0: never")

    queries_at_once: int = _setting(8, "queries", "queries that run at the same time; further ones wait")
    queue_length: int = _setting(64, "queries", "queries that wait; a further one is answered 503")
    queue_seconds: int = _setting(15, "seconds", "longest wait of a query in the queue")
    client_queries: int = _setting(12, "queries", "queries of one client that run or wait; a further one gets 429")
    reserved_workers: int = _setting(1, "processes", "workers that only pages and catalogue use")
    reserved_seconds: int = _setting(5, "seconds", "longest evaluation of a query behind a page")

    query_seconds: int = _setting(30, "seconds", "longest time from the start of a query to its last byte")
    query_cpu_seconds: int = _setting(30, "seconds", "processor time that a query may use")
    query_memory_bytes: int = _setting(1_000_000_000, "bytes", "memory that a query may take beyond the release")
    query_depth: int = _setting(100, "levels", "deepest nesting of braces and brackets in a query")
    result_bytes: int = _setting(256_000_000, "bytes", "largest answer before compression")
    buffer_bytes: int = _setting(2_000_000, "bytes", "part of an answer that is held for a client that reads slowly")

    body_bytes: int = _setting(1_000_000, "bytes", "largest body of a request")
    body_seconds: int = _setting(10, "seconds", "longest time that a request's body may take")
    header_seconds: int = _setting(10, "seconds", "longest time that a request's head may take")
    idle_seconds: int = _setting(10, "seconds", "how long a connection without a request is kept")
    send_seconds: int = _setting(20, "seconds", "how long a client may take no byte of its answer")
    connections: int = _setting(2000, "connections", "connections at the same time")
    client_connections: int = _setting(200, "connections", "connections of one client at the same time")
    trusted_proxies: int = _setting(0, "proxies", "proxies in front whose X-Forwarded-For is believed")

    cache_bytes: int = _setting(64_000_000, "bytes", "answers that are kept for the next who asks; 0: none")
    page_cache_bytes: int = _setting(32_000_000, "bytes", "pages that are kept for the next who asks; 0: none")
    cache_seconds: int = _setting(300, "seconds", "how long a client may use an answer without asking again")

    fragment_triples: int = _setting(100, "statements", "statements on a page of /fragments")

    pages_ahead: int = _setting(10_000, "pages", "pages of a release that are made before somebody asks; 0: none")
    versions_at_once: int = _setting(2, "versions", "older versions that answer at the same time; 0: none")
    version_idle_seconds: int = _setting(300, "seconds", "how long an older version that nobody asks stays loaded")

    service_endpoints: str = _setting(
        "", "IRI prefixes", "endpoints that SERVICE may ask, separated by blanks; empty: none"
    )
    service_seconds: int = _setting(30, "seconds", "longest time of a query that asks another endpoint by SERVICE")

    update_token: str = _setting("", "secret", "token that allows to write; empty: read-only", secret=True)
    update_seconds: int = _setting(60, "seconds", "longest time of a write with its validation")
    update_body_bytes: int = _setting(50_000_000, "bytes", "largest body of a write")
    update_checks: int = _setting(1, "0 or 1", "1: a write that breaks a shape or a rule is refused")

    access_log: str = _setting("-", "file", "where the access log goes; -: standard error, empty: nowhere")


# What each setting does, by its name.
HELP: dict[str, str] = {each.name: each.metadata["what"] for each in fields(Settings)}


def table() -> list[tuple[str, str, str, str]]:
    """Every setting as a row: name in the environment, unit, default, what it does."""
    return [
        (f"OGPGRAPH_{each.name.upper()}", each.metadata["unit"], str(each.default), each.metadata["what"])
        for each in fields(Settings)
    ]


def markdown_table() -> str:
    """The rows of the table as the README has them."""
    rows = [("setting", "unit", "default", "what it does"), ("---", "---", "---", "---")]
    rows += [(f"`{name}`", unit, f"`{default}`" if default else "", what) for name, unit, default, what in table()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def from_environment(environment: dict[str, str] | None = None) -> Settings:
    """The defaults, overridden by ``OGPGRAPH_*``; ValueError names a setting that cannot be read."""
    environment = dict(os.environ) if environment is None else environment
    given: dict[str, Any] = {}
    for each in fields(Settings):
        name = f"OGPGRAPH_{each.name.upper()}"
        if name not in environment:
            continue
        text = environment[name]
        if isinstance(each.default, int):
            if not text.isdigit():
                raise ValueError(f"{name}={text!r} is no whole number: {HELP[each.name]}")
            given[each.name] = int(text)
        else:
            given[each.name] = text
    settings = Settings(**given)
    if not settings.base.endswith("/"):
        raise ValueError(f"OGPGRAPH_BASE={settings.base!r} must end with a slash")
    return settings


# IRIs are minted in many places but under one base: it is fixed when the process starts.
BASE = os.environ.get("OGPGRAPH_BASE", CANONICAL_BASE)
