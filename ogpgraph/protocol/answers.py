"""An answer of the embedded engine as bytes: the command line evaluates in its own process."""

from __future__ import annotations

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store, serialize

from ogpgraph.load import Answer
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format, choose
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError
from ogpgraph.protocol.refusals import check
from ogpgraph.protocol.requests import Query
from ogpgraph.settings import Settings
from ogpgraph.vocabulary import PREFIXES


def ask(store: Store, query: Query, settings: Settings | None = None) -> Answer:
    """Evaluate a query; the answer is lazy and belongs to the calling thread.

    Raises Refused for what `refusals.check` refuses under the settings (by default any SERVICE), QuerySyntaxError with
    line and column for what does not parse, BadRequest for what the engine cannot evaluate.
    """
    check(query, settings or Settings())
    # A request that names one part of the dataset leaves the other part empty (Protocol, section 2.1.4).
    whole = not query.default_graphs and not query.named_graphs
    try:
        return store.query(
            query.text,
            base_iri=query.base,
            default_graph=None if whole else [NamedNode(name) for name in query.default_graphs],
            named_graphs=None if whole else [NamedNode(name) for name in query.named_graphs],
        )
    except SyntaxError as error:
        raise QuerySyntaxError.of(str(error), query.text) from None
    except (ValueError, RuntimeError) as error:
        raise BadRequest(str(error)) from None


def formats_for(answer: Answer) -> tuple[Format, ...]:
    """What an answer can be: results of SELECT and ASK, or a graph."""
    return GRAPH_FORMATS if isinstance(answer, QueryTriples) else RESULT_FORMATS


def written(answer: Answer, accept: str | None) -> tuple[Format, bytes]:
    """The answer in the format that the client likes best; NotAcceptable where it likes none."""
    chosen = choose(accept, formats_for(answer))
    return chosen, serialized(answer, chosen)


def serialized(answer: Answer, chosen: Format) -> bytes:
    """The answer as bytes, written by the engine so that languages and datatypes stay."""
    if isinstance(answer, QueryTriples):
        assert isinstance(chosen.engine, RdfFormat)
        # N-Triples knows no prefixes; the other forms are easier to read with them.
        prefixes = None if chosen.engine == RdfFormat.N_TRIPLES else PREFIXES
        raw = serialize(answer, format=chosen.engine, prefixes=prefixes)
    else:
        assert isinstance(chosen.engine, QueryResultsFormat)
        raw = answer.serialize(format=chosen.engine)
    assert raw is not None
    return raw


def is_table(answer: Answer) -> bool:
    """Whether the answer has rows and columns."""
    return isinstance(answer, QuerySolutions)
