"""Rate limits: by address and by what is tried, in this process."""

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.web.errors import Problem

_limiter = FixedWindowRateLimiter(MemoryStorage())


async def slow_down(request: Request, what: str, a_minute: int) -> None:
    """Refuse more than so many tries a minute from one address."""
    address = request.client.host if request.client else "?"
    if not _limiter.hit(RateLimitItemPerMinute(a_minute), what, address):
        raise Problem(429, "too_often")
