"use strict";

// Texts of several lines that may have so many characters (data-most): how many there are once there are many, and no sending of
// what is too long. Nothing is cut.
document.querySelectorAll("textarea[data-most]").forEach((area) => {
  const most = Number(area.dataset.most);
  const told = document.createElement("p");
  told.className = "hint";
  told.setAttribute("aria-live", "polite");
  area.after(told);
  const count = () => {
    const length = [...area.value].length;
    const over = length - most;
    const said = over > 0 ? area.dataset.over.replace("{over}", over) : "";
    area.setCustomValidity(said);
    told.classList.toggle("field-error", over > 0);
    told.textContent = said || (length > most * 0.8 ? `${length} / ${most}` : "");
  };
  area.addEventListener("input", count);
  count();
});
