"""Progress on the error stream: a bar with time left in a terminal, one line a step elsewhere."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

# Relative cost of each step, measured once: what makes the time left believable.
_WEIGHTS: Final = {"cog/2026": 4, "dataset": 8, "validation": 60, "coverage": 2}


class Progress(Protocol):
    """What a build tells of its advance."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Enter a named step."""

    def say(self, message: str) -> None:
        """Say something worth reading."""


class Lines:
    """One line a step, with its duration: for logs, which have no cursor."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Enter a named step."""
        start = time.monotonic()
        yield
        self.say(f"{name}: {time.monotonic() - start:.1f} s")

    def say(self, message: str) -> None:
        """Print one line."""
        self.console.print(message, highlight=False, markup=False)


class Bar:
    """One bar over all steps, for a terminal."""

    def __init__(self, bar: RichProgress, steps: tuple[str, ...]) -> None:
        self.bar = bar
        self.task = bar.add_task("", total=sum(_WEIGHTS.get(step, 1) for step in steps))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Enter a named step."""
        self.bar.update(self.task, description=name)
        yield
        self.bar.advance(self.task, _WEIGHTS.get(name, 1))

    def say(self, message: str) -> None:
        """Print one line above the bar."""
        self.bar.console.print(message, highlight=False, markup=False)


class Silent:
    """Nothing said: for callers that have their own way."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Enter a named step."""
        del name
        yield

    def say(self, message: str) -> None:
        """Say nothing."""


@contextmanager
def reporting(console: Console, steps: tuple[str, ...]) -> Iterator[Progress]:
    """Give the progress that fits the console.

    Args:
        console: writes to the error stream.
        steps: the names of the steps to come.

    """
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("{task.description:32}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=console) as bar:
        yield Bar(bar, steps)
