"""Waiting for something that another process does, with a limit and without assumptions about speed."""

import time


class NotInTime(AssertionError):
    """What was waited for did not happen within the limit."""


def eventually(probe, seconds: float = 15, what: str = "the condition"):
    """The first true value of `probe()`; raises where none comes. An AssertionError of the probe counts as not yet."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            value = probe()
            if value:
                return value
            last = value
        except AssertionError as problem:
            last = problem
        if time.monotonic() > deadline:
            raise NotInTime(f"{what} did not happen within {seconds} s; last seen: {last!r}")
        time.sleep(0.02)
