"use strict";

/* The frame (specification section 2): what is drawn from, by which rules, with which chance. Each check throws Invalid
   with the path of the first field that breaks a rule. */

(function (draw) {
  const { Invalid, Fraction, isObject } = draw;
  const ID = /^[A-Za-z0-9._-]{1,64}$/;
  const LARGEST = 2 ** 53 - 1;
  const FRAME = ["draw", "as_of", "supersedes", "strata", "units", "reserve", "team", "inspectors", "entropy"];
  const STRATUM = ["id", "rate_bp", "min", "max"];
  const UNIT = ["id", "kind", "stratum", "district", "status", "ground", "note"];
  const TEAM = ["size", "lead_required", "cross_district", "max_load"];
  const INSPECTOR = ["id", "lead", "kinds", "district", "status", "ground", "note", "recused"];
  const PLANNED = {
    dice: ["kind", "by"],
    beacon: ["kind", "by", "source", "round"],
    reveal: ["kind", "by", "commitment"],
  };

  function refuse(path, rule) {
    throw new Invalid(path, rule);
  }

  /* Fields of any document. */

  /* An object with exactly these keys. A missing one is named by its own path, an unknown one by the object's. */
  function members(value, path, keys, whole = "frame") {
    if (!isObject(value)) refuse(path || whole, "not an object");
    for (const key of [...keys].sort()) {
      if (!draw.has(value, key)) refuse(path ? `${path}.${key}` : key, "missing");
    }
    if (Object.keys(value).length !== keys.length) refuse(path || whole, "unknown key");
    return value;
  }

  function items(value, path) {
    if (!Array.isArray(value)) refuse(path, "not a list");
    return value;
  }

  function text(value, path) {
    if (typeof value !== "string") refuse(path, "not a text");
    if (/[\ud800-\udfff]/u.test(value)) refuse(path, "lone surrogate");
    return value;
  }

  function identifier(value, path) {
    if (typeof value !== "string") refuse(path, "not a text");
    if (!ID.test(value)) refuse(path, "bad characters");
    return value;
  }

  function integer(value, path, low = 0, high = LARGEST) {
    if (value instanceof Fraction) refuse(path, "fraction");
    if (draw.typeOf(value) !== "number") refuse(path, "not an integer");
    if (value < low) refuse(path, low && value >= 0 ? `below ${low}` : "negative");
    if (value > high) refuse(path, high === LARGEST ? "above 2^53" : `above ${high}`);
    return value;
  }

  function truth(value, path) {
    if (typeof value !== "boolean") refuse(path, "not a boolean");
    return value;
  }

  function hexadecimal(value, path, low, high) {
    if (typeof value !== "string") refuse(path, "not a text");
    if (!/^[0-9a-f]*$/.test(value)) refuse(path, "not lower-case hex");
    return digitsBetween(value, path, low, high);
  }

  function digitsBetween(value, path, low, high) {
    if (value.length < low) refuse(path, "too few digits");
    if (value.length > high) refuse(path, "too many digits");
    return value;
  }

  /* Values in the order of their bytes, none twice. */
  function ascending(values, path, repeated) {
    for (let n = 1; n < values.length; n += 1) {
      if (values[n - 1] >= values[n]) refuse(path, values[n - 1] === values[n] ? repeated : "not sorted");
    }
  }

  /* The frame. */

  /* In slices: yields how far it is, from 0 to 1. */
  function* checkFrame(frame) {
    members(frame, "", FRAME);
    identifier(frame.draw, "draw");
    checkDay(frame.as_of);
    if (frame.supersedes !== null) identifier(frame.supersedes, "supersedes");
    yield* each(frame.strata, "strata", checkStratum);
    if (!frame.strata.length) refuse("strata", "empty");
    const strata = new Set(frame.strata.map((stratum) => stratum.id));
    yield* each(frame.units, "units", (unit, path) => checkUnit(unit, path, strata));
    if (!frame.units.length) refuse("units", "empty");
    integer(frame.reserve, "reserve", 0, 100);
    checkTeam(frame.team);
    const population = new Set(frame.units.map((unit) => unit.id));
    yield* each(frame.inspectors, "inspectors", (person, path) => checkInspector(person, path, population));
    checkPlan(frame.entropy);
    const seating = new draw.Seating(frame);
    yield* checkStaffable(frame, seating);
    return seating;
  }

  function* each(value, path, check) {
    items(value, path);
    for (let n = 0; n < value.length; n += 1) {
      check(value[n], `${path}[${n}]`);
      if (n % 4000 === 3999) yield n / value.length;
    }
    ascending(value.map((item) => item.id), path, "repeated id");
  }

  function checkDay(value) {
    const found = typeof value === "string" && /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value);
    const day = new Date(0);
    if (found) day.setUTCFullYear(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
    if (!found || found[1] === "0000" || day.toISOString().slice(0, 10) !== value) refuse("as_of", "no date");
  }

  function checkStratum(stratum, path) {
    members(stratum, path, STRATUM);
    identifier(stratum.id, `${path}.id`);
    integer(stratum.rate_bp, `${path}.rate_bp`, 0, 10000);
    integer(stratum.min, `${path}.min`);
    if (stratum.max !== null && integer(stratum.max, `${path}.max`) < stratum.min) refuse(`${path}.max`, "below min");
  }

  function checkUnit(unit, path, strata) {
    members(unit, path, UNIT);
    identifier(unit.id, `${path}.id`);
    identifier(unit.kind, `${path}.kind`);
    if (!strata.has(identifier(unit.stratum, `${path}.stratum`))) refuse(`${path}.stratum`, "stratum not declared");
    checkStanding(unit, path, ["eligible", "mandatory", "excluded"]);
  }

  function checkTeam(team) {
    members(team, "team", TEAM);
    if (team.size === 1) refuse("team.size", "one inspector");
    integer(team.size, "team.size", 2, 5);
    truth(team.lead_required, "team.lead_required");
    truth(team.cross_district, "team.cross_district");
    if (team.max_load !== null) integer(team.max_load, "team.max_load");
  }

  function checkInspector(person, path, population) {
    members(person, path, INSPECTOR);
    identifier(person.id, `${path}.id`);
    truth(person.lead, `${path}.lead`);
    checkStanding(person, path, ["eligible", "excluded"]);
    for (const key of ["kinds", "recused"]) {
      items(person[key], `${path}.${key}`).forEach((id, n) => identifier(id, `${path}.${key}[${n}]`));
      ascending(person[key], `${path}.${key}`, "repeated value");
    }
    if (!person.recused.every((unit) => population.has(unit))) refuse(`${path}.recused`, "unknown unit");
  }

  function checkStanding(entry, path, states) {
    if (entry.district !== null) identifier(entry.district, `${path}.district`);
    if (typeof entry.status !== "string") refuse(`${path}.status`, "not a text");
    if (!states.includes(entry.status)) refuse(`${path}.status`, "unknown status");
    if (entry.status !== "eligible") identifier(entry.ground, `${path}.ground`);
    else if (entry.ground !== null) refuse(`${path}.ground`, "eligible with a ground");
    if (entry.note !== null) text(entry.note, `${path}.note`);
  }

  function checkPlan(plan) {
    items(plan, "entropy").forEach((item, n) => checkPlanned(item, `entropy[${n}]`));
    if (!plan.length) refuse("entropy", "empty plan");
    const reveals = plan.filter((item) => item.kind === "reveal");
    const distinct = (key) => new Set(reveals.map((item) => item[key])).size === reveals.length;
    if (!distinct("by")) refuse("entropy", "same party twice");
    if (!distinct("commitment")) refuse("entropy", "repeated commitment");
    if (plan.length === 1 && reveals.length === 1) refuse("entropy", "one reveal alone");
  }

  function checkPlanned(item, path) {
    const hasKind = isObject(item) && draw.has(item, "kind");
    if (hasKind && !(typeof item.kind === "string" && draw.has(PLANNED, item.kind))) {
      refuse(`${path}.kind`, "unknown kind");
    }
    members(item, path, PLANNED[hasKind ? item.kind : "dice"]);
    for (const key of ["by", "source", "round"]) {
      if (draw.has(item, key)) identifier(item[key], `${path}.${key}`);
    }
    if (item.kind === "reveal") hexadecimal(item.commitment, `${path}.commitment`, 64, 64);
  }

  /* Every unit that can be drawn can be staffed alone: otherwise recusing everyone from one firm would make every draw that
     hits it fail. */
  function* checkStaffable(frame, seating) {
    for (let n = 0; n < frame.units.length; n += 1) {
      const unit = frame.units[n];
      if (n % 4000 === 3999) yield n / frame.units.length;
      if (unit.status === "excluded") continue;
      if (frame.team.max_load === 0) refuse(`units[${n}]`, "staffable alone: max_load 0");
      const may = seating.maySit(unit);
      if (seating.fillsOne(may)) continue;
      const few = draw.bits.count(may) < seating.size ? "too few inspectors" : "no lead";
      const why = seating.fillsOne(seating.unrecused(unit)) ? "everyone recused" : few;
      refuse(`units[${n}]`, `staffable alone: ${why}`);
    }
  }

  /* The frame's digest, without one string of the whole: yields how far it is. */
  function* frameSha256(frame) {
    const hash = new draw.Sha256();
    let before = "{";
    for (const key of Object.keys(frame).sort()) {
      hash.text(`${before}${JSON.stringify(key)}:`);
      before = ",";
      if (Array.isArray(frame[key])) {
        const listed = frame[key];
        hash.text("[");
        for (let n = 0; n < listed.length; n += 1000) {
          const piece = listed.slice(n, n + 1000).map(draw.canonical).join(",");
          hash.text(n ? `,${piece}` : piece);
          yield n / listed.length;
        }
        hash.text("]");
      } else hash.text(draw.canonical(frame[key]));
    }
    return draw.hexOf(hash.text("}").digest());
  }

  draw.fields = { members, items, text, identifier, integer, hexadecimal, digitsBetween, ascending };
  Object.assign(draw, { checkFrame, frameSha256 });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
