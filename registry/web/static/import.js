// Shows how far a file has come, and the next page when it is done. Without it the page refreshes itself.
(() => {
  "use strict";
  const panel = document.querySelector("[data-progress]");
  if (!panel) return;
  const bar = panel.querySelector("progress");
  const told = panel.querySelector("[data-told]");

  const ask = async () => {
    try {
      const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return location.reload();
      const now = await answer.json();
      if (now.state !== panel.dataset.state) return location.reload();
      if (now.done !== null) {
        if (now.total) {
          bar.max = now.total;
          bar.value = now.done;
        }
        const word = now.step === "check" ? "已核对" : "已处理";
        told.textContent = `${word} ${now.done} 行` + (now.total ? `，共 ${now.total} 行` : "");
      }
    } catch {
      // The server restarts; the next question finds it again.
    }
    setTimeout(ask, 1500);
  };
  setTimeout(ask, 1500);
})();
