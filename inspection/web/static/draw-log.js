"use strict";

/* The `log` of a record (specification section 6): the frame's commitment stands in an append-only log (RFC 6962), under a
   checkpoint (C2SP tlog-checkpoint) that the log's Ed25519 key has signed (RFC 8032, C2SP signed-note). */

(function (draw) {
  const { Invalid, fields } = draw;
  const LOG = ["origin", "index", "leaf", "salt", "proof", "checkpoint"];
  const encoder = new TextEncoder();

  /* Throws Invalid where the log does not prove the frame's commitment. */
  function checkLog(log, frame, frameSha256) {
    checkEntry(log, "log", { draw: frame.draw, frame_sha256: frameSha256 });
  }

  /* Throws Invalid, with a path below `path`, where the log proves no entry that commits to `body` and whose leaf says what
     `named` does. */
  function checkEntry(log, path, body, named = {}) {
    const below = (key) => `${path}.${key}`;
    fields.members(log, path, LOG);
    const { origin, size, root } = checkpointOf(fields.text(log.checkpoint, below("checkpoint")), below("checkpoint"));
    if (fields.text(log.origin, below("origin")) !== origin) throw new Invalid(below("origin"), "differs");
    if (fields.integer(log.index, below("index")) >= size) throw new Invalid(below("index"), "outside the tree");
    const leaf = bytesOfBase64(fields.text(log.leaf, below("leaf")), below("leaf"));
    if (!/^([0-9a-f]{2})+$/.test(fields.text(log.salt, below("salt")))) throw new Invalid(below("salt"), "not lower-case hex");
    const digest = draw.hexOf(draw.sha256(draw.bytesOfHex(log.salt), encoder.encode(draw.canonical(body))));
    const entry = readLeaf(leaf, below("leaf"));
    const wanted = { ...named, digest };
    if (!draw.isObject(entry) || Object.keys(wanted).some((key) => !draw.has(entry, key) || entry[key] !== wanted[key])) {
      throw new Invalid(below("leaf"), "leaf commits to something else");
    }
    const proof = fields.items(log.proof, below("proof")).map((node, n) => (
      draw.bytesOfHex(fields.hexadecimal(node, `${below("proof")}[${n}]`, 64, 64))
    ));
    const found = rootOf(draw.sha256(Uint8Array.of(0), leaf), log.index, size, proof);
    if (found === null || draw.hexOf(found) !== draw.hexOf(root)) throw new Invalid(below("proof"), "not under the checkpoint");
  }

  function readLeaf(leaf, path) {
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(leaf);
    } catch {
      throw new Invalid(path, "not JSON");
    }
    const reading = draw.readJson(text, path);
    for (;;) {
      const { done, value } = reading.next();
      if (done) return value;
    }
  }

  /* The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or null if its length is wrong. Indexes may be
     beyond 32 bits, so that they are halved by division. */
  function rootOf(leafHash, index, size, proof) {
    let node = index;
    let last = size - 1;
    let above = leafHash;
    const half = (n) => Math.floor(n / 2);
    for (const sibling of proof) {
      if (last === 0) return null;
      if (node % 2 === 1 || node === last) {
        above = draw.sha256(Uint8Array.of(1), sibling, above);
        while (node && node % 2 === 0) [node, last] = [half(node), half(last)];
      } else above = draw.sha256(Uint8Array.of(1), above, sibling);
      [node, last] = [half(node), half(last)];
    }
    return last === 0 ? above : null;
  }

  function checkpointOf(text, path) {
    const lines = text.split("\n");
    const sound = lines.length >= 4 && lines[0] && /^(0|[1-9][0-9]{0,15})$/.test(lines[1]);
    const root = sound ? bytesOfBase64(lines[2], path) : [];
    if (root.length !== 32) throw new Invalid(path, "not a checkpoint");
    return { origin: lines[0], size: Number(lines[1]), root };
  }

  /* In its one canonical spelling: stray bits would spell the same bytes otherwise. */
  function bytesOfBase64(text, path) {
    try {
      const decoded = atob(text);
      if (btoa(decoded) === text) return Uint8Array.from(decoded, (sign) => sign.charCodeAt(0));
    } catch {
      // refused below
    }
    throw new Invalid(path, "not base64");
  }

  /* Ed25519, on big integers. */

  const PRIME = 2n ** 255n - 19n;
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (n, by = PRIME) => ((n % by) + by) % by;

  function raise(base, exponent) {
    let [power, result] = [mod(base), 1n];
    for (let left = exponent; left; left >>= 1n) {
      if (left & 1n) result = (result * power) % PRIME;
      power = (power * power) % PRIME;
    }
    return result;
  }

  const CURVE = mod(-121665n * raise(121666n, PRIME - 2n));
  const ROOT_OF_MINUS_ONE = raise(2n, (PRIME - 1n) / 4n);

  function numberOf(bytes) {
    return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
  }

  /* A point from its 32 bytes, as (X, Y, Z, T) of RFC 8032 section 5.1.4, or null. */
  function pointOf(bytes) {
    const y = numberOf(bytes) & (2n ** 255n - 1n);
    if (y >= PRIME) return null;
    const above = mod(y * y - 1n);
    const below = mod(CURVE * y * y + 1n);
    let x = mod(above * raise(below, 3n) * raise(above * raise(below, 7n), (PRIME - 5n) / 8n));
    if (mod(below * x * x) !== above) x = mod(x * ROOT_OF_MINUS_ONE);
    const sign = BigInt(bytes[31] >> 7);
    if (mod(below * x * x) !== above || (x === 0n && sign)) return null;
    if ((x & 1n) !== sign) x = PRIME - x;
    return [x, y, 1n, mod(x * y)];
  }

  function sum([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const a = mod((y1 - x1) * (y2 - x2));
    const b = mod((y1 + x1) * (y2 + x2));
    const c = mod(2n * t1 * t2 * CURVE);
    const d = mod(2n * z1 * z2);
    const [e, f, g, h] = [b - a, d - c, d + c, b + a];
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  }

  function times(factor, point) {
    let result = [0n, 1n, 1n, 0n];
    let power = point;
    for (let left = factor; left; left >>= 1n) {
      if (left & 1n) result = sum(result, power);
      power = sum(power, power);
    }
    return result;
  }

  function isSigned(message, signature, key) {
    const [base, nonce, holder] = [pointOf(baseBytes()), pointOf(signature.slice(0, 32)), pointOf(key)];
    const factor = numberOf(signature.slice(32));
    if (signature.length !== 64 || nonce === null || holder === null || factor >= ORDER) return false;
    const hashed = draw.sha512(Uint8Array.from([...signature.slice(0, 32), ...key, ...message]));
    const left = times(factor, base);
    const right = sum(nonce, times(numberOf(hashed) % ORDER, holder));
    return mod(left[0] * right[2]) === mod(right[0] * left[2]) && mod(left[1] * right[2]) === mod(right[1] * left[2]);
  }

  function baseBytes() {
    return Uint8Array.from({ length: 32 }, (_, n) => (n ? 0x66 : 0x58)); // y = 4/5
  }

  /* Whether the key (a C2SP vkey: name+id+base64) has signed the note: "signed", "wrong signature", "other key" or "bad key". */
  function signatureOf(note, vkey) {
    const parts = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim());
    let typed;
    try {
      typed = parts && bytesOfBase64(parts[3], "vkey");
    } catch {
      return "bad key";
    }
    if (!typed || typed.length !== 33 || typed[0] !== 1) return "bad key";
    if (draw.hexOf(draw.sha256(encoder.encode(`${parts[1]}\n`), typed)).slice(0, 8) !== parts[2]) return "bad key";
    const cut = note.lastIndexOf("\n\n");
    const text = encoder.encode(note.slice(0, cut + 1));
    for (const line of note.slice(cut + 2).split("\n")) {
      const [, name, spelled] = /^— (\S+) (\S+)$/.exec(line) || [];
      if (name !== parts[1]) continue;
      let blob;
      try {
        blob = bytesOfBase64(spelled, "signature");
      } catch {
        continue;
      }
      if (draw.hexOf(blob.slice(0, 4)) === parts[2]) {
        return isSigned(text, blob.slice(4), typed.slice(1)) ? "signed" : "wrong signature";
      }
    }
    return "other key";
  }

  Object.assign(draw, { checkLog, checkEntry, rootOf, signatureOf, isSigned });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
