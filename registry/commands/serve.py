"""`legalcredit serve`: the web server in production form, with the jobs process beside it if asked."""

import logging
import multiprocessing
import os
import pkgutil
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import connection, resource_tracker
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry import migrations
from registry.accounts.tables import StaffRow
from registry.kernel.host import Host
from registry.kernel.shell import Failed

# Published on purpose; only the demo city has accounts with it.
DEMO_PASSWORD = "demo-city-2026"  # noqa: S105
WORKERS = 2
THREADS = 4
# How long requests and jobs may take to end after SIGTERM; every transaction is whole or not at all, so killing is safe.
_PATIENCE = 30


@click.command()
@click.option("--host", "address", default="127.0.0.1", show_default=True, help="监听地址。")
@click.option("--port", type=click.IntRange(1, 65535), help="端口；缺省取 PORT，否则 8000。")
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="进程数。")
@click.option(
    "--threads", type=click.IntRange(1, 256), default=THREADS, show_default=True, help="每个进程的线程数。"
)
@click.option("--with-jobs", is_flag=True, help="同时启动定时任务进程，随服务一起停止。")
@click.pass_obj
def serve(host: Host, *, address: str, port: int | None, workers: int, threads: int, with_jobs: bool) -> None:
    """启动服务（生产用 WSGI 服务器），直到被终止。"""
    port = port or host.settings.port
    if host.package is None:
        raise Failed("no_application")
    # A worker that finds no keys ends, and would be started again for ever.
    _ = host.keys
    _refuse_taken(address, port)
    _collect_metrics(host.settings.home / "metrics" / str(port))
    # A forked worker would carry metrics that were set up for one process.
    multiprocessing.set_start_method("spawn", force=True)
    _take_interrupts_alone()
    server = Server(
        f"{host.package}.app:create_app",
        interface=Interfaces.WSGI,
        address=address,
        port=port,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE,
    )
    jobs = JobsProcess([sys.executable, "-m", host.package, "jobs", "run", "--while-parent"])
    server.on_startup(
        Thread(target=_announce, args=(host, address, port), name="announcement", daemon=True).start
    )
    if with_jobs:
        server.on_startup(jobs.start)
    try:
        server.serve(target_loader=load)
    finally:
        jobs.stop()


def load(target: str) -> Callable[..., Any]:
    """In a worker: the application that `target` makes. The worker ends when the server was killed and cannot end it;
    it would go on answering, on the port that the next server needs."""
    server = multiprocessing.parent_process()
    if server is not None:
        Thread(target=_end_with, args=(server.sentinel,), name="server watch", daemon=True).start()
    application: Callable[..., Any] = pkgutil.resolve_name(target)()
    return application


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


class JobsProcess:
    """The jobs process beside a server: started again if it ends by itself, stopped with the server."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stopping = Event()
        self._keeper = Thread(target=self._keep, name="jobs process", daemon=True)

    def start(self) -> None:
        self._keeper.start()

    def stop(self) -> None:
        """Ends the process: asked first, killed after the time that a job may take to end."""
        self._stopping.set()
        if self._keeper.is_alive():
            self._keeper.join()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            # A session of its own, so that Ctrl-C reaches it through us alone and in order.
            process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
            while process.poll() is None and not self._stopping.wait(0.5):
                pass
            if not self._stopping.is_set():
                logging.getLogger(__name__).error(
                    "jobs process ended with %s; starting it again", process.returncode
                )
                self._stopping.wait(5)
                continue
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _refuse_taken(address: str, port: int) -> None:
    """Raises Failed if somebody listens there: the server would share the port with it, and requests go to either."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        raise Failed("address", address=f"{address}:{port}", message=os.strerror(error.errno or 0)) from error


def _take_interrupts_alone() -> None:
    """Makes Ctrl-C an order to the server only, which then asks its workers to end.

    A terminal interrupts all of them at once; a worker that is told twice to stop waits for itself until it is killed.
    """
    # Starting the tracker lifts the block again, so it goes first; the workers inherit the block.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def pass_on() -> None:
        signal.sigwait({signal.SIGINT})
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=pass_on, name="interrupts", daemon=True).start()


def _collect_metrics(folder: Path) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    # Counters of an earlier server's processes; theirs ended with them.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _announce(host: Host, address: str, port: int) -> None:
    """Says where the service is once a worker listens: whoever reads it may ask at once."""
    while True:
        try:
            socket.create_connection((address, port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    shown = f"[{address}]" if ":" in address else address
    click.echo(f"服务地址：http://{shown}:{port}")
    try:
        with host.engine.connect() as connection:
            waiting = migrations.pending(connection)
        if waiting:
            click.echo("数据库结构不是最新，请先执行 legalcredit db upgrade", err=True)
            return
        with host.work.read() as session:
            demo = select(StaffRow.username).where(StaffRow.demo, StaffRow.ended_at.is_(None))
            usernames = session.scalars(demo.order_by(StaffRow.id)).all()
        if usernames:
            click.echo(
                f"演示账号：{'、'.join(usernames)}；密码均为 {DEMO_PASSWORD}；登录 http://{shown}:{port}/staff/login"
            )
    except SQLAlchemyError as error:
        # The server starts all the same and says so on /readyz: a database that is late must not take the service down.
        click.echo(f"数据库暂时连接不上（{type(error).__name__}）", err=True)
    finally:
        host.engine.dispose()
