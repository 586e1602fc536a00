"""The rules a draw's documents can break: the stable English name, and the sentence that people read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

FORMAT = "double-random-draw/1"

RULES: Mapping[str, str] = {
    # any document
    "unreadable": "文件无法读取",
    "not JSON": "不是有效的 UTF-8 JSON 文本",
    "nested too deeply": "JSON 嵌套层数过多",
    "repeated key": "同一对象中键名重复",
    "unknown key": "含有规范未列出的键",
    "missing": "缺少该项",
    "not an object": "应为对象",
    "not a list": "应为数组",
    "not a text": "应为文本",
    "not an integer": "应为整数",
    "not a boolean": "应为 true 或 false",
    "fraction": "不得使用小数，应为整数",
    "negative": "不得为负数",
    "above 2^53": "整数须小于 2 的 53 次方",
    "lone surrogate": "文本含有不成对的代理字符",
    "bad characters": "标识只能由 1 至 64 位字母、数字、点、下划线或连字符组成",
    "not lower-case hex": "应为小写十六进制数字",
    # frame
    "no date": "应为真实存在的日期，格式为 YYYY-MM-DD",
    "empty": "至少应有一项",
    "not sorted": "未按字节顺序排序",
    "repeated id": "标识重复",
    "repeated value": "取值重复",
    "above 10000": "不得超过 10000（即 100%）",
    "above 100": "不得超过 100",
    "below min": "不得小于 min",
    "stratum not declared": "该层未在 strata 中列出",
    "unknown status": "状态不在允许的取值之内",
    "eligible with a ground": "状态为 eligible 时，ground 应为 null",
    "one inspector": "每个对象至少由两名检查人员检查",
    "below 2": "每个对象至少由两名检查人员检查",
    "above 5": "每个对象至多由五名检查人员检查",
    "unknown unit": "回避的对象不在名录之内",
    "unknown kind": "随机来源只能是 dice、beacon 或 reveal",
    "empty plan": "未安排任何随机来源",
    "one reveal alone": "只有一方揭示不足以产生随机性：应另有骰子、公共信标或第二方",
    "same party twice": "同一方只能揭示一次",
    "repeated commitment": "各方的承诺值不得相同",
    "staffable alone: max_load 0": "每人至多检查 0 个对象，该对象无人可查",
    "staffable alone: everyone recused": "回避之后，该对象没有足够的检查人员",
    "staffable alone: too few inspectors": "可检查该对象的人员不足",
    "staffable alone: no lead": "没有可担任该对象组长的检查人员",
    # chance
    "not planned": "计划中没有这一项随机来源",
    "not as planned": "与计划的随机来源或其次序不符",
    "not decimal digits": "应为十进制数字，不含空格",
    "too few digits": "位数不足",
    "too many digits": "位数过多",
    "does not give the commitment": "揭示的数值与事先提交的承诺不符",
    # record
    "differs": "与重新计算的结果不同",
    "wrong length": "项数与重新计算的结果不同",
    "not under inspection": "该对象不在检查之列",
    "no such seat": "没有这个席位",
    "nothing assigned": "没有分派结果，不能替换",
    "not selected": "该对象未被抽中",
    "can be served together": "所列对象可以同时安排检查人员",
    "not base64": "应为 base64",
    "not a checkpoint": "不是检查点",
    "outside the tree": "序号不在检查点的树内",
    "not under the checkpoint": "证明与检查点的树根不符",
    "leaf commits to something else": "日志叶的摘要不是本名录的承诺",
    # sealed draw
    "nothing closed": "密封抽取至少须有一项封存的随机数",
    "closed after open": "封存的随机数须排在骰子和公共随机源之前",
    "open in part": "须全部密封或者全部启封",
    "not a door proof": "不是出示给检查对象的抽中证明",
    "unknown version": "这次抽取没有这一版结果承诺",
    "not under the root": "证明与结果承诺的树根不符",
    "not for this key": "这把密钥打不开，或者内容已被改动",
}


class Invalid(ValueError):
    """A document breaks a rule: `path` names the field (`units[3].stratum`), `rule` is a key of RULES."""

    def __init__(self, path: str, rule: str) -> None:
        super().__init__(path, rule)
        self.path = path
        self.rule = rule

    @property
    def message(self) -> str:
        """What people read, in Chinese."""
        return f"{self.path}：{RULES[self.rule]}"

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}"


class InvalidFrame(Invalid):
    """A frame that must be refused (spec section 2)."""


class InvalidEntropy(Invalid):
    """Supplied chance that must be refused (spec section 3)."""


class InvalidSubstitution(Invalid):
    """A substitution that cannot be made (spec section 7)."""


@contextmanager
def refusing(kind: type[Invalid], prefix: str = "") -> Iterator[None]:
    """Turn any Invalid inside into this kind, with the prefix before its path."""
    try:
        yield
    except Invalid as fault:
        raise kind(prefix + fault.path, fault.rule) from None
