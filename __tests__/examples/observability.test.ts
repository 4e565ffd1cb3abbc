/** The dashboard and the alert rules ask for metrics and labels that there are, by the names that Prometheus gives them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { type MetricDefinition, METRICS } from '../../lib/opentelemetry/metrics.js';
import { declaredEvents } from '../support/declared-events.js';

const FOLDER = join(__dirname, '../../examples/observability');
const DEFINED = Object.values<MetricDefinition>(METRICS);

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly datasource: object;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly {
      readonly refId: string;
      readonly datasource: object;
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

const dashboard = JSON.parse(readFileSync(join(FOLDER, 'dashboard.json'), 'utf8')) as Dashboard;
const rules = (parse(readFileSync(join(FOLDER, 'alerts.yaml'), 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);

const UNITS: Readonly<Record<string, string>> = { s: '_seconds' };
const SUFFIXES = { counter: ['_total'], gauge: [''], histogram: ['_bucket', '_count', '_sum'] };

const labelOf = (attribute: string): string => attribute.replaceAll('.', '_');

/** Units in braces are dropped, others stand at the end; the kind comes last. */
function seriesOf({ name, unit, kind }: MetricDefinition): string[] {
  const withUnit = labelOf(name) + (unit.startsWith('{') ? '' : UNITS[unit]!);
  return SUFFIXES[kind].map((suffix) => withUnit + suffix);
}

const series = new Map(DEFINED.flatMap((metric) => seriesOf(metric).map((name) => [name, metric] as const)));

/** What one alert or panel asks for, and the labels that its texts name. */
interface Asked {
  readonly title: string;
  readonly expr: string;
  readonly named: readonly string[];
}

const asked: readonly Asked[] = [
  ...rules.map(({ alert, expr }) => ({ title: alert, expr, named: [] })),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({
      title,
      // What Grafana puts in before it asks.
      expr: expr.replace(/\$__(range|rate_interval)\b/g, '5m'),
      named: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    })),
  ),
];

/** The texts of an expression by what they are in PromQL, such as `Identifier` for a metric; `⚠` is what it does not know. */
function partsOf(expr: string): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>();
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      parts.set(name, [...(parts.get(name) ?? []), expr.slice(from, to)]);
    },
  });
  return parts;
}

test('the names are as Prometheus has them', () => {
  expect([...series.keys()]).toEqual(
    expect.arrayContaining([
      ...['fanfare_refusals_total', 'fanfare_validation_duration_seconds_bucket'],
      ...['fanfare_completions_waiting', 'fanfare_completions_age_seconds'],
    ]),
  );
});

test.each(asked)('$title is PromQL, and asks for what there is: $expr', ({ expr, named }) => {
  const parts = partsOf(expr);
  expect(parts.get('⚠')).toBeUndefined();
  const metrics = parts.get('Identifier') ?? [];
  expect(metrics.length).toBeGreaterThan(0);
  expect([...series.keys()]).toEqual(expect.arrayContaining([...metrics]));
  const own = metrics.flatMap((name) => series.get(name)?.attributes.map(labelOf) ?? []);
  // "le" is the buckets' own.
  const bucketed = metrics.every((name) => name.endsWith('_bucket')) ? ['le'] : [];
  expect([...own, ...bucketed]).toEqual(expect.arrayContaining([...(parts.get('LabelName') ?? [])]));
  // What a legend names has to be left in the answer.
  expect((parts.get('GroupingLabels') ?? []).join(' ')).toMatch(
    new RegExp(named.map((label) => `(?=.*\\b${label}\\b)`).join('')),
  );
});

test('an alert about a counter fires for its very first count, which no increase shows', () => {
  const counting = rules.filter(({ expr }) => partsOf(expr).has('Increase'));
  expect(counting.length).toBeGreaterThan(3);
  for (const { alert, expr } of counting) expect([alert, partsOf(expr).has('Unless')]).toEqual([alert, true]);
});

test('event types that are asked for exist', () => {
  const all = [...declaredEvents().keys()];
  const types = asked.flatMap(({ expr }) => [...expr.matchAll(/fanfare_event_type="([^"]+)"/g)]);
  expect(types.length).toBeGreaterThan(3);
  for (const [, type] of types) expect(all).toContain(type);
});

test('every metric is on the dashboard, and no panel lies on another', () => {
  const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join(' ');
  for (const metric of DEFINED) expect(seriesOf(metric).some((name) => shown.includes(name))).toBe(true);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from(
      { length: w * h },
      (_, cell) => `${String(x + (cell % w))},${String(y + Math.floor(cell / w))}`,
    ),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('every panel has what Grafana needs, from the one data source that is chosen at the import', () => {
  expect(dashboard.templating.list).toEqual([
    expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
  ]);
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  for (const panel of dashboard.panels) {
    expect(panel).toMatchObject({
      id: expect.any(Number) as number,
      title: expect.stringMatching(/\S/) as string,
      datasource,
    });
    expect(['stat', 'timeseries']).toContain(panel.type);
    expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24);
    expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
    for (const target of panel.targets) expect(target.datasource).toEqual(datasource);
  }
});

test('every alert says what it is and what to do', () => {
  expect(rules.length).toBeGreaterThan(5);
  for (const { annotations } of rules)
    expect([Object.keys(annotations).sort(), annotations['action']]).toEqual([
      ['action', 'summary'],
      expect.stringMatching(/\S/),
    ]);
});

test('docs/observability.md lists every metric with its kind, unit and attributes, and no other', () => {
  const page = readFileSync(join(__dirname, '../../docs/observability.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(fanfare\.[a-z.]+)` +\| (\w+) +\| `([^`]+)` +\|([^|]*)\|/gm)].map(
    ([, name, kind, unit, attributes = '']) => ({
      ...{ name, kind, unit },
      attributes: [...attributes.matchAll(/`([^`]+)`/g)].map(([, attribute]) => attribute),
    }),
  );
  expect(rows).toEqual(DEFINED.map(({ name, kind, unit, attributes }) => ({ name, kind, unit, attributes })));
});
