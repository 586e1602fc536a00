"""年度双随机抽查情况报告 on paper, from figures that were frozen when it was prepared."""

from collections.abc import Mapping, Sequence

from inspection.visits.after.annual import Report
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Table, Text

TITLE = "双随机抽查情况年度报告"


def paper(report: Report, *, bureau: str, public_url: str) -> Paper:
    """The same report is the same bytes."""
    known = report.figures
    lines = [dict(zip(known["headings"], line, strict=True)) for line in known["lines"]]
    total = lines[0]
    blocks: list[Block] = []
    if report.published_on is None:
        blocks.append(Mark("草稿，尚未公布。"))
    blocks += [
        Text(_summary(report, total)),
        Heading("一、总体情况"),
        Facts(
            [
                ("年度", f"{report.year} 年（数据截至 {known['as_of']}）"),
                ("抽取", f"{len(known['draws'])} 次，作废 {len(known['voids'])} 次"),
                ("抽中", f"{total['抽中']} 家（人）次，涉及 {total['抽中对象']} 个对象"),
                ("已检查", _with_rate(total, "已检查", "检查完成率")),
                ("发现问题", _with_rate(total, "发现问题", "问题发现率")),
                (
                    "责令改正",
                    f"{total['责令改正']} 件，已改正 {total['已改正']} 件{_in_brackets(total['改正率'])}",
                ),
                ("移送和抄告", f"{total['移送']} 件，作出行政处罚 {total['处罚']} 件"),
                (
                    "结果公开",
                    f"{total['已公开']} 件，按期 {total['按期公开']} 件{_in_brackets(total['公开及时率'])}",
                ),
            ]
        ),
        Heading("二、年度计划执行"),
        *_table(
            ["计划", "抽查项目", "计划（次）", "已抽取（次）"],
            [[*map(str, row)] for row in known["planned"]],
            [4, 8, 2, 2],
            "本年度没有公布的年度抽查计划。",
        ),
        Heading("三、按抽查事项"),
        *_figures(lines, "事项"),
        Heading("四、按地区"),
        *_figures(lines, "地区"),
        Heading("五、检查结果"),
        *_table(
            ["结果", "件数"],
            [[title, str(count)] for title, count in known["codes"]],
            [8, 2],
            "没有办结的检查。",
        ),
        Heading("六、抽取"),
        *_table(
            ["任务", "日期", "抽取依据", "名录", "抽中"],
            [[row[1], row[3], row[4], str(row[5]), str(row[6])] for row in known["draws"]],
            [6, 3, 5, 2, 2],
            "本年度没有已公开的抽取。",
        ),
        *_table(
            ["作废的抽取", "任务", "理由"],
            [[*map(str, row)] for row in known["voids"]],
            [4, 6, 5],
            "本年度没有作废的抽取。",
        ),
        Heading("七、抽取健康检验"),
        Text(f"对历次 {known['health_draws']} 次抽取的统计检验，截至 {known['as_of']}："),
        *_table(
            ["检验", "概率", "结论"],
            [[*map(str, row)] for row in known["health"]],
            [6, 2, 2],
            "还没有可以检验的抽取。",
        ),
        Text(
            "比率的算法：检查完成率为已检查占抽中；问题发现率为发现问题占已办结；改正率为已改正占已改正、未改正和逾期之和；"
            "公开及时率为按期公开占应公开。"
        ),
    ]
    return Paper(
        title=TITLE,
        name=f"{TITLE} {report.year}",
        bureau=bureau,
        address=f"{public_url}/inspections/reports/{report.year}",
        blocks=blocks,
    )


def _summary(report: Report, total: Mapping[str, str]) -> str:
    return (
        f"{report.year} 年共开展双随机抽取 {len(report.figures['draws'])} 次，抽中 {total['抽中']} 家（人）次，"
        f"已检查 {total['已检查']} 家（人）次，发现问题 {total['发现问题']} 件。检查对象和检查人员均由公开可核验的随机抽取确定，"
        "检查结果依法公示。"
    )


def _with_rate(line: Mapping[str, str], count: str, rate: str) -> str:
    return f"{line[count]}{_in_brackets(line[rate])}"


def _in_brackets(rate: str) -> str:
    return f"（{rate}）" if rate else ""


def _figures(lines: Sequence[Mapping[str, str]], group: str) -> list[Block]:
    columns = ("名称", "抽中", "已检查", "发现问题", "责令改正", "已改正", "移送", "已公开")
    rows = [[line[column] for column in columns] for line in lines if line["分组"] == group]
    return _table(columns, rows, [7, 2, 2, 2, 2, 2, 2, 2], "没有数据。")


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], empty: str
) -> list[Block]:
    return [Table(headings, rows, widths)] if rows else [Text(empty)]
