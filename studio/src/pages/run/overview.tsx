import type { RunPageProps } from '../../shell/pages.ts';
import { metricTitle } from '../../charts/groups.ts';
import { formatNats, formatSeconds, formatTime, none } from '../../ui/format.ts';
import { Alarms } from '../../ui/run-state.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { RunPicture, picturesOf } from '../pictures/pictures.tsx';
import './run.css';

/** What one wants to know first of a run. */
export default function OverviewPage({ run }: RunPageProps) {
  const share = run.totalSteps ? run.step / run.totalSteps : undefined;
  return (
    <div class="stack">
      <Alarms alarms={run.alarms} />
      <div class="figures" role="group" aria-label="Results">
        <Figure name="−ELBO" unit="nats" value={formatNats(run.elbo === undefined ? undefined : -run.elbo)} />
        <Figure
          name="−log p(x|z)"
          unit="nats"
          value={formatNats(run.reconstruction === undefined ? undefined : -run.reconstruction)}
        />
        <Figure name="KL" unit="nats" value={formatNats(run.kl)} />
        <Figure
          name="NLL"
          unit={run.nll ? `± ${formatNats(run.nll.standardError)} nats, ${run.nll.draws} draws` : 'not evaluated yet'}
          value={run.nll ? formatNats(run.nll.value) : none}
        />
        <Figure name="Epoch" unit={`of ${run.epochs}`} value={String(run.epoch)} />
        <Figure name="Time" unit={`${run.step} steps`} value={formatSeconds(run.seconds)} />
      </div>
      {share !== undefined && share < 1 && (
        <label class="run-progress">
          Step {run.step} of {run.totalSteps}
          <progress value={share} max={1} />
        </label>
      )}
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
            <dd>
              {run.data.source}
              {run.data.shape ? `, ${run.data.shape.join(' × ')}` : ''}
            </dd>
            <dt>Epochs compared by</dt>
            <dd>
              {run.criterion ? `${metricTitle(run.criterion.metric)}, best ${formatNats(run.criterion.best)}` : none}
            </dd>
            <dt>Trend</dt>
            <dd>
              <Sparkline
                values={run.trend}
                name={run.criterion ? metricTitle(run.criterion.metric) : 'the criterion'}
              />
            </dd>
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

function Figure({ name, value, unit }: { readonly name: string; readonly value: string; readonly unit: string }) {
  return (
    <div class="figure">
      <span class="figure-name">{name}</span>
      <span class="figure-value">{value}</span>
      <span class="quiet">{unit}</span>
    </div>
  );
}
