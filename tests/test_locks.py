"""The lock files pin what the installed packages ask for, extras included."""

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^(?P<requirement>\S+==\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    """Give the extras pinned for each package of a lock file, by normalised name."""
    found = [Requirement(m["requirement"]) for m in PIN.finditer((ROOT / lock).read_text())]
    return {canonicalize_name(pin.name): pin.extras for pin in found}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_the_extras_that_its_packages_ask_for(lock: str) -> None:
    # pip refuses `coverage[toml]>=7.10.6` beside a hashed `coverage==7.17.3`
    # as soon as the registry has a newer coverage: the pin must carry the extra.
    pinned = pins(lock)
    asked = [
        (distribution.name, canonicalize_name(wanted.name), wanted.extras)
        for distribution in distributions()
        if canonicalize_name(distribution.name) in pinned
        for text in distribution.requires or []
        if (wanted := Requirement(text)).extras
        and (wanted.marker is None or wanted.marker.evaluate({"extra": ""}))
    ]
    assert asked, "at least pySHACL asks for rdflib[html]"
    assert [ask for ask in asked if not ask[2] <= pinned[ask[1]]] == []


def test_the_two_locks_agree() -> None:
    text = {
        lock: (ROOT / lock).read_text() for lock in ("requirements.lock", "requirements-dev.lock")
    }
    runtime, development = ({m["requirement"] for m in PIN.finditer(t)} for t in text.values())
    assert runtime <= development
