"""The roster as a sheet to print and sign off (名册). Pure."""

from collections.abc import Sequence
from datetime import date

from registry.kernel.paper import Facts, Paper, Table, Text

MOST = 1_000
"""Lines of one sheet: a longer list is for a spreadsheet."""


def roster_sheet(
    *,
    title: str,
    bureau: str,
    address: str,
    on: date,
    filters: Sequence[tuple[str, str]],
    headings: Sequence[str],
    widths: Sequence[int],
    lines: Sequence[Sequence[str]],
) -> Paper:
    """A numbered table under what was asked for. `address` is the page of the list."""
    facts = [
        *filters,
        ("人数" if "姓名" in headings else "家数", str(len(lines))),
        ("制表日期", on.isoformat()),
    ]
    numbered = [[str(number), *line] for number, line in enumerate(lines, start=1)]
    return Paper(
        title=title,
        name="roster",
        bureau=bureau,
        address=address,
        blocks=[
            Facts(facts),
            Table(["序号", *headings], numbered, [1, *widths]),
            Text("本名册按制表时登记的内容生成。制表人：　　　　　　　　　　审核人："),
        ],
    )
