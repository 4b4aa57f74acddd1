"""The command line: one command an arrow of the flow, and a few that combine them.

    flow.py      read, lift, check, release, build, template
    releases.py  load, query, diff, dump
    serving.py   serve
    linking.py   link, review

Machine output goes to standard output, talk to standard error. Exit status: 0 well, 1 problems found,
2 wrong usage. Bad input never ends in a traceback. A command imports what it needs when it runs: readers, checks and
server are large, and a server should be there at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import ogpgraph
from ogpgraph import protocol, settings
from ogpgraph.cli import flow, linking, releases, serving
from ogpgraph.cli.talk import Failure, complain, show_problems
from ogpgraph.engine.job import EngineFailed
from ogpgraph.load import DamagedRelease
from ogpgraph.negotiate import NotAcceptable
from ogpgraph.problems import ProblemsFound


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status."""
    try:
        options = _parser().parse_args(arguments)
    except ValueError as error:  # a setting of the environment
        complain(f"ogpgraph: {error}")
        return 2
    try:
        return options.run(options)
    except ProblemsFound as error:
        show_problems(error.problems, options)
        return 1
    except (Failure, DamagedRelease, EngineFailed, protocol.QuerySyntaxError, protocol.Refused, NotAcceptable) as error:
        complain(f"ogpgraph: {error}")
        return getattr(error, "status", 1)
    except UnicodeDecodeError as error:
        complain(f"ogpgraph: the input is not UTF-8 (byte {error.start}): save it as UTF-8")
        return 1
    except BrokenPipeError:
        return 0
    except OSError as error:
        complain(f"ogpgraph: {error.filename or ''}: {error.strerror or error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ogpgraph",
        description="The linked-data knowledge graph of the Open Government Partnership.",
        epilog="sources --read--> records --lift--> RDF --release--> release --load--> store --serve--> HTTP",
    )
    parser.add_argument("--version", action="version", version=f"ogpgraph {ogpgraph.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int], what: str, example: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=what,
            description=what,
            epilog=f"example: {example}",
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        added.set_defaults(run=run, command=name)
        return added

    defaults = settings.from_environment()
    flow.add_commands(command)
    releases.add_commands(command)
    serving.add_commands(command, defaults)
    linking.add_commands(command, defaults)
    return parser
