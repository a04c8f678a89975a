"""What earlier sources of a build have stated, for the mappings that come after."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from ingest.bounds import Bounds
from ingest.codes import Codes, read_codes
from ingest.cog_history import Packages
from ingest.quads import emp
from ingest.tables import RowError

_BOUNDS: Final = ("validFrom", "certainFrom", "certainBefore", "validBefore")


@dataclass
class Known:
    """Things that exist, who administers them, the life of instruments, what codes have named."""

    packages: Packages = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)
    durations: dict[str, str] = field(default_factory=dict)
    administrators: dict[str, str] = field(default_factory=dict)
    _dates: dict[str, dict[str, date]] = field(default_factory=dict)

    @cached_property
    def codes(self) -> Codes:
        """What each code of a territory has named since the first vintage loaded."""
        return read_codes(self.packages)

    def learn(self, quads: Iterable[Quad]) -> None:
        """Take in the statements of a source."""
        bounds = {emp(name): name for name in _BOUNDS}
        duration, administers = emp("duration"), emp("administers")
        for quad in quads:
            subject, value = quad.subject, quad.object
            if not isinstance(subject, NamedNode):
                continue
            self.subjects.add(subject.value)
            if isinstance(value, Literal):
                if quad.predicate in bounds:
                    dates = self._dates.setdefault(subject.value, {})
                    dates[bounds[quad.predicate]] = date.fromisoformat(value.value)
                elif quad.predicate == duration:
                    self.durations[subject.value] = value.value
            elif isinstance(value, NamedNode) and quad.predicate == administers:
                self.administrators[value.value] = subject.value

    def life(self, thing: str) -> Bounds:
        """Return the validity of a thing, unbounded where nothing is known of it."""
        dates = self._dates.get(thing, {})
        return Bounds(*(dates.get(name) for name in _BOUNDS))

    def require(self, thing: NamedNode) -> NamedNode:
        """Return the thing if it exists.

        Raises:
            RowError: no source of this build has it.

        """
        if thing.value not in self.subjects:
            raise RowError(f"{thing.value} exists in no source of this build")
        return thing
