"use strict";

/* A party's sealed value (specification section 3.1): made in this browser, kept in a file of the party's own, committed to
   before the frame is frozen and read back for the reveal. Neither the value nor the file ever goes to the service
   before that. */

(function (draw) {
  function saved(name, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function random() {
    return draw.hexOf(crypto.getRandomValues(new Uint8Array(32)));
  }

  function seal(box) {
    const { draw: id, by } = box.dataset;
    const sealed = { draw: id, by, value: random(), nonce: random() };
    saved(`sealed-${id}-${by}.json`, `${JSON.stringify(sealed, null, 1)}\n`);
    document.getElementById("f-commitment").value = draw.sha(
      `commit|${id}|${by}|${sealed.nonce}|${sealed.value}`,
    );
    box.querySelector("[role=status]").textContent =
      "随机数已存入下载的文件，承诺值已填好。请先确认文件在手，再提交；没有它就无法揭示，抽取会因您而作废。";
  }

  function open(box, text) {
    const status = box.querySelector("[role=status]");
    let sealed = null;
    try {
      sealed = JSON.parse(text);
    } catch {
      status.textContent = "这个文件读不出来，请选择提交承诺值时下载的文件。";
      return;
    }
    if (sealed === null || sealed.draw !== box.dataset.draw || sealed.by !== box.dataset.by) {
      status.textContent = "这个文件不是为您参加的这次抽取保存的。";
      return;
    }
    document.getElementById("f-value").value = sealed.value;
    document.getElementById("f-nonce").value = sealed.nonce;
    status.textContent = "已填好，请核对后录入。";
  }

  for (const box of document.querySelectorAll(".sealed")) {
    box.hidden = false;
    box.querySelector("button").addEventListener("click", () => seal(box));
  }
  for (const box of document.querySelectorAll(".sealed-open")) {
    box.hidden = false;
    box.querySelector("input").addEventListener("change", async (event) => {
      if (event.target.files.length) open(box, await event.target.files[0].text());
    });
  }
})(globalThis.doubleRandomDraw || {});
