"""SMS by GatewayAPI's REST protocol: one JSON request for each message, the token as the user's name."""

import re

import httpx2

from app.notify.ways import Errand, NotTaken, TryLater

ADDRESS = "https://gatewayapi.eu/rest/mtsms"
PLAIN = re.compile(r"[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*")
"""The letters of the plain alphabet of phones; anything else needs the wide one, at 70 letters a part."""


class Sms:
    """Sends through one account."""

    at_once = 4

    def __init__(self, token: str, sender: str, address: str = ADDRESS) -> None:
        self._sender, self._address = sender, address
        self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(10, connect=5), auth=(token, ""))

    async def send(self, errand: Errand) -> None:
        """One message to one phone; with the link, for who has nothing else."""
        text = f"{errand.words} {errand.link}"
        message = {
            "sender": self._sender,
            "message": text,
            "encoding": "UTF8" if PLAIN.fullmatch(text) else "UCS2",
            "recipients": [{"msisdn": int(errand.address or 0)}],
            "userref": errand.letter.id,
        }
        try:
            answer = await self._client.post(self._address, json=message)
        except httpx2.ConnectError as error:
            raise TryLater("unreachable") from error
        except httpx2.TransportError as error:
            # It may have been taken: two messages worry more than none, and the wall calls anyway.
            raise NotTaken("unknown") from error
        if answer.status_code in (429, 503):
            raise TryLater(f"answer_{answer.status_code}")
        if answer.status_code != 200 or not answer.json().get("ids"):
            raise NotTaken(f"answer_{answer.status_code}")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def number_of(text: str) -> str | None:
    """A phone number with its country, digits only; Danish where none is said; None if it is no phone number."""
    digits = re.sub(r"[ ().-]", "", text)
    if digits.startswith(("+", "00")):
        digits = digits.removeprefix("+").removeprefix("00")
    elif len(digits) == 8:
        digits = "45" + digits
    else:
        return None
    return digits if re.fullmatch(r"[1-9][0-9]{7,14}", digits) else None
