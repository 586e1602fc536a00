"use strict";

/* Re-running a published record, from the record alone: step by step, each with what was expected and what was found.

   `verification(text, vkey)` is a generator: it yields {step, share} while it works, so that whoever runs it can let the page
   breathe, and returns the report:

     steps         [{id, state, facts, differences, table}]; state: ok, bad, unchecked (could not be checked here) or
                   skipped (an earlier fault left nothing to compare)
     differences   all of them, {path, rule, expected, found}; none: the record is verified
     record        the value that was read, or null

   The texts of `why`, `ground` and `note` are the office's own words, and are not recomputed. */

(function (draw) {
  const { Invalid, compare } = draw;
  const RECORD = [
    "format", "frame", "frame_sha256", "log", "entropy", "seed", "assurance",
    "selected", "reserves", "assignments", "unassignable", "substitutions",
  ];
  const STEPS = [
    "read", "frame", "digest", "log", "signature", "chance", "seed", "quotas", "selected", "reserves", "assignments",
    "substitutions",
  ];

  /* Gathers what each step finds, in the order of STEPS. */
  class Report {
    constructor() {
      this.record = null;
      this.differences = [];
      this.steps = STEPS.map((id) => ({ id, state: "skipped", facts: [], differences: [], table: null }));
    }

    step(id) {
      return this.steps.find((step) => step.id === id);
    }

    /* The differences and facts of a step that was carried out. */
    close(id, differences, facts = []) {
      const step = this.step(id);
      step.state = differences.length ? "bad" : "ok";
      step.differences = differences;
      step.facts = facts;
      this.differences.push(...differences);
      return step;
    }
  }

  /* What a check throws becomes the one difference of its step; anything else is our own fault and goes on. */
  function faultOf(check) {
    try {
      check();
      return [];
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault;
      return [{ path: fault.path, rule: fault.rule }];
    }
  }

  function* shares(step, work) {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      yield { step, share: value };
    }
  }

  function* verification(text, vkey = "") {
    const report = new Report();
    let record;
    try {
      record = yield* shares("read", draw.readJson(text, "record"));
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault;
      report.close("read", [{ path: fault.path, rule: fault.rule }]);
      return report;
    }
    return yield* verificationOf(record, vkey, report);
  }

  /* The same for a value that was read already. */
  function* verificationOf(record, vkey, report = new Report()) {
    let stage = "read";
    try {
      draw.fields.members(record, "", RECORD, "record");
      report.record = record;
      report.close("read", [], [[draw.t("抽取编号"), draw.isObject(record.frame) ? record.frame.draw : undefined]]);
      stage = "frame";
      const seating = yield* frameStep(report, record.frame);
      stage = "chance";
      draw.checkEntropy(record.entropy, record.frame);
      chanceStep(report, record);
      yield* recomputed(report, record, seating, vkey);
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault;
      report.close(stage, [{ path: fault.path, rule: fault.rule }]);
    }
    return report;
  }

  function* frameStep(report, frame) {
    let seating;
    try {
      seating = yield* shares("frame", draw.checkFrame(frame));
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault;
      throw new Invalid(fault.path === "frame" ? "frame" : `frame.${fault.path}`, fault.rule);
    }
    const of = (status) => frame.units.filter((unit) => unit.status === status).length;
    report.close("frame", [], [
      [draw.t("名录基准日"), frame.as_of],
      [draw.t("检查对象"), draw.t("%(units)s 个：可抽取 %(eligible)s，定向 %(mandatory)s，排除 %(excluded)s", {
        units: frame.units.length, eligible: of("eligible"), mandatory: of("mandatory"), excluded: of("excluded"),
      })],
      [draw.t("检查人员"), draw.t("%(count)s 人：可参加 %(eligible)s", {
        count: frame.inspectors.length, eligible: seating.names.length,
      })],
    ]);
    return seating;
  }

  function chanceStep(report, { frame, entropy }) {
    report.close("chance", [], entropy.map((item) => [draw.t("%(kind)s（%(by)s）", { kind: draw.KINDS[item.kind], by: item.by }), item.value]));
  }

  /* Everything that follows once the frame and its chance are sound. */
  function* recomputed(report, record, seating, vkey) {
    const { frame } = record;
    const frameSha256 = yield* shares("digest", draw.frameSha256(frame));
    const compared = (key, expected) => compare(expected, record[key], key, []);
    report.close("digest", [...compared("format", draw.FORMAT), ...compared("frame_sha256", frameSha256)], [
      [draw.t("重新计算"), frameSha256], [draw.t("记录所载"), record.frame_sha256],
    ]);

    const seed = draw.seedOf(frame, frameSha256, record.entropy);
    const assurance = draw.assuranceOf(frame.entropy);
    report.close("seed", [...compared("seed", seed), ...compared("assurance", assurance)], [
      [draw.t("重新计算"), seed], [draw.t("记录所载"), record.seed], [draw.t("可信性建立在"), draw.ASSURANCE[assurance]],
    ]);

    const drawn = yield* shares("selected", draw.sample(frame, seed));
    quotaStep(report, drawn, record);
    report.close("selected", compared("selected", drawn.selected), [
      [draw.t("重新抽出"), countOf(drawn.selected)], [draw.t("记录所载"), countOf(record.selected)],
    ]);
    report.close("reserves", compared("reserves", drawn.reserves), [
      [draw.t("重新排出"), countOf(drawn.reserves)], [draw.t("记录所载"), countOf(record.reserves)],
    ]);

    const maxLoad = frame.team.max_load;
    const assigned = yield* shares("assignments", draw.assign(drawn.units, seating, seed, maxLoad));
    yield* assignmentStep(report, record, { drawn, assigned, seating });
    substitutionStep(report, record, { drawn, assigned, seating, seed });
    logSteps(report, record, frameSha256, vkey);
  }

  function quotaStep(report, drawn, record) {
    const found = Array.isArray(record.selected) ? record.selected.filter(draw.isObject) : [];
    const lots = (stratum) => found.filter((one) => one.stratum === stratum.id && one.mandatory === false).length;
    // The record holds no quotas: what is wrong here is told, with its path, by the selected units.
    const step = report.step("quotas");
    step.state = drawn.strata.every(({ stratum, quota }) => lots(stratum) === quota) ? "ok" : "bad";
    step.table = {
      heads: [
        draw.t("层"), draw.t("可抽取"), draw.t("比例"), draw.t("下限"), draw.t("上限"), draw.t("应抽取"), draw.t("记录抽中"),
      ],
      rows: drawn.strata.map(({ stratum, eligible, quota }) => [
        stratum.id, eligible, `${stratum.rate_bp / 100} %`, stratum.min, stratum.max === null ? "—" : stratum.max, quota,
        lots(stratum),
      ]),
    };
  }

  function countOf(value) {
    return Array.isArray(value) ? draw.t("%(count)s 个", { count: value.length }) : draw.shown(value);
  }

  function* assignmentStep(report, record, { drawn, assigned, seating }) {
    const expected = assigned && assigned.teams.map((team, n) => ({
      unit: drawn.units[n].id, inspectors: team.map((person) => seating.names[person]),
    }));
    const differences = compare(expected, record.assignments, "assignments", []);
    if (assigned !== null || record.unassignable === null) {
      const wanted = assigned === null ? { units: [], why: "" } : null;
      differences.push(...compare(wanted, record.unassignable, "unassignable", []));
    } else differences.push(...(yield* unassignableDifferences(record, drawn, seating)));
    report.close("assignments", differences, assigned === null
      ? [[draw.t("重新计算"), draw.t("不存在能坐满全部席位的安排")]]
      : [
        [draw.t("重新安排"), draw.t("%(count)s 个对象，每组 %(size)s 人", { count: expected.length, size: seating.size })],
        [draw.t("每人至多检查"), draw.t("%(count)s 个", { count: assigned.limit })],
      ]);
  }

  /* The named units need not be those that we would name: any set that cannot be served together will do. */
  function* unassignableDifferences({ unassignable, frame }, drawn, seating) {
    const path = "unassignable.units";
    const faults = faultOf(() => {
      draw.fields.members(unassignable, "unassignable", ["units", "why"]);
      draw.fields.text(unassignable.why, "unassignable.why");
      const selected = new Set(drawn.units.map((unit) => unit.id));
      draw.fields.items(unassignable.units, path).forEach((unit, n) => {
        if (!selected.has(draw.fields.identifier(unit, `${path}[${n}]`))) throw new Invalid(`${path}[${n}]`, "not selected");
      });
      draw.fields.ascending(unassignable.units, path, "repeated id");
    });
    if (faults.length) return faults;
    const named = new Set(unassignable.units);
    const units = drawn.units.filter((unit) => named.has(unit.id));
    const teams = yield* shares("assignments", draw.staffAll(units, seating, frame.team.max_load));
    return teams === null ? [] : [{ path, rule: "can be served together" }];
  }

  /* Step by step up to the first that differs: what comes after it stands on a course that never was. */
  function substitutionStep(report, { substitutions }, { drawn, assigned, seating, seed }) {
    const differences = [];
    if (!Array.isArray(substitutions)) differences.push({ path: "substitutions", rule: "not a list" });
    else if (substitutions.length && assigned === null) {
      differences.push({ path: "substitutions", rule: "nothing assigned" });
    } else if (substitutions.length) {
      const course = new draw.Course(seating, seed, drawn, assigned);
      for (let n = 0; n < substitutions.length && !differences.length; n += 1) {
        const path = `substitutions[${n}]`;
        differences.push(...faultOf(() => {
          draw.checkStep(substitutions[n], path);
          differences.push(...compare(course.step(substitutions[n], path), substitutions[n], path, []));
        }));
      }
    }
    report.close("substitutions", differences, [[draw.t("替换"), Array.isArray(substitutions)
      ? draw.t("%(count)s 次", { count: substitutions.length }) : draw.shown(substitutions)]]);
  }

  function logSteps(report, { log, frame }, frameSha256, vkey) {
    if (log === null) {
      report.step("log").state = "unchecked";
      report.step("signature").state = "unchecked";
      return;
    }
    const faults = faultOf(() => draw.checkLog(log, frame, frameSha256));
    report.close("log", faults, faults.length ? [] : [
      [draw.t("日志"), log.origin], [draw.t("序号"), draw.t("第 %(index)s 条", { index: log.index })],
    ]);
    if (faults.length) return;
    const step = report.step("signature");
    const answer = vkey ? draw.signatureOf(log.checkpoint, vkey) : "no key";
    step.state = { signed: "ok", "wrong signature": "bad" }[answer] || "unchecked";
    step.facts = [[draw.t("核对结果"), draw.SIGNATURE[answer]], ...(vkey ? [[draw.t("使用的公钥"), vkey]] : [])];
  }

  /* The report at once, without slices. */
  function verifyNow(text, vkey) {
    const work = verification(text, vkey);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  }

  Object.assign(draw, { STEPS, Report, verification, verificationOf, verifyNow });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
