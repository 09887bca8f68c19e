"""Bytes that a spreadsheet wrote -> a header and records, whatever its encoding, delimiter, quoting and line ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 50_000

_DELIMITERS = ";,\t|"
_QUOTED = {d: re.compile(rf' *"((?:[^"]|"")*+)" *(?={re.escape(d)}|\Z)') for d in _DELIMITERS}
_QUOTE = re.compile(r' *"')
_MOST_JOINED = 10  # lines that a quoted cell may run on over; a quote that never ends must not swallow the list
_DECLARED = re.compile(rf'"?sep=([{re.escape(_DELIMITERS)}])[{re.escape(_DELIMITERS)}]*"?', re.IGNORECASE)
_OTHER_FILES = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"<")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TWICE_ENCODED = re.compile("\u00c3[\u00a6\u00b8\u00a5\u2020\u02dc\u2026]")  # what UTF-8 ae, oe, aa look like in 1252


class ListRefused(Exception):
    """The whole list is refused and nothing of it is taken. Neither `code` nor `detail` repeats any of the list."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Record:
    """One row and the physical line it begins on, from 1. `cells` is None if a quotation mark in it never ends."""

    line: int
    cells: tuple[str, ...] | None


def read_records(raw: bytes, recognise: Callable[[tuple[str, ...]], int]) -> Iterator[Record]:
    """The header, then every row that is not blank. `recognise` says how many names of the header it knows."""
    lines = re.split("\r\n|\n|\r", _decode(raw))
    if len(lines) > MOST_LINES:
        raise _too_large()
    start = _next_written(lines, 0)
    if declared := _DECLARED.fullmatch(lines[start].strip(" ")):
        start = _next_written(lines, start + 1)
        delimiter = declared[1]
    else:
        delimiter = max(_DELIMITERS, key=lambda d: _header_fit(lines, start, d, recognise))
    if _header_fit(lines, start, delimiter, recognise)[1] < 2:
        raise ListRefused(
            "not_a_table",
            "The file is not a table. Save the list as CSV and send that file.",
        )
    return _records(lines, start, delimiter)


def _decode(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise _too_large()
    if raw.lstrip().startswith(_OTHER_FILES):
        raise ListRefused(
            "not_a_table",
            "The file is a workbook or a document. Save the list as CSV and send that file.",
        )
    text = _decode_marked(raw).rstrip("\x1a")
    if "\0" in text:
        raise _unreadable()
    return text


def _decode_marked(raw: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise _unreadable() from None
    return _decode_one_byte(raw)


def _decode_one_byte(raw: bytes) -> str:
    """Not UTF-8: Windows-1252, unless only the Macintosh's or DOS's letters make Danish of the header."""
    encoding = max(("cp1252", "mac_roman", "cp850"), key=lambda name: _danish_letters(raw, name))
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise _unreadable() from None
    if _TWICE_ENCODED.search(text):
        raise _unreadable()
    return text


def _danish_letters(raw: bytes, encoding: str) -> int:
    lines = re.split(b"[\r\n]+", raw.lstrip(), maxsplit=2)
    header = lines[1] if lines[0].lower().lstrip(b'"').startswith(b"sep=") and len(lines) > 1 else lines[0]
    return sum(letter in "\u00e6\u00f8\u00e5\u00c6\u00d8\u00c5" for letter in header.decode(encoding, "ignore"))


def _too_large() -> ListRefused:
    return ListRefused(
        "too_large",
        f"The file is larger than 2 MB or longer than {MOST_LINES} lines. Send one day's bookings at a time.",
    )


def _unreadable() -> ListRefused:
    return ListRefused(
        "unreadable_encoding",
        "The letters of the file cannot be read. Save the list as CSV UTF-8 and send that file.",
    )


def _next_written(lines: list[str], start: int) -> int:
    for place in range(start, len(lines)):
        if lines[place].strip().strip(f'{_DELIMITERS} "'):
            return place
    raise ListRefused("empty_file", "The file is empty. Export the list again.")


def _header_fit(
    lines: list[str],
    start: int,
    delimiter: str,
    recognise: Callable[[tuple[str, ...]], int],
) -> tuple[int, int]:
    header, _ = _record_at(lines, start, delimiter)
    cells = header.cells or ()
    return recognise(cells), len(cells)


def _records(lines: list[str], start: int, delimiter: str) -> Iterator[Record]:
    while start < len(lines):
        record, start = _record_at(lines, start, delimiter)
        if record.cells is None or any(cell.strip() for cell in record.cells):
            yield record


def _record_at(lines: list[str], start: int, delimiter: str) -> tuple[Record, int]:
    """The record that begins here and the place after it; a quoted cell may run on over the next lines."""
    for end in range(start + 1, min(start + 1 + _MOST_JOINED, len(lines)) + 1):
        cells = _cells("\n".join(lines[start:end]), delimiter)
        if cells is not None:
            return Record(start + 1, cells), end
    return Record(start + 1, None), start + 1


def _cells(text: str, delimiter: str) -> tuple[str, ...] | None:
    if '"' not in text:
        return tuple(text.split(delimiter))
    cells: list[str] = []
    place = -1
    while place < len(text):
        place += 1
        if quoted := _QUOTED[delimiter].match(text, place):
            cells.append(quoted[1].replace('""', '"'))
            place = quoted.end()
        elif _QUOTE.match(text, place):
            return None
        else:
            end = text.find(delimiter, place)
            end = len(text) if end < 0 else end
            cells.append(text[place:end])
            place = end
    return tuple(cells)
