"use strict";

/* The outbox. What was noted lies on the phone until the service has answered for it; it is sent as often as needed, under
   the id that it got here, and the service knows each id once. */

(function (field) {
  const { store } = field;
  const BUNDLE = "/staff/visits/field.json";
  const SYNC = "/staff/visits/sync";
  const EVERY = 30000;
  const AFTER = 800;
  /* `session`: whether the service knows us; `reached`: whether it answered the last time; `keeping`: noted, and on its way
     to the disk. */
  const state = {
    bundle: null, operations: [], keeping: [], reached: navigator.onLine, session: true, busy: false, trouble: "",
  };
  const listeners = [];
  let timer = 0;
  let token = "";
  let again = false;

  class Unreached extends Error {}

  const told = () => listeners.forEach((listener) => listener(state));
  const own = () => {
    const kept = new Set(state.operations.map((one) => one.id));
    const all = [...state.operations, ...state.keeping.filter((one) => !kept.has(one.id))];
    return all.filter((one) => state.bundle && one.owner === state.bundle.staff);
  };
  const waiting = () => own().filter((one) => one.status === "waiting");
  const others = () => state.operations.filter((one) => !state.bundle || one.owner !== state.bundle.staff);

  /* 36 characters that nobody else makes; randomUUID is offered to secure pages alone. */
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, {
        ...options, headers: { Accept: "application/json", "X-CSRFToken": token, ...options.headers }, redirect: "error",
      });
    } catch {
      throw new Unreached();
    }
    if (answer.status >= 500 || answer.status === 429) throw new Unreached();
    state.reached = true;
    if (answer.status === 401) state.session = false;
    return { status: answer.status, told: await answer.json().catch(() => ({})) };
  }

  /* A page may have been open while its session ended and another began: its token is asked for again, once. */
  async function send(address, options) {
    const first = await ask(address, options);
    if (first.status !== 400 || first.told.rule !== "csrf") return first;
    await fetchBundle();
    return ask(address, options);
  }

  async function fetchBundle() {
    const { status, told: bundle } = await ask(BUNDLE);
    if (status !== 200) return;
    state.session = true;
    token = bundle.csrf;
    const { csrf, ...told } = bundle;
    const kept = { ...told, ahead: Date.now() - Date.parse(told.at) };
    const open = new Map(kept.visits.map((visit) => [visit.id, visit]));
    // A visit that was taken away stays to be looked at while something of it waits here.
    const held = new Set(state.operations.filter((one) => one.owner === kept.staff && one.status !== "stored").map((one) => one.visit));
    const before = state.bundle && state.bundle.staff === kept.staff ? state.bundle.visits : [];
    for (const visit of before) if (held.has(visit.id) && !open.has(visit.id)) kept.visits.push({ ...visit, gone: true });
    state.bundle = kept;
    await store.keepBundle(kept);
    const done = state.operations.filter((one) => {
      const visit = open.get(one.visit);
      return one.owner === kept.staff && one.status === "stored" && (!visit || visit.position >= one.position);
    });
    await store.forget(done.map((one) => one.seq));
    state.operations = await store.operations();
  }

  async function start() {
    state.bundle = await store.bundle();
    state.operations = await store.operations();
    told();
    addEventListener("online", () => { state.reached = true; void sync(); });
    addEventListener("offline", () => { state.reached = false; told(); });
    addEventListener("beforeunload", (event) => { if (state.keeping.length) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void sync(); });
    setInterval(() => { if (waiting().length) void sync(); }, EVERY);
    await sync();
  }

  /* Notes one fact: it counts on the page at once, or what is drawn before the disk has it would show the older one. One of
     the same sort that still waits gives way to it: the service need not hear every letter typed. One after the other, or
     two that come together would not know of each other. */
  let turn = Promise.resolve();
  function note(visit, kind, item, content) {
    const known = state.bundle.visits.find((one) => one.id === visit);
    const operation = {
      id: newId(), owner: state.bundle.staff, visit, kind, item: item || "", content, status: "keeping",
      noted_at: new Date().toISOString(), base: known ? known.position : 0,
    };
    state.keeping = [...state.keeping, operation];
    told();
    turn = turn.then(() => keepNote(operation, item !== null));
    return turn;
  }

  async function keepNote(operation, only) {
    const same = (one) => one.visit === operation.visit && one.kind === operation.kind && one.item === operation.item;
    const stale = only ? waiting().filter(same) : [];
    try {
      await store.keep({ ...operation, status: "waiting" });
      await store.forget(stale.map((one) => one.seq));
      state.operations = await store.operations();
    } catch {
      state.trouble = "刚才所填的没有存到本机，可能是存储空间不足。请清出空间后重填。";
    }
    state.keeping = state.keeping.filter((one) => one !== operation);
    told();
    clearTimeout(timer);
    timer = setTimeout(() => void sync(), AFTER);
  }

  async function settle(operation, change) {
    await store.keep({ ...operation, ...change });
  }

  /* True when the file is with the service, or was refused for good; the operation says which. */
  async function upload(operation) {
    const { visit, content } = operation;
    const file = await store.file(visit, content.digest);
    if (!file) return true;
    const { status, told: answer } = await send(`/staff/visits/${visit}/files/${content.digest}`, {
      method: "PUT", body: file.bytes,
      headers: { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) },
    });
    if (status === 401) return false;
    if (status !== 200) {
      const said = (answer.errors && answer.errors[0] && answer.errors[0].message) || answer.title || "文件没有收下";
      await settle(operation, { status: "refused", rule: answer.rule, message: said });
    }
    return status === 200;
  }

  async function handOver() {
    const ready = [];
    for (const operation of waiting()) {
      if (operation.kind !== "file" || await upload(operation)) ready.push(operation);
      if (!state.session) return;
    }
    const size = state.bundle.limits.batch;
    for (let start = 0; start < ready.length; start += size) {
      const some = ready.slice(start, start + size);
      const operations = some.map(({ id, visit, kind, content, noted_at, base }) => ({ id, visit, kind, content, noted_at, base }));
      const { status, told: answer } = await send(SYNC, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ sent_at: new Date().toISOString(), operations }),
      });
      if (status !== 200) {
        state.trouble = status === 401 ? "" : answer.title || "没有同步成功，稍后再试";
        return;
      }
      state.trouble = "";
      for (const [n, one] of answer.answers.entries()) await answered(some[n], one);
    }
  }

  async function answered(operation, answer) {
    // It may have given way to a later one while it was on its way.
    if (!state.operations.some((one) => one.seq === operation.seq)) return;
    const { status, rule, message, todo, position } = answer;
    if (status === "stored" || (status === "known" && !rule)) await settle(operation, { status: "stored", position });
    else if (status === "aside" || status === "known") await settle(operation, { status: "aside", rule, message, position });
    else if (todo === "upload") await settle(operation, { status: "waiting" });
    else await settle(operation, { status: todo === "compare" ? "compare" : "refused", rule, message });
    if (operation.kind === "file" && status !== "conflict") await store.forgetFile(operation.visit, operation.content.digest);
  }

  async function sync() {
    if (state.busy) {
      again = true;
      return;
    }
    state.busy = true;
    again = false;
    told();
    try {
      await fetchBundle();
      if (state.session && waiting().length) {
        await handOver();
        state.operations = await store.operations();
        if (state.session) await fetchBundle();
      }
    } catch (fault) {
      if (!(fault instanceof Unreached)) throw fault;
      state.reached = false;
    } finally {
      state.operations = await store.operations();
      state.busy = false;
      told();
    }
    if (again && state.reached && state.session) await sync();
  }

  async function drop(operation) {
    await store.forget([operation.seq]);
    if (operation.kind === "file") await store.forgetFile(operation.visit, operation.content.digest);
    state.operations = await store.operations();
    told();
  }

  async function signOut() {
    const answer = await fetch("/staff/logout", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" }).catch(() => null);
    await store.wipe();
    return answer !== null;
  }

  field.sync = { state, start, sync, note, drop, own, waiting, others, signOut, listen: (listener) => listeners.push(listener) };
})((globalThis.fieldwork = globalThis.fieldwork || {}));
