"use strict";

/* The screen follows the draw: when its state or its chance has moved on, the page's own sections are fetched anew; names
   that were not on the screen yet fall one after the other, in the order of their tickets. */

(function () {
  const EVERY = 2000;
  const APART = 900;
  const ALL_WITHIN = 90_000; // in a large city the names fall faster: nobody waits half an hour for the last
  const stage = document.getElementById("stage");
  let etag = null;

  function versionOf(draw) {
    return `${draw.state}-${draw.entropy.filter((item) => item.supplied_at !== null).length}`;
  }

  async function look() {
    try {
      const answer = await fetch(stage.dataset.address, { headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.ok) {
        etag = answer.headers.get("ETag");
        if (versionOf(await answer.json()) !== stage.dataset.version) await renew();
      }
    } catch {
      // The room's network may be gone for a moment; the next look comes by itself.
    }
    window.setTimeout(look, EVERY);
  }

  async function renew() {
    const answer = await fetch(window.location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("stage");
    const seen = stage.querySelectorAll(".fallen li").length;
    const falling = [...next.querySelectorAll(".fallen li")].slice(seen);
    for (const one of falling) one.className = "hidden";
    const apart = Math.min(APART, ALL_WITHIN / Math.max(1, falling.length));
    stage.dataset.version = next.dataset.version;
    stage.replaceChildren(...next.childNodes);
    falling.forEach((one, place) => {
      window.setTimeout(() => {
        one.className = "falling";
        one.scrollIntoView({ block: "nearest" });
      }, apart * place);
    });
  }

  window.setTimeout(look, EVERY);
})();
