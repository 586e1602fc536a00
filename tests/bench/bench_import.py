"""What rows of the county's penalty template cost, 100,000 and 200,000, in processes of their own: peak memory, and time
beside what no import can do without: reading the file once and inserting its cells by the bare driver."""

import csv
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from registry.credit.layouts import TEMPLATE_PENALTY_ORGANISATION

HEADERS = [column.titles[0] for column in TEMPLATE_PENALTY_ORGANISATION.columns]

MEASURED = """
import os, re, sys, time
from pathlib import Path

def tell(started):
    # not ru_maxrss: a child inherits the peak of the process that started it
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
    print(time.process_time() - started, int(peak) // 1024)
"""

IMPORT = (
    MEASURED
    + """
from publicity.app import PARTS
from registry.credit.importers import PENALTIES
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.roster import intake

work = Host(Settings.load(os.environ), PARTS).work
started = time.process_time()
outcome = intake.run(work, Actor.command("bench"), PENALTIES, Path(sys.argv[1]), kind="penalties")
assert outcome.new + outcome.unchanged == int(sys.argv[2]), outcome
tell(started)
"""
)

FLOOR = (
    MEASURED
    + """
from registry.kernel.settings import Settings
from registry.kernel.store import make_engine
from registry.roster.sheet import open_file

engine = make_engine(Settings.load(os.environ).database_url)
width = int(sys.argv[2])
started = time.process_time()
with open_file(Path(sys.argv[1])) as sheets, engine.begin() as connection:
    cursor = connection.connection.cursor()
    names = ", ".join(f"c{n} TEXT" for n in range(width))
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    cursor.execute(f"CREATE TABLE bare (id INTEGER PRIMARY KEY, {names})")
    rows = ([number, *cells, *[""] * (width - len(cells))] for number, cells in sheets[0].rows())
    cursor.executemany(f"INSERT INTO bare VALUES ({', '.join([mark] * (width + 1))})", rows)
tell(started)
"""
)


def rows(count: int) -> "list[list[str]]":
    first = date(2024, 1, 1)
    filled = dict.fromkeys((column.field for column in TEMPLATE_PENALTY_ORGANISATION.columns), "")
    filled |= {
        "CF_XDR_SHXYM": "91110000600037341L", "CF_FRDB": "沈立", "CF_FR_ZJLX": "身份证", "CF_FR_ZJHM": "360426199101010071",
        "CF_CFMC": "未按规定统一收费", "CF_CFJG": "上海市司法局", "CF_CFLB1": "警告", "CF_CFLB2": "罚款",
        "CF_SY": "私自接受委托、收取费用，接受委托人的财物或者其他利益，情节轻微，并已主动改正",
        "CF_YJ": "《中华人民共和国律师法》第五十条第一款第（一）项", "CF_NR": "警告，罚款二千元", "CF_SYFW": "公示",
        "CF_CFDJ": "一般", "CF_ZT": "正常", "CF_NR_FK": "0.2", "CF_SJLY": "上海市司法局",
    }  # fmt: skip
    return [
        list(
            {
                **filled,
                "CF_XDR_MC": f"上海第{number}律师事务所",
                "CF_WSH": f"沪司罚决字〔2026〕第{number}号",
                "CF_JDRQ": (first + timedelta(days=number % 700)).strftime("%Y/%m/%d"),
            }.values()
        )
        for number in range(count)
    ]


def written(path: Path, count: int) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([HEADERS, *rows(count)])
    else:
        workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        sheet = workbook.add_worksheet()
        for number, row in enumerate([HEADERS, *rows(count)]):
            sheet.write_row(number, 0, row)
        workbook.close()
    return path


def measured(environment: dict[str, str], program: str, *arguments: str | int | Path) -> tuple[float, int]:
    """CPU seconds and the peak of resident memory in MB of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


@pytest.mark.bench
@pytest.mark.parametrize(("suffix", "count"), [(".xlsx", 100_000), (".xlsx", 200_000), (".csv", 200_000)])
def test_an_import_of_many_rows(environment: dict[str, str], tmp_path: Path, suffix: str, count: int) -> None:
    path = written(tmp_path / f"rows{suffix}", count)
    bare, bare_peak = measured(environment, FLOOR, path, len(HEADERS))
    first, first_peak = measured(environment, IMPORT, path, count)
    again, again_peak = measured(environment, IMPORT, path, count)
    size = path.stat().st_size >> 20
    print(
        f"\n{count:,} rows {suffix} ({size} MB) on {environment['DATABASE_URL'].partition(':')[0]}: "
        f"import {first:.0f} s, {first_peak} MB; again {again:.0f} s, {again_peak} MB; "
        f"reading and bare inserts {bare:.0f} s, {bare_peak} MB; ratio {first / bare:.1f}"
    )
    assert first_peak < 1_500
    assert again_peak < 1_500
