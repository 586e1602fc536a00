// The numbers beside the menu's entries. A page that knows them brings them; the others ask, at most once a minute.
(() => {
  "use strict";
  const menus = document.querySelectorAll(".site-nav, .site-menu");
  const source = document.querySelector(".site-nav[data-due]");
  if (!source) return;
  const badges = () => [...menus].flatMap((menu) => [...menu.querySelectorAll("a .badge-count")]);
  const kept = "legalcredit.due";

  const show = (entries) => {
    for (const badge of badges()) {
      const number = entries[badge.closest("a").pathname] || 0;
      badge.hidden = !number;
      badge.textContent = number || "";
    }
  };
  const keep = (entries) => sessionStorage.setItem(kept, JSON.stringify({ at: Date.now(), entries }));

  if ("known" in source.dataset) {
    const entries = {};
    for (const badge of source.querySelectorAll("a .badge-count:not([hidden])")) {
      entries[badge.closest("a").pathname] = Number(badge.textContent);
    }
    keep(entries);
    return;
  }
  const last = JSON.parse(sessionStorage.getItem(kept) || "null");
  if (last) show(last.entries);
  if (last && Date.now() - last.at < 60000) return;
  fetch(source.dataset.due, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((told) => {
      if (!told) return;
      keep(told.entries);
      show(told.entries);
    })
    .catch(() => {});
})();

// Whoever signs out leaves nothing on this device; what it has not handed over yet would be lost, and is told before.
(() => {
  "use strict";
  const form = document.querySelector('form[action="/staff/logout"]');
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const unsent = Number(localStorage.getItem("legalcredit.unsent"));
    if (unsent && !confirm(`本机还有 ${unsent} 项内容没有同步，退出后清除，不能找回。仍要退出吗？`)) return;
    localStorage.clear();
    const stores = indexedDB.databases ? indexedDB.databases() : Promise.resolve([]);
    stores
      .then((found) => found.forEach(({ name }) => indexedDB.deleteDatabase(name)))
      .catch(() => {})
      .finally(() => form.submit());
  });
})();
