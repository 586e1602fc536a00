"""The demo city's list of matters and the figures of its tasks; figures are local policy, these are examples."""

STRATA: list[dict[str, object]] = [
    {"id": "A", "rate_bp": 500, "min": 1, "max": None},
    {"id": "B", "rate_bp": 1500, "min": 1, "max": None},
    {"id": "C", "rate_bp": 4000, "min": 1, "max": None},
    {"id": "D", "rate_bp": 10000, "min": 0, "max": None},
]
TEAM: dict[str, object] = {"size": 2, "lead_required": True, "cross_district": True, "max_load": None}
MATTERS = (
    {
        "code": "LS-01",
        "name": "律师事务所执业管理抽查",
        "content": "执业内部管理制度、主要责任落实、队伍建设、业务开展、律师执业表现",
        "object_kind": "law_firm",
        "category": "一般检查事项",
        "method": "现场检查",
        "basis": "《律师法》第二十三条、第五十二条；《律师事务所管理办法》第五条",
        "rate": "按信用分层：A 层 5%、B 层 15%、C 层 40%、D 层 100%",
        "frequency": "每年 1 次",
    },
    {
        "code": "GZ-01",
        "name": "公证机构执业活动抽查",
        "content": "公证质量、收费、档案管理和内部管理",
        "object_kind": "notary_office",
        "category": "一般检查事项",
        "method": "现场检查、案卷评查",
        "basis": "《公证法》第五条；《公证机构执业管理办法》第二十五条",
        "rate": "按信用分层：A 层 5%、B 层 15%、C 层 40%、D 层 100%",
        "frequency": "每年 1 次",
    },
    {
        "code": "JD-01",
        "name": "司法鉴定机构执业抽查",
        "content": "鉴定程序和技术标准遵守、鉴定人执业情况、执业规则与职业道德、内部管理制度",
        "object_kind": "forensic_institution",
        "category": "重点检查事项",
        "method": "现场检查、案卷评查",
        "basis": "《全国人民代表大会常务委员会关于司法鉴定管理问题的决定》；《司法鉴定机构登记管理办法》",
        "rate": "按信用分层：A 层 5%、B 层 15%、C 层 40%、D 层 100%",
        "frequency": "每年 1 次",
    },
    {
        "code": "JC-01",
        "name": "基层法律服务所执业抽查",
        "content": "执业内部管理制度、业务开展、收费和档案",
        "object_kind": "grassroots_office",
        "category": "一般检查事项",
        "method": "现场检查、案卷评查",
        "basis": "《基层法律服务所管理办法》第三十四条",
        "rate": "按信用分层：A 层 5%、B 层 15%、C 层 40%、D 层 100%",
        "frequency": "每年 1 次",
    },
)
