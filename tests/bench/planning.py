"""A full floor for the planner's speed: 80 parties waiting in the sample house with its nine desks, nobody served yet."""

from app.domain.scene import Desk, Errand, Party, Scene

NOW, OPENS, CLOSES = 600.0, 540.0, 900.0

DESKS = {
    "siri-1": ("siri",),
    "siri-2": ("siri",),
    "ihnd-1": ("reception",),
    "ihnd-2": ("reception",),
    "career-1": ("career",),
    "cs-1": ("cpr", "doctor"),
    "cs-2": ("cpr", "doctor", "mitid"),
    "cs-3": ("cpr", "doctor", "tax", "mitid"),
    "tax-1": ("tax", "mitid"),
}
MINUTES = {"siri": 13.0, "reception": 6.0, "career": 18.0, "cpr": 14.0, "doctor": 5.0, "tax": 8.0, "mitid": 10.0}
AFTER = {"cpr": ("siri",), "doctor": ("cpr",), "tax": ("siri",), "mitid": ("cpr",)}
VISITS = (
    ("siri", "cpr", "doctor", "tax", "mitid"),
    ("cpr", "doctor", "mitid"),
    ("tax", "mitid"),
    ("career",),
    ("reception", "cpr", "tax"),
)


def _errand(service: str, size: int) -> Errand:
    return Errand(service, service, MINUTES[service] * (1 + 0.4 * (size - 1)), 0.5, frozenset(AFTER.get(service, ())))


def _party(n: int) -> Party:
    since = OPENS + n * (NOW - OPENS) / 80
    size = 1 + (n % 7 == 0) + (n % 13 == 0)
    return Party(f"P{n:02}", n, since, tuple(_errand(s, size) for s in VISITS[n % 5]), free_since=since)


def full_floor(parties: int = 80) -> Scene:
    """The scene at ten o'clock."""
    desks = tuple(
        Desk(code, frozenset(services), OPENS, CLOSES, breaks=((690.0 + 15.0 * (n % 4), 30.0),))
        for n, (code, services) in enumerate(DESKS.items())
    )
    return Scene(NOW, desks, tuple(_party(n) for n in range(parties)), grace=10.0)
