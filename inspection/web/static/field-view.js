"use strict";

/* What is known of one visit, from the service and from this phone together, and the pieces that show it. */

(function (field) {
  const { state, own } = field.sync;
  const SUBSTANCE = ["answer", "scene", "statement", "file", "file_off", "finding"];
  const UNSENT = { keeping: "正在保存", waiting: "待同步" };
  const WORDS = {
    appointment: "检查安排", check_in: "签到", answer: "检查项", scene: "现场情况", statement: "陈述申辩", file: "照片和材料",
    file_off: "不作为材料", signature: "签名", finding: "检查结果", recusal: "申请回避或更换",
  };

  function make(name, options = {}, ...children) {
    const { text, ...attributes } = options;
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    if (text !== undefined) made.textContent = text;
    made.append(...children.filter(Boolean));
    return made;
  }

  const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const when = (moment) => clock.format(new Date(moment));
  /* Phones' clocks are wrong; by how much, the service told when it was last reached. */
  const ahead = () => (state.bundle && state.bundle.ahead) || 0;
  const day = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() - ahead()));

  const right = (moment) => new Date(Date.parse(moment) - ahead()).toISOString();

  /* How far one of this phone's facts is on its way; nothing of those that the service has. */
  const unsent = (one) => UNSENT[one.status];

  /* Every fact that counts, in the order in which it was said; those of this phone carry their `status`. */
  function facts(visit) {
    const here = own().filter((one) => one.visit === visit.id && (unsent(one) || one.status === "stored"));
    const ids = new Set(here.map((one) => one.id));
    const there = visit.notes.filter((one) => !ids.has(one.id));
    const mine = here.map((one) => ({ ...one, noted_at: right(one.noted_at), by: state.bundle.name, staff: one.owner }));
    return [...there, ...mine].sort((a, b) => Date.parse(a.noted_at) - Date.parse(b.noted_at) || (a.seq ?? Infinity) - (b.seq ?? Infinity));
  }

  function latest(visit) {
    const found = new Map();
    for (const one of facts(visit)) {
      found.set(`${one.kind}|${one.item}`, one);
      if (one.kind === "file") found.delete(`file_off|${one.item}`);
      if (one.kind === "file_off") found.delete(`file|${one.item}`);
    }
    return found;
  }

  const ofKind = (found, kind) => [...found.values()].filter((one) => one.kind === kind);
  const covered = (found) => [...found.values()].filter((one) => SUBSTANCE.includes(one.kind)).map((one) => one.id).sort();

  function said(one) {
    if (!one) return "";
    return [`${one.by} ${when(one.noted_at)}`, unsent(one)].filter(Boolean).join("，");
  }

  /* What was typed, as somebody would copy it out. */
  function inWords(operation) {
    const { kind, content } = operation;
    const visit = state.bundle && state.bundle.visits.find((one) => one.id === operation.visit);
    const answers = (state.bundle && state.bundle.answers) || {};
    const item = visit && visit.matters.flatMap((one) => one.checklist.items).find((one) => one.code === content.item);
    const texts = {
      answer: () => [item ? item.text : content.item, answers[content.value], content.note],
      signature: () => [content.role, content.name, content.refused ? `拒绝签名：${content.reason}，见证人 ${content.witness}` : "已签名"],
      finding: () => [content.visited_on, (content.codes || []).join("、"), content.measure, content.note],
      file: () => [content.name, content.caption],
      check_in: () => [content.code, content.reason],
      appointment: () => [content.planned_on, content.note],
      recusal: () => [content.ground, content.reason],
      statement: () => [content.waived ? "没有陈述申辩" : content.text],
      scene: () => [content.text],
      file_off: () => [content.reason],
    };
    const told = (texts[kind] ? texts[kind]() : [JSON.stringify(content)]).filter(Boolean).join("；");
    return `${visit ? visit.subject : operation.visit} · ${WORDS[kind] || kind} · ${when(right(operation.noted_at))}：${told}`;
  }

  field.view = { make, when, day, facts, unsent, latest, ofKind, covered, said, inWords, WORDS };
})((globalThis.fieldwork = globalThis.fieldwork || {}));
