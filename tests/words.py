"""The words of pages and codes: what there is to say, and the catalogues that hold it in every language.

`make words` reads templates and tables of words and brings app/locale/ up to date: new words come in empty, words
that nobody says any more go. No line numbers and one line a sentence, so that changes stay small.
"""

import ast
import io
import re
import string
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from app.resources import folder
from app.web.wording import FOR_CITIZENS, LANGUAGES, LOCALES, read_catalogue

ROOT = Path(__file__).resolve().parent.parent
EVERYTHING = "da"
"""This language says everything. English is what the words are written in; the others say what citizens read."""

OTHERS = tuple(code for code in LANGUAGES if code not in ("en", EVERYTHING))
FOR_ALL = (
    "citizen",
    "handout",
    "kiosk",
    "statements",
    "accessibility.html",
    "privacy.html",
    "error.html",
    "status.html",
)
FOR_ALL += ("languages.html", "icons.html", "base.html", "floorwalker/visit/ticket.html", "companies/group.html")
FOR_ALL += tuple(f"programme/{name}.html" for name in ("page", "months", "parts", "one"))
KEYWORDS: Mapping[str, Any] = {
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
OPTIONS = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}

Words = str | tuple[str, str]


@dataclass(frozen=True)
class Said:
    """Something that is said somewhere."""

    id: Words
    context: str | None
    for_citizens: bool


@cache
def everything_said() -> tuple[Said, ...]:
    """All words, in the order of the alphabet, each once; for citizens where any place is."""
    found: dict[tuple[Words, str | None], bool] = {}
    for said in (*_templates(), *_code(), *_tables()):
        found[said.id, said.context] = found.get((said.id, said.context), False) or said.for_citizens
    ordered = sorted(found, key=lambda key: (_first(key[0]).casefold(), str(key)))
    return tuple(Said(*key, found[key]) for key in ordered)


def _first(words: Words) -> str:
    return words if isinstance(words, str) else words[0]


def _templates() -> Iterator[Said]:
    place = folder("templates")
    for file in sorted(place.rglob("*.html")):
        with file.open("rb") as text:
            for_citizens = not {file.relative_to(place).parts[0], file.relative_to(place).as_posix()}.isdisjoint(
                FOR_ALL
            )
            for _, function, words, _ in babel_extract(text, list(KEYWORDS), (), dict(OPTIONS)):
                if any(isinstance(w, str) for w in (words if isinstance(words, tuple) else (words,))):
                    yield _said(function, words, for_citizens)


def _said(function: str, words: Any, for_citizens: bool) -> Said:
    """What a call of a gettext function says, of its arguments."""
    parts = [w for w in (words if isinstance(words, tuple) else (words,)) if isinstance(w, str)]
    context = parts.pop(0) if "pgettext" in function else None
    return Said((parts[0], parts[1]) if function.startswith("n") else parts[0], context, for_citizens)


def _code() -> Iterator[Said]:
    for file in sorted((ROOT / "app").rglob("*.py")):
        with file.open("rb") as text:
            for _, words, _, context in extract("python", text, KEYWORDS):
                yield Said(words, context, file.parent.name in ("screens", "notify"))


def _tables() -> Iterator[Said]:
    """Tables of words, code -> sentence, anywhere in app: called WORDS or TITLES or ending so; CITIZEN_WORDS are for all."""
    for file in sorted((ROOT / "app").rglob("*.py")):
        for name, table in _literals(ast.parse(file.read_text(encoding="utf-8"))):
            if name.endswith(("WORDS", "TITLES")):
                for code, words in table:
                    yield Said(words, None, name in ("TITLES", "CITIZEN_WORDS") or code in FOR_CITIZENS)


def _literals(module: ast.Module) -> Iterator[tuple[str, list[tuple[object, str]]]]:
    for statement in module.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Dict):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            pairs = zip(statement.value.keys, statement.value.values, strict=True)
            table = [(_constant(key), _constant(value)) for key, value in pairs]
            yield getattr(target, "id", ""), [(key, value) for key, value in table if isinstance(value, str)]


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def wanted(language: str) -> list[Said]:
    """What the catalogue of this language is to say."""
    return [said for said in everything_said() if said.for_citizens or language == EVERYTHING]


def merged(language: str) -> Catalog:
    """The catalogue with all that is wanted and nothing else, translated as far as it is."""
    old, new = read_catalogue(language), Catalog(language, fuzzy=False)
    for said in wanted(language):
        known = old.get(said.id, said.context)
        forms = ("",) * new.num_plurals if isinstance(said.id, tuple) else ""
        new.add(said.id, known.string if known else forms, context=said.context)
    return new


def written(catalogue: Catalog, language: str) -> bytes:
    """The file of a catalogue."""
    head = f"Language: {language}", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {catalogue.plural_forms}"
    top = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in head) + "\n"
    body = io.BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True)
    return top.encode() + body.getvalue()


def gaps(catalogue: Catalog) -> list[str]:
    """What is not said, or not in every form that the language's numbers need."""
    return [_first(m.id) for m in messages(catalogue) if not all(_forms(m))]


def strays(catalogue: Catalog) -> list[str]:
    """Whose places for numbers and names are not those of the English words."""
    return [_first(m.id) for m in messages(catalogue) if any(_astray(m, form) for form in _forms(m) if form)]


def messages(catalogue: Catalog) -> list[Message]:
    """The entries, without the head."""
    return [m for m in catalogue if m.id]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, (tuple, list)) else (message.string,)


def _astray(message: Message, form: str) -> bool:
    """A form for one or two may leave the number itself out; nothing may be added."""
    plural = not isinstance(message.id, str)
    most = places(message.id[-1] if plural else message.id)
    least = most - {"num"} if plural else most
    return not least <= places(form) <= most


def places(words: str) -> set[str]:
    """The named places of a sentence, of either kind."""
    braces = {name for _, name, _, _ in string.Formatter().parse(words) if name} if "{" in words else set()
    return braces | set(re.findall(r"%\((\w+)\)", words))


def file_of(language: str) -> Path:
    """Where a catalogue stands."""
    return LOCALES / language / "LC_MESSAGES" / "samedag.po"


def main(languages: Iterable[str]) -> None:
    """Bring the catalogues up to date, and say what is missing in each."""
    for language in languages:
        catalogue, file = merged(language), file_of(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(catalogue, language))
        missing = gaps(catalogue)
        print(f"{language}: {len(messages(catalogue))} sentences, {len(missing)} not translated")
        for words in missing[:200]:
            print(f"    {words}")


if __name__ == "__main__":
    main(sys.argv[1:] or (EVERYTHING, *OTHERS))
