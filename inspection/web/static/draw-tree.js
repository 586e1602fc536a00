"use strict";

/* Sealed draws (specification section 9): result leaves, their tree, the sealed document and the proof at the door. */

(function (draw) {
  const { Invalid, fields } = draw;
  const SEALED_FORMAT = "double-random-draw-sealed/1";
  const DOOR_FORMAT = "double-random-draw-door/1";
  const FIRST_VERSION = 2;
  const SHARED = ["draw", "frame_sha256", "opens_after", "leaves"];
  const SEALED = ["format", ...SHARED, "roots", "record"];
  const ROOT = ["version", "root", "secret", "log"];
  const DOOR = ["format", ...SHARED, "version", "position", "salt", "unit", "inspectors", "root", "proof", "log"];
  const FRAGMENT = new RegExp("^v=([0-9]{1,9})&p=([0-9]{1,9})&s=([A-Za-z0-9_-]{43})&u=([A-Za-z0-9._-]{1,64})"
    + "&i=([A-Za-z0-9._,-]*)&a=([A-Za-z0-9_-]*)$");
  const HASH = 32;
  const SLICE = 2000;
  const encoder = new TextEncoder();

  const leafHash = (leaf) => draw.sha256(Uint8Array.of(0), encoder.encode(draw.canonical(leaf)));

  /* Who inspects each unit in this version, by unit. */
  function teamsOf(record, version) {
    const assigned = new Map((record.assignments || []).map((entry) => [entry.unit, entry.inspectors]));
    const standing = new Map(record.selected.map(({ unit }) => [unit, [...(assigned.get(unit) || [])]]));
    for (const step of record.substitutions.slice(0, version - FIRST_VERSION)) {
      if (step.seat !== null) standing.get(step.unit)[step.seat] = step.inspector_in;
      else {
        standing.delete(step.unit);
        if (step.unit_in !== null) standing.set(step.unit_in, [...step.inspectors]);
      }
    }
    return standing;
  }

  /* The root over the leaves of all units of the frame. */
  function* treeRoot(record, version, secret) {
    const name = record.frame.draw;
    const standing = teamsOf(record, version);
    let level = [];
    for (let position = 0; position < record.frame.units.length; position += 1) {
      const { id } = record.frame.units[position];
      const team = standing.get(id);
      const salt = draw.sha(`salt|${name}|${version}|${position}|${secret}`);
      const drawn = team === undefined ? { unit: null, inspectors: null } : { unit: id, inspectors: team };
      level.push(leafHash({ draw: name, version, position, salt, ...drawn }));
      if (position % SLICE === SLICE - 1) yield position / record.frame.units.length;
    }
    while (level.length > 1) {
      const above = [];
      for (let n = 0; n + 1 < level.length; n += 2) above.push(draw.sha256(Uint8Array.of(1), level[n], level[n + 1]));
      // A node without a sibling rises unhashed: the left part of a tree is the largest complete one.
      if (level.length % 2) above.push(level[level.length - 1]);
      level = above;
    }
    return draw.hexOf(level[0]);
  }

  function checkHead(value, tag) {
    if (value.format !== tag) throw new Invalid("format", "differs");
    fields.identifier(value.draw, "draw");
    fields.hexadecimal(value.frame_sha256, "frame_sha256", 64, 64);
    if (fields.integer(value.leaves, "leaves") === 0) throw new Invalid("leaves", "empty");
    const day = new Date(`${fields.text(value.opens_after, "opens_after")}T00:00:00Z`);
    const sound = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value.opens_after) && !Number.isNaN(day.getTime())
      && day.toISOString().startsWith(value.opens_after) && !value.opens_after.startsWith("0000");
    if (!sound) throw new Invalid("opens_after", "no date");
  }

  function checkRootLog(value, root, version, log, path) {
    const { draw: name, frame_sha256: digest, leaves, opens_after: day } = value;
    const body = { draw: name, frame_sha256: digest, leaves, opens_after: day, root };
    const action = version === FIRST_VERSION ? "draw" : "other";
    draw.checkEntry(log, path, body, { action, record: name, version });
  }

  function checkRoots(value) {
    if (!fields.items(value.roots, "roots").length) throw new Invalid("roots", "empty");
    value.roots.forEach((entry, n) => {
      const path = `roots[${n}]`;
      fields.members(entry, path, ROOT);
      if (fields.integer(entry.version, `${path}.version`) !== n + FIRST_VERSION) throw new Invalid(`${path}.version`, "differs");
      fields.hexadecimal(entry.root, `${path}.root`, 64, 64);
      if ((entry.secret === null) !== (value.record === null)) throw new Invalid(`${path}.secret`, "open in part");
      if (entry.secret !== null) fields.hexadecimal(entry.secret, `${path}.secret`, 64, 64);
      if (entry.log !== null) checkRootLog(value, entry.root, entry.version, entry.log, `${path}.log`);
    });
  }

  function planFault(plan) {
    const kinds = plan.map((item) => item.kind);
    const closed = kinds.filter((kind) => kind === "reveal").length;
    if (!closed) return "nothing closed";
    return kinds.slice(closed).includes("reveal") ? "closed after open" : null;
  }

  /* Of an open document whose record verifies. */
  function* sealedDifferences(value) {
    const { record, roots } = value;
    const expected = { draw: record.frame.draw, frame_sha256: record.frame_sha256, leaves: record.frame.units.length };
    const differences = [];
    for (const key of Object.keys(expected)) {
      if (value[key] !== expected[key]) differences.push({ path: key, rule: "differs", expected: expected[key], found: value[key] });
    }
    const fault = planFault(record.frame.entropy);
    if (fault) differences.push({ path: "record.frame.entropy", rule: fault });
    const wanted = 1 + record.substitutions.length;
    if (roots.length !== wanted) {
      differences.push({ path: "roots", rule: "wrong length", expected: wanted, found: roots.length });
      return differences;
    }
    for (let n = 0; n < roots.length; n += 1) {
      const root = yield* treeRoot(record, roots[n].version, roots[n].secret);
      if (roots[n].root !== root) {
        differences.push({ path: `roots[${n}].root`, rule: "differs", expected: root, found: roots[n].root });
      }
    }
    return differences;
  }

  function* shares(work) {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      yield { step: "substitutions", share: value };
    }
  }

  /* A record, or a sealed document with the record in it: as `draw.verification`, with a step `sealed` more. */
  function* documentVerification(text, vkey = "") {
    let value = null;
    try {
      const reading = draw.readJson(text, "record");
      for (;;) {
        const step = reading.next();
        if (step.done) {
          value = step.value;
          break;
        }
      }
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault;
    }
    if (!draw.isObject(value) || value.format !== SEALED_FORMAT) return yield* draw.verification(text, vkey);
    const step = { id: "sealed", state: "skipped", facts: [], differences: [], table: null };
    const close = (report, differences) => {
      Object.assign(step, { state: differences.length ? "bad" : "ok", differences });
      report.differences.push(...differences);
      report.steps.push(step);
      report.sealed = value;
      return report;
    };
    try {
      fields.members(value, "", SEALED, "sealed");
      checkHead(value, SEALED_FORMAT);
      checkRoots(value);
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault;
      return close(new draw.Report(), [{ path: fault.path, rule: fault.rule }]);
    }
    // Called as on the page of the draw: the first is that of the draw, each later one that of a replacement.
    step.facts = value.roots.map(({ version, root }) => [
      version === FIRST_VERSION ? draw.t("抽取时的树根") : draw.t("第 %(number)s 次更换之后的树根", { number: version - FIRST_VERSION }),
      root,
    ]);
    if (value.record === null) return close(new draw.Report(), []);
    const report = yield* draw.verificationOf(value.record, vkey);
    if (!report.differences.length) return close(report, yield* shares(sealedDifferences(value)));
    for (const one of new Set([...report.differences, ...report.steps.flatMap((part) => part.differences)])) {
      one.path = one.path === "record" ? "record" : `record.${one.path}`;
    }
    report.steps.push(step);
    report.sealed = value;
    return report;
  }

  /* The proof at the door that a fragment spells, for the draw of a sealed document. */
  function readFragment(text, sealed) {
    const parts = FRAGMENT.exec(text);
    const [salt, path] = parts ? [bytesOf(parts[3]), bytesOf(parts[6])] : [null, null];
    if (!salt || !path || path.length % HASH) throw new Invalid("proof", "not a door proof");
    const version = Number(parts[1]);
    const root = sealed.roots.find((entry) => entry.version === version);
    if (!root) throw new Invalid("version", "unknown version");
    const shared = Object.fromEntries(SHARED.map((key) => [key, sealed[key]]));
    const proof = [];
    for (let at = 0; at < path.length; at += HASH) proof.push(draw.hexOf(path.slice(at, at + HASH)));
    return {
      format: DOOR_FORMAT, ...shared, version, position: Number(parts[2]), salt: draw.hexOf(salt), unit: parts[4],
      inspectors: parts[5] ? parts[5].split(",").map((name) => name || null) : [], root: root.root, proof, log: root.log,
    };
  }

  /* The bytes of a base64url text in its one canonical spelling, null for another. */
  function bytesOf(text) {
    try {
      const plain = text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4);
      const decoded = atob(plain);
      return btoa(decoded) === plain ? Uint8Array.from(decoded, (sign) => sign.charCodeAt(0)) : null;
    } catch {
      return null;
    }
  }

  /* Throws Invalid where a proof at the door proves nothing. */
  function checkDoor(proof) {
    fields.members(proof, "", DOOR, "proof");
    checkHead(proof, DOOR_FORMAT);
    if (fields.integer(proof.version, "version") < FIRST_VERSION) throw new Invalid("version", "unknown version");
    fields.items(proof.inspectors, "inspectors").forEach((name, n) => {
      if (name !== null) fields.identifier(name, `inspectors[${n}]`);
    });
    const { draw: name, version, position, salt, unit, inspectors } = proof;
    fields.integer(position, "position");
    fields.hexadecimal(salt, "salt", 64, 64);
    fields.identifier(unit, "unit");
    fields.hexadecimal(proof.root, "root", 64, 64);
    const path = fields.items(proof.proof, "proof").map((node, n) => (
      draw.bytesOfHex(fields.hexadecimal(node, `proof[${n}]`, 64, 64))
    ));
    if (position >= proof.leaves) throw new Invalid("position", "outside the tree");
    const above = draw.rootOf(leafHash({ draw: name, version, position, salt, unit, inspectors }), position, proof.leaves, path);
    if (above === null || draw.hexOf(above) !== proof.root) throw new Invalid("proof", "not under the root");
    if (proof.log !== null) checkRootLog(proof, proof.root, version, proof.log, "log");
  }

  Object.assign(draw, { SEALED_FORMAT, documentVerification, readFragment, checkDoor });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
