"""A client that keeps a server busy, in a process of its own.

    python -m tests.bench.load PORT SECONDS CONNECTIONS < paths

Each connection asks for one path after the other, in turn from the list, and waits for the whole answer. Prints one line of
JSON: `{"answers", "bytes", "seconds", "p50", "p99"}`, times in milliseconds. Any other answer than 200 ends it.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from http.client import HTTPConnection


def main(port: int, seconds: float, connections: int, paths: Sequence[str]) -> None:
    spent: list[float] = []
    sizes: list[int] = []
    faults: list[str] = []
    ends = time.monotonic() + seconds

    def ask(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        number = first
        while time.monotonic() < ends and not faults:
            path = paths[number % len(paths)]
            number += connections
            start = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            spent.append(time.perf_counter() - start)
            sizes.append(len(body))
            if answer.status != 200:
                faults.append(f"{answer.status} {path}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(faults[0])
    spent.sort()
    told = {
        "answers": len(spent),
        "bytes": sum(sizes) // len(sizes),
        "seconds": time.monotonic() - started,
        "p50": 1_000 * spent[len(spent) // 2],
        "p99": 1_000 * spent[int(len(spent) * 0.99)],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.stdin.read().split("\n"))
