"""What the engine of a worker writes an answer to: counted, put in order, sent in pieces."""

import re
from collections.abc import Callable
from typing import Final

from queries.errors import FormatError, QueryMemoryError
from queries.formats import Format, tidy

PIECE: Final = 1 << 16
_TIDIED: Final = 1 << 22
_PREFIXED: Final = frozenset((Format.TURTLE, Format.TRIG, Format.RDFXML))
# What pyoxigraph writes all the same: characters that XML 1.0 (§2.2) leaves out, and an element
# without a name for a property whose IRI ends in none.
_ILL_FORMED: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<oxprefix: ")
_LONGEST_SEAM: Final = 10
_XML_ROW: Final = b"<result>"
# Between two rows, before the name of a column. In a text a quotation mark has a backslash before
# it, and after the one that ends a text comes no name.
_JSON_ROW: Final = re.compile(rb',\{"[^,}\]:]')
_JSON_MARK: Final = 3
_CSV_QUOTED: Final = re.compile(rb'"[^"]*+"')


class Outlet:
    """A file as pyoxigraph writes to one.

    ``rows`` counts the rows or, by whoever writes a graph, its triples.

    The first pieces wait until there are enough of them: an answer smaller than that is sent
    whole, once it is known to be sound. Prefixes are put in order while that can still be done;
    a graph larger than 4 MiB keeps them all.

    Args:
        chosen: the format of the answer.
        send: takes a piece.
        rows: the most rows, if it is an answer of rows; 0 for no limit.
        most: the most bytes.
    """

    def __init__(
        self, chosen: Format, send: Callable[[bytes], None], *, rows: int, most: int
    ) -> None:
        self._chosen = chosen
        self._send = send
        self._most = most
        self._rows = rows
        self._counter = None if chosen.is_graph else RowCounter(chosen)
        self.rows = 0
        self._held = bytearray()
        self._written = 0
        self._untidy = _TIDIED if chosen in _PREFIXED else 0
        self._xml = chosen in (Format.XML, Format.RDFXML)
        self._seam = b""
        self.started = False
        self.error: QueryMemoryError | FormatError | None = None

    def write(self, data: bytes) -> int:
        """Take what the engine writes.

        Raises:
            OSError: a limit is overrun (kept in ``error``), or nobody reads any more.
        """
        self._written += len(data)
        if self._written > self._most:
            self._refuse(too_large(self._most))
        if self._xml:
            if ill_formed(self._seam + data):
                self._refuse(not_xml(self._chosen))
            self._seam = data[-_LONGEST_SEAM:]
        if self._counter is not None:
            self.rows = self._counter.feed(data)
        if self._rows and self.rows > self._rows:
            self._refuse(too_many(self._rows))
        self._held += data
        if self._untidy and len(self._held) > self._untidy:
            self._held = bytearray(tidy(self._chosen, bytes(self._held), whole=False))
            self._untidy = 0
        if not self._untidy and len(self._held) >= PIECE:
            self._flush()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are sent when they are large enough."""

    def close(self) -> bytes:
        """Give what has not been sent yet; the whole answer, if none of it has."""
        rest = bytes(self._held)
        self._held.clear()
        return tidy(self._chosen, rest) if self._untidy else rest

    def _flush(self) -> None:
        self.started = True
        held = memoryview(bytes(self._held))
        for start in range(0, len(held), PIECE):
            self._send(bytes(held[start : start + PIECE]))
        self._held.clear()

    def _refuse(self, error: QueryMemoryError | FormatError) -> None:
        self.error = error
        raise OSError(error.why)


class RowCounter:
    """Counts the rows of an answer in a format of results, as its bytes come by.

    Rows without any value are not counted in JSON; the limit of bytes holds for them.

    Args:
        chosen: the format.
    """

    def __init__(self, chosen: Format) -> None:
        self._chosen = chosen
        self._tail = b""
        self._found = 0

    def feed(self, data: bytes) -> int:
        """Count on; give the rows so far, of which a last one may lack its end."""
        text = self._tail + data
        self._tail = b""
        match self._chosen:
            case Format.TSV:
                # A line feed in a value is written \\n; the first line names the columns.
                self._found += text.count(b"\n")
                return max(0, self._found - 1)
            case Format.CSV:
                self._found += self._unquoted(text).count(b"\n")
                return max(0, self._found - 1)
            case Format.XML:
                self._found += text.count(_XML_ROW)
                self._tail = text[-len(_XML_ROW) + 1 :]
                return self._found
            case _:
                self._found += len(_JSON_ROW.findall(text))
                self._tail = text[-_JSON_MARK:]
                # The last characters are read again: what they hold whole is not counted twice.
                self._found -= len(_JSON_ROW.findall(self._tail))
                return self._found + 1 if self._found else 0

    def _unquoted(self, text: bytes) -> bytes:
        if b'"' not in text:
            return text
        outside = _CSV_QUOTED.sub(b"", text)
        opened = outside.find(b'"')
        if opened < 0:
            return outside
        self._tail = outside[opened:]
        return outside[:opened]


def ill_formed(xml: bytes) -> bool:
    """Tell whether what pyoxigraph wrote as XML is none."""
    return _ILL_FORMED.search(xml) is not None


def not_xml(chosen: Format) -> FormatError:
    """Make the error of an answer that XML cannot hold."""
    return FormatError(
        f"The answer cannot be given as {chosen.media_type!r}.",
        "XML has no way to write one of its characters, or a property or class without a name.",
        "Ask for another format, such as JSON or Turtle.",
    )


def too_large(most: int) -> QueryMemoryError:
    """Make the error of an answer with too many bytes."""
    return QueryMemoryError(
        "The answer is too large to be sent.",
        f"It has more than {most >> 20} MiB.",
        "Ask for less at a time, with LIMIT and OFFSET or a narrower question.",
    )


def too_many(rows: int) -> QueryMemoryError:
    """Make the error of an answer with too many rows."""
    return QueryMemoryError(
        "The answer has too many rows.",
        f"It has more than {rows}.",
        "Ask for less at a time, with LIMIT and OFFSET or a narrower question.",
    )
