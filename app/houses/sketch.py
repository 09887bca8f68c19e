"""Reads the sketch of the hall: rooms as boxes, desks as spots, in units of the house's own choice."""

from app.domain.house import Room, Sketch
from app.houses.tables import Table


def sketch(file: Table) -> Sketch | None:
    """The table [sketch] of a house file; None where there is none."""
    if "sketch" not in file.values:
        return None
    table = file.table("sketch")
    width, height = table.numbers("size", 2) or (1.0, 1.0)
    rooms = []
    for part in table.tables("room"):
        box = part.numbers("box", 4)
        label = part.words("label")
        part.close()
        if box:
            rooms.append(Room(label, (box[0], box[1], box[2], box[3])))
            if box[0] + box[2] > width or box[1] + box[3] > height:
                part.wrong("box", "outside_sketch", f"{part.name} lies outside the sketch.", "Mind size of [sketch].")
    entrance = table.numbers("entrance", 2) or (0.0, 0.0)
    table.close()
    return Sketch((width, height), tuple(rooms), (entrance[0], entrance[1]))


def spot(desk: Table) -> tuple[float, float] | None:
    """Where a desk stands in the sketch; None where it is not drawn."""
    found = desk.numbers("spot", 2)
    return (found[0], found[1]) if found else None
