"use strict";

/* The second random (specification section 5): who may sit where, and the lexicographically smallest assignment.

   Sets of inspectors are bit sets: bit n is the n-th eligible inspector in the order of ids. */

(function (draw) {
  const bits = {
    none: (width) => new Uint32Array(width),
    has: (set, n) => (set[n >> 5] >>> (n & 31)) & 1,
    add(set, n) { set[n >> 5] |= 1 << (n & 31); },
    drop(set, n) { set[n >> 5] &= ~(1 << (n & 31)); },
    and: (a, b) => a.map((word, n) => word & b[n]),
    without: (a, b) => a.map((word, n) => word & ~b[n]),
    meets: (a, b) => a.some((word, n) => word & b[n]),
    /* The members, ascending. */
    list(set) {
      const found = [];
      for (let n = 0; n < set.length; n += 1) {
        for (let word = set[n]; word; word &= word - 1) found.push(32 * n + 31 - Math.clz32(word & -word));
      }
      return found;
    },
    count: (set) => bits.list(set).length,
  };

  /* Who may sit on which seat (section 5.1). */
  class Seating {
    constructor(frame) {
      this.people = frame.inspectors.filter((person) => person.status === "eligible");
      this.names = this.people.map((person) => person.id);
      this.places = new Map(this.names.map((name, n) => [name, n]));
      this.size = frame.team.size;
      this.width = Math.max(1, Math.ceil(this.people.length / 32));
      this.crossDistrict = frame.team.cross_district;
      this.leads = this.chosen((person) => person.lead || !frame.team.lead_required);
      this.recused = new Map();
      this.people.forEach((person, n) => person.recused.forEach((unit) => {
        if (!this.recused.has(unit)) this.recused.set(unit, bits.none(this.width));
        bits.add(this.recused.get(unit), n);
      }));
      this.plain = new Map(); // by kind and district: many units have the same
    }

    chosen(test) {
      const set = bits.none(this.width);
      this.people.forEach((person, n) => { if (test(person)) bits.add(set, n); });
      return set;
    }

    /* Who may sit on some seat of the unit; on seat 0 only those of them who are in `leads`. */
    maySit(unit) {
      const recused = this.recused.get(unit.id);
      return recused ? bits.without(this.unrecused(unit), recused) : this.unrecused(unit);
    }

    unrecused(unit) {
      const key = `${unit.kind}|${unit.district}`;
      if (!this.plain.has(key)) {
        const barred = this.crossDistrict ? unit.district : null;
        this.plain.set(key, this.chosen((person) => (
          person.kinds.includes(unit.kind) && (barred === null || person.district !== barred)
        )));
      }
      return this.plain.get(key);
    }

    /* Whether these fill every seat of one unit: enough of them, and one for seat 0. */
    fillsOne(set) {
      return bits.count(set) >= this.size && bits.meets(set, this.leads);
    }
  }

  /* Teams of all units under a limit of load, kept feasible while they change. A team always has somebody for seat 0.

     Whether a whole assignment is possible is a question of flow from units to inspectors. Its answer here is a chain: x hands
     one of its units to y, y one of its own to z, … until somebody has load left. The search goes breadth first: only the
     steps of a shortest chain never undo each other where two of them meet on one team. */
  class Teams {
    constructor(may, seating, limit) {
      this.may = may;
      this.seating = seating;
      this.limit = limit;
      this.team = may.map(() => bits.none(seating.width));
      this.load = new Array(seating.names.length).fill(0);
      this.serves = seating.names.map(() => new Set()); // the units that an inspector could still hand on
    }

    join(unit, person) {
      bits.add(this.team[unit], person);
      this.serves[person].add(unit);
    }

    leave(unit, person) {
      bits.drop(this.team[unit], person);
      this.serves[person].delete(unit);
    }

    /* Moves duties along the shortest chain from one of `starts` to somebody whom `isGoal` accepts: [first, last] of the
       chain, or null where there is none. All who were reached are added to `reached`. */
    reroute(starts, isGoal, reached) {
      const came = new Map(starts.map((person) => [person, null]));
      starts.forEach((person) => bits.add(reached, person));
      const queue = [...starts];
      for (const leaving of queue) {
        for (const unit of this.serves[leaving]) {
          for (const entering of this.takers(unit, leaving, reached)) {
            bits.add(reached, entering);
            came.set(entering, { leaving, unit });
            if (isGoal(entering)) return this.move(entering, came);
            queue.push(entering);
          }
        }
      }
      return null;
    }

    /* Who may take the place of `leaving` on a unit, leaving out those who were reached before. */
    takers(unit, leaving, reached) {
      const team = this.team[unit];
      const may = this.may[unit];
      const { leads, width } = this.seating;
      const heads = bits.list(bits.and(team, leads));
      const onlyLeads = heads.length === 1 && heads[0] === leaving;
      const found = bits.none(width);
      for (let n = 0; n < width; n += 1) found[n] = may[n] & ~team[n] & ~reached[n] & (onlyLeads ? leads[n] : -1);
      return bits.list(found);
    }

    move(last, came) {
      let person = last;
      for (let step = came.get(person); step; step = came.get(person)) {
        this.leave(step.unit, step.leaving);
        this.join(step.unit, person);
        person = step.leaving;
      }
      return [person, last];
    }

    /* Fills every seat of a unit; false where no assignment gives the unit its seats beside those filled before. */
    staff(unit) {
      const { seating } = this;
      for (let seat = bits.count(this.team[unit]); seat < seating.size; seat += 1) {
        const may = bits.without(this.may[unit], this.team[unit]);
        const open = bits.list(seat === 0 ? bits.and(may, seating.leads) : may);
        let person = null;
        for (const one of open) {
          if (this.load[one] < this.limit && (person === null || this.load[one] < this.load[person])) person = one;
        }
        if (person === null) {
          const chain = this.reroute(open, (one) => this.load[one] < this.limit, bits.none(seating.width));
          if (!chain) return false;
          this.load[chain[1]] += 1;
          [person] = chain;
        } else this.load[person] += 1;
        this.join(unit, person);
      }
      return true;
    }

    /* Settles a unit: each seat gets, in the order of tickets, the first with whom a whole assignment is still possible.
       Settled units are never handed on again. */
    settle(unit, order) {
      const { seating, load, limit } = this;
      const provisional = new Set(bits.list(this.team[unit]));
      provisional.forEach((person) => this.leave(unit, person));
      const hopeless = bits.none(seating.width); // can neither take this unit nor hand on one for it
      const team = [];
      const admits = (person) => {
        if (provisional.has(person)) return person;
        if (load[person] < limit) {
          load[person] += 1;
          return this.released(provisional);
        }
        if (bits.has(hopeless, person)) return null;
        const reached = hopeless.slice();
        const chain = this.reroute([person], (one) => load[one] < limit || provisional.has(one), reached);
        if (!chain) {
          hopeless.set(reached);
          return null;
        }
        // Who ends the chain is one of the unit's own, whose place becomes free, or somebody with load left.
        if (provisional.has(chain[1])) return chain[1];
        load[chain[1]] += 1;
        return this.released(provisional);
      };
      while (team.length < seating.size) {
        const seated = order.find((person) => {
          if (team.includes(person) || (team.length === 0 && !bits.has(seating.leads, person))) return false;
          const freed = admits(person);
          return freed !== null && provisional.delete(freed);
        });
        team.push(seated);
      }
      team.forEach((person) => bits.add(this.team[unit], person));
      return team;
    }

    released(provisional) {
      const [person] = provisional;
      this.load[person] -= 1;
      return person;
    }
  }

  /* Inspectors in the order of pair(u, i). */
  function inOrderOfPairs(seed, unit, set, seating) {
    const ticket = draw.ticketsUnder(`${seed}|pair|${unit.id}|`);
    const leads = bits.list(set).map((person) => ({ person, lead: ticket.lead(seating.names[person]) }));
    const byWhole = (a, b) => {
      const [one, other] = [a, b].map(({ person }) => ticket(seating.names[person]));
      return one === other ? a.person - b.person : one < other ? -1 : 1;
    };
    return leads.sort((a, b) => a.lead - b.lead || byWhole(a, b)).map(({ person }) => person);
  }

  /* Teams for all units under the load limit, in slices; null where none exist. A limit of null means: the smallest with
     which they exist, plus one. */
  function* staffAll(units, seating, maxLoad) {
    const may = units.map((unit) => seating.maySit(unit));
    const teams = new Teams(may, seating, maxLoad);
    if (maxLoad === null) {
      const everybody = may.reduce((all, set) => all.map((word, n) => word | set[n]), bits.none(seating.width));
      teams.limit = Math.ceil((units.length * seating.size) / Math.max(1, bits.count(everybody)));
    }
    for (let unit = 0; unit < units.length; unit += 1) {
      while (!teams.staff(unit)) {
        if (maxLoad !== null) return null;
        teams.limit += 1; // no assignment exists under the limit so far
      }
      if (unit % 50 === 49) yield unit / units.length;
    }
    if (maxLoad === null) teams.limit += 1;
    return teams;
  }

  /* {teams: [[places by seat]], limit}, or null where no assignment exists. */
  function* assign(units, seating, seed, maxLoad) {
    const teams = yield* staffAll(units, seating, maxLoad);
    if (teams === null) return null;
    const settled = [];
    for (let unit = 0; unit < units.length; unit += 1) {
      settled.push(teams.settle(unit, inOrderOfPairs(seed, units[unit], teams.may[unit], seating)));
      if (unit % 10 === 9) yield unit / units.length;
    }
    return { teams: settled, limit: teams.limit };
  }

  Object.assign(draw, { bits, Seating, assign, staffAll, inOrderOfPairs });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
