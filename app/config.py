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

    def spans(self) -> Spans:
        """For how long things are kept."""
        return Spans(timedelta(days=self.keep_timings_days), timedelta(days=self.keep_actors_days))

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
