"""Why a season is not taken in, in the reader's language; the rules say it in English, without anything of the list."""

import re
import string
from functools import cache

from app.web.wording import translate

LIST_WORDS = {
    "not_a_table": "The file is not a table. Save the list as CSV and send that file.",
    "a_document": "The file is a workbook or a document. Save the list as CSV and send that file.",
    "list_too_large": "The file is larger than 2 MB or longer than {lines} lines. Send one day's bookings at a time.",
    "unreadable": "The letters of the file cannot be read. Save the list as CSV UTF-8 and send that file.",
    "empty": "The file is empty. Export the list again.",
    "missing_column": "The first row must name these columns too: {columns}.",
    "ambiguous_column": "Several columns could be these: {columns}. Keep one of each.",
    "duplicate_code": "An earlier row says something else of this code.",
    "own_code": "Give each event a code of its own.",
    "bad_quotes": "A quotation mark in the row never ends.",
    "quotes": "Remove it, or double it.",
    "no_such_time": "Clocks go forward past this time on that date.",
    "check_time": "Check the time and the date.",
    "missing_text": "The row has no {column}.",
    "write": "Write it.",
    "change_text": "Change the text.",
    "cpr_in_text": "The text holds something shaped like a CPR number. Leave the number out.",
    "control": "The text holds control characters. Type it instead of pasting it.",
    "too_long": "The text is longer than {limit} characters. Shorten it.",
    "bad_code": "The code is missing or cannot be read.",
    "code": "Use 1 to 40 letters A-Z, figures, dots and hyphens.",
    "bad_capacity": "The number of places cannot be read.",
    "capacity": "Write a whole number, or nothing.",
    "unknown_audience": "The house knows no pathway of this code.",
    "audience": "Write of: {known}.",
    "unknown_status": "The status is unknown.",
    "status": "Write Planlagt or Aflyst (planned, cancelled).",
    "bad_date": "The date cannot be read.",
    "date": "Write it as 25-11-2026, the day before the month.",
    "bad_time": "The time cannot be read.",
    "time": "Write it as 08:30.",
}


def said_in(sentence: str, language: str) -> str:
    """A sentence of the rules in this language; as it is where it is none of these."""
    for words in LIST_WORDS.values():
        if found := _shape(words).fullmatch(sentence):
            return translate(words, language).format_map(found.groupdict())
    return sentence


@cache
def _shape(words: str) -> re.Pattern[str]:
    """What the sentence looks like with its places filled."""
    parts = string.Formatter().parse(words)
    return re.compile("".join(re.escape(text) + (f"(?P<{name}>.+)" if name else "") for text, name, *_ in parts))
