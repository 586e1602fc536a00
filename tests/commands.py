"""The command line in processes of its own, as the `legalcredit` fixture of tests/conftest.py hands it out."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError


class Commands:
    """Runs `legalcredit` on the installation under test, in processes of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**os.environ, **environment, "PYTHONUTF8": "1"}
        self.running: list[subprocess.Popen[str]] = []

    def __call__(self, *arguments: str | Path, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        """The completed process, whatever its exit code: `.returncode`, `.stdout`, `.stderr`."""
        return subprocess.run(
            self._command(arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """A process that goes on; stdout and stderr together are its `.stdout`."""
        process = subprocess.Popen(
            self._command(arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # As in a terminal of its own: what a test sends to its group reaches it and its children, not the tests.
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def serve(self, *options: str) -> str:
        """The address of a production server on this installation, once it answers."""
        process = self.start("serve", "--workers", "1", *options)
        address = f"http://127.0.0.1:{self.environment['PORT']}"
        deadline = time.monotonic() + 60
        while not _answers(f"{address}/healthz"):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"the server did not start:\n{process.communicate()[0]}")
            time.sleep(0.05)
        return address

    def end(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                raise

    @staticmethod
    def _command(arguments: tuple[str | Path, ...]) -> list[str]:
        return [sys.executable, "-m", "publicity", *map(str, arguments)]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except URLError:
        return False
