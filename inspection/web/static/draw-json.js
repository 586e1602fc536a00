"use strict";

/* Reading JSON strictly, writing it canonically (RFC 8785), comparing values by type and content.

   JSON.parse would take the last of two equal keys, read 1.0 as 1 and lose digits beyond 2^53. A record with any of these is
   invalid, and a verifier that cannot see them would call it verified. */

(function (draw) {
  const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
  const SPACE = /[ \t\n\r]*/y;
  const WORDS = { t: ["true", true], f: ["false", false], n: ["null", null] };
  const DEEPEST = 900;
  const SLICE = 20000;

  /* A document breaks a rule: `path` names the field (`units[3].stratum`), `rule` is a key of draw.RULES. */
  class Invalid extends Error {
    constructor(path, rule) {
      super(`${path}: ${rule}`);
      this.path = path;
      this.rule = rule;
    }
  }

  /* A number with a point or an exponent: it can stand in no document of a draw, but is named where it stands. */
  class Fraction {
    constructor(text) {
      this.text = text;
    }
  }

  function has(object, key) {
    return Object.prototype.hasOwnProperty.call(object, key);
  }

  function isObject(value) {
    return typeOf(value) === "object";
  }

  function typeOf(value) {
    if (value === null) return "null";
    if (Array.isArray(value)) return "list";
    if (value instanceof Fraction) return "fraction";
    if (typeof value === "bigint") return "number";
    return typeof value;
  }

  /* The value of a JSON text, in slices (a generator that yields how far it is, from 0 to 1). Integers beyond 2^53 come as
     BigInt. Throws Invalid; `name` is the path of the whole document. */
  function* readJson(text, name) {
    let at = 0;
    let repeated = null;
    let count = 0;
    const open = []; // the objects and lists around the place, each with its key or index of the moment

    const refuse = (rule) => { throw new Invalid(name, rule); };

    function skip() {
      SPACE.lastIndex = at;
      SPACE.test(text);
      at = SPACE.lastIndex;
    }

    function string() {
      const start = at;
      let end = start;
      do {
        end = text.indexOf('"', end + 1);
        if (end < 0) refuse("not JSON");
      } while (escaped(start, end));
      at = end + 1;
      const plain = text.slice(start + 1, end);
      // eslint-disable-next-line no-control-regex
      if (!/[\x00-\x1f\\]/.test(plain)) return plain;
      try {
        return JSON.parse(text.slice(start, at));
      } catch {
        return refuse("not JSON");
      }
    }

    function escaped(start, end) {
      let slashes = 0;
      while (end - slashes - 1 > start && text[end - slashes - 1] === "\\") slashes += 1;
      return slashes % 2 === 1;
    }

    function number() {
      NUMBER.lastIndex = at;
      const found = NUMBER.exec(text);
      if (!found) refuse("not JSON");
      at = NUMBER.lastIndex;
      if (found[1] || found[2]) return new Fraction(found[0]);
      const value = Number(found[0]);
      return Number.isSafeInteger(value) ? value : BigInt(found[0]);
    }

    function word([spelled, value]) {
      if (!text.startsWith(spelled, at)) refuse("not JSON");
      at += spelled.length;
      return value;
    }

    function key(frame) {
      skip();
      if (text[at] !== '"') refuse("not JSON");
      frame.key = string();
      skip();
      if (text[at] !== ":") refuse("not JSON");
      at += 1;
      if (has(frame.value, frame.key) && repeated === null) repeated = pathOf(open);
    }

    function put(frame, value) {
      if (frame.list) frame.value.push(value);
      else if (frame.key !== "__proto__") frame.value[frame.key] = value;
      else Object.defineProperty(frame.value, frame.key, { value, enumerable: true, configurable: true });
    }

    if (text.charCodeAt(0) === 0xfeff) at = 1;
    for (;;) {
      // A value begins here; objects and lists stay open until their bracket.
      skip();
      count += 1;
      if (count % SLICE === 0) yield at / text.length;
      const sign = text[at];
      let value;
      if (sign === "{" || sign === "[") {
        const list = sign === "[";
        const frame = { list, key: null, value: list ? [] : {} };
        at += 1;
        skip();
        if (text[at] !== (list ? "]" : "}")) {
          if (open.push(frame) > DEEPEST) refuse("nested too deeply");
          if (!list) key(frame);
          continue;
        }
        at += 1;
        value = frame.value;
      } else if (sign === '"') value = string();
      else if (has(WORDS, sign)) value = word(WORDS[sign]);
      else value = number();

      // The value is complete: into what surrounds it, and that may be complete too.
      for (;;) {
        if (!open.length) {
          skip();
          if (at !== text.length) refuse("not JSON");
          if (repeated !== null) throw new Invalid(repeated || name, "repeated key");
          return value;
        }
        const frame = open[open.length - 1];
        put(frame, value);
        skip();
        const next = text[at];
        at += 1;
        if (next === ",") {
          if (!frame.list) key(frame);
          break;
        }
        if (next !== (frame.list ? "]" : "}")) refuse("not JSON");
        open.pop();
        value = frame.value;
      }
    }
  }

  function pathOf(open) {
    return open.map((frame) => (frame.list ? `[${frame.value.length}]` : `.${frame.key}`)).join("").replace(/^\./, "");
  }

  /* RFC 8785 text of a value without fractions: keys by UTF-16 units, no space. */
  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (isObject(value)) {
      const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
      return `{${members.join(",")}}`;
    }
    return typeof value === "bigint" ? String(value) : JSON.stringify(value);
  }

  /* What `found` has otherwise than `expected`, as {path, rule, expected, found}. 1 is not true, and 1.0 is not 1. */
  function compare(expected, found, path, differences) {
    if (typeOf(expected) !== typeOf(found)) {
      differences.push({ path, rule: "differs", expected, found });
    } else if (isObject(expected)) {
      for (const key of Object.keys(expected)) {
        if (!has(found, key)) differences.push({ path: `${path}.${key}`, rule: "missing", expected: expected[key] });
        else compare(expected[key], found[key], `${path}.${key}`, differences);
      }
      if (Object.keys(found).some((key) => !has(expected, key))) differences.push({ path, rule: "unknown key" });
    } else if (Array.isArray(expected)) {
      if (expected.length !== found.length) {
        differences.push({ path, rule: "wrong length", expected: expected.length, found: found.length });
      }
      const both = Math.min(expected.length, found.length);
      for (let n = 0; n < both; n += 1) compare(expected[n], found[n], `${path}[${n}]`, differences);
    } else if (expected !== found) {
      differences.push({ path, rule: "differs", expected, found });
    }
    return differences;
  }

  /* As people read it. */
  function shown(value) {
    if (value === undefined) return draw.t("（无）");
    if (value instanceof Fraction) return value.text;
    if (typeof value === "string") return value;
    return typeof value === "object" && value !== null ? draw.plainJson(value) : String(value);
  }

  function plainJson(value) {
    return JSON.stringify(value, (_, part) => {
      if (part instanceof Fraction) return part.text;
      return typeof part === "bigint" ? String(part) : part;
    });
  }

  Object.assign(draw, { Invalid, Fraction, has, isObject, typeOf, readJson, canonical, compare, shown, plainJson });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
