"use strict";

/* Keeps the page of a visit for places without a network: the page itself, which names nobody, its scripts and its looks.
   Every other page of the staff goes by it untouched, and no answer with anybody's facts in it is ever kept here. */

const NAME = `field-${[...KEPT.join("")].reduce((sum, one) => (Math.imul(sum, 31) + one.charCodeAt(0)) | 0, 7) >>> 0}`;
const SHELL = "/staff/visits/shell";
const PAGE = /^\/staff\/visits\/(mine|shell|[a-z2-7]{16}\/field)$/;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    await cache.addAll(KEPT);
    // Where the session has ended this would be the page to sign in; then the worker that is here stays.
    const shell = await fetch(SHELL, { redirect: "error" });
    if (!shell.ok) throw new Error(`shell ${shell.status}`);
    await cache.put(SHELL, shell);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("field-") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(url.pathname)) {
    event.respondWith(fetch(event.request).catch(() => kept(SHELL)));
  } else if (KEPT.includes(url.pathname + url.search)) {
    event.respondWith(kept(url.pathname + url.search).then((found) => found || fetch(event.request)));
  }
});

async function kept(address) {
  return (await caches.open(NAME)).match(address);
}
