import type { ComponentChildren } from 'preact';
import type { RunSummary } from '../../../../src/studio/contract.ts';
import { metricTitle } from '../../charts/groups.ts';
import { href } from '../../shell/router.ts';
import { formatNats, formatSeconds, formatTime, isActive, none, stateWords } from '../../ui/format.ts';
import { Sparkline } from '../../ui/sparkline.tsx';
import { StateBadge } from '../../ui/run-state.tsx';

/** A column of the table of runs: what it is sorted by, and what it shows. */
export interface Column {
  readonly name: string;
  readonly title: string;
  /** What the title does not say. */
  readonly help?: string;
  /** Of which examples its numbers are, where they do not say otherwise. */
  readonly of?: string;
  readonly isNumber?: boolean;
  /** Left out on narrow screens. */
  readonly isWide?: boolean;
  readonly sortBy: (run: RunSummary) => number | string | undefined;
  readonly show: (run: RunSummary) => ComponentChildren;
}

export const columns: readonly Column[] = [
  {
    name: 'name',
    title: 'Run',
    sortBy: ({ name }) => name.toLowerCase(),
    show: (run) => (
      <>
        <a href={href(['runs', run.id])}>{run.name}</a>
        {run.alarms.map(({ kind, severity, text }) => (
          <span key={kind} class={`alarm-mark ${severity}`} title={text}>
            <span aria-hidden="true">!</span>
            {kind}
          </span>
        ))}
      </>
    ),
  },
  {
    name: 'state',
    title: 'State',
    sortBy: ({ state }) => stateWords[state],
    show: (run) => (
      <>
        <StateBadge state={run.state} />
        <span class="quiet under">
          epoch {run.epoch} of {run.epochs}
        </span>
        {isActive(run.state) && <Progress run={run} />}
      </>
    ),
  },
  { name: 'data', title: 'Data', isWide: true, sortBy: ({ data }) => data.source, show: ({ data }) => data.source },
  {
    name: 'model',
    title: 'Preset and parts',
    isWide: true,
    sortBy: (run) => run.preset ?? run.posterior,
    show: (run) => (
      <>
        {run.preset ?? <span class="quiet">no preset</span>}
        <span class="quiet under">{partsOf(run)}</span>
      </>
    ),
  },
  { name: 'latent', title: 'Latent', isNumber: true, isWide: true, sortBy: ({ latent }) => latent, show: ({ latent }) => latent },
  {
    name: 'elbo',
    title: '−ELBO',
    help: 'nats; lower is better',
    of: 'validation',
    isNumber: true,
    sortBy: ({ elbo }) => (elbo === undefined ? undefined : -elbo),
    show: (run) => <OfSplit value={run.elbo === undefined ? undefined : -run.elbo} split={run.split} />,
  },
  { name: 'kl', title: 'KL', help: 'nats', of: 'validation', isNumber: true, isWide: true, sortBy: ({ kl }) => kl, show: ({ kl, split }) => <OfSplit value={kl} split={split} /> },
  {
    name: 'nll',
    title: 'NLL',
    help: 'nats, by importance sampling; of runs that were evaluated',
    of: 'test',
    isNumber: true,
    sortBy: ({ nll }) => nll?.value,
    show: ({ nll }) => (nll ? <span title={`${nll.draws} draws`}>{formatNats(nll.value)} <span class="quiet">± {formatNats(nll.standardError)}</span>{nll.split !== 'test' && <span class="quiet under">{nll.split} data</span>}</span> : none),
  },
  { name: 'seconds', title: 'Time', isNumber: true, sortBy: ({ seconds }) => seconds, show: ({ seconds }) => (seconds > 0 ? formatSeconds(seconds) : none) },
  { name: 'changed', title: 'Changed', isWide: true, sortBy: ({ changed }) => changed, show: ({ changed }) => <span class="together">{formatTime(changed)}</span> },
  {
    name: 'trend',
    title: 'Trend',
    help: 'what epochs are compared by',
    isWide: true,
    sortBy: ({ criterion }) => criterion && (criterion.direction === 'max' ? -criterion.best : criterion.best),
    show: ({ trend, criterion }) => (
      <>
        <Sparkline values={trend} name={criterion ? metricTitle(criterion.metric) : 'the criterion'} />
        {criterion && <span class="quiet under">{metricTitle(criterion.metric)}</span>}
      </>
    ),
  },
]; // prettier-ignore

/** Of runs that hold out no examples it is of training, which is said. */
function OfSplit({ value, split }: { readonly value: number | undefined; readonly split: RunSummary['split'] }) {
  return <>{formatNats(value)}{value !== undefined && split === 'training' && <span class="quiet under">training</span>}</>;
} // prettier-ignore

/** diagonal · standard-normal · bernoulli · dense · elbo, without what is usual. */
export function partsOf({ posterior, prior, likelihood, network, objective }: RunSummary): string {
  const usual = ['standard-normal', 'elbo'];
  return [posterior, prior, likelihood, network, objective].filter((part) => !usual.includes(part)).join(' · ');
}

function Progress({ run }: { readonly run: RunSummary }) {
  const share = run.totalSteps ? run.step / run.totalSteps : run.epochs > 0 ? run.epoch / run.epochs : 0;
  return <progress value={share} max={1} aria-label={`${run.name}: ${Math.round(100 * share)} %`} />;
}
