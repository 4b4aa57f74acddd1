"""Linking: which things of two graphs or tables may be the same, and what a person decided about them.

::

    sides --read--> items --blocking, comparison--> candidates --> proposals (SSSOM) --review--> decisions (SSSOM)

    sides.py       whatever somebody names, read into items; kinds.py has the words for it
    items.py       what is compared of a thing
    blocking.py    the few pairs that are worth a comparison; wordings.py and lexicon.py what wordings share
    comparison.py  the weights, one comparison a feature
    linker.py      one side prepared, asked for the candidates of the other; assignment.py pairs one to one
    candidates.py  the interface; scored.py what a candidate is
    linking.py     a whole linking, from what was asked to the file of candidates; proposals.py writes it
    lineage.py     candidates inside a member: topics that the next plan may continue
    review.py      a person decides; screen.py is what she sees; decisions.py keeps what was decided
"""
