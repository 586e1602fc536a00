"""Files as a clerk of the demo city gets them: the county templates with rows, one of them bad; directories as lists.

The subjects are those of the demo city, so an import finds them on the roster.
"""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from registry.kernel.workbook import write_sheet
from seed.city import City, Firm, Person
from seed.facts import BUREAU, BUREAU_USCC

_ID_TYPES = "（必填）（身份证、护照、港澳居民来往内地通行证、台湾居民来往内地通行证、外国人永久居留身份证）"
_SCOPE = "信息使用范围（必填）:公示;仅政府部门内部共享;仅可授权查询"
_PERMIT_ORGANISATION = (
    "许可相对人（必填）", "统一社会信用代码（三证必须选一填写）", "工商注册号", "组织机构代码", "税务登记号",
    "审批类别（必填）", "法定代表人（必填）", f"证件类型{_ID_TYPES}", "法人证件号", "许可名称（必填）", "许可文书号（必填）",
    "许可权利编码", "许可决定日期（必填，XXXX/XX/XX格式）", "许可有效期始（XXXX/XX/XX格式）", "许可有效期终（XXXX/XX/XX格式）",
    "许可机构（必填）", "许可内容（必填）", _SCOPE, "许可状态（必填）:正常;撤销;异议；其他（备注说明）", "备注", "事业单位证书号",
    "社会组织登记证号", "许可证书名称", "许可证书编号", "许可文书名称", "许可机构统一社会信用代码", "数据来源单位",
    "数据来源单位统一社会信用代码",
)  # fmt: skip
_PENALTY_PERSON = (
    "行政相对人（必填）", f"证件类型{_ID_TYPES}", "证件号（必填）", "处罚名称（必填）", "处罚权利编码", "文书号（必填）",
    "处罚日期（必填，XXXX/XX/XX格式）", "公示日期（XXXX/XX/XX格式）", "公示截止日期（XXXX/XX/XX格式）", "处罚机关（必填）",
    "处罚类别1（必填）（警告、罚款、没收违法所得、没收非法财物、责令停产停业、暂扣或者吊销许可证、暂扣或者吊销执照、行政拘留、其他）",
    "处罚类别2", "处罚事由（必填）", "处罚依据（必填）", "处罚结果（必填）", "备注", _SCOPE,
    "失信严重程度（必填）：未定；一般；较重；严重", "当前状态（必填）：正常;撤销;异议；其他（备注说明）", "违法行为类型",
    "罚款金额（单位万元,范围为0.00~9999.99）", "没收违法所得没收非法财物的金额（单位为万元,范围为0.00~9999.99）",
    "暂扣或吊销证照名称及编号", "处罚机构统一社会信用代码", "数据来源单位", "数据来源单位统一社会信用代码",
)  # fmt: skip


def write(city: City, folder: Path) -> list[Path]:
    """Writes the files into `folder`, made if need be, and gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    decided = (city.today - timedelta(days=2)).strftime("%Y/%m/%d")
    firm = next(firm for firm in city.firms if firm.kind == "law_firm")
    lawyer = next(person for person in city.people if person.profession == "lawyer")
    bad = _penalty(lawyer, "示司罚决字〔2026〕第902号", "2026/13/40")
    return [
        _sheet(folder / "permit-organisation.xlsx", _PERMIT_ORGANISATION, [_permit(firm, decided)]),
        _sheet(
            folder / "penalty-person.xlsx",
            _PENALTY_PERSON,
            [_penalty(lawyer, "示司罚决字〔2026〕第901号", decided), bad],
        ),
        _inspectors(folder / "inspectors.csv", city.today),
    ]


def _permit(firm: Firm, decided: str) -> dict[str, str]:
    return {
        "许可相对人": firm.name,
        "统一社会信用代码": firm.uscc,
        "审批类别": "普通",
        "法定代表人": firm.head,
        "证件类型": "身份证",
        "许可名称": "律师事务所变更许可",
        "许可文书号": "示司许决字〔2026〕第9001号",
        "许可决定日期": decided,
        "许可有效期始": decided,
        "许可有效期终": "长期",
        "许可机构": BUREAU,
        "许可内容": f"准予{firm.name}变更住所",
        "信息使用范围": "公示",
        "许可状态": "正常",
        "许可证书名称": "律师事务所执业许可证",
        "许可证书编号": firm.licence_number,
        "许可文书名称": "准予律师事务所变更决定书",
        "许可机构统一社会信用代码": BUREAU_USCC,
        "数据来源单位": BUREAU,
        "数据来源单位统一社会信用代码": BUREAU_USCC,
    }


def _penalty(lawyer: Person, number: str, decided: str) -> dict[str, str]:
    return {
        "行政相对人": lawyer.name,
        "证件类型": "身份证",
        "证件号": lawyer.id_number,
        "处罚名称": "私自接受委托、收取费用案",
        "文书号": number,
        "处罚日期": decided,
        "处罚机关": BUREAU,
        "处罚类别1": "罚款",
        "处罚事由": "未经本所统一接受委托，私自向委托人收取律师服务费。",
        "处罚依据": "《中华人民共和国律师法》第四十八条第（一）项",
        "处罚结果": "罚款8000元",
        "信息使用范围": "公示",
        "失信严重程度": "较重",
        "当前状态": "正常",
        "违法行为类型": "私自接受委托、收取费用",
        "罚款金额": "0.8",
        "处罚机构统一社会信用代码": BUREAU_USCC,
        "数据来源单位": BUREAU,
        "数据来源单位统一社会信用代码": BUREAU_USCC,
    }


def _sheet(path: Path, headers: Sequence[str], rows: Sequence[dict[str, str]]) -> Path:
    names = [header.split("（")[0].split(":")[0] for header in headers]
    write_sheet(path, headers, ([row.get(name, "") for name in names] for row in rows), name=path.stem)
    return path


def _inspectors(path: Path, today: date) -> Path:
    """As an older Excel saves it: GB18030."""
    valid = date(today.year + 3, 12, 31).strftime("%Y/%m/%d")
    with path.open("w", encoding="gb18030", newline="") as file:
        table = csv.writer(file)
        table.writerow(["姓名", "执法证号", "执法证有效期至", "单位", "检查范围", "区划代码", "可任组长"])
        table.writerow(["黎晓波", "09019001", valid, "示范市司法局", "律师事务所;公证处", "", "是"])
        table.writerow(["穆青禾", "09019002", valid, "示范市司法局", "律师事务所", "", "否"])
    return path
