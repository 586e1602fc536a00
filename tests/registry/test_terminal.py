"""The server in a terminal: one command starts it, Ctrl-C ends all of it."""

import os
import signal

import pytest

from tests.commands import Commands


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ctrl_c_ends_server_workers_and_jobs(legalcredit: Commands) -> None:
    """A terminal interrupts every process of the foreground at once, the workers too."""
    legalcredit.serve("--workers", "2", "--with-jobs")
    [server] = legalcredit.running
    os.killpg(server.pid, signal.SIGINT)
    # Its output ends when the last process that can write to it has ended.
    told, _ = server.communicate(timeout=60)
    assert server.returncode == 0, told
    assert "refused to gracefully stop" not in told
