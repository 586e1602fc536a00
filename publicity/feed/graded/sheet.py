"""The monthly return as platforms hand out its form: a title, a note, two rows of headers, permits and penalties side by side."""

from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter

from publicity.feed.graded.returns import Return
from registry.kernel.clock import SHANGHAI

NAME = "双公示月报统计"
NOTE = (
    "*备注：表中信息产生数量、本单位公示数量、报送数量、未报送数量均取自各单位上报的月统计报表，"
    "信息入库数量、市级网站公示数量均取自市信用平台统计表"
)
SIDE = (
    "产生数量",
    "本单位公示数量",
    "报送数量",
    "未报送数量",
    "未报送依据",
    "有效入库数",
    "市级网站公示数量",
)
_LAST = 20
_PLAIN: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def write(target: BinaryIO, given: Return, *, at: datetime) -> None:
    """Writes the return; the same return and moment give the same bytes."""
    with xlsxwriter.Workbook(target, _PLAIN) as book:
        book.set_properties({"title": given.title, "created": at.astimezone(SHANGHAI).replace(tzinfo=None)})
        sheet = book.add_worksheet(NAME)
        middle = {"align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
        head, cell = book.add_format({**middle, "bold": True}), book.add_format(middle)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 17, 12)
        sheet.merge_range(
            0, 0, 0, _LAST, given.title, book.add_format({**middle, "bold": True, "font_size": 16})
        )
        sheet.merge_range(2, 0, 2, _LAST, NOTE, book.add_format({"text_wrap": True}))
        sheet.set_row(2, 30)
        for place, title in (
            (0, "单位名称"),
            (1, "本单位公示网址"),
            (16, "报送方式"),
            (17, "报送存在问题情况"),
        ):
            sheet.merge_range(3, place, 4, place, title, head)
        for place, title in ((2, "行政许可"), (9, "行政处罚")):
            sheet.merge_range(3, place, 3, place + 6, title, head)
            sheet.write_row(4, place, SIDE, head)
        sheet.freeze_panes(5, 1)
        figures = (*given.permit.cells, *given.penalty.cells)
        sheet.write_row(
            5, 0, ("合计数", None, *(f if isinstance(f, int) else None for f in figures), None, None), cell
        )
        sheet.write_row(6, 0, (given.unit, given.address, *figures, given.ways, given.problems), cell)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
