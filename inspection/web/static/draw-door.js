"use strict";

/* The page at the door: checks the proof that stands behind # in its own address, or is pasted, without sending it anywhere. */

(function (draw) {
  const { t } = draw;
  const part = (id) => document.getElementById(id);

  function say(tone, title, text) {
    part("verdict").hidden = false;
    part("verdict").className = `note note-${tone}`;
    part("verdict-title").textContent = title;
    part("verdict-text").textContent = text;
  }

  function check(text) {
    const sealed = JSON.parse(part("sealed").textContent);
    const answered = part("answer");
    if (answered) answered.remove();
    part("shown").hidden = true;
    try {
      const proof = draw.readFragment(text, sealed);
      draw.checkDoor(proof);
      const signature = proof.log ? draw.signatureOf(proof.log.checkpoint, part("sealed").dataset.vkey) : "no key";
      show(proof, signature);
      const last = sealed.roots[sealed.roots.length - 1].version;
      if (proof.log && signature !== "signed") say("bad", t("证明不成立"), draw.SIGNATURE[signature]);
      else if (proof.version !== last) {
        say("attention", t("证明成立，但此后又有更换"), t("这是第 %(version)s 版的证明，现在是第 %(last)s 版。请检查人员出示最新的一份。", { version: proof.version, last }));
      } else say("good", t("证明成立：这个对象在抽取时已被抽中"), t("下面的对象和检查人员，在抽取时已写进存证日志中的树根，此后没有改动。"));
    } catch (fault) {
      if (!(fault instanceof draw.Invalid)) throw fault;
      say("bad", t("证明不成立"), t("%(rule)s（%(path)s）。请不要据此接受检查，并向本局核实。", { rule: draw.RULES[fault.rule], path: fault.path }));
    }
  }

  function show(proof, signature) {
    part("shown").hidden = false;
    part("shown-unit").textContent = proof.unit;
    part("shown-inspectors").textContent = proof.inspectors.map((name) => name || t("空缺")).join(t("、"));
    part("shown-root").textContent = proof.root;
    part("shown-log").textContent = proof.log ? t("公开存证日志第 %(index)s 条", { index: proof.log.index }) : t("没有附存证证明");
    part("shown-signature").textContent = draw.SIGNATURE[signature];
  }

  /* Of an address that was pasted whole, the part behind #; line breaks do not count. */
  function typed(text) {
    return text.replace(/\s/g, "").split("#").pop();
  }

  function start() {
    part("typed").addEventListener("submit", (event) => {
      event.preventDefault();
      check(typed(part("f-proof").value));
    });
    const look = () => {
      if (window.location.hash.length > 1) check(window.location.hash.slice(1));
    };
    window.addEventListener("hashchange", look);
    look();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
