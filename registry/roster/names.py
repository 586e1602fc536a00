"""Names as they are compared and searched: folding, grams, pinyin. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from registry.roster.cells import match_name

LONGEST_TERM = 120
"""Terms are cut here; nobody types more to find somebody."""

# Readings of surnames that the general dictionary has otherwise (单 is dān in words, Shàn in names).
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "翟": "zhai", "朴": "piao", "区": "ou", "查": "zha",
    "解": "xie", "盖": "ge", "缪": "miao", "覃": "qin", "乐": "yue", "洗": "xian", "员": "yun", "贠": "yun",
    "黑": "he", "折": "she", "种": "chong", "召": "shao", "繁": "po", "秘": "bi", "隗": "wei", "祭": "zhai",
    "能": "nai", "么": "yao", "乜": "nie", "佴": "nai", "阚": "kan", "卜": "bu", "藏": "zang", "炅": "gui",
    "郇": "xun", "都": "du", "句": "gou", "重": "chong",
}  # fmt: skip

# Characters of names that old papers and other places write in their traditional form; not a converter of texts.
_TRADITIONAL = (
    "陳陈張张劉刘黃黄趙赵吳吴孫孙馬马羅罗鄭郑謝谢許许韓韩馮冯鄧邓葉叶蕭萧呂吕蘇苏盧卢蔣蒋賈贾閻阎鐘钟鍾钟陸陆譚谭龍龙"
    "鄒邹賴赖龔龚歐欧顧顾湯汤關关連连嚴严華华國国東东學学業业師师務务證证處处鑑鉴鑒鉴長长興兴寶宝貴贵榮荣偉伟麗丽蘭兰"
    "鳳凤輝辉強强靈灵傑杰衛卫軍军紅红錦锦銘铭鋒锋鋼钢鎮镇義义禮礼誠诚詩诗語语譽誉講讲謙谦豐丰賢贤賓宾質质"
    "慶庆應应廣广開开陽阳陰阴雙双雲云電电靜静韻韵順顺項项頌颂領领題题風风飛飞騰腾駿骏鵬鹏鶴鹤麥麦齊齐齡龄潔洁"
    "澤泽濤涛濱滨灣湾燦灿爾尔瑋玮瓊琼環环畢毕當当發发碩硕種种穎颖競竞筆笔範范築筑紀纪純纯紹绍絲丝經经綠绿"
    "維维綱纲緯纬練练縣县總总聖圣聞闻聰聪職职肅肃膽胆與与萬万蓮莲蔭荫藝艺藍蓝蘊蕴術术補补裝装見见規规視视親亲覺觉"
    "記记訓训設设評评詠咏諾诺議议護护讓让買买資资賽赛車车輪轮農农達达遠远遲迟選选還还邊边醫医釋释鈞钧鈴铃銀银"
    "錢钱鐵铁門门閔闵閣阁隊队際际隨随險险離离難难雖虽霽霁頁页預预顏颜願愿類类養养餘余驗验體体鮮鲜鳴鸣點点區区"
)
_FOLDED = str.maketrans(
    {**dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)), **dict.fromkeys("·•・‧∙⋅.．", "")}
)

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西"
    "|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_PLACE = rf"(?:中国|(?:{_PROVINCES})[省市]?|\w{{2,3}}?[市县])"
_CITY = re.compile(_PLACE)
_PLACES = re.compile(rf"{_PLACE}*(?:\w{{2,3}}?新?区)?")
_BRACKETED = re.compile(r"\([^()]*\)")


def fold(name: str) -> str:
    """The form in which two spellings of one name are equal: width, case, brackets, spaces, dots, common traditional
    characters."""
    return match_name(name).translate(_FOLDED)


def search_key(name: str) -> str:
    """The form in which names and queries meet in the search: `fold`, and every traditional character as its simplified one.

    Only the search may read so far: 昇 and 升 find each other, and are two people's names all the same.
    """
    return fold(name).translate(_simplified())


@cache
def _simplified() -> Mapping[int, str]:
    characters = [chr(code) for block in _BLOCKS for code in block]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {
        ord(old): new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1
    }


# CJK Unified Ideographs and their Extension A; what lies beyond has no second form in names.
_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))


def grams(key: str) -> set[str]:
    """Every character and every two in a row of a folded name."""
    return set(key) | {key[start : start + 2] for start in range(len(key) - 1)}


def person_terms(key: str) -> set[str]:
    """What a person is found by from the beginning: name, pinyin, initials; capitals without spaces."""
    syllables = lazy_pinyin(key, style=Style.NORMAL)
    terms = _spelled(syllables)
    if surname := _SURNAMES.get(key[:1]):
        # The other reading stays: who does not know the name types that.
        terms |= _spelled([surname, *syllables[1:]])
    return _cut({key, *terms})


def organisation_terms(key: str) -> set[str]:
    """As for a person, and again without brackets, city and district: 上海市浦东新区公证处 is also found by `pudong` and `gzc`."""
    plain = _BRACKETED.sub("", key)
    spellings = {plain, _behind(_CITY, plain), _behind(_PLACES, plain)}
    read = (_spelled(lazy_pinyin(part, style=Style.NORMAL)) for part in spellings)
    return _cut({key}.union(spellings, *read))


def _behind(place: re.Pattern[str], key: str) -> str:
    found = place.match(key)
    return key[found.end() :] or key if found else key


def _spelled(syllables: list[str]) -> set[str]:
    return {"".join(syllables).upper(), "".join(syllable[0] for syllable in syllables).upper()}


def _cut(terms: Iterable[str]) -> set[str]:
    return {term[:LONGEST_TERM] for term in terms if term}
