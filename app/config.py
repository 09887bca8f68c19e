"""Settings: read once from the environment, prefix SAMEDAG_, and handed down."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.store.retention import Spans


class Settings(BaseSettings):
    """Every setting there is; README lists them."""

    model_config = SettingsConfigDict(env_prefix="SAMEDAG_")

    env: Literal["production", "development"] = Field("production", description="development allows a shifted clock")
    database_url: str = Field("sqlite:///var/samedag.db", description="sqlite:///FILE or postgresql://…")
    base_url: str = Field(
        "http://127.0.0.1:8000", description="how phones reach this server; goes into links and QR codes"
    )
    secret: str = Field("", description="at least 32 characters; made and kept beside a SQLite file when left out")
    at: str = Field("", description="development only: the moment the clock starts at, with its offset")
    speed: float = Field(1.0, description="development only: how fast the clock runs")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    secure_cookies: bool = Field(True, description="false only where the site is served without TLS, as in the demo")
    trusted_proxy: str = Field("", description="address of the proxy in front, whose X-Forwarded-For is believed")

    keep_timings_days: int = Field(396, ge=1, description="days with their visits and events, which name nobody")
    keep_actors_days: int = Field(183, ge=1, description="who of the staff did what; afterwards only their role")
    push_contact: str = Field("", description="mailto: or https: for push services to complain to; switches push on")
    push_hosts: str = Field("", description="further push services to trust, with commas: host, *.host or whole origin")
    sms_token: str = Field("", description="API token of a GatewayAPI account; switches SMS on")
    sms_sender: str = Field("Samedag", max_length=11, description="who an SMS says it is from")
    sms_url: str = Field("https://gatewayapi.eu/rest/mtsms", description="another address of the same protocol")
    printers: str = Field("", description="ticket printers, with commas: SITE=HOST:PORT")
    print_font: str = Field("", description="a font file with Arabic letters for paper tickets; found when left out")

    def spans(self) -> Spans:
        """For how long things are kept."""
        return Spans(timedelta(days=self.keep_timings_days), timedelta(days=self.keep_actors_days))

    def push_host_list(self) -> tuple[str, ...]:
        """The further push services."""
        return tuple(h.strip() for h in self.push_hosts.split(",") if h.strip())

    def printer_addresses(self) -> dict[str, str]:
        """Site to HOST:PORT."""
        found = {}
        for one in (p.strip() for p in self.printers.split(",") if p.strip()):
            site, _, address = one.partition("=")
            host, _, port = address.rpartition(":")
            if not site or not host or not port.isdecimal():
                raise ValueError(f"SAMEDAG_PRINTERS: {one} is not SITE=HOST:PORT, such as aalborg=10.0.0.7:9100")
            found[site] = address
        return found

    def secret_bytes(self) -> bytes:
        """The secret that links are derived from; every process of a site must have the same one."""
        if self.secret:
            if len(self.secret) < 32:
                raise ValueError("SAMEDAG_SECRET needs at least 32 characters")
            return self.secret.encode()
        if not self.database_url.startswith("sqlite:///"):
            raise ValueError(
                "set SAMEDAG_SECRET (32 characters or more): with PostgreSQL every process needs the same one"
            )
        return _kept_secret(Path(self.database_url.removeprefix("sqlite:///")).with_suffix(".secret"))


def _kept_secret(file: Path) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
            new.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return file.read_bytes()
