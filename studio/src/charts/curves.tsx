import { useMemo } from 'preact/hooks';
import type { RunSummary } from '../../../src/studio/contract.ts';
import { useChoice, useNumberSetting, useSetting, route, setQuery } from '../shell/router.ts';
import { colorOf, paint } from '../shell/theme.ts';
import { Failure, Loading, Empty } from '../ui/message.tsx';
import { Chart } from './chart.tsx';
import type { Zoom } from './plot-options.ts';
import { chartGroups } from './groups.ts';
import type { ChartGroup, ChartPlan } from './groups.ts';
import { HeatMap } from './heat-map.tsx';
import { lineOf } from './lines.ts';
import type { Line, XAxis } from './lines.ts';
import type { LiveRun } from './records.ts';
import { useSeries } from './run-series.ts';

/** Beyond eight runs colours come again, with another dash. */
const colors = 8;
const dashes = [[], [8, 3], [2, 3], [10, 3, 2, 3]] as const;
const partDashes: Readonly<Record<string, readonly number[]>> = { validation: [], training: [4, 3] };

export function runColor(index: number): string {
  return colorOf(`--series-${index % colors}`);
}

/** Every curve of some runs, one chart for each thing, all over the same axis. */
export function Curves({ runs }: { readonly runs: readonly RunSummary[] }) {
  const [axis, setAxis] = useChoice<XAxis>('x', ['step', 'epoch', 'time']);
  const [weight, setWeight] = useNumberSetting('smooth', 0, [0, 0.99]);
  const [log, setLog] = useChoice('scale', ['linear', 'log']);
  const [find, setFind] = useSetting('find', '');
  const zoom = zoomOf(route.value.query.get('zoom'));
  const setZoom = (next: Zoom): void => { setQuery({ zoom: next?.map((each) => String(Number(each.toPrecision(6)))).join(',') }); };
  const { store, version } = useSeries(runs.map(({ id }) => id));
  const read = runs.flatMap((run, index) => {
    const live = store?.runs.get(run.id);
    return live ? [{ run, live, index }] : [];
  });
  const names = new Set(read.flatMap(({ live }) => [...live.metrics.keys()]));
  const groups = useMemo(() => filterGroups(chartGroups(names), find), [[...names].join(), find]);
  const problem = read.find(({ live }) => live.problem !== undefined)?.live.problem;
  if (!store || (read.length < runs.length && names.size === 0)) return <Loading />;
  return (
    <>
      <div class="controls" role="group" aria-label="How curves are shown">
        <label>
          Axis
          <select value={axis} onChange={(event) => { setZoom(undefined); setAxis(event.currentTarget.value as XAxis); }}>
            <option value="step">step</option><option value="epoch">epoch</option><option value="time">time</option>
          </select>
        </label>
        <label class="smoothing">
          Smoothing
          <span class="row"><input type="range" min="0" max="0.99" step="0.01" value={weight} onInput={(event) => { setWeight(event.currentTarget.valueAsNumber); }} /><output>{weight.toFixed(2)}</output></span>
        </label>
        <label>
          Scale
          <select value={log} onChange={(event) => { setLog(event.currentTarget.value === 'log' ? 'log' : 'linear'); }}>
            <option value="linear">linear</option><option value="log">logarithmic</option>
          </select>
        </label>
        <label>
          Find a metric
          <input type="search" value={find} placeholder="kl, gradient…" onInput={(event) => { setFind(event.currentTarget.value); }} />
        </label>
        <ZoomFields zoom={zoom} axis={axis} onZoom={setZoom} />
      </div>
      {problem !== undefined && <Failure problem={problem} />}
      {names.size === 0 && <Empty title="No curves yet" level={2}><p>They begin with the first epoch, or the 25th step.</p></Empty>}
      {groups.map((group) => (
        <Group key={group.title} group={group} read={read} version={version} axis={axis} weight={weight} isLog={log === 'log'} zoom={zoom} onZoom={setZoom} single={runs.length === 1} />
      ))}
      <Latent read={read} find={find} axis={axis} zoom={zoom} onZoom={setZoom} version={version} single={runs.length === 1} />
    </>
  );
} // prettier-ignore

interface Read {
  readonly run: RunSummary;
  readonly live: LiveRun;
  readonly index: number;
}

interface GroupProps {
  readonly group: ChartGroup;
  readonly read: readonly Read[];
  readonly version: number;
  readonly axis: XAxis;
  readonly weight: number;
  readonly isLog: boolean;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  readonly single: boolean;
}

function Group({ group, ...rest }: GroupProps) {
  return (
    <section>
      <h2 class="group-head">{group.title}</h2>
      <div class="charts">{group.charts.map((plan) => <PlannedChart key={plan.name} plan={plan} {...rest} />)}</div>
    </section>
  );
} // prettier-ignore

function PlannedChart({ plan, read, version, axis, weight, isLog, zoom, onZoom, single }: Omit<GroupProps, 'group'> & { readonly plan: ChartPlan }) {
  const lines = useMemo(() => linesOf(plan, read, axis, weight, single), [plan, version, axis, weight, paint.value, read.map(({ run }) => run.name).join()]);
  if (lines.length === 0) return <p class="quiet panel">{plan.title}: its record has no times, so it has no place on this axis.</p>;
  return <Chart title={plan.title} help={plan.help} lines={lines} axis={axis} isLog={isLog} zoom={zoom} onZoom={onZoom} />;
} // prettier-ignore

function linesOf(plan: ChartPlan, read: readonly Read[], axis: XAxis, weight: number, single: boolean): Line[] {
  return read.flatMap(({ run, live, index }) =>
    plan.lines.flatMap(({ metric, part }) => {
      const points = live.metrics.get(metric);
      if (!points) return [];
      const own = dashes[Math.floor(index / colors) % dashes.length] ?? [];
      const dash = part === undefined ? own : (partDashes[part] ?? own);
      // One run's parts are told apart by colour too.
      const color = single ? runColor(part === 'training' ? 1 : 0) : runColor(index);
      const label = single ? (part ?? 'value') : [run.name, part].filter(Boolean).join(' ');
      const line = lineOf(points, live, axis, weight, { label, color, dash });
      return line ? [line] : [];
    }),
  );
}

/** KL by latent dimension, and how many are used. */
function Latent({ read, find, axis, zoom, onZoom, version, single }: {
  readonly read: readonly Read[];
  readonly find: string;
  readonly axis: XAxis;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  readonly version: number;
  readonly single: boolean;
}) {
  const matches = (title: string): boolean => title.toLowerCase().includes(find.toLowerCase());
  const maps = matches('kl of each latent dimension') ? read.filter(({ live }) => live.perDimension.epochs.length > 0) : [];
  const units = matches('active units') ? read.filter(({ live }) => live.activeUnits.epochs.length > 0) : [];
  const lines = useMemo(
    () => units.map(({ run, live, index }): Line => ({
      label: single ? 'active units' : run.name, color: runColor(single ? 0 : index), dash: [], x: [...live.activeUnits.epochs], value: [...live.activeUnits.values], raw: undefined, band: undefined,
    })),
    [version, find, single, paint.value],
  );
  if (maps.length === 0 && units.length === 0) return null;
  return (
    <section>
      <h2 class="group-head">Latent dimensions</h2>
      <div class="charts">
        {maps.map(({ run, live }) => (
          <HeatMap key={run.id} title={single ? 'KL of each latent dimension' : `KL of each latent dimension: ${run.name}`} help="over epochs" epochs={live.perDimension.epochs} values={live.perDimension.values} />
        ))}
        {lines.length > 0 && <Chart title="Active units" help="dimensions that tell examples apart, over epochs" lines={lines} axis="epoch" isLog={false} zoom={axis === 'epoch' ? zoom : undefined} onZoom={axis === 'epoch' ? onZoom : () => undefined} />}
      </div>
    </section>
  );
} // prettier-ignore

function ZoomFields({ zoom, axis, onZoom }: { readonly zoom: Zoom; readonly axis: XAxis; readonly onZoom: (zoom: Zoom) => void }) {
  const change = (index: 0 | 1, value: number): void => {
    const [from, to] = zoom ?? [0, Number.MAX_SAFE_INTEGER];
    const next = index === 0 ? ([value, to] as const) : ([from, value] as const);
    if (Number.isFinite(value) && next[0] < next[1]) onZoom(next);
  };
  return (
    <div class="row zoom">
      {(['From', 'to'] as const).map((name, index) => (
        <label key={name}>
          {name} {index === 0 ? axis : ''}
          <input type="number" step="any" value={zoom && zoom[index] !== Number.MAX_SAFE_INTEGER ? zoom[index] : ''} placeholder={index === 0 ? 'first' : 'last'} onChange={(event) => { change(index as 0 | 1, event.currentTarget.valueAsNumber); }} />
        </label>
      ))}
      <button type="button" disabled={!zoom} onClick={() => { onZoom(undefined); }}>Show all</button>
    </div>
  );
} // prettier-ignore

function zoomOf(said: string | null): Zoom {
  const [from = NaN, to = NaN] = (said ?? '').split(',').map(Number);
  return from < to ? [from, to] : undefined;
}

function filterGroups(groups: readonly ChartGroup[], words: string): readonly ChartGroup[] {
  const wanted = words.toLowerCase();
  if (wanted === '') return groups;
  return groups.flatMap(({ title, charts }) => {
    const kept = charts.filter((chart) => `${chart.title} ${chart.name} ${title}`.toLowerCase().includes(wanted));
    return kept.length > 0 ? [{ title, charts: kept }] : [];
  });
}
