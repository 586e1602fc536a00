"use strict";

/* The list of one's visits takes them along onto the phone, so that each can be opened where there is no network. */

(function (field) {
  const said = document.getElementById("field-state");
  const { state, sync, start, listen, waiting } = field.sync;

  listen(() => {
    if (!state.bundle || state.busy) return;
    const number = waiting().length;
    const offline = Boolean(navigator.serviceWorker);
    const kept = offline ? `${state.bundle.visits.length} 项检查已存到本机，没有网络也能打开。` : "当前不是加密连接，断网后只能继续使用已打开的检查页面。";
    said.textContent = `${kept}${number ? `还有 ${number} 项待同步。` : ""}`;
    said.hidden = false;
  });
  if (navigator.serviceWorker) navigator.serviceWorker.register("/staff/visits/worker.js").catch(() => {});
  void start();
  addEventListener("online", () => void sync());
})((globalThis.fieldwork = globalThis.fieldwork || {}));
