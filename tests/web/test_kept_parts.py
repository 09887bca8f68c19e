"""What a followed page keeps of its last picture is never older than the picture that it belongs to."""

import re
from types import SimpleNamespace

from starlette.requests import HTTPConnection

from app.actions import calling, citizen, serving
from app.screens import citizen as citizen_screen
from app.store.store import Known
from app.web.render import fragment
from tests.builders import Hall

KEY = re.compile(r'name=\\"key\\" value=\\"[^"]*"')


def _socket() -> HTTPConnection:
    app = SimpleNamespace(state=SimpleNamespace(ways={}))
    scope = {"type": "websocket", "path": "/live/tickets/t", "path_params": {"token": "t"}, "headers": [], "app": app}
    return HTTPConnection(scope | {"query_string": b"", "server": ("test", 80), "scheme": "ws"})


def test_a_ticket_followed_through_its_day_looks_like_one_opened_at_each_moment(hall: Hall) -> None:
    hall.open("cs-1", "cs-2", "tax-1")
    ahead = hall.arrives("cs.cpr")
    mine = hall.arrives("cs.cpr", "cs.mitid", "cs.tax", adults=2)
    followed, shown = fragment(_socket(), "citizen", "en"), list[str]()

    def look() -> None:
        known: Known = hall.store.known_here("aalborg")
        p = known.picture
        screen = citizen_screen.show(p.floor, known.house, hall.clock(), p.seq, p.epoch, mine.id)
        kept, anew = (encode(screen, known)[1] for encode in (followed, fragment(_socket(), "citizen", "en")))
        assert KEY.sub("", kept) == KEY.sub("", anew)
        shown.append(kept)

    look()
    for act in (
        lambda w: calling.call_visit(w, "cs-1", ahead.id),
        lambda w: citizen.step_out(w, mine.id, 10, False),
        lambda w: citizen.come_back(w, mine.id, False),
        lambda w: calling.call_visit(w, "cs-2", mine.id),
        lambda w: calling.miss(w, "cs-2"),
        lambda w: calling.rejoin(w, mine.id, False),
        lambda w: calling.call_visit(w, "cs-2", mine.id),
        lambda w: serving.start(w, "cs-2"),
        lambda w: serving.finish(w, "cs-2"),
    ):
        hall.do(act)
        look()
    assert len(set(shown)) == len(shown)
