"""How fast desks really are today, and how long what is running will still take."""

import math
from collections.abc import Iterable
from statistics import NormalDist

from app.domain.scene import Desk, Done

PRIOR_MINUTES = 60.0
"""So much finished work makes a desk's own pace half believed."""

_NORMAL = NormalDist()
_LEAST = 0.5


def desk_paces(history: Iterable[Done]) -> dict[str, float]:
    """Actual over expected minutes of each desk with a history, drawn towards 1."""
    wanted: dict[str, float] = {}
    actual: dict[str, float] = {}
    for done in history:
        wanted[done.desk] = wanted.get(done.desk, PRIOR_MINUTES) + done.expected
        actual[done.desk] = actual.get(done.desk, PRIOR_MINUTES) + done.minutes
    return {desk: actual[desk] / wanted[desk] for desk in wanted}


def lognormal(mean: float, spread: float) -> tuple[float, float]:
    """The parameters (mu, sigma) of the lognormal with this mean and this standard deviation over mean."""
    variance = math.log(1.0 + spread * spread)
    return math.log(max(mean, 1e-6)) - variance / 2.0, math.sqrt(variance)


def left_at(mean: float, spread: float, lasted: float, chance: float) -> float:
    """Minutes still to go, exceeded with 1 - `chance`, of an errand that has already lasted so long."""
    if spread <= 0.0:
        return max(_LEAST, mean - lasted)
    mu, sigma = lognormal(mean, spread)
    over = _NORMAL.cdf((math.log(lasted) - mu) / sigma) if lasted > 0.0 else 0.0
    share = over + (1.0 - over) * chance
    if share > 0.9999:
        return max(_LEAST, 0.25 * lasted)
    return max(_LEAST, math.exp(mu + sigma * _NORMAL.inv_cdf(max(share, 1e-4))) - max(lasted, 0.0))


def mean_left(mean: float, spread: float, lasted: float) -> float:
    """Expected minutes still to go of an errand that has already lasted so long."""
    if lasted <= 0.0 or spread <= 0.0:
        return max(_LEAST, mean - lasted)
    mu, sigma = lognormal(mean, spread)
    z = (math.log(lasted) - mu) / sigma
    over = 1.0 - _NORMAL.cdf(z)
    if over < 1e-4:
        return max(_LEAST, 0.25 * lasted)
    return max(_LEAST, mean * (1.0 - _NORMAL.cdf(z - sigma)) / over - lasted)


def expected_free(desk: Desk, now: float, pace: float) -> float:
    """When the desk is expected to be free, breaks still to come not counted."""
    if desk.sitting is None:
        return max(now, desk.opens, desk.until or now)
    sitting = desk.sitting
    running = sitting.errands[sitting.current]
    free = max(now, sitting.began) + mean_left(running.minutes * pace, running.spread, now - sitting.began)
    return free + pace * sum(e.minutes for e in sitting.errands[sitting.current + 1 :])
