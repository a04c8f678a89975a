"""Finding a Java runtime that can run the reasoner."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

# HermiT's classes target Java 6; 8 is the oldest runtime that is still maintained.
MINIMUM_JAVA: Final = 8
_VERSION: Final = re.compile(r'version "(?:1\.)?(\d+)')
_PROBE_SECONDS: Final = 20.0


class JavaMissingError(Exception):
    """No usable Java runtime: the message says what is missing, why it is needed, what to do."""

    def __init__(self, reason: str) -> None:
        """Build the three-line message.

        Args:
            reason: what was found, or that nothing was.
        """
        super().__init__(
            f"Java {MINIMUM_JAVA} or later is missing: {reason}.\n"
            "The consistency of the ontology is checked by HermiT, a Java program.\n"
            "Install one (on Debian: apt-get install default-jre-headless) or set JAVA_HOME."
        )


def java_version(executable: str) -> int | None:
    """Ask a Java executable for its major version.

    Args:
        executable: the path of a `java` program.

    Returns:
        The major version (8 for "1.8.0"), or None when the program does not answer as Java does.
    """
    try:
        answer = subprocess.run(  # noqa: S603  the executable comes from PATH or JAVA_HOME
            [executable, "-version"],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None


def find_java() -> str:
    """Find a Java runtime, first in JAVA_HOME, then on the PATH.

    Returns:
        The path of the executable.

    Raises:
        JavaMissingError: there is none, it does not run, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    inside_home = Path(home) / "bin" / "java" if home else None
    if inside_home is not None and inside_home.is_file():
        executable: str | None = str(inside_home)
    else:
        executable = shutil.which("java")
    if executable is None:
        raise JavaMissingError("no java program on the PATH")
    version = java_version(executable)
    if version is None:
        raise JavaMissingError(f"{executable} does not answer to -version")
    if version < MINIMUM_JAVA:
        raise JavaMissingError(f"{executable} is version {version}")
    return executable
