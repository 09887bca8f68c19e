"""Tables for spreadsheets. A cell is never a formula or a link, whatever was written into it."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Cell: TypeAlias = str | int | None
HIDDEN = "<5"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it; a count that is hidden, as that."""
    if cell is None:
        return HIDDEN
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_STARTS) else cell


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a Danish spreadsheet opens it: semicolons, UTF-8 with its mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([neutral(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The same as a workbook of one sheet."""
    import xlsxwriter  # by whoever asks first: 3 MB, and time that no start has

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, text in enumerate(header):
            sheet.write_string(0, column, text, bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, HIDDEN if cell is None else cell)
        sheet.autofit()
    return file.getvalue()
