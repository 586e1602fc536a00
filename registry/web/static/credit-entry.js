// The form of an event with scripts: fields that are not asked for are hidden, and what was typed is checked as one types.
"use strict";

(() => {
  const form = document.getElementById("entry");
  const live = document.getElementById("live");
  const touched = new Set();
  let waiting = 0;
  let asked = 0;

  const given = (name) =>
    [...form.elements]
      .filter((one) => one.name === name && (!["checkbox", "radio"].includes(one.type) || one.checked))
      .map((one) => one.value);

  const fold = () => {
    for (const block of form.querySelectorAll("[data-when]")) {
      const wanted = block.dataset.is.split("|");
      block.hidden = !given(block.dataset.when).some((value) => wanted.includes(value));
    }
  };

  const line = (text, url) => {
    const item = document.createElement("li");
    item.append(text);
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = "查看";
      item.append(" ", link);
    }
    return item;
  };

  const part = (title, items) => {
    if (!items.length) return [];
    const heading = document.createElement("p");
    const list = document.createElement("ul");
    heading.className = "note-title";
    heading.textContent = title;
    list.append(...items);
    return [heading, list];
  };

  const show = (told) => {
    // What is still empty is no fault while one types.
    const faults = told.faults.filter((one) => one.rule !== "required" && (touched.has(one.path) || !one.path));
    for (const old of form.querySelectorAll(".field-error.checked")) old.remove();
    for (const one of form.querySelectorAll("[data-checked]")) {
      one.removeAttribute("aria-invalid");
      delete one.dataset.checked;
    }
    for (const fault of faults) {
      const field = document.getElementById(`f-${fault.path}`);
      if (!field || form.querySelector(`#f-${CSS.escape(fault.path)}-fault`)) continue;
      const words = document.createElement("p");
      words.className = "field-error checked";
      words.textContent = fault.message;
      field.before(words);
      if (field.tagName !== "FIELDSET") {
        field.setAttribute("aria-invalid", "true");
        field.dataset.checked = "";
      }
    }
    live.replaceChildren(
      ...part("填写有误", faults.map((one) => line(one.message))),
      ...part("这条记录已经录入过", told.same ? [line("同一主体、文书号和日期的记录已在。", told.same)] : []),
      ...part("处罚与条文不一致", told.breaches.map((one) => line(`${one.article}：${one.message}`))),
      ...part("请核对", told.warnings.map((one) => line(one.message, one.url))),
    );
    live.hidden = !live.childNodes.length;
  };

  const check = async () => {
    const number = ++asked;
    const body = new FormData(form);
    body.delete("file");
    const answer = await fetch(form.dataset.check, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok && number === asked) show(await answer.json());
  };

  const changed = (event) => {
    if (event.target.name) touched.add(event.target.name);
    fold();
    clearTimeout(waiting);
    waiting = setTimeout(() => check().catch(() => {}), 400);
  };

  form.classList.add("scripted");
  form.addEventListener("input", changed);
  fold();
})();
