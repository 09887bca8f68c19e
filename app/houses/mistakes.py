"""What can be said of a wrong house file: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from app.houses.lines import Lines, Place


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong at one line (1 is the first); `code` never changes, the sentences may."""

    line: int
    code: str
    what: str
    remedy: str

    def said(self, name: str) -> str:
        """One line for a terminal, which editors can jump from."""
        return f"{name}:{self.line}: {self.code}: {self.what} {self.remedy}"


class HouseRefused(Exception):
    """The file is no house; holds every mistake found, in the order of its lines."""

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.name = name
        self.mistakes = tuple(sorted(set(mistakes), key=lambda mistake: (mistake.line, mistake.code, mistake.what)))
        super().__init__("\n".join(mistake.said(name) for mistake in self.mistakes))


def suggest(word: str, known: Iterable[str]) -> str:
    """A remedy for an unknown word: the likely one, else all that are known."""
    choices = sorted(known)
    near = get_close_matches(word, choices, n=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known: {', '.join(choices)}." if choices else "None is declared yet."


class Ledger:
    """The mistakes of one file, and where each declared code stands. Lines are sought only when needed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: Lines | None = None
        self.mistakes: list[Mistake] = []
        self.places: dict[tuple[str, str], Place] = {}
        self.languages: tuple[str, ...] = ()

    def wrong(self, place: Place, code: str, what: str, remedy: str, word: str | None = None) -> None:
        """Note a mistake at `place`, or at `word` inside it."""
        if self._lines is None:
            self._lines = Lines(self._text)
        self.mistakes.append(Mistake(self._lines.of(place, word), code, what, remedy))

    def unknown(self, place: Place, kind: str, what: str, word: str, known: Iterable[str]) -> None:
        """Note that `word` in `place` names nothing of its kind, with the likely meaning as remedy."""
        self.wrong(place, f"unknown_{kind}", what, suggest(word, known), word)

    def declare(self, kind: str, code: str, place: Place) -> bool:
        """Remember where `code` stands; false, and a mistake, if another of its kind has it."""
        if (kind, code) in self.places:
            self.wrong(
                (*place, "code"), "duplicate_code", f'{kind} "{code}" is declared twice.', "Rename or remove one."
            )
            return False
        self.places[kind, code] = place
        return True

    def place_of(self, kind: str, code: str) -> Place:
        """Where `code` was declared; the top of the file if nowhere."""
        return self.places.get((kind, code), ())
