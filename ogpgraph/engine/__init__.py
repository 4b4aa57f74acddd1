"""The engine: who evaluates a query, within which limits. With ``load`` the only part that knows the store.

::

    HTTP process                     zygote (one thread, holds the release)
      LocalEngine -- pool of --+       | fork, a few milliseconds
        sockets                +---- worker, worker, …   one query at a time each, ended when it passes a limit

or, with ``--engine URL``, a RemoteEngine that passes queries on to another SPARQL endpoint.
"""
