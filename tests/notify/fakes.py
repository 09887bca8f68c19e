"""The other side of each way out, speaking its real protocol: a push service and a phone, an SMS gateway, a ticket printer.

The phone's half of RFC 8291 and the check of RFC 8292 are written here from the RFCs, not with the library that seals.
"""

import base64
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class Phone:
    """A browser's end of a subscription: it alone can read what is sent to it."""

    def __init__(self, endpoint: str) -> None:
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), b"sixteen bytes..."
        keys = {"p256dh": b64(_point(self._key.public_key())), "auth": b64(self._auth)}
        self.subscription: dict[str, Any] = {"endpoint": endpoint, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """RFC 8291 section 3.4 and RFC 8188: one record, its padding taken off."""
        salt, (size, length) = body[:16], struct.unpack(">IB", body[16:21])
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == 65
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), theirs)
        info = b"WebPush: info\0" + _point(self._key.public_key()) + sender
        ikm = _hkdf(shared, self._auth, info, 32)
        key = _hkdf(ikm, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(ikm, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\x02"), "the last record ends with its delimiter"
        read: dict[str, Any] = json.loads(plain[:-1])
        return read


def signed_by(header: str) -> tuple[dict[str, Any], str]:
    """The claims of a VAPID header, and the key they are signed with; fails when the signature is not good."""
    scheme, _, rest = header.partition(" ")
    assert scheme == "vapid"
    parts = dict(p.strip().split("=", 1) for p in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert json.loads(unb64(head))["alg"] == "ES256"
    raw = unb64(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(unb64(claims)), parts["k"]


@dataclass
class Taken:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """An HTTP service that answers with what it is told to, in order, and then with its usual answer."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    usual: int = 201
    body: bytes = b""
    news: threading.Condition = field(default_factory=threading.Condition)

    def status(self, request: Taken) -> int:
        """What this request deserves."""
        return self.answers.pop(0) if self.answers else self.usual

    def wait_for(self, count: int) -> list[Taken]:
        """The requests, once there are so many."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.taken) >= count, timeout=10), f"{len(self.taken)} of {count}"
            return list(self.taken)


class PushService(Service):
    """RFC 8030 with RFC 8292: a message without TTL or with a bad signature is refused, as the real ones do."""

    def status(self, request: Taken) -> int:
        """400 and 403 as the RFCs ask for."""
        if "ttl" not in request.headers or request.headers.get("content-encoding") != "aes128gcm":
            return 400
        try:
            claims, _ = signed_by(request.headers["authorization"])
        except (KeyError, AssertionError, InvalidSignature, ValueError):
            return 403
        if claims.get("aud") != self.url or not str(claims.get("sub", "")).startswith("mailto:"):
            return 403
        return super().status(request)


@dataclass
class Gateway(Service):
    """GatewayAPI's `POST /rest/mtsms`: basic authorisation with the token, JSON, ids in the answer."""

    usual: int = 200

    def status(self, request: Taken) -> int:
        """401 and 422 as it answers."""
        token = base64.b64decode(request.headers.get("authorization", "Basic ").split(" ", 1)[1]).decode()
        if token != "the-token:":
            return 401
        message = json.loads(request.body)
        number = message["recipients"][0]["msisdn"]
        if not message["message"] or not isinstance(number, int) or len(message["sender"]) > 11:
            return 422
        self.body = json.dumps({"ids": [421332671], "usage": {"countries": {"DK": 1}, "currency": "DKK"}}).encode()
        return super().status(request)


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """The service on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            request = Taken(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            with service.news:
                service.taken.append(request)
                status = service.status(request)
                service.news.notify_all()
            if status == 0:  # hangs up without a word
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(service.body)))
            self.end_headers()
            self.wfile.write(service.body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Slip:
    """What came out of the printer: the lines of text, and the pictures as rows of dots, in order."""

    lines: list[str] = field(default_factory=list)
    pictures: list[list[str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    cut: bool = False


PAGES = {0: "cp437", 2: "cp850", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 33: "cp775",
         44: "cp1125", 45: "cp1250", 46: "cp1251", 51: "cp1257", 40: "iso8859-15", 39: "iso8859-2", 3: "cp860",
         4: "cp863", 13: "cp857", 14: "cp737", 34: "cp855", 35: "cp861", 36: "cp862", 37: "cp864"}  # fmt: skip


def read_slip(raw: bytes) -> Slip:
    """ESC/POS as a printer reads it; an unknown command fails, as it would print rubbish."""
    slip, at, page, text = Slip(), 0, "cp437", ""
    while at < len(raw):
        byte, two = raw[at : at + 1], raw[at : at + 2]
        if two == b"\x1b@":
            at += 2
        elif two == b"\x1bt":
            page, at = PAGES[raw[at + 2]], at + 3
        elif (
            two
            in (
                b"\x1ba",
                b"\x1bE",
                b"\x1bM",
                b"\x1b!",
                b"\x1b-",
                b"\x1b{",
                b"\x1bG",
                b"\x1d!",
                b"\x1dB",
                b"\x1dL",
            )
            or two == b"\x1bd"
        ):
            at += 3
        elif raw[at : at + 3] == b"\x1dv0":
            wide, high = struct.unpack("<HH", raw[at + 4 : at + 8])
            rows = [raw[at + 8 + y * wide : at + 8 + (y + 1) * wide] for y in range(high)]
            slip.pictures.append(["".join(f"{b:08b}" for b in row) for row in rows])
            slip.order.append("picture")
            at += 8 + wide * high
        elif two == b"\x1dV":
            slip.cut, at = True, at + (3 if raw[at + 2] in (0, 1, 48, 49) else 4)
        elif byte == b"\n":
            slip.lines.append(text.strip())
            slip.order.append(text.strip())
            text, at = "", at + 1
        elif byte >= b" ":
            text, at = text + byte.decode(page), at + 1
        else:
            raise AssertionError(f"unknown command {raw[at : at + 4]!r}")
    return slip


def extent(picture: list[str]) -> tuple[int, int]:
    """Width and height of what is black, in dots."""
    rows = [y for y, row in enumerate(picture) if "1" in row]
    columns = [x for x in range(len(picture[0])) if any(row[x] == "1" for row in picture)]
    return columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1


class PaperPrinter:
    """A TCP 9100 printer that answers what it is asked, keeps what it prints, and runs out of paper."""

    def __init__(self, answers: bool = True) -> None:
        self.cause, self.paper, self.answers, self.jams = 0x12, 0x12, answers, False
        self.printed: list[bytes] = []
        self.news = threading.Condition()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "PaperPrinter":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                self._print(connection)

    def _print(self, connection: socket.socket) -> None:
        buffer = b""
        while chunk := connection.recv(65_536):
            buffer += chunk
            for ask, answer in ((b"\x10\x04\x02", self.cause), (b"\x10\x04\x04", self.paper), (b"\x1dr\x01", 0x00)):
                if buffer.endswith(ask):
                    buffer = buffer.removesuffix(ask)
                    if self.answers and not (self.jams and ask == b"\x1dr\x01"):
                        connection.sendall(bytes([answer]))
        with self.news:
            if buffer:
                self.printed.append(buffer)
            self.news.notify_all()

    def wait_for(self, count: int) -> list[Slip]:
        """The slips, once there are so many."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.printed) >= count, timeout=10)
        return [read_slip(raw) for raw in self.printed]
