"""A process seen while it works: what it takes, and when it rests. Linux only."""

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Observed:
    """A process that runs.

    Args:
        pid: its number.
    """

    pid: int

    def memory(self) -> int:
        """Give the resident memory, in bytes."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()

    def wait_idle(self, patience: float = 120.0) -> None:
        """Wait until it has nothing to do, as after its start or a load."""
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            before = self._worked()
            time.sleep(1)
            if self._worked() - before <= 2 * _TICK:
                return

    def _worked(self) -> float:
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) * _TICK
