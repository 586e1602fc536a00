"use strict";

/* The parts of a visit's page that come once for each item, file or person: the checklists, the photos, the signatures. */

(function (field) {
  const { make, latest, ofKind, covered, said } = field.view;
  const { state, note } = field.sync;
  const part = (id) => document.getElementById(id);
  const IDLE = 700;
  const thumbnails = new Map();

  /* Calls when nothing was typed for a moment, and at once when the field is left. */
  function onTyped(input, call) {
    let timer = 0;
    const now = () => {
      clearTimeout(timer);
      if (input.dataset.typed === undefined) return;
      delete input.dataset.typed;
      call();
    };
    input.addEventListener("input", () => {
      input.dataset.typed = "";
      clearTimeout(timer);
      timer = setTimeout(now, IDLE);
    });
    input.addEventListener("change", now);
    addEventListener("pagehide", now);
  }

  /* What is being typed is nobody's to overwrite. */
  function fill(input, value) {
    if (input.dataset.typed === undefined && document.activeElement !== input && input.value !== value) input.value = value;
  }

  function buildItems(visit) {
    const answers = Object.entries(state.bundle.answers);
    part("items").replaceChildren(...visit.matters.map((matter) => make("div", {},
      make("h3", { text: matter.name }),
      make("p", { class: "field-said", text: `${matter.content}（${matter.basis}）` }),
      ...matter.checklist.items.map((item) => {
        const key = `${matter.code}/${item.code}`;
        const name = `answer-${key}`;
        const choices = answers.map(([code, title]) => make("label", {}, make("input", { type: "radio", name, value: code }), title));
        const text = make("textarea", { class: "form-control", rows: 2, maxlength: 4000, id: `note-${key}` });
        const box = make("fieldset", { class: "field-item", "data-item": key },
          make("legend", { text: item.text }),
          make("p", { class: "basis", text: item.basis }),
          make("div", { class: "field-choices" }, ...choices),
          make("label", { class: "form-label", for: `note-${key}`, text: "情况说明" }), text,
          make("p", { class: "field-said" }));
        const tell = () => {
          const chosen = box.querySelector("input:checked");
          if (!chosen && !text.value.trim()) return;
          const value = chosen ? chosen.value : "unseen";
          void note(visit.id, "answer", key, { matter: matter.code, item: item.code, value, note: text.value.trim() });
        };
        box.querySelector(".field-choices").addEventListener("change", () => { delete text.dataset.typed; tell(); });
        onTyped(text, tell);
        return box;
      }))));
  }

  function showItems(visit, found) {
    let answered = 0;
    const boxes = part("items").querySelectorAll(".field-item");
    for (const box of boxes) {
      const one = found.get(`answer|${box.dataset.item}`);
      const { value, note: text } = one ? one.content : { value: "", note: "" };
      if (one) answered += 1;
      for (const input of box.querySelectorAll("input")) input.checked = input.value === value;
      fill(box.querySelector("textarea"), text);
      box.querySelector(".field-said").textContent = said(one);
    }
    part("items-count").textContent = `${answered} / ${boxes.length} 项已答`;
  }

  async function takeFiles(visit, input) {
    const chosen = [...input.files];
    input.value = "";
    const faults = [];
    for (const one of chosen) {
      try {
        const { bytes, name, form, digest } = await field.photo.prepared(one, state.bundle.limits);
        await field.store.keepFile(visit.id, digest, { bytes, name });
        await note(visit.id, "file", digest, { digest, form, name, caption: part("caption").value.trim() });
      } catch (fault) {
        if (!(fault instanceof field.photo.NotTaken)) throw fault;
        faults.push(fault.message);
      }
    }
    part("caption").value = "";
    part("file-faults").replaceChildren(...faults.map((text) => make("p", { class: "field-error", text })));
  }

  async function pictured(visit, one, image) {
    const { digest } = one.content;
    if (!thumbnails.has(digest)) {
      const kept = await field.store.file(visit.id, digest);
      if (!kept) return;
      thumbnails.set(digest, await field.photo.thumbnail(kept.bytes).catch(() => ""));
    }
    const source = thumbnails.get(digest);
    if (!source) return;
    image.src = source;
    image.hidden = false;
  }

  function showFiles(visit, found) {
    part("files").replaceChildren(...ofKind(found, "file").map((one) => {
      const { name, caption, form, digest } = one.content;
      const image = make("img", { alt: caption || name || "照片", hidden: true });
      if (form === "photo") void pictured(visit, one, image);
      const away = make("button", { type: "button", class: "btn btn-secondary", text: "不作为材料" });
      away.addEventListener("click", () => void note(visit.id, "file_off", digest, { digest, reason: "现场取消" }));
      return make("li", {}, image, make("p", { text: caption || name || "照片" }), make("p", { class: "field-said", text: said(one) }), away);
    }));
  }

  function roles(visit) {
    const seats = visit.team.map((certificate) => [`inspector:${certificate}`, `检查人员 ${certificate}${certificate === state.bundle.certificate ? "（本人）" : ""}`]);
    return [...seats, ["subject", "检查对象在场人员"]];
  }

  function buildSignatures(visit) {
    part("signatures").replaceChildren(...roles(visit).map(([role, title]) => {
      const canvas = make("canvas", { class: "field-pad", role: "img", "aria-label": `${title}签名处` });
      const name = make("input", { class: "form-control", maxlength: 64, id: `name-${role}`, autocomplete: "off" });
      const fault = make("p", { class: "field-error", role: "alert", hidden: true });
      const clear = make("button", { type: "button", class: "btn btn-secondary", text: "清除重签" });
      const save = make("button", { type: "submit", class: "btn btn-primary", text: "保存签名" });
      const form = make("form", {}, canvas,
        role === "subject" ? make("label", { class: "form-label", for: `name-${role}`, text: "签名人姓名、职务" }) : null,
        role === "subject" ? name : null,
        fault, make("p", { class: "actions" }, save, clear));
      const again = make("button", { type: "button", class: "btn btn-secondary", text: "重新签名", hidden: true });
      const box = make("div", { "data-role": role }, make("h3", { text: title }), make("div", { class: "field-signed" }), again, form);
      const pad = field.sign.pad(canvas, () => { fault.hidden = true; });
      again.addEventListener("click", () => { form.hidden = false; again.hidden = true; pad.clear(); });
      clear.addEventListener("click", () => pad.clear());
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (pad.points() < state.bundle.limits.least_points) {
          fault.textContent = "请在框内签名";
          fault.hidden = false;
          return;
        }
        const drawn = { strokes: pad.strokes(), height: pad.height() };
        void note(visit.id, "signature", role, { role, name: name.value.trim(), ...drawn, covers: covered(latest(visit)) });
        pad.clear();
        form.hidden = true;
      });
      if (role === "subject") box.append(refusal(visit));
      return box;
    }));
  }

  function refusal(visit) {
    const reason = make("textarea", { class: "form-control", rows: 2, maxlength: 500, id: "refusal-reason", required: true });
    const witness = make("input", { class: "form-control", maxlength: 64, id: "refusal-witness", autocomplete: "off", required: true });
    const form = make("form", {},
      make("label", { class: "form-label", for: "refusal-reason", text: "拒绝签名的情况" }), reason,
      make("label", { class: "form-label", for: "refusal-witness", text: "见证人" }), witness,
      make("p", { class: "actions" }, make("button", { type: "submit", class: "btn btn-secondary", text: "注明拒绝签名" })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const told = { role: "subject", refused: true, reason: reason.value.trim(), witness: witness.value.trim() };
      if (told.reason && told.witness) void note(visit.id, "signature", "subject", { ...told, covers: covered(latest(visit)) });
    });
    return make("details", {}, make("summary", { text: "检查对象拒绝签名" }), form);
  }

  function showSignatures(visit, found) {
    const now = covered(found).join();
    for (const box of part("signatures").children) {
      const one = found.get(`signature|${box.dataset.role}`);
      const [signed, form, again] = [box.querySelector(".field-signed"), box.querySelector("form"), box.querySelector(":scope > button")];
      signed.replaceChildren();
      if (!one) {
        form.hidden = false;
        again.hidden = true;
        continue;
      }
      const { refused, strokes, height, name, reason, witness, covers } = one.content;
      if (refused) signed.append(make("p", { text: `拒绝签名：${reason}。见证人：${witness}` }));
      else signed.append(field.sign.picture(strokes, height || 500));
      signed.append(make("p", { class: "field-said", text: `${name ? `${name}，` : ""}${said(one)}` }));
      const stands = [...(covers || [])].sort().join() === now;
      // A pad that somebody opened to sign anew stays open.
      if (box.dataset.signed !== one.id) form.hidden = stands;
      box.dataset.signed = one.id;
      again.hidden = !form.hidden;
      if (!stands) signed.append(make("p", { class: "field-error", text: "签名后内容有改动，请重新核对签名。" }));
    }
  }

  field.parts = { onTyped, fill, buildItems, showItems, takeFiles, showFiles, buildSignatures, showSignatures };
})((globalThis.fieldwork = globalThis.fieldwork || {}));
