"""``serve``: the latest release over HTTP."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ogpgraph import settings
from ogpgraph.cli.flow import build
from ogpgraph.cli.options import Command, data_option, out_option
from ogpgraph.cli.talk import latest, say
from ogpgraph.load import latest_release


def add_commands(command: Command, defaults: settings.Settings) -> None:
    """``serve``, whose options have the defaults of the environment."""
    added = command(
        "serve",
        _serve,
        "Serve the latest release over HTTP; build one first where there is none.",
        "ogpgraph serve --port 8000",
    )
    data_option(added)
    out_option(added)
    added.add_argument("--engine", default=defaults.engine, metavar="URL", help=settings.HELP["engine"])
    added.add_argument("--host", default=defaults.host, help=settings.HELP["host"])
    added.add_argument("--port", type=int, default=defaults.port, help=settings.HELP["port"])
    added.epilog = f"every setting, with its unit and default:\n{_settings_text()}\n\n{added.epilog}"
    added.formatter_class = _SettingsFormatter


class _SettingsFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults of options, and leaves the lines of the table of settings as they are."""


def _settings_text() -> str:
    """Every setting on two lines."""
    rows = settings.table()
    return "\n".join(f"  {name} ({unit}; {default or 'empty'})\n      {what}" for name, unit, default, what in rows)


def _serve(options: argparse.Namespace) -> int:
    from ogpgraph.serve.server import run

    given = settings.from_environment()
    used = replace(given, out=str(options.out), engine=options.engine, host=options.host, port=options.port)
    if not used.engine and latest_release(options.out) is None:
        say("There is no release yet: building one.")
        if build(options):
            return 1
    served = _without_password(used.engine) if used.engine else latest(options.out).name
    address = f"http://{f'[{used.host}]' if ':' in used.host else used.host}:{used.port}/sparql"
    say(f"Serving {served} at {address} (Ctrl+C stops)")
    try:
        run(used)
    except SystemExit:  # the server has said why it cannot listen
        return 1
    return 0


def _without_password(url: str) -> str:
    """An address as it may be shown."""
    scheme, _, rest = url.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
