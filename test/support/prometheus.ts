/** The text format of Prometheus (exposition format 0.0.4) and its rules for names, as promtool's `check metrics` has them. */
import assert from "node:assert/strict";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
/** Units that are not base units. */
const WRONG_UNIT =
  /_(milli|micro|nano)?seconds?_(ms|us|ns)|_(ms|us|ns|minutes|hours|days|kilobytes|megabytes|percent)(_|$)/;

/** @throws {assert.AssertionError} where a scrape is not valid, or a name breaks the rules */
export function parseMetrics(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line ends");
  const families = new Map<string, Family & { samples: Sample[] }>();
  const helped = new Set<string>();
  const series = new Set<string>();
  let current = "";
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, comment, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (comment === "HELP") {
      assert.ok(!helped.has(name), `${name} is explained once`);
      helped.add(name);
    } else if (comment === "TYPE") {
      assert.ok(!families.has(name), `${name} has one type, and its samples stand together`);
      assert.match(rest, /^(counter|gauge|histogram)$/);
      assert.ok(helped.has(name), `${name} is explained`);
      families.set(name, { type: rest as Family["type"], samples: [] });
      current = name;
    } else {
      const sample = parseSample(line);
      const family = families.get(current);
      assert.ok(
        family !== undefined && belongs(sample.name, current, family.type),
        `${line} after ${current}`,
      );
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      assert.ok(!series.has(key), `${line} stands once`);
      series.add(key);
      family.samples.push(sample);
    }
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function parseSample(line: string): Sample {
  const [, name = "", inside = "", number = ""] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const [, label = "", value = ""] = LABEL.exec(inside) ?? assert.fail(`labels: ${line}`);
    assert.ok(!(label in labels), line);
    labels[label] = value;
  }
  const value = number === "+Inf" ? Number.POSITIVE_INFINITY : Number(number);
  assert.ok(!Number.isNaN(value), line);
  return { name, labels, value };
}

function belongs(sample: string, family: string, type: Family["type"]): boolean {
  return type === "histogram"
    ? [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(sample)
    : sample === family;
}

function checkFamily(name: string, { type, samples }: Family): void {
  assert.match(name, /^c2cd_[a-z0-9_]+$/);
  assert.doesNotMatch(name, WRONG_UNIT);
  assert.doesNotMatch(name, /_(counter|gauge|histogram)(_|$)/, "no type in a name");
  assert.equal(
    name.endsWith("_total"),
    type === "counter",
    `${name}: counters, and they alone, end in _total`,
  );
  if (type === "counter") for (const { value } of samples) assert.ok(value >= 0, name);
  if (type === "histogram") checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const ends = buckets.map(({ labels }) =>
      labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le),
    );
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      ends,
      [...ends].sort((a, b) => a - b),
      `${name}${key}: buckets rise`,
    );
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
      `${name}${key}: counts add up`,
    );
    const total = group.find((sample) => sample.name === `${name}_count`)?.value;
    assert.equal(counts.at(-1), total, `${name}${key}: the last bucket holds all`);
    assert.equal(ends.at(-1), Number.POSITIVE_INFINITY);
    assert.ok(group.some((sample) => sample.name === `${name}_sum`));
  }
}
