"use strict";

/* The page of one visit: what is on the phone is shown at once, and whatever is noted is kept before it is sent. */

(function (field) {
  const { make, when, day, latest, ofKind, said, inWords, facts, unsent } = field.view;
  const { state, note, sync, drop, own, waiting, others, signOut, listen, start } = field.sync;
  const { onTyped, fill } = field.parts;
  const part = (id) => document.getElementById(id);
  const asked = (/^\/staff\/visits\/([a-z2-7]{16})\/field$/.exec(location.pathname) || [])[1];
  const TONES = { offline: "attention", out: "bad", busy: "info", fine: "good" };
  let built = "";

  const notCounted = (one) => ["refused", "compare", "aside"].includes(one.status);
  const current = () => state.bundle && state.bundle.visits.find((one) => one.id === asked);

  function showBar() {
    const number = waiting().length;
    let [tone, text] = ["fine", "在线"];
    if (!state.session) [tone, text] = ["out", "登录已过期"];
    else if (!state.reached) [tone, text] = ["offline", "离线"];
    else if (state.busy) [tone, text] = ["busy", "正在同步"];
    part("network").className = `chip chip-${TONES[tone]}`;
    part("network").textContent = text;
    part("waiting").textContent = state.keeping.length ? "正在保存" : number ? `${number} 项待同步` : "已全部同步";
    part("who").textContent = state.bundle ? state.bundle.name : "";
  }

  function showNotices() {
    const notices = [];
    const told = (tone, ...children) => notices.push(make("div", { class: `note note-${tone}` }, make("p", {}, ...children)));
    if (!state.session) told("attention", "登录已过期，所填内容都在本机。请", make("a", { href: `/staff/login?next=${encodeURIComponent(location.pathname)}`, text: "重新登录" }), "，之后会继续同步。");
    if (state.trouble) told("bad", state.trouble);
    if (others().length) told("attention", `本机有另一账号 ${others().length} 项没有同步的内容，请其本人登录后同步。`);
    const kept = own().filter(notCounted).length;
    if (kept) told("bad", `有 ${kept} 项没有计入，`, make("a", { href: "#outbox", text: "请处理" }), "。");
    const visit = current();
    if (visit && visit.gone) told("bad", "这次检查已办结、更换或改由他人进行，不再计入新的内容。");
    if (visit && visit.state === "returned") told("attention", "检查结果被退回，请核对后重新记录。");
    if (state.bundle && asked && !visit) told("attention", "本机没有这次检查。请在有网络时打开，并确认由您进行；", make("a", { href: "/staff/visits/mine", text: "返回我的检查" }), "。");
    part("notices").replaceChildren(...notices);
    part("protection").textContent = field.store.sealed
      ? "本机内容加密保存，退出后清除；能打开这部手机的人仍看得到，请设锁屏密码。"
      : "当前不是加密连接：本机内容没有加密，断网后不能重新打开本页。请尽快同步。";
  }

  function showOutbox() {
    const kept = own().filter(notCounted);
    part("outbox").hidden = !kept.length;
    part("kept").replaceChildren(...kept.map((one) => {
      const buttons = make("p", { class: "actions" });
      const act = (text, call) => {
        const button = make("button", { type: "button", class: "btn btn-secondary", text });
        button.addEventListener("click", () => void call());
        buttons.append(button);
      };
      if (one.status === "compare") act("仍以我的为准", () => overrule(one));
      if (one.status === "refused" && one.kind !== "file") act("再试一次", () => again(one));
      act(one.status === "compare" ? "采用同组人员的" : "从本机删除", () => drop(one));
      return make("li", {}, make("p", { text: inWords(one) }), make("p", { class: "field-error", text: one.message || "没有计入" }), buttons);
    }));
  }

  async function again(operation) {
    await note(operation.visit, operation.kind, operation.item, operation.content);
    await drop(operation);
  }

  async function overrule(operation) {
    const visit = state.bundle.visits.find((one) => one.id === operation.visit);
    const over = visit && visit.finding ? visit.finding.at : null;
    await note(operation.visit, operation.kind, operation.item, { ...operation.content, over });
    await drop(operation);
  }

  function showRoute() {
    part("route").hidden = Boolean(asked);
    if (asked || !state.bundle) return;
    part("route-list").replaceChildren(...state.bundle.visits.map((visit) => make("li", { class: "panel" },
      make("p", { class: "field-district", text: [visit.planned_on || "未安排日子", visit.district].filter(Boolean).join(" · ") }),
      make("h3", {}, make("a", { href: `/staff/visits/${visit.id}/field`, text: visit.subject })),
      make("p", { text: visit.address || "名录中没有地址" }),
      make("p", { class: "field-said", text: `完成时限 ${visit.deadline}` }))));
  }

  function build(visit) {
    part("subject").textContent = visit.subject;
    part("task").textContent = visit.task;
    const rows = [["地址", visit.place && visit.place !== visit.subject ? `${visit.place}，${visit.address}` : visit.address], ["电话", visit.phone], ["检查人员", visit.team.join("、")], ["完成时限", visit.deadline], ["安排", [visit.planned_on, visit.plan_note].filter(Boolean).join(" ")]];
    part("facts").replaceChildren(...rows.filter(([, value]) => value).map(([label, value]) => make("div", {}, make("dt", { text: label }), make("dd", {}, label === "电话" ? make("a", { href: `tel:${value}`, text: value }) : value))));
    // 综合查一次: what other draws ask of this subject is looked into on the same day, each by its own team.
    for (const one of visit.together) {
      const mine = state.bundle.visits.some((other) => other.id === one.id);
      const told = mine ? make("a", { href: `/staff/visits/${one.id}/field`, text: one.task }) : `${one.task}（${one.team.join("、")}）`;
      part("facts").append(make("div", {}, make("dt", { text: "一并检查" }), make("dd", {}, told)));
    }
    const key = JSON.stringify([visit.id, visit.matters, visit.team]);
    if (key === built) return;
    built = key;
    field.parts.buildItems(visit);
    field.parts.buildSignatures(visit);
    part("codes").replaceChildren(...state.bundle.findings.map((code) => make("div", { class: "form-check" },
      make("input", { class: "form-check-input", type: "checkbox", id: `code-${code.code}`, value: code.code }),
      make("label", { class: "form-check-label", for: `code-${code.code}`, text: code.title }))));
    const options = (table, none) => [make("option", { value: "", text: none }), ...Object.entries(table).map(([value, text]) => make("option", { value, text }))];
    part("measure").replaceChildren(...options(state.bundle.measures, "请选择"));
    part("ground").replaceChildren(...options({ ...state.bundle.seat_grounds, ...state.bundle.unit_grounds }, "请选择"));
    const seats = visit.team.map((one) => [one, `检查人员 ${one}`]);
    part("seat").replaceChildren(make("option", { value: "", text: "请选择" }), ...[...seats, ["unit", "检查对象"]].map(([value, text]) => make("option", { value, text })));
    showFindingForm(visit);
    const plan = latest(visit).get("appointment|");
    part("planned-on").value = plan ? plan.content.planned_on : visit.planned_on || "";
    part("plan-note").value = plan ? plan.content.note : visit.plan_note || "";
  }

  function showFindingForm(visit) {
    const mine = latest(visit).get("finding|");
    const shown = mine ? mine.content : visit.finding;
    part("visited-on").value = shown ? shown.visited_on : day();
    part("visited-on").max = day();
    for (const box of part("codes").querySelectorAll("input")) box.checked = Boolean(shown && shown.codes.includes(box.value));
    part("measure").value = shown ? shown.measure : "";
    part("finding-note").value = shown ? shown.note : "";
  }

  function showFinding(visit, found) {
    const titles = (codes) => state.bundle.findings.filter((one) => codes.includes(one.code)).map((one) => one.title);
    const mine = found.get("finding|");
    const shown = mine && unsent(mine) ? mine.content : visit.finding;
    const text = shown ? `${(mine && unsent(mine)) || "已记录"}：${titles(shown.codes).join("；")}；${state.bundle.measures[shown.measure] || ""}` : "";
    part("finding-now").replaceChildren(...(text ? [make("p", { class: "note note-info", text })] : []));
    const answered = ofKind(found, "answer").filter((one) => one.content.value === "no");
    const items = visit.matters.flatMap((one) => one.checklist.items);
    const proposed = new Set(answered.flatMap((one) => (items.find((item) => item.code === one.content.item) || { proposes: [] }).proposes));
    part("proposed").textContent = proposed.size ? `按检查项的答复，可能适用：${titles([...proposed]).join("；")}` : "可多选；“未发现问题”不能与其他结果同时选择";
  }

  function showVisit(visit) {
    build(visit);
    const found = latest(visit);
    field.parts.showItems(visit, found);
    field.parts.showFiles(visit, found);
    field.parts.showSignatures(visit, found);
    showFinding(visit, found);
    const log = (kind, told) => facts(visit).filter((one) => one.kind === kind).map((one) => make("li", {}, make("p", { text: told(one) }), make("p", { class: "field-said", text: said(one) })));
    const shown = { letter: "已核对通知书上的检查码", live: "已核对现场码", unverified: "码与本次检查不符，已记录", none: "没有检查码" };
    part("check-ins").replaceChildren(...log("check_in", (one) => [shown[one.content.shown] || (one.content.code ? "已录检查码，待核对" : "没有检查码"), one.content.reason].filter(Boolean).join("：")));
    part("recusals").replaceChildren(...visit.asked.map((text) => make("li", { text: `等待决定：${text}` })), ...log("recusal", () => "已提出申请"));
    const scene = found.get("scene|");
    if (scene) fill(part("scene"), scene.content.text);
    part("scene-said").textContent = said(scene);
    const statement = found.get("statement|");
    if (statement) fill(part("statement"), statement.content.text);
    if (statement) part("waived").checked = statement.content.waived;
    part("statement-said").textContent = said(statement);
  }

  function show() {
    showBar();
    showNotices();
    showOutbox();
    showRoute();
    const visit = current();
    part("loading").hidden = Boolean(state.bundle) || !state.session;
    part("visit").hidden = !visit;
    if (visit) showVisit(visit);
    for (const section of part("visit").querySelectorAll("section, details.panel, .field-jump")) section.hidden = Boolean(visit && visit.gone);
  }

  function fault(id, text) {
    part(id).textContent = text;
    part(id).hidden = !text;
  }

  async function checkIn(event) {
    event.preventDefault();
    const [code, reason] = [part("code").value.trim(), part("code-reason").value.trim()];
    fault("check-in-fault", code || reason ? "" : "请扫描或录入检查码，没有的请写明原因");
    if (!code && !reason) return;
    await note(asked, "check_in", null, { code, reason });
    event.target.reset();
  }

  async function scan() {
    const [file] = part("scan").files;
    if (!file) return;
    part("scan").value = "";
    const read = await field.photo.scanned(file).catch(() => "");
    if (!read) return fault("check-in-fault", read === null ? "这部手机的浏览器不能识别二维码，请用手机相机扫码打开，或录入检查码" : "照片里没有认出二维码，请重拍或录入检查码");
    const token = read.split("/visits/check/").pop();
    const right = await field.photo.digestOf(new TextEncoder().encode(token)) === current().code;
    fault("check-in-fault", right ? "" : "这个二维码不是本次检查的，请核对通知书");
    if (right) await note(asked, "check_in", null, { code: token, reason: "" });
  }

  async function recordFinding(event) {
    event.preventDefault();
    const codes = [...part("codes").querySelectorAll("input:checked")].map((one) => one.value);
    const alone = state.bundle.findings.filter((one) => one.alone && codes.includes(one.code));
    fault("finding-fault", !codes.length ? "请选择检查结果" : alone.length && codes.length > 1 ? `“${alone[0].title}”不能与其他结果同时选择` : "");
    if (!codes.length || (alone.length && codes.length > 1)) return;
    const visit = current();
    const content = { visited_on: part("visited-on").value, codes, measure: part("measure").value, note: part("finding-note").value.trim() };
    await note(asked, "finding", "", { ...content, over: visit.finding ? visit.finding.at : null });
  }

  function listenToPage() {
    const onSubmit = (id, call) => part(id).addEventListener("submit", (event) => void call(event));
    onSubmit("check-in-form", checkIn);
    onSubmit("finding-form", recordFinding);
    onSubmit("plan-form", (event) => { event.preventDefault(); return note(asked, "appointment", "", { planned_on: part("planned-on").value, note: part("plan-note").value.trim() }); });
    onSubmit("recusal-form", async (event) => {
      event.preventDefault();
      const inspector = part("seat").value === "unit" ? null : part("seat").value;
      await note(asked, "recusal", null, { inspector, ground: part("ground").value, reason: part("recusal-reason").value.trim() });
      event.target.reset();
    });
    part("scan").addEventListener("change", () => void scan());
    for (const id of ["camera", "file"]) part(id).addEventListener("change", (event) => void field.parts.takeFiles(current(), event.target));
    onTyped(part("scene"), () => void note(asked, "scene", "", { text: part("scene").value }));
    const stated = () => {
      const told = { text: part("statement").value, waived: part("waived").checked };
      if (told.waived || told.text.trim()) void note(asked, "statement", "", told);
    };
    onTyped(part("statement"), stated);
    part("waived").addEventListener("change", stated);
    part("sync").addEventListener("click", () => void sync());
    part("export").addEventListener("click", download);
    part("sign-out").addEventListener("click", () => void leave());
  }

  function download() {
    const text = own().filter(notCounted).map((one) => `${inWords(one)}\n${one.message || ""}\n`).join("\n");
    const link = make("a", { href: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`, download: `现场检查-未计入-${day()}.txt` });
    link.click();
  }

  async function leave() {
    const number = own().filter((one) => one.status !== "stored").length;
    if (number && !confirm(`还有 ${number} 项没有同步或没有计入，退出后从本机清除，不能找回。仍要退出吗？`)) return;
    await signOut();
    location.assign("/staff/login");
  }

  /* The address of a scanned letter leads here with its code behind the #, which no server ever sees. */
  async function arrived() {
    const code = new URLSearchParams(location.hash.slice(1)).get("code");
    if (!code || !current()) return;
    history.replaceState(null, "", location.pathname);
    part("code").value = code;
    part("s-check-in").scrollIntoView();
  }

  listen(show);
  listenToPage();
  if (navigator.serviceWorker) navigator.serviceWorker.register("/staff/visits/worker.js").catch(() => {});
  if (navigator.storage && navigator.storage.persist) void navigator.storage.persist();
  void start().then(arrived);
})((globalThis.fieldwork = globalThis.fieldwork || {}));
