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
