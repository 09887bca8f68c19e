"""`make wire`: the schema of the socket messages, from the code, beside the display that reads them."""

import json

from app.live.wire import schema
from app.resources import folder

FILE = folder("display") / "wire.schema.json"


def written() -> str:
    """The file as it must be."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
