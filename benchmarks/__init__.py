"""Measurements against real peers, each printed as a ratio from one run; never part of the tests."""
