"""Processes seen from outside, through /proc: which live, whose children, how much memory."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_STATE: Final = 0
_PARENT: Final = 1
_DEAD: Final = "Z"


def descendants(pid: int) -> set[int]:
    """Give the numbers of the living processes that come from one, itself left out."""
    parents = _living()
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= new
    return found


def living(pids: set[int]) -> set[int]:
    """Give those processes of some that live; a zombie does not."""
    return pids & _living().keys()


def peak_mib(pid: int) -> float:
    """Give the most memory a process has ever held, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the kernel does not tell the peak")


def until(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    """Wait for a condition; tell whether it came."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def _living() -> dict[int, int]:
    """Give the parent of each living process."""
    found: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name in brackets may itself hold brackets and blanks.
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[_STATE] != _DEAD:
            found[int(folder.name)] = int(fields[_PARENT])
    return found
