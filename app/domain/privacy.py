"""What free text may not hold: CPR numbers, and the tax and replacement numbers of the same form, are found here."""

import re
import unicodedata
from collections.abc import Iterator

REDACTED = "[redacted]"

# The text is folded character for character into a small alphabet before it is searched, so that a place in the folded
# text is a place in the text: digits of any script -> 0-9, blanks -> space, dashes -> -, dots -> ., slashes -> /,
# invisible characters -> ~, letters -> a, anything else -> !
_DASHES = frozenset("\u02d7\u2043\u207b\u208b\u2212\u30fc")  # beyond those that Unicode calls dashes
_DOTS = frozenset(".\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\u3002\uff0e\uff61")
_SLASHES = frozenset("/\\_\u2044\u2215\uff0f")


class TextRefused(Exception):
    """A free text is refused. `code` is stable; neither it nor `detail` repeats any of the text."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def free_text(text: str, limit: int) -> str:
    """The text, trimmed, with plain line ends; a CPR number, a control or more than `limit` characters is refused."""
    if holds_cpr(text):
        raise TextRefused(
            "cpr_in_text",
            "The text holds something shaped like a CPR number. Leave the number out.",
        )
    text = text.strip().replace("\r\n", "\n").replace("\r", "\n")
    if any(_is_control(character) for character in text):
        raise TextRefused(
            "text_has_control",
            "The text holds control characters. Type it instead of pasting it.",
        )
    if len(text) > limit:
        raise TextRefused("text_too_long", f"The text is longer than {limit} characters. Shorten it.")
    return text


def holds_cpr(text: str) -> bool:
    """Whether anything in the text is shaped like a CPR, tax or replacement number: DDMMYY-XXXX, however separated."""
    return next(_places(text), None) is not None


def redact(text: str) -> str:
    """The text with everything shaped like a CPR number replaced, for logs."""
    kept, end = [], 0
    for start, stop in sorted(_places(text)):
        if start >= end:
            kept += [text[end:start], REDACTED]
        end = max(end, stop)
    return "".join([*kept, text[end:]])


_DIGIT = "([0-9])"
_PAIR = "([0-9])~*([0-9])"
_DAY_MONTH_YEAR = "~*".join([_PAIR] * 3)
_FOUR = "~*".join(["[0-9]"] * 4)
_APART = "[-./ ~]{1,3}"
_SHAPES = tuple(
    re.compile(rf"(?<![0-9])(?=(?P<all>{shape})(?![0-9]))")
    for shape in (
        rf"{_DAY_MONTH_YEAR}[-./ ~!]{{0,5}}{_FOUR}",  # 010190-1234, 0101901234
        rf"{_DAY_MONTH_YEAR}~*-? ?[0-9]{{2}} [0-9]{{2}}",  # 010190 12 34
        rf"{_APART.join([_PAIR] * 3)}[-./ ~]{{0,5}}{_FOUR}",  # 01.01.90-1234
        rf"{_PAIR}(?P<same>[-./ ]){_PAIR}(?P=same){_PAIR}(?P=same)[0-9]{{2}}(?P=same)[0-9]{{2}}",  # 01 01 90 12 34
        rf"{_DIGIT}(?P<same>[-./ ]){'(?P=same)'.join([_DIGIT] * 5)}[-./ ]{{1,3}}{'(?P=same)'.join(['[0-9]'] * 4)}",
        rf"{_PAIR}[-./ ~]{{0,3}}{_PAIR}[-./ ~]{{0,3}}(?:18|19|20)[0-9]{{2}}~*-~*{_FOUR}",  # 01-01-1990-1234
    )
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _places(text: str) -> Iterator[tuple[int, int]]:
    folded = text.translate(_FOLDS)
    for shape in _SHAPES:
        for found in shape.finditer(folded):
            if _is_date("".join(re.findall("[0-9]", found["all"]))):
                yield found.span("all")


def _is_date(digits: str) -> bool:
    """Whether DDMM is a day of the year; 60 is added to the day of a replacement number."""
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= month <= 12 and 1 <= (day - 60 if day > 60 else day) <= _DAYS[month - 1]


class _Folds(dict[int, str]):
    """Code point -> its folded character, worked out when first met."""

    def __missing__(self, point: int) -> str:
        return self.setdefault(point, _fold(chr(point)))


_FOLDS = _Folds()


def _fold(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if character in _DOTS:
        return "."
    if character in _SLASHES:
        return "/"
    kind = unicodedata.category(character)
    if kind == "Pd" or character in _DASHES:
        return "-"
    if kind == "Zs" or character.isspace():
        return " "
    if kind in ("Cf", "Cc", "Mn", "Me"):
        return "~"
    return "a" if character.isalpha() or character.isnumeric() else "!"


def _is_control(character: str) -> bool:
    """Controls other than line end and tab, halves of characters, and marks that turn the direction of what follows."""
    turning = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return turning or (unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t")
