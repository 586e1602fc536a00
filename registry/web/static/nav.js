// The folded groups of the public menu: Esc, a click elsewhere or leaving them folds them again, so that they hide nothing.
(() => {
  "use strict";
  const groups = [...document.querySelectorAll(".public-nav details")];

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
