"use strict";

/* What people read: the rules that a record can break, the other words of the draw, and in which
   language. */

(function (draw) {
  /* The pages' messages in another language, by the Chinese one, where the page brings them along. */
  const brought = typeof document === "undefined" ? null : document.getElementById("texts");
  const texts = brought === null ? {} : JSON.parse(brought.textContent);

  /* A message with its places filled in: `%(name)s`. */
  function t(message, values = {}) {
    const said = texts[message] || message;
    return said.replace(/%\((\w+)\)s/g, (place, name) => (name in values ? String(values[name]) : place));
  }

  draw.RULES = {
    "unreadable": t("文件无法读取"),
    "not JSON": t("不是有效的 UTF-8 JSON 文本"),
    "nested too deeply": t("JSON 嵌套层数过多"),
    "repeated key": t("同一对象中键名重复"),
    "unknown key": t("含有规范未列出的键"),
    "missing": t("缺少该项"),
    "not an object": t("应为对象"),
    "not a list": t("应为数组"),
    "not a text": t("应为文本"),
    "not an integer": t("应为整数"),
    "not a boolean": t("应为 true 或 false"),
    "fraction": t("不得使用小数，应为整数"),
    "negative": t("不得为负数"),
    "above 2^53": t("整数须小于 2 的 53 次方"),
    "lone surrogate": t("文本含有不成对的代理字符"),
    "bad characters": t("标识只能由 1 至 64 位字母、数字、点、下划线或连字符组成"),
    "not lower-case hex": t("应为小写十六进制数字"),
    "no date": t("应为真实存在的日期，格式为 YYYY-MM-DD"),
    "empty": t("至少应有一项"),
    "not sorted": t("未按字节顺序排序"),
    "repeated id": t("标识重复"),
    "repeated value": t("取值重复"),
    "above 10000": t("不得超过 10000（即 100%）"),
    "above 100": t("不得超过 100"),
    "below min": t("不得小于 min"),
    "stratum not declared": t("该层未在 strata 中列出"),
    "unknown status": t("状态不在允许的取值之内"),
    "eligible with a ground": t("状态为 eligible 时，ground 应为 null"),
    "one inspector": t("每个对象至少由两名检查人员检查"),
    "below 2": t("每个对象至少由两名检查人员检查"),
    "above 5": t("每个对象至多由五名检查人员检查"),
    "unknown unit": t("回避的对象不在名录之内"),
    "unknown kind": t("随机来源只能是 dice、beacon 或 reveal"),
    "empty plan": t("未安排任何随机来源"),
    "one reveal alone": t("只有一方揭示不足以产生随机性：应另有骰子、公共信标或第二方"),
    "same party twice": t("同一方只能揭示一次"),
    "repeated commitment": t("各方的承诺值不得相同"),
    "staffable alone: max_load 0": t("每人至多检查 0 个对象，该对象无人可查"),
    "staffable alone: everyone recused": t("回避之后，该对象没有足够的检查人员"),
    "staffable alone: too few inspectors": t("可检查该对象的人员不足"),
    "staffable alone: no lead": t("没有可担任该对象组长的检查人员"),
    "not planned": t("计划中没有这一项随机来源"),
    "not as planned": t("与计划的随机来源或其次序不符"),
    "not decimal digits": t("应为十进制数字，不含空格"),
    "too few digits": t("位数不足"),
    "too many digits": t("位数过多"),
    "does not give the commitment": t("揭示的数值与事先提交的承诺不符"),
    "differs": t("与重新计算的结果不同"),
    "wrong length": t("项数与重新计算的结果不同"),
    "not under inspection": t("该对象不在检查之列"),
    "no such seat": t("没有这个席位"),
    "nothing assigned": t("没有分派结果，不能替换"),
    "not selected": t("该对象未被抽中"),
    "can be served together": t("所列对象可以同时安排检查人员"),
    "not base64": t("应为 base64"),
    "not a checkpoint": t("不是检查点"),
    "outside the tree": t("序号不在检查点的树内"),
    "not under the checkpoint": t("证明与检查点的树根不符"),
    "leaf commits to something else": t("日志叶的摘要不是本名录的承诺"),
    "nothing closed": t("密封抽取至少须有一项封存的随机数"),
    "closed after open": t("封存的随机数须排在骰子和公共随机源之前"),
    "open in part": t("须全部密封或者全部启封"),
    "not a door proof": t("不是出示给检查对象的抽中证明"),
    "unknown version": t("这次抽取没有这一版结果承诺"),
    "not under the root": t("证明与结果承诺的树根不符"),
    "not for this key": t("这把密钥打不开，或者内容已被改动"),
  };

  draw.KINDS = { dice: t("骰子"), beacon: t("公共随机源"), reveal: t("封存随机数揭示") };

  draw.ASSURANCE = {
    beacon: t("公共随机源（任何人无法预知）"),
    parties: t("两方以上各自提供并事先封存的随机数"),
    witnessed: t("现场见证的骰子（取决于在场人员的诚实）"),
  };

  draw.SIGNATURE = {
    signed: t("检查点确由该公钥的持有者签署"),
    "wrong signature": t("检查点的签名与该公钥不符"),
    "other key": t("检查点上没有该公钥的签名"),
    "bad key": t("所给的公钥格式不正确"),
    "no key": t("没有提供日志公钥，未核对"),
  };

  draw.t = t;
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
