import { useMemo } from 'preact/hooks';
import type { RunSummary } from '../../../src/studio/contract.ts';
import { useChoice, useNumberSetting, useSetting, route, setQuery } from '../shell/router.ts';
import { colorOf, paint } from '../shell/theme.ts';
import { Failure, Loading, Empty } from '../ui/message.tsx';
import { Chart } from './chart.tsx';
import type { Zoom } from './places.ts';
import { againDashes, splitLines } from '../../../src/api/record/split-lines.ts';
import { chartGroups } from './groups.ts';
import type { ChartGroup, ChartPlan } from './groups.ts';
import { HeatMap } from './heat-map.tsx';
import { lineOf } from './lines.ts';
import type { Line, XAxis } from './lines.ts';
import type { LiveRun } from './records.ts';
import { useSeries } from './run-series.ts';
import type { SeriesStore } from './run-series.ts';
import { useLive } from './use-live.ts';

/** Beyond eight runs colours come again, with other dashes. */
const colors = 8;

export function runColor(index: number): string {
  return colorOf(`--series-${index % colors}`);
}

/** What a chart knows of a run: its state and numbers, which change all the time, are not in it. */
type Named = Pick<RunSummary, 'id' | 'name'>;

/** Every curve of some runs, one chart for each thing, all over the same axis. */
export function Curves({ runs }: { readonly runs: readonly RunSummary[] }) {
  const named = runs.map(({ id, name }): Named => ({ id, name }));
  return useMemo(() => <AllCurves runs={named} />, [JSON.stringify(named)]);
}

function AllCurves({ runs }: { readonly runs: readonly Named[] }) {
  const [axis, setAxis] = useChoice<XAxis>('x', ['step', 'epoch', 'time']);
  const [weight, setWeight] = useNumberSetting('smooth', 0, [0, 0.99]);
  const [log, setLog] = useChoice('scale', ['linear', 'log']);
  const [find, setFind] = useSetting('find', '');
  const zoom = zoomOf(route.value.query.get('zoom'));
  const setZoom = (next: Zoom): void => { setQuery({ zoom: next?.join(',') }); };
  const store = useSeries(runs.map(({ id }) => id));
  const read = runs.flatMap((run, index) => {
    const live = store?.runs.get(run.id);
    return live ? [{ run, live, index }] : [];
  });
  const shared = { zoom, onZoom: setZoom, axis, isSingle: runs.length === 1 };
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
      {names.size === 0 && <Empty title="No curves yet" level={2}><p>They begin with the first step.</p></Empty>}
      {groups.map((group) => (
        <section key={group.title}>
          <h2 class="group-head">{group.title}</h2>
          <div class="charts">{group.charts.map((plan) => <PlannedChart key={plan.name} plan={plan} store={store} runs={runs} weight={weight} isLog={log === 'log'} {...shared} />)}</div>
        </section>
      ))}
      <Latent store={store} runs={runs} read={read} find={find} {...shared} />
    </>
  );
} // prettier-ignore

interface Shared {
  readonly store: SeriesStore;
  readonly runs: readonly Named[];
  readonly axis: XAxis;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  readonly isSingle: boolean;
}

interface PlannedChartProps extends Shared {
  readonly plan: ChartPlan;
  readonly weight: number;
  readonly isLog: boolean;
}

function PlannedChart({ store, runs, plan, axis, weight, isLog, zoom, onZoom, isSingle }: PlannedChartProps) {
  const compute = () => ({ lines: linesOf(plan, store, runs, axis, weight, isSingle), axis });
  const { value, place } = useLive(store, compute, [plan, runs, axis, weight, paint.value]);
  return <Chart title={plan.title} help={plan.help} lines={value?.lines} axis={value?.axis ?? axis} isLog={isLog} zoom={zoom} onZoom={onZoom} place={place} />;
} // prettier-ignore

function linesOf(plan: ChartPlan, store: SeriesStore, runs: readonly Named[], axis: XAxis, weight: number, isSingle: boolean): Line[] {
  return runs.flatMap((run, index) =>
    plan.lines.flatMap(({ metric, part }) => {
      const live = store.runs.get(run.id);
      const points = live?.metrics.get(metric);
      if (!live || !points) return [];
      const split = part ?? 'validation';
      const dash = index < colors ? splitLines[split].dash : againDashes[split];
      // One run's splits are told apart by colour too.
      const color = runColor(isSingle && part ? splitLines[part].color : index);
      const label = isSingle ? (part ?? 'value') : [run.name, part].filter(Boolean).join(' ');
      const line = lineOf(points, live, axis, weight, { label, color, dash });
      return line ? [line] : [];
    }),
  );
} // prettier-ignore

interface Read {
  readonly run: Named;
  readonly live: LiveRun;
}

interface LatentProps extends Shared {
  readonly read: readonly Read[];
  readonly find: string;
}

/** KL by latent dimension, and how many are used. */
function Latent({ read, find, ...shared }: LatentProps) {
  const matches = (title: string): boolean => title.toLowerCase().includes(find.toLowerCase());
  const maps = matches('kl of each latent dimension') ? read.filter(({ live }) => live.perDimension.epochs.length > 0) : [];
  const isUnits = matches('active units') && read.some(({ live }) => live.activeUnits.epochs.length > 0);
  if (maps.length === 0 && !isUnits) return null;
  return (
    <section>
      <h2 class="group-head">Latent dimensions</h2>
      <div class="charts">
        {maps.map(({ run }) => <LatentMap key={run.id} store={shared.store} run={run} isSingle={shared.isSingle} />)}
        {isUnits && <ActiveUnits {...shared} />}
      </div>
    </section>
  );
} // prettier-ignore

function LatentMap({ store, run, isSingle }: { readonly store: SeriesStore; readonly run: Named; readonly isSingle: boolean }) {
  const compute = () => {
    const list = store.runs.get(run.id)?.perDimension;
    // Copies, as theirs grow; which list they are of tells a run that began anew from one that goes on.
    return { list, epochs: [...(list?.epochs ?? [])], values: [...(list?.values ?? [])] };
  };
  const { value, place } = useLive(store, compute, [run.id], (a, b) => a.list === b.list && a.epochs.length === b.epochs.length);
  return <HeatMap title={isSingle ? 'KL of each latent dimension' : `KL of each latent dimension: ${run.name}`} help="over epochs" epochs={value?.epochs ?? none} values={value?.values ?? none} place={place} />;
} // prettier-ignore

const none: readonly never[] = [];

function ActiveUnits({ store, runs, axis, zoom, onZoom, isSingle }: Shared) {
  const compute = (): Line[] =>
    runs.flatMap((run, index) => {
      const { epochs = [], values = [] } = store.runs.get(run.id)?.activeUnits ?? {};
      if (epochs.length === 0) return [];
      return { label: isSingle ? 'active units' : run.name, color: runColor(isSingle ? 0 : index), dash: [], x: [...epochs], value: [...values], raw: undefined, band: undefined };
    });
  const { value, place } = useLive(store, compute, [runs, isSingle, paint.value]);
  const isByEpoch = axis === 'epoch';
  return <Chart title="Active units" help="dimensions that tell examples apart, over epochs" lines={value} axis="epoch" isLog={false} zoom={isByEpoch ? zoom : undefined} onZoom={isByEpoch ? onZoom : () => undefined} place={place} />;
} // prettier-ignore

/** What the numbers of an axis are, and the least that two of them are apart. */
const zoomUnits: Readonly<Record<XAxis, readonly [unit: string, step: number | 'any']>> = {
  step: ['step', 1],
  epoch: ['epoch', 1],
  time: ['second', 'any'],
};

function ZoomFields({ zoom, axis, onZoom }: { readonly zoom: Zoom; readonly axis: XAxis; readonly onZoom: (zoom: Zoom) => void }) {
  const change = (index: 0 | 1, value: number): void => {
    const [from, to] = zoom ?? [0, Number.MAX_SAFE_INTEGER];
    const next = index === 0 ? ([value, to] as const) : ([from, value] as const);
    if (Number.isFinite(value) && next[0] < next[1]) onZoom(next);
  };
  const [unit, step] = zoomUnits[axis];
  return (
    <div class="row zoom" role="group" aria-label="Part of the axis that is shown">
      {(['From', 'To'] as const).map((name, index) => (
        <label key={name}>
          {name} {unit}
          <input type="number" min="0" step={step} value={zoom && zoom[index] !== Number.MAX_SAFE_INTEGER ? zoom[index] : ''} placeholder={index === 0 ? 'first' : 'last'} onChange={(event) => { change(index as 0 | 1, event.currentTarget.valueAsNumber); }} />
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
