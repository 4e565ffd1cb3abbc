/** The dashboard and the alert rules ask for metrics and labels that there are, by the names that Prometheus gives them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
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

const asked: [string, string][] = [
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }): [string, string] => [
      title,
      // What a legend names has to be left in the answer: by (…) of the expression.
      `${expr} ${[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => `by (${label})`).join(' ')}`,
    ]),
  ),
];

/** Every name in an expression that is no function, keyword, variable or text. */
function wordsOf(expr: string): string[] {
  const bare = expr.replace(/"[^"]*"/g, '').replace(/\[[^\]]*\]/g, '');
  return (bare.match(/\b[a-z]\w*\b/g) ?? []).filter((word) => !KNOWN.includes(word));
}

const KNOWN = ['sum', 'max', 'rate', 'increase', 'histogram_quantile', 'by', 'le'];

test('the names are as Prometheus has them', () => {
  expect([...series.keys()]).toEqual(
    expect.arrayContaining([
      ...['fanfare_refusals_total', 'fanfare_validation_duration_seconds_bucket'],
      ...['fanfare_completions_waiting', 'fanfare_completions_age_seconds'],
    ]),
  );
});

test.each(asked)('%s asks for what there is: %s', (_title, expr) => {
  const words = wordsOf(expr);
  const metrics = words.filter((word) => series.has(word));
  expect(metrics.length).toBeGreaterThan(0);
  const labels = metrics.flatMap((name) => series.get(name)!.attributes.map(labelOf));
  for (const word of words.filter((one) => !series.has(one))) expect(labels).toContain(word);
});

test('event types that are asked for exist', () => {
  const all = [...declaredEvents().keys()];
  const types = asked.flatMap(([, expr]) => [...expr.matchAll(/fanfare_event_type="([^"]+)"/g)]);
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
