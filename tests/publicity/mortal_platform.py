"""A stand-in platform in a process of its own that is killed at a chosen step: `python -m tests.publicity.mortal_platform PORT
FILE STEP`. What it took stands in FILE, an SQLite database, together with the keys of the messages.

Steps are: a message was read, it was committed, its answer was sent. Says `ready` on stdout, and `killed` when it comes to that. STEP 0 lets it live.
"""

import json
import os
import signal
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

ENDS = ("withdraw", "expire")


def main() -> None:
    port, path, left = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    store = sqlite3.connect(path)
    store.execute("CREATE TABLE IF NOT EXISTS shown (record TEXT PRIMARY KEY, version INTEGER)")
    store.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, applied INTEGER)")
    store.commit()

    def alive() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            print("killed", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            entry = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
            alive()
            take(self.headers["webhook-id"], entry)
            alive()
            told = b'{"result": "accepted"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)
            alive()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    def take(key: str, entry: dict[str, Any]) -> None:
        with store:
            if store.execute("SELECT 1 FROM keys WHERE key = ?", (key,)).fetchone():
                return
            store.execute("INSERT INTO keys VALUES (?, 1)", (key,))
            if entry["action"] in ENDS:
                store.execute("DELETE FROM shown WHERE record = ?", (entry["record"],))
            else:
                row = (entry["record"], entry["version"])
                store.execute("INSERT OR REPLACE INTO shown VALUES (?, ?)", row)

    server = HTTPServer(("127.0.0.1", port), Handler)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
