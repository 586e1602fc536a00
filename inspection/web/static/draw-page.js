"use strict";

/* The page around the verifier: runs it in slices, so that the page stays alive, and writes down what each step found. A page
   that was saved after a run holds that run's results; each run therefore begins by clearing them. */

(function (draw) {
  const SLICE = 40; // milliseconds
  const SHOWN = 50;
  const WIDEST = 400;
  const { t } = draw;
  const STATES = {
    ok: [t("一致"), "good"], bad: [t("不一致"), "bad"], unchecked: [t("未核对"), "attention"], skipped: [t("未进行"), "neutral"],
  };
  const WHY_UNCHECKED = {
    log: t("这份记录没有附存证证明，此项在这里无从核对。"),
    signature: t("此项在这里没有核对：请用存证日志的公钥，以任何支持 C2SP signed note 的工具核对。"),
  };
  const part = (id) => document.getElementById(id);
  let runs = 0;

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function within(value) {
    const text = draw.shown(value);
    return text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text;
  }

  function say(tone, title, text) {
    part("verdict").className = `note note-${tone}`;
    part("verdict-title").textContent = title;
    part("verdict-text").textContent = text;
  }

  function titleOf(id) {
    if (part(`step-${id}`) === null) return t("结果的承诺");
    return document.querySelector(`#step-${id} h2`).firstChild.textContent.trim().replace(/^[0-9]+\. /, "");
  }

  function facts(listed) {
    const list = element("dl", undefined, "facts");
    for (const [label, value] of listed) {
      const row = element("div");
      const found = element("dd");
      found.append(element("code", within(value)));
      row.append(element("dt", label), found);
      list.append(row);
    }
    return list;
  }

  function table({ heads, rows }) {
    const frame = element("div", undefined, "table-frame");
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", t("各层应抽取数"));
    const made = element("table", undefined, "table");
    const head = made.createTHead().insertRow();
    heads.forEach((text) => {
      const cell = element("th", text);
      cell.scope = "col";
      head.append(cell);
    });
    const body = made.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      row.forEach((value) => line.append(element("td", String(value))));
    }
    frame.append(made);
    return frame;
  }

  function fault(difference) {
    const item = element("li");
    item.append(element("code", difference.path), document.createTextNode(t("：%(rule)s", { rule: draw.RULES[difference.rule] })));
    if (difference.expected !== undefined || difference.found !== undefined) {
      item.append(facts([[t("应为"), difference.expected], [t("记录为"), difference.found]]));
    }
    return item;
  }

  function show(step) {
    const place = part(`step-${step.id}`);
    if (place === null) return; // a sealed document that was chosen on the page of an ordinary draw
    const [title, tone] = STATES[step.state];
    const chip = place.querySelector("[data-part=state]");
    chip.textContent = title;
    chip.className = `chip chip-${tone}`;
    place.dataset.state = step.state;
    const found = place.querySelector("[data-part=found]");
    found.replaceChildren();
    if (step.state === "unchecked") found.append(element("p", WHY_UNCHECKED[step.id]));
    if (step.facts.length) found.append(facts(step.facts));
    if (step.table) found.append(table(step.table));
    if (step.differences.length) {
      const list = element("ul", undefined, "verify-faults");
      step.differences.slice(0, SHOWN).forEach((difference) => list.append(fault(difference)));
      if (step.differences.length > SHOWN) {
        list.append(element("li", t("……另有 %(count)s 处", { count: step.differences.length - SHOWN })));
      }
      found.append(list);
    }
  }

  function conclude(report, seconds) {
    report.steps.forEach(show);
    const took = t("用时 %(seconds)s 秒。", { seconds: seconds.toFixed(1) });
    const bad = report.steps.filter((step) => step.state === "bad");
    const open = report.steps.filter((step) => step.state === "unchecked");
    if (bad.length) {
      const where = bad.map((step) => t("“%(title)s”", { title: titleOf(step.id) })).join(t("、"));
      const count = report.differences.length ? t("，共 %(count)s 处", { count: report.differences.length }) : "";
      say("bad", t("核验未通过"), t("这份记录与重新计算的结果不符：%(where)s%(count)s。下面逐步标出。%(took)s", { where, count, took }));
      return;
    }
    const { record } = report;
    if (record === null) {
      say("attention", t("密封中，尚不能重算"), t("结果的承诺确在存证日志中，启封之后才能重新计算。%(took)s", { took }));
      return;
    }
    const inspectors = record.assignments ? t("和检查人员") : t("（检查人员无法安排，记录如实写明）");
    const left = open.length ? t("未核对：%(steps)s。", { steps: open.map((step) => titleOf(step.id)).join(t("、")) }) : "";
    say(left ? "attention" : "good", left ? t("核验通过，有项目未核对") : t("核验通过"),
      t("您的浏览器从 %(units)s 个对象重新抽取了一遍，抽中的 %(selected)s 个对象%(inspectors)s与记录完全一致。%(left)s%(took)s", {
        units: record.frame.units.length, selected: record.selected.length, inspectors, left, took,
      }));
  }

  function begin() {
    part("progress").hidden = false;
    part("again").disabled = true;
    say("info", t("正在计算"), t("请稍候，计算在您自己的浏览器中进行。"));
    [...draw.STEPS, "sealed"].forEach((id) => show({ id, state: "skipped", facts: [], differences: [], table: null }));
  }

  function end() {
    part("progress").hidden = true;
    part("again").disabled = false;
  }

  function run(text) {
    runs += 1;
    const mine = runs;
    const started = performance.now();
    const work = draw.documentVerification(text, part("vkey").value.trim());
    begin();
    const go = () => {
      if (mine !== runs) return; // another record was chosen meanwhile
      const until = performance.now() + SLICE;
      try {
        for (;;) {
          const { done, value } = work.next();
          if (done) {
            end();
            conclude(value, (performance.now() - started) / 1000);
            return;
          }
          if (performance.now() > until) {
            tell(value);
            setTimeout(go, 0);
            return;
          }
        }
      } catch (error) {
        end();
        say("bad", t("计算没有完成"), t("您的浏览器未能完成计算，请换一个较新的浏览器，或用下面的 Python 程序验证。"));
        throw error;
      }
    };
    setTimeout(go, 0);
  }

  function tell({ step, share }) {
    const place = draw.STEPS.indexOf(step);
    part("progress-bar").value = (place + share) / draw.STEPS.length;
    part("progress-text").textContent = t("正在计算：%(step)s", { step: titleOf(step) });
  }

  function read(file) {
    const reading = new FileReader();
    reading.onload = () => {
      let text;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(reading.result);
      } catch {
        text = ""; // not UTF-8: no JSON text
      }
      chosen = text;
      run(text);
    };
    reading.readAsArrayBuffer(file);
  }

  let chosen = null; // another record than the page's own

  function own() {
    return part("record").textContent;
  }

  function start() {
    part("other-file").addEventListener("change", (event) => {
      if (event.target.files.length) read(event.target.files[0]);
    });
    const place = part("other");
    place.addEventListener("dragover", (event) => event.preventDefault());
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) read(event.dataTransfer.files[0]);
    });
    part("again").addEventListener("click", () => run(chosen === null ? own() : chosen));
    part("own").addEventListener("click", () => {
      chosen = null;
      part("other-file").value = "";
      run(own());
    });
    run(own());
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
