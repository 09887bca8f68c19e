"""Web Push: RFC 8030 and 8291, with the house's own key (RFC 8292). The service in between sees neither words nor number."""

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from app.notify.ways import Errand, Gone, NotTaken, TryLater

HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com")
"""The push services of the browsers. A subscription names an address for us to call: only these are called."""

LASTS = {"now": timedelta(minutes=4), "soon": timedelta(minutes=10)}
"""After this the push service may throw the message away: it is true no more."""

DAY = timedelta(hours=12)
"""For how long a message about an event is worth having."""

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256."""


def allowed(endpoint: str, more: tuple[str, ...] = ()) -> bool:
    """Whether this is the address of a push service; `more` are further hosts, or whole origins for tests."""
    found = urlsplit(endpoint)
    if f"{found.scheme}://{found.netloc}" in more:
        return True
    host = found.hostname or ""
    ours = (*HOSTS, *(m for m in more if "://" not in m))
    fits = any(host.endswith(h[1:]) if h.startswith("*.") else host == h for h in ours)
    return found.scheme == "https" and found.netloc in (host, f"{host}:443") and fits


class Push:
    """Sends to the phones of a house. The key follows from the house's secret, so that every process has the same."""

    at_once = 20

    def __init__(self, secret: bytes, contact: str, more_hosts: tuple[str, ...] = ()) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        from py_vapid import Vapid02

        number = int.from_bytes(hmac.new(secret, b"vapid", hashlib.sha512).digest(), "big") % (ORDER - 1) + 1
        self._vapid = Vapid02(ec.derive_private_key(number, ec.SECP256R1()))
        self._contact, self._more = contact, more_hosts
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key: str = urlsafe_b64encode(point).rstrip(b"=").decode()
        self._client = httpx2.AsyncClient(timeout=10, follow_redirects=False)

    async def send(self, errand: Errand) -> None:
        """One message to one phone."""
        subscription = json.loads(errand.address or "{}")
        endpoint = str(subscription.get("endpoint", ""))
        if not allowed(endpoint, self._more):
            raise NotTaken("not_a_push_service")
        what = str(errand.letter.body["say"])
        body, headers = await asyncio.to_thread(self._sealed, subscription, endpoint, payload(errand))
        about = what in LASTS
        headers |= {"TTL": str(int(LASTS.get(what, DAY).total_seconds()))}
        headers |= {"Urgency": "high" if about else "normal", "Topic": "turn" if about else "event"}
        try:
            answer = await self._client.post(endpoint, content=body, headers=headers)
        except httpx2.TransportError:
            raise TryLater("unreachable") from None
        _judge(answer.status_code)

    def _sealed(self, subscription: Mapping[str, Any], endpoint: str, text: str) -> tuple[bytes, dict[str, str]]:
        """The message that only this phone can read, and who sends it."""
        from pywebpush import WebPusher, WebPushException

        try:
            sealed = WebPusher(dict(subscription)).encode(text.encode())["body"]
        except (WebPushException, ValueError):
            raise NotTaken("bad_subscription") from None
        audience = "{0.scheme}://{0.netloc}".format(urlsplit(endpoint))
        signed: dict[str, str] = self._vapid.sign({"aud": audience, "sub": self._contact})
        kind = {"Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream"}
        return sealed, {**signed, **kind}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def payload(errand: Errand) -> str:
    """What the phone's worker shows: number and words, and which page to open."""
    shown = {
        "say": errand.letter.body["say"],
        "number": errand.visit.number,
        "title": errand.known.house.name.get(errand.visit.language) or errand.known.house.name["en"],
        "body": errand.words,
        "url": urlsplit(errand.link).path,
    }
    return json.dumps(shown, ensure_ascii=False)


def _judge(status: int) -> None:
    if status < 300:
        return
    if status in (404, 410):
        raise Gone
    if status in (408, 429) or status >= 500:
        raise TryLater(f"answer_{status}")
    raise NotTaken(f"answer_{status}")
