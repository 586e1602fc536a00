"use strict";

/* What a phone keeps of visits until the office has it: the bundle of open visits, what was noted, and files. All of it is
   sealed with AES-GCM under a key that this browser made and that no script can read out. That keeps it from a look into the
   store and makes wiping thorough; it does not keep it from somebody who holds the unlocked phone, nor from an examination
   of the device, because browsers keep such keys in the same profile. The phone's own lock and encryption do that. Over
   plain http browsers offer no encryption: then it lies there in clear, and the page says so. */

(function (field) {
  const NAME = "legalcredit-field";
  const COUNT = "legalcredit.unsent";
  const STORES = { keys: undefined, bundles: undefined, operations: { keyPath: "seq", autoIncrement: true }, files: { keyPath: "key" } };
  const sealing = globalThis.crypto && crypto.subtle;
  let connection = null;
  let key = null;

  function opened() {
    connection = connection || new Promise((done, failed) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        for (const [name, options] of Object.entries(STORES)) asked.result.createObjectStore(name, options);
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => { asked.result.close(); connection = null; };
        done(asked.result);
      };
      asked.onerror = () => failed(asked.error);
    });
    return connection;
  }

  async function within(store, mode, act) {
    const database = await opened();
    return new Promise((done, failed) => {
      const turn = database.transaction(store, mode, { durability: "strict" });
      const asked = act(turn.objectStore(store));
      turn.oncomplete = () => done(asked && asked.result);
      turn.onabort = turn.onerror = () => failed(turn.error);
    });
  }

  async function secret() {
    if (key || !sealing) return key;
    key = await within("keys", "readonly", (keys) => keys.get("content"));
    if (!key) {
      const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      // Two tabs may start at once; the first key stays.
      await within("keys", "readwrite", (keys) => keys.add(made, "content")).catch(() => {});
      key = await within("keys", "readonly", (keys) => keys.get("content"));
    }
    return key;
  }

  async function sealedBytes(bytes) {
    if (!sealing) return { bytes };
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret(), bytes) };
  }

  async function openedBytes(sealed) {
    if (!sealed.iv) return sealed.bytes;
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, await secret(), sealed.bytes);
  }

  const packed = (value) => sealedBytes(new TextEncoder().encode(JSON.stringify(value)));
  const unpacked = async (sealed) => JSON.parse(new TextDecoder().decode(await openedBytes(sealed)));

  async function bundle() {
    const kept = await within("bundles", "readonly", (bundles) => bundles.get("latest"));
    return kept ? unpacked(kept) : null;
  }

  async function keepBundle(told) {
    const sealed = await packed(told);
    await within("bundles", "readwrite", (bundles) => bundles.put(sealed, "latest"));
  }

  async function operations() {
    const rows = await within("operations", "readonly", (all) => all.getAll());
    const found = await Promise.all(rows.map(async ({ seq, sealed }) => ({ ...await unpacked(sealed), seq })));
    count(found);
    return found;
  }

  /* Unsealed outside, for menu.js: before somebody signs out it tells how much would be lost. A number, nothing else. */
  function count(found) {
    const number = found.filter((one) => one.status !== "stored").length;
    if (number) localStorage.setItem(COUNT, number);
    else localStorage.removeItem(COUNT);
  }

  async function keep(operation) {
    const { seq, ...told } = operation;
    const sealed = await packed(told);
    const row = seq === undefined ? { sealed } : { seq, sealed };
    return within("operations", "readwrite", (all) => all.put(row));
  }

  async function forget(seqs) {
    if (!seqs.length) return;
    await within("operations", "readwrite", (all) => { seqs.forEach((seq) => all.delete(seq)); });
  }

  async function keepFile(visit, digest, file) {
    const { bytes, ...told } = file;
    const row = { key: `${visit}/${digest}`, content: await sealedBytes(bytes), told: await packed(told) };
    await within("files", "readwrite", (files) => files.put(row));
  }

  async function file(visit, digest) {
    const row = await within("files", "readonly", (files) => files.get(`${visit}/${digest}`));
    return row ? { ...await unpacked(row.told), bytes: await openedBytes(row.content) } : null;
  }

  async function forgetFile(visit, digest) {
    await within("files", "readwrite", (files) => files.delete(`${visit}/${digest}`));
  }

  /* Everything, with the key: what is left on the disk cannot be opened any more. */
  async function wipe() {
    if (connection) (await connection).close();
    connection = key = null;
    await new Promise((done) => {
      const asked = indexedDB.deleteDatabase(NAME);
      asked.onsuccess = asked.onerror = asked.onblocked = done;
    });
    localStorage.removeItem(COUNT);
    if (globalThis.caches) for (const name of await caches.keys()) if (name.startsWith("field-")) await caches.delete(name);
    if (navigator.serviceWorker) {
      for (const one of await navigator.serviceWorker.getRegistrations()) {
        if (new URL(one.scope).pathname === "/staff/visits/") await one.unregister();
      }
    }
  }

  field.store = { bundle, keepBundle, operations, keep, forget, keepFile, file, forgetFile, wipe, sealed: Boolean(sealing) };
})((globalThis.fieldwork = globalThis.fieldwork || {}));
