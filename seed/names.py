"""Fictional names of people and organisations."""

from collections.abc import Iterator
from random import Random

# Surnames with rough weights per thousand; the last ones are those whose reading programs get wrong.
_SURNAMES = (
    ("王", 72), ("李", 71), ("张", 68), ("刘", 51), ("陈", 45), ("杨", 31), ("黄", 22), ("赵", 21), ("吴", 20),
    ("周", 20), ("徐", 15), ("孙", 15), ("马", 13), ("朱", 13), ("胡", 12), ("郭", 11), ("何", 11), ("林", 11),
    ("高", 10), ("罗", 9), ("郑", 9), ("梁", 8), ("谢", 8), ("宋", 7), ("唐", 7), ("许", 7), ("韩", 6), ("邓", 6),
    ("冯", 6), ("曹", 6), ("彭", 5), ("曾", 5), ("肖", 5), ("田", 5), ("董", 5), ("潘", 4), ("袁", 4), ("蔡", 4),
    ("蒋", 4), ("余", 4), ("于", 4), ("杜", 4), ("叶", 4), ("程", 4), ("魏", 4), ("苏", 4), ("吕", 4), ("丁", 4),
    ("任", 3), ("卢", 3), ("姚", 3), ("沈", 6), ("钟", 3), ("姜", 3), ("崔", 3), ("谭", 3), ("陆", 5), ("范", 3),
    ("汪", 3), ("顾", 5), ("金", 4), ("石", 2), ("戴", 2), ("贾", 2), ("夏", 3), ("邱", 2), ("方", 3), ("邹", 2),
    ("熊", 2), ("白", 2), ("孟", 2), ("秦", 3), ("钱", 3), ("龚", 2), ("严", 3), ("施", 3), ("诸葛", 1), ("欧阳", 1),
    ("上官", 1), ("司马", 1), ("单", 1), ("仇", 1), ("翟", 1), ("朴", 1), ("区", 1), ("查", 1), ("解", 1), ("盖", 1),
)  # fmt: skip
_MALE = "伟强磊军勇杰涛斌超鹏辉刚健明亮俊峰浩宇博文志国建平海东晓晨阳飞龙凯翔立诚毅恒"
_FEMALE = "芳娜敏静丽艳娟霞燕玲婷慧莹雪琳颖倩怡欣悦佳洁蕾琪梦瑶思雨晴岚薇菲妍宁"
_EITHER = "华文清安宁然书言思远嘉瑞泽宜和远之子若亦云景行知予一"
# Characters outside the common fonts and the basic plane: a register meets them, so the demo city has them too.
_RARE = "㛃𠮷䶮堃喆"

_FIRM_FIRST = "明正衡朗诚信德嘉恒泰宏达鼎天元君合盛中智汇锦华安瑞思博允执厚泽长清致和同方言拓"
_FIRM_SECOND = "衡朗理直道川平和信义恒言诚正立方泽序则允达远舟石林泉川岳宁庭澄谦勤观闻"


def person(chance: Random, *, female: bool) -> str:
    """A full name of two to four characters; about one in four hundred has a rare character."""
    surname = chance.choices([s for s, _ in _SURNAMES], [w for _, w in _SURNAMES])[0]
    letters = (_FEMALE if female else _MALE) + _EITHER
    given = "".join(chance.sample(letters, 1 if chance.random() < 0.22 else 2))
    if chance.random() < 0.0025:
        given = given[:-1] + chance.choice(_RARE)
    return surname + given


def firm_words(chance: Random) -> Iterator[str]:
    """Two-character names for firms, each once."""
    words = [a + b for a in dict.fromkeys(_FIRM_FIRST) for b in dict.fromkeys(_FIRM_SECOND) if a != b]
    chance.shuffle(words)
    return iter(words)
