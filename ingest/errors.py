"""The product's errors: one line what, one line why, one line what to do."""

from typing import Final

EXIT_VIOLATIONS: Final = 1
EXIT_USAGE: Final = 2
EXIT_SOURCE: Final = 3


class EmpilementError(Exception):
    """A failure the reader can act upon.

    Args:
        what: what failed, in one line.
        why: the cause, in one line.
        todo: what to do about it, in one line.
    """

    exit_code: int = EXIT_USAGE

    def __init__(self, what: str, why: str, todo: str) -> None:
        super().__init__(f"{what}\n{why}\n{todo}")
        self.what = what
        self.why = why
        self.todo = todo


class IdentityError(EmpilementError):
    """A kind or code from which no identifier can be made."""


class MissingBuildError(EmpilementError):
    """No graph has been built yet, or its folder is incomplete."""


class BuildLockedError(EmpilementError):
    """Another build holds the lock of the data folder."""


class CatalogueError(EmpilementError):
    """The source catalogue, or a table it names, is not what it must be."""


class SourceError(EmpilementError):
    """A source cannot be read: missing, changed or malformed."""

    exit_code = EXIT_SOURCE


class ViolationsError(EmpilementError):
    """The built graph breaks a shape; the build is refused."""

    exit_code = EXIT_VIOLATIONS
