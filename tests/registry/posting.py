"""One program that enrols a firm, as a process of its own: `python -m tests.registry.posting`.

URL TOKEN KEY            sends the enrolment to a server; prints the status and the SHA-256 of the answer
die DATABASE HOME TOKEN KEY   the server's side of it, killed after the answer is stored and before the commit
"""

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path

from publicity.app import PARTS
from registry.kernel.host import build_app
from registry.kernel.settings import Settings
from registry.kernel.work import WorkSession
from registry.ledger import book

FIRM = {"kind": "law_firm", "name": "上海新立律师事务所", "district": "310101", "phone": "021-12345678"}


def send(url: str, token: str, key: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(url, json.dumps(FIRM).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            print(answer.status, sha256(answer.read()).hexdigest())
    except urllib.error.HTTPError as refused:
        print(refused.code, "-")


def die(database_url: str, home: str, token: str, key: str) -> None:
    app = build_app(Settings(home=Path(home), database_url=database_url), PARTS)
    append = book.append

    def killed(session: WorkSession, name: book.Book, entries: list[book.Entry]) -> list[int]:
        append(session, name, entries)
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    book.append = killed  # type: ignore[assignment]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    app.test_client().post("/api/v1/organisations", json=FIRM, headers=headers)


if __name__ == "__main__":
    if sys.argv[1] == "die":
        die(*sys.argv[2:])
    else:
        send(*sys.argv[1:])
