"""Rate limits: by address and by what is tried, in this process."""

from ipaddress import ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import HTTPConnection

from app.web.errors import Problem

_storage = MemoryStorage()
_limiter = FixedWindowRateLimiter(_storage)


async def slow_down(connection: HTTPConnection, what: str, a_minute: int) -> None:
    """Refuse more than so many tries a minute from one address."""
    if not _limiter.hit(RateLimitItemPerMinute(a_minute), what, address_of(connection)):
        raise Problem(429, "too_often")


def address_of(connection: HTTPConnection) -> str:
    """Who asks: an IPv4 address, or the IPv6 network that one household has whole."""
    host = connection.client.host if connection.client else "?"
    try:
        found = ip_address(host)
    except ValueError:
        return host
    return host if found.version == 4 else str(ip_network((found, 64), strict=False))


def forget() -> None:
    """Nobody has tried anything yet."""
    _storage.reset()
