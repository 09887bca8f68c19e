"""Finding the line of a table, a key or a word in TOML."""

from app.houses.lines import Lines

TEXT = '''# a comment with a [bracket and a "quote
top = 1

[plain]
a.b = "x = [1"   # not a { table
list = [
  "one",
  { code = "two", key = "v" },
  "one-more",
]
after = 2

[[many]]
code = "first"

[[many]]
code = "second"
[many.inner]
"quoted key" = 3
long = """
code = 5
[not a header]
"""
end = 4
'''


def test_tables_and_keys_are_found() -> None:
    lines = Lines(TEXT)
    assert lines.of(("top",)) == 2
    assert lines.of(("plain",)) == 4
    assert lines.of(("plain", "a", "b")) == 5
    assert lines.of(("plain", "after")) == 11


def test_each_table_of_a_list_has_its_own_line() -> None:
    lines = Lines(TEXT)
    assert [lines.of(("many", index)) for index in range(2)] == [13, 16]
    assert lines.of(("many", 1, "code")) == 17


def test_a_table_inside_a_listed_table_belongs_to_the_last_one() -> None:
    assert Lines(TEXT).of(("many", 1, "inner", "quoted key")) == 19


def test_a_long_text_holds_no_keys() -> None:
    lines = Lines(TEXT)
    assert lines.of(("many", 1, "inner", "code")) == 18
    assert lines.of(("many", 1, "inner", "end")) == 24


def test_a_word_is_found_inside_its_statement() -> None:
    lines = Lines(TEXT)
    assert lines.of(("plain", "list"), "one") == 7
    assert lines.of(("plain", "list", 1, "key"), "two") == 8
    assert lines.of(("plain", "list"), "one-more") == 9


def test_a_word_that_stands_elsewhere_gives_the_statement() -> None:
    assert Lines(TEXT).of(("plain", "list"), "second") == 6


def test_what_is_not_written_is_where_its_holder_is() -> None:
    assert Lines(TEXT).of(("many", 0, "missing")) == 13
    assert Lines(TEXT).of(("nothing", "at", "all")) == 1
