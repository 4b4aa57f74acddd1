"""``serve``: a release over HTTP. The only part that knows HTTP.

::

    server                the process: event loop, listening socket, signals
    connections           how many there are, how slow they may be
    front                 what surrounds each request: id, headers of all answers, log, metrics
    endpoint              /sparql: what is asked, and how it is answered (judgement, bodies, query_form)
    responder             the answer on its way to the client, with the cache
    entities              /id/… and /data/…
    update, graph_store   writes, and graphs as wholes
    description           what the server says of itself
    releases              the engine in service, replaced when a new release appears
    errors                every error as problem details
"""
