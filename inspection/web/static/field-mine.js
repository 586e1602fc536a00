"use strict";

/* The list of one's visits takes them along onto the phone, so that each can be opened where there is no network. */

(function (field) {
  const said = document.getElementById("field-state");
  const { state, start, listen, waiting } = field.sync;
  const workers = navigator.serviceWorker;
  let kept = false;

  function offline() {
    if (!workers) return "当前不是加密连接，断网后只能继续使用已打开的检查页面。";
    return kept ? `${state.bundle.visits.length} 项检查已存到本机，没有网络也能打开。` : "正在存到本机，存好之前请不要断网。";
  }

  function show() {
    if (!state.bundle || state.busy) return;
    const number = waiting().length;
    said.textContent = `${offline()}${number ? `还有 ${number} 项待同步。` : ""}`;
    said.hidden = false;
  }

  listen(show);
  if (workers) {
    workers.register("/staff/visits/worker.js").catch(() => {});
    void workers.ready.then(() => { kept = true; show(); });
  }
  void start();
})((globalThis.fieldwork = globalThis.fieldwork || {}));
