// The folded groups of the public menu: Esc, a click elsewhere or leaving them folds them again, so that they hide nothing.
(() => {
  "use strict";
  const groups = [...document.querySelectorAll(".public-nav details")];

  // On a phone the line of groups may be longer than the page: the group where one is, or goes by key, is shown whole.
  const line = document.querySelector(".public-nav > ul");
  const show = (entry) => {
    const group = entry?.closest(".public-nav > ul > li");
    if (group) line.scrollLeft = group.offsetLeft - line.offsetLeft - (line.clientWidth - group.offsetWidth) / 2;
  };
  show(line?.querySelector("[aria-current]"));
  // By key alone: nothing may move away under a finger between press and release.
  line?.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) show(event.target);
  });

  for (const group of groups) {
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !group.open) return;
      group.open = false;
      group.querySelector("summary").focus();
    });
    group.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !group.contains(event.relatedTarget)) group.open = false;
    });
    group.addEventListener("toggle", () => {
      if (group.open) groups.filter((other) => other !== group).forEach((other) => (other.open = false));
    });
  }
  document.addEventListener("click", (event) => {
    for (const group of groups) if (!group.contains(event.target)) group.open = false;
  });
})();
