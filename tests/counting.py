"""Builds whose lines nobody counts: counted, they take twice the time, and CI has half an hour."""

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def uncounted() -> Iterator[None]:
    """Run the block without the line counter, if it is at work; it goes on afterwards."""
    counter = Coverage.current()
    if counter is not None:
        counter.stop()
    try:
        yield
    finally:
        if counter is not None:
            counter.start()
