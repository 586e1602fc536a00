"""`legalcredit jobs`: the process that runs jobs, one job by hand, and what there is to run."""

import json
import os
import signal
import sys
from threading import Event, Thread

import click
from rich.console import Console
from rich.table import Table

from registry.kernel.clock import local_text
from registry.kernel.host import Host
from registry.kernel.jobs import Runner, run_by_hand
from registry.kernel.runs import OUTCOMES, latest, when


@click.group()
def jobs() -> None:
    """定时任务：持续执行、手工执行一次、列出。"""


@jobs.command()
@click.option(
    "--while-parent", is_flag=True, hidden=True, help="End when the process that started this one has ended."
)
@click.pass_obj
def run(host: Host, *, while_parent: bool) -> None:
    """执行定时任务，直到被终止；另有进程正在执行时等待接替。"""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if while_parent:
        Thread(target=_watch, args=(os.getppid(), stop), daemon=True).start()
    Runner(host.work, host.jobs, say=lambda line: click.echo(line, file=sys.stdout)).run(stop)


@jobs.command()
@click.argument("name")
@click.pass_obj
def once(host: Host, name: str) -> None:
    """立即执行一次任务 NAME，输出其计数；该任务正在执行时拒绝。"""
    job = next((job for job in host.jobs if job.name == name), None)
    if job is None:
        raise click.BadParameter(f"没有任务 {name}；用 jobs list 查看", param_hint="NAME")
    click.echo(json.dumps(dict(run_by_hand(host.work, job)), ensure_ascii=False))


@jobs.command("list")
@click.pass_obj
def list_jobs(host: Host) -> None:
    """列出全部任务、时间（北京时间）和最近一次执行。"""
    with host.work.read() as session:
        runs = latest(session)
    table = Table("任务", "内容", "时间", "最近执行", "结果", box=None, pad_edge=False)
    for job in sorted(host.jobs, key=lambda job: job.name):
        last = runs.get(job.name)
        started = local_text(last.started) if last else "—"
        table.add_row(job.name, job.title, when(job.cron), started, OUTCOMES[last.outcome] if last else "—")
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _watch(parent: int, stop: Event) -> None:
    # A server that was killed cannot stop us, and nobody would know that its jobs go on.
    while os.getppid() == parent:
        if stop.wait(1):
            return
    stop.set()
