import type { RunDetail } from '../../../../src/studio/contract.ts';
import type { RunPageProps } from '../../shell/pages.ts';
import { metricTitle } from '../../charts/groups.ts';
import { formatNats, formatSeconds, formatTime, none } from '../../ui/format.ts';
import { Alarms } from '../../ui/run-state.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { RunPicture, picturesOf } from '../pictures/pictures.tsx';
import { EvaluationPanel } from './evaluation.tsx';
import './run.css';

/** What one wants to know first of a run. */
export default function OverviewPage({ run }: RunPageProps) {
  const share = run.totalSteps ? run.step / run.totalSteps : undefined;
  return (
    <div class="stack">
      <Alarms alarms={run.alarms} />
      <div class="figures" role="group" aria-label="Results">
        {figuresOf(run).map((figure) => (
          <Figure key={figure.name} {...figure} />
        ))}
      </div>
      {share !== undefined && share < 1 && (
        <label class="run-progress">
          Step {run.step} of {run.totalSteps}
          <progress value={share} max={1} />
        </label>
      )}
      {run.evaluation && <EvaluationPanel evaluation={run.evaluation} />}
      <div class="panels">
        <section class="panel">
          <h2>Model</h2>
          <dl class="facts">
            <dt>Preset</dt>
            <dd>{run.preset ?? 'none'}</dd>
            <dt>Posterior q(z|x)</dt>
            <dd>{run.posterior}</dd>
            <dt>Prior p(z)</dt>
            <dd>{run.prior}</dd>
            <dt>Likelihood p(x|z)</dt>
            <dd>{run.likelihood}</dd>
            <dt>Network</dt>
            <dd>{run.network}</dd>
            <dt>Objective</dt>
            <dd>{run.objective}</dd>
            <dt>Latent dimensions</dt>
            <dd>{run.latent}</dd>
          </dl>
        </section>
        <section class="panel">
          <h2>Training</h2>
          <dl class="facts">
            <dt>Data</dt>
            <dd>{[run.data.source, shapeText(run)].filter(Boolean).join(', ')}</dd>
            <dt>Epochs compared by</dt>
            <dd>
              {run.criterion ? `${metricTitle(run.criterion.metric)}, best ${formatNats(run.criterion.best)}` : none}
            </dd>
            {run.criterion && (
              <>
                <dt>{metricTitle(run.criterion.metric)} by epoch</dt>
                <dd>
                  <Sparkline values={run.trend} name={metricTitle(run.criterion.metric)} />
                </dd>
              </>
            )}
            <dt>Started</dt>
            <dd>{run.started === undefined ? none : formatTime(run.started)}</dd>
            <dt>Changed</dt>
            <dd>{formatTime(run.changed)}</dd>
            {run.owner && (
              <>
                <dt>Written by</dt>
                <dd>
                  process {run.owner.pid} on {run.owner.host}
                  {run.owner.here ? ', started here' : ''}
                </dd>
              </>
            )}
          </dl>
        </section>
        {['samples', 'reconstructions'].map((kind) => {
          const picture = picturesOf(run).findLast((each) => each.kind === kind);
          return (
            picture && (
              <RunPicture
                key={kind}
                id={run.id}
                name={run.name}
                kind={kind}
                picture={picture}
                withName={false}
                title={kind}
              />
            )
          );
        })}
      </div>
      {run.log.length > 0 && (
        <section class="panel">
          <h2>What its training said</h2>
          <pre class="log" tabIndex={0}>
            {run.log.join('\n')}
          </pre>
        </section>
      )}
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
}

/** What its record has, each with the examples that it is of; what an evaluation has stands below, but for the NLL. */
function figuresOf(run: RunDetail): FigureProps[] {
  const { elbo, reconstruction, kl, nll, split = '', seconds } = run;
  const nats = (name: string, value: number | undefined): FigureProps[] => (value === undefined ? [] : [{ name, value: formatNats(value), unit: `nats, ${split}` }]); // prettier-ignore
  return [
    ...nats('−ELBO', elbo === undefined ? undefined : -elbo),
    ...nats('−log p(x|z)', reconstruction === undefined ? undefined : -reconstruction),
    ...nats('KL', kl),
    ...(nll ? [{ name: 'NLL', value: formatNats(nll.value), unit: `± ${formatNats(nll.standardError)} nats, ${nll.split}` }] : []), // prettier-ignore
    { name: 'Epoch', value: String(run.epoch), unit: `of ${run.epochs}` },
    { name: 'Time', value: seconds > 0 ? formatSeconds(seconds) : none, unit: `${run.step.toLocaleString('en')} ${run.step === 1 ? 'step' : 'steps'}` }, // prettier-ignore
  ];
}

/** What an example is: a row of a table is encoded, and so has more numbers than columns. */
function shapeText({ data, config }: RunDetail): string | undefined {
  const { shape } = data;
  if (!shape) return undefined;
  const size = shape.join(' × ');
  const { data: { table } = {} } = config as { readonly data?: { readonly table?: { readonly columns?: readonly unknown[] } } }; // prettier-ignore
  if (data.kind === 'table') return `${table?.columns ? `${table.columns.length} columns, ` : ''}encoded as ${size} numbers a row`;
  return shape.length === 1 ? `${size} numbers each` : size;
} // prettier-ignore

function Figure({ name, value, unit }: FigureProps) {
  return (
    <div class="figure">
      <span class="figure-name">{name}</span>
      <span class="figure-value">{value}</span>
      <span class="quiet">{unit}</span>
    </div>
  );
}
