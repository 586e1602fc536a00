"""Settings from the environment.

All faults are told at once, in both languages of the people who set up servers, and without the value, which may hold
a password.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from stdnum.cn import uscc

from registry.kernel import smtp
from registry.kernel.smtp import MailServer


class SettingsInvalid(Exception):
    """`faults` names every variable that cannot be used and why."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """One installation. `home` holds keys, files and the default database, `seal` the office's electronic seal, if it
    has one (registry.kernel.sealing), `mail` its mail server, None if it sends none; `origin` names its logs for ever;
    `api_rate` is how many requests a minute one caller of the interfaces may send to one process."""

    home: Path
    database_url: str = field(repr=False)  # it may hold a password
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    origin: str = "legalcredit.example"
    bureau: str = "示范市司法局"
    bureau_uscc: str = "11310000MB00000009"
    region: str = "310000"
    secure_cookies: bool = False
    proxies: int = 0
    api_rate: int = 600
    log_level: str = "INFO"
    seal: Path | None = None
    mail: MailServer | None = None

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the variables of the README's table. Raises SettingsInvalid naming every fault."""
        faults: list[str] = []
        home = Path(environ.get("LEGALCREDIT_HOME", "var")).expanduser().resolve()
        database_url = _database_url(
            environ.get("DATABASE_URL") or f"sqlite:///{home}/legalcredit.db", faults
        )
        port = _number(environ, "PORT", 8000, range(1, 65536), faults)
        public_url = environ.get("LEGALCREDIT_URL", f"http://127.0.0.1:{port}").rstrip("/")
        if not re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[^\s/?#@\[\]]+)(/[^\s?#]*)?", public_url):
            faults.append("LEGALCREDIT_URL: 应为 http 或 https 网址 · an http or https address is expected")
        origin = environ.get("LEGALCREDIT_ORIGIN", "legalcredit.example")
        if not re.fullmatch(r"[a-z0-9][a-z0-9./-]{0,199}", origin):
            faults.append(
                "LEGALCREDIT_ORIGIN: 只能用小写字母、数字、点、斜线和连字符 · "
                "lower-case letters, digits, dots, slashes and hyphens are expected"
            )
        bureau_uscc = environ.get("LEGALCREDIT_BUREAU_USCC", cls.bureau_uscc)
        if "LEGALCREDIT_BUREAU_USCC" in environ and not uscc.is_valid(bureau_uscc):
            faults.append(
                "LEGALCREDIT_BUREAU_USCC: 不是统一社会信用代码（GB 32100） · not a unified social credit code"
            )
        region = environ.get("LEGALCREDIT_REGION", cls.region)
        if not re.fullmatch(r"[1-9][0-9]{5}", region):
            faults.append(
                "LEGALCREDIT_REGION: 应为六位行政区划代码（GB/T 2260） · a six-digit GB/T 2260 code is expected"
            )
        proxies = _number(environ, "LEGALCREDIT_PROXIES", 0, range(10), faults)
        if public_url.startswith("https:") and environ.get("LEGALCREDIT_PROXIES", "0") == "0":
            # The server speaks no TLS. Uncounted, the proxy that does would be everybody's address, and one visitor's
            # wrong passwords would lock out the whole office.
            faults.append(
                "LEGALCREDIT_PROXIES: https 由前置代理提供，应写明代理层数 · "
                "https is spoken by a proxy in front; tell how many there are"
            )
        api_rate = _number(environ, "LEGALCREDIT_API_RATE", cls.api_rate, range(1, 10_000_000), faults)
        log_level = environ.get("LEGALCREDIT_LOG_LEVEL", "INFO").upper()
        if log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            faults.append(
                "LEGALCREDIT_LOG_LEVEL: 应为 · one of these is expected: DEBUG, INFO, WARNING, ERROR"
            )
        bureau = environ.get("LEGALCREDIT_BUREAU", cls.bureau)
        settings = cls(
            home=home,
            database_url=database_url,
            port=port,
            public_url=public_url,
            origin=origin,
            bureau=bureau,
            bureau_uscc=bureau_uscc,
            region=region,
            secure_cookies=public_url.startswith("https:"),
            proxies=proxies,
            api_rate=api_rate,
            log_level=log_level,
            seal=Path(environ.get("LEGALCREDIT_SEAL") or home / "seal").expanduser().resolve(),
            mail=smtp.load(environ, bureau, faults),
        )
        if faults:
            raise SettingsInvalid(faults)
        return settings


def _database_url(text: str, faults: list[str]) -> str:
    text = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", text)
    try:
        backend = make_url(text).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        faults.append(
            "DATABASE_URL: 应为 sqlite 或 postgresql 地址 · a sqlite or postgresql address is expected"
        )
    return text


def _number(environ: Mapping[str, str], name: str, default: int, allowed: range, faults: list[str]) -> int:
    text = environ.get(name, str(default))
    if text.isascii() and text.isdigit() and int(text) in allowed:
        return int(text)
    least, most = allowed.start, allowed.stop - 1
    faults.append(f"{name}: 应为 {least} 至 {most} 的数字 · a number from {least} to {most} is expected")
    return default
