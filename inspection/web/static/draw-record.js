"use strict";

/* Chance, the first random, reserves and substitutions (specification sections 3, 4 and 7). */

(function (draw) {
  const { Invalid, bits, fields } = draw;
  const FORMAT = "double-random-draw/1";
  const SUPPLIED = ["kind", "by", "value"];
  const UNIT_STEP = ["unit", "seat", "ground", "note", "unit_in", "inspectors"];
  const SEAT_STEP = ["unit", "seat", "ground", "note", "inspector_in"];

  /* The supplied items against the plan: all of them, in its order, each by its rule. */
  function checkEntropy(supplied, frame) {
    fields.items(supplied, "entropy");
    frame.entropy.forEach((planned, n) => {
      if (n === supplied.length) throw new Invalid(`entropy[${n}]`, "missing");
      checkItem(supplied[n], planned, `entropy[${n}]`, frame.draw);
    });
    const planned = frame.entropy.length;
    if (supplied.length > planned) throw new Invalid(`entropy[${planned}]`, "not planned");
  }

  function checkItem(item, planned, path, name) {
    for (const key of ["kind", "by"]) {
      if (draw.isObject(item) && draw.has(item, key) && item[key] !== planned[key]) {
        throw new Invalid(`${path}.${key}`, "not as planned");
      }
    }
    fields.members(item, path, planned.kind === "reveal" ? [...SUPPLIED, "nonce"] : SUPPLIED);
    const at = `${path}.value`;
    if (planned.kind === "dice") {
      if (!/^[0-9]*$/.test(fields.text(item.value, at))) throw new Invalid(at, "not decimal digits");
      fields.digitsBetween(item.value, at, 20, 256);
    } else if (planned.kind === "beacon") fields.hexadecimal(item.value, at, 8, 256);
    else {
      fields.hexadecimal(item.value, at, 32, 256);
      fields.hexadecimal(item.nonce, `${path}.nonce`, 32, 64);
      if (draw.sha(`commit|${name}|${planned.by}|${item.nonce}|${item.value}`) !== planned.commitment) {
        throw new Invalid(at, "does not give the commitment");
      }
    }
  }

  function seedOf(frame, frameSha256, supplied) {
    const chance = supplied.map((item) => `${item.kind}=${item.value}`).join("|");
    return draw.sha(`${FORMAT}|${frame.draw}|${frameSha256}|${chance}`);
  }

  function assuranceOf(plan) {
    if (plan.some((item) => item.kind === "beacon")) return "beacon";
    return plan.filter((item) => item.kind === "reveal").length >= 2 ? "parties" : "witnessed";
  }

  function quotaOf(stratum, population) {
    const byRate = Math.floor((population * stratum.rate_bp + 9999) / 10000);
    const wanted = Math.min(population, Math.max(stratum.min, byRate));
    return stratum.max === null ? wanted : Math.min(wanted, stratum.max);
  }

  /* The tickets of all units that are not excluded, in their order, and each stratum's pool, quota and reserves. */
  function* sample(frame, seed) {
    const ticketOf = draw.ticketsUnder(`${seed}|unit|`);
    const byTicket = (a, b) => (a.ticket === b.ticket ? (a.unit.id < b.unit.id ? -1 : 1) : a.ticket < b.ticket ? -1 : 1);
    const pools = new Map(frame.strata.map((stratum) => [stratum.id, []]));
    const selected = [];
    for (let n = 0; n < frame.units.length; n += 1) {
      const unit = frame.units[n];
      if (unit.status !== "excluded") {
        const drawn = { unit, ticket: ticketOf(unit.id) };
        if (unit.status === "mandatory") selected.push(drawn);
        else pools.get(unit.stratum).push(drawn);
      }
      if (n % 4000 === 3999) yield n / frame.units.length;
    }
    const reserves = [];
    const strata = [];
    for (const stratum of frame.strata) {
      const pool = pools.get(stratum.id).sort(byTicket);
      const quota = quotaOf(stratum, pool.length);
      selected.push(...pool.slice(0, quota));
      reserves.push(...pool.slice(quota, quota + frame.reserve));
      strata.push({ stratum, eligible: pool.length, quota });
      yield 1;
    }
    selected.sort(byTicket);
    const listed = ({ unit, ticket }) => ({ unit: unit.id, stratum: unit.stratum, ticket });
    return {
      strata,
      units: selected.map(({ unit }) => unit),
      reserveUnits: reserves.map(({ unit }) => unit),
      selected: selected.map((one) => ({ ...listed(one), mandatory: one.unit.status === "mandatory" })),
      reserves: reserves.map(listed),
    };
  }

  /* One recorded substitution: its keys, and the types of what was asked for. */
  function checkStep(entry, path) {
    const ofSeat = draw.isObject(entry) && draw.has(entry, "seat") && entry.seat !== null;
    fields.members(entry, path, ofSeat ? SEAT_STEP : UNIT_STEP);
    fields.identifier(entry.unit, `${path}.unit`);
    if (entry.seat !== null) fields.integer(entry.seat, `${path}.seat`);
    fields.identifier(entry.ground, `${path}.ground`);
    if (entry.note !== null) fields.text(entry.note, `${path}.note`);
  }

  /* Who inspects what, and with how much load left, after the draw and each step taken since. */
  class Course {
    constructor(seating, seed, drawn, assigned) {
      this.seating = seating;
      this.seed = seed;
      this.limit = assigned.limit;
      this.units = new Map([...drawn.units, ...drawn.reserveUnits].map((unit) => [unit.id, unit]));
      this.waiting = [...drawn.reserveUnits];
      this.loads = new Array(seating.names.length).fill(0);
      this.teams = new Map();
      this.takenOff = new Map();
      drawn.units.forEach((unit, n) => this.place(unit, assigned.teams[n]));
    }

    place(unit, team) {
      this.teams.set(unit.id, [...team]);
      team.forEach((person) => { this.loads[person] += 1; });
    }

    release(person) {
      if (person !== null) this.loads[person] -= 1;
    }

    free(set) {
      return bits.list(set).filter((person) => this.loads[person] < this.limit);
    }

    /* The complete entry for what the recorded one asks. */
    step(entry, path) {
      const { unit, seat, ground, note } = entry;
      if (!this.teams.has(unit)) throw new Invalid(`${path}.unit`, "not under inspection");
      if (seat === null) {
        const { next, team } = this.replaceUnit(this.units.get(unit));
        const inspectors = team.map((person) => this.seating.names[person]);
        return { unit, seat, ground, note, unit_in: next, inspectors };
      }
      if (seat >= this.seating.size) throw new Invalid(`${path}.seat`, "no such seat");
      const successor = this.replaceSeat(this.units.get(unit), seat);
      const name = successor === null ? null : this.seating.names[successor];
      return { unit, seat, ground, note, inspector_in: name };
    }

    replaceUnit(unit) {
      this.teams.get(unit.id).forEach((person) => this.release(person));
      this.teams.delete(unit.id);
      if (unit.status !== "mandatory") {
        for (const reserve of this.waiting) {
          const team = reserve.stratum === unit.stratum ? this.smallestTeam(reserve) : null;
          if (team !== null) {
            this.waiting.splice(this.waiting.indexOf(reserve), 1);
            this.place(reserve, team);
            return { next: reserve.id, team };
          }
        }
      }
      return { next: null, team: [] };
    }

    /* For one unit alone: the first lead in the order of pairs, then the first others. */
    smallestTeam(unit) {
      const { seating } = this;
      const order = draw.inOrderOfPairs(this.seed, unit, seating.maySit(unit), seating)
        .filter((person) => this.loads[person] < this.limit);
      const head = order.find((person) => bits.has(seating.leads, person));
      if (head === undefined || order.length < seating.size) return null;
      return [head, ...order.filter((person) => person !== head).slice(0, seating.size - 1)];
    }

    replaceSeat(unit, seat) {
      const team = this.teams.get(unit.id);
      const off = this.takenOff.get(unit.id) || new Set();
      this.takenOff.set(unit.id, off);
      if (team[seat] !== null) off.add(team[seat]);
      this.release(team[seat]);
      team[seat] = null;
      const { seating } = this;
      const successor = draw.inOrderOfPairs(this.seed, unit, seating.maySit(unit), seating).find((person) => (
        this.loads[person] < this.limit && !team.includes(person) && !off.has(person)
        && (seat > 0 || bits.has(seating.leads, person))
      ));
      if (successor === undefined) return null;
      this.loads[successor] += 1;
      team[seat] = successor;
      return successor;
    }
  }

  Object.assign(draw, { FORMAT, checkEntropy, seedOf, assuranceOf, sample, checkStep, Course });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
