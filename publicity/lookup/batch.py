"""The batch check: a list of numbers, with names or without, against the register. Nothing of it is kept or logged."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from publicity.lookup.files import Table
from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster.cells import read_code
from registry.roster.check import Holder, holders

MOST = 1_000
LONGEST = 64
"""No number of a licence is longer."""

_BREAKS = re.compile(r"[\r\n;；]+")
_LABEL = re.compile(r"^[^\d:：]{1,12}[:：]\s*")
_GAPS = re.compile(r"[\t,，、]+| +")


class Line(NamedTuple):
    """What somebody wants checked: a number, and the name that is said to hold it; each may be empty, never both."""

    number: str
    name: str


class Checked(NamedTuple):
    """`verdict` is a key of VERDICTS; `holder` is None where nobody holds the number."""

    line: Line
    holder: Holder | None
    verdict: str


VERDICTS = {
    "good": "可以执业",
    "inactive": "目前不能执业",
    "ended": "已经终止",
    "former": "旧证号，已换号",
    "other_name": "号码属于他人",
    "unknown": "没有这个号码",
    "numberless": "没有写号码",
}


def typed(text: str) -> list[Line]:
    """The lines of a pasted text: a number each, with a name beside it or none. Raises Invalid for too many."""
    return _lines(_GAPS.split(line.strip()) for line in _BREAKS.split(text))


def of_rows(rows: Iterable[Sequence[str]]) -> list[Line]:
    """As `typed`, for the rows of a spreadsheet; a header, which has no digit, is passed over."""
    rest = iter(rows)
    first = next(rest, ())
    return _lines(chain([first] if any(_number(cell) for cell in first) else [], rest))


def _lines(rows: Iterable[Sequence[str]]) -> list[Line]:
    """One after the other, repeated ones too: whoever compares the answer with a list counts lines."""
    lines: list[Line] = []
    for cells in rows:
        # A label before a colon is no part of what it names.
        said = [_LABEL.sub("", cell.strip()) for cell in cells]
        lines += _read([cell for cell in said if cell])
        if len(lines) > MOST:
            raise Invalid.field("numbers", "too-many", f"一次最多核对 {MOST} 个号码")
    if not any(line.number for line in lines):
        raise Invalid.field("numbers", "required", "请填写至少一个执业证号或统一社会信用代码")
    return lines


def _read(cells: Sequence[str]) -> Iterator[Line]:
    """Numbers of one row; a row of one number and words beside it is a number with its name."""
    numbers = [_cut(read_code(cell)) for cell in cells if _number(cell)]
    words = [_cut(cell) for cell in cells if not _number(cell)]
    if len(numbers) > 1:
        yield from (Line(number, "") for number in numbers)
    elif cells:
        yield Line(*(numbers or [""]), *(words[:1] or [""]))


def _number(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def check(session: WorkSession, lines: Sequence[Line]) -> list[Checked]:
    """Each line with who holds its number: the one of the name given, where several hold or held it."""
    held = holders(session, {line.number for line in lines if line.number})
    return [_checked(line, held.get(line.number, [])) for line in lines]


def _checked(line: Line, found: Sequence[Holder]) -> Checked:
    if not found:
        return Checked(line, None, "unknown" if line.number else "numberless")
    named = [holder for holder in found if holder.bears(line.name)] if line.name else list(found)
    if not named:
        # Whose number it is, the public search tells as well; the name typed was simply another's.
        return Checked(line, found[0], "other_name")
    holder = named[0]
    if holder.former:
        return Checked(line, holder, "former")
    return Checked(
        line, holder, "good" if holder.state.practising else "ended" if holder.state.ended else "inactive"
    )


def table(checked: Sequence[Checked], *, public_url: str) -> Table:
    headers = (
        "核对的号码",
        "核对的姓名或名称",
        "结果",
        "登记的姓名或名称",
        "类别",
        "执业机构",
        "状态",
        "地址",
    )
    return Table("check", "批量核对结果", headers, [_row(one, public_url) for one in checked])


def _row(one: Checked, public_url: str) -> Sequence[str | None]:
    holder = one.holder
    told: Sequence[str | None] = (None,) * 5
    if holder:
        address = f"{public_url}/{holder.kind}s/{holder.public_id}"
        told = (holder.name, holder.calling, holder.place, holder.state.title, address)
    return (one.line.number, one.line.name, VERDICTS[one.verdict], *told)
