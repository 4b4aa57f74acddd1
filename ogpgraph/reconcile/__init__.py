"""Reconciliation: which entities of the graph are meant by the names and facts in somebody's table.

::

    rows of SELECT queries (queries) --entities--> Entity --index--> Index
                                                                       |
    JSON of a version of the protocol --v0_2, v1_0--> Question --matching--> Candidate --> JSON

The protocol is the Reconciliation Service API of the W3C Entity Reconciliation Community Group
(https://www.w3.org/community/reconciliation/): version 0.2, which OpenRefine speaks, and the draft of 1.0. Knows no
HTTP and no engine: who serves asks the queries and sends the documents.
"""
