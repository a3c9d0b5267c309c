import { useEffect, useState } from 'preact/hooks';
import type { RunDetail, RunSummary } from '../../../../src/studio/contract.ts';
import { get } from '../../api/client.ts';
import { mostWatched } from '../../api/live.ts';
import { isAbort } from '../../api/problem.ts';
import { Curves, runColor } from '../../charts/curves.tsx';
import { Swatch } from '../../charts/swatch.tsx';
import { href, route, setQuery, useChoice } from '../../shell/router.ts';
import { runOf, runs } from '../../state/runs.ts';
import { Empty, Failure, Loading } from '../../ui/message.tsx';
import { Alarms, StateBadge } from '../../ui/run-state.tsx';
import { Pictures } from '../pictures/pictures.tsx';
import { columns } from '../runs/columns.tsx';
import './compare.css';
import { diffConfigs } from './diff.ts';
import { showValue } from './flatten.ts';

/** Runs side by side: their numbers, curves, pictures and where their configurations differ. */
export default function ComparePage() {
  const all = runs.value;
  const asked = (route.value.query.get('runs') ?? '').split(',').filter(Boolean);
  const chosen = asked.slice(0, mostWatched).flatMap((id) => runOf(id) ?? []);
  const [view, setView] = useChoice('view', ['curves', 'configuration', 'pictures', 'alarms']);
  if (!all) return <Loading />;
  const lost = asked.length - chosen.length;
  return (
    <>
      <div class="page-head">
        <h1>Compare</h1>
        <AddRun all={all} chosen={chosen} />
      </div>
      {lost > 0 && <p class="chart-note">{lost} of the runs in the address {lost === 1 ? 'is' : 'are'} not shown: deleted, or beyond the {mostWatched} that fit.</p>}
      {chosen.length === 0 ? (
        <Empty title="Choose runs to compare" level={2}>
          <p>Mark two or more in the <a href={href(['runs'])}>list of runs</a>, or add them above.</p>
        </Empty>
      ) : (
        <>
          <Numbers chosen={chosen} />
          <div class="segments" role="group" aria-label="What is compared">
            {(['curves', 'configuration', 'pictures', 'alarms'] as const).map((name) => (
              <button key={name} type="button" aria-pressed={view === name} onClick={() => { setView(name); }}>{name.charAt(0).toUpperCase() + name.slice(1)}</button>
            ))}
          </div>
          {view === 'curves' && <Curves runs={chosen} />}
          {view === 'alarms' && chosen.map((run) => (
            <section key={run.id}>
              <h2 class="group-head">{run.name}</h2>
              {run.alarms.length === 0 ? <p class="quiet">Nothing to look at.</p> : <Alarms alarms={run.alarms} />}
            </section>
          ))}
          {(view === 'configuration' || view === 'pictures') && <Details chosen={chosen} view={view} />}
        </>
      )}
    </>
  );
} // prettier-ignore

function select(chosen: readonly RunSummary[]): void {
  setQuery({ runs: chosen.length === 0 ? undefined : chosen.map(({ id }) => id).join(',') });
}

function AddRun({ all, chosen }: { readonly all: readonly RunSummary[]; readonly chosen: readonly RunSummary[] }) {
  const others = all.filter((run) => !chosen.includes(run)).sort((a, b) => b.changed - a.changed);
  return (
    <label class="row">
      <span class="quiet">Add a run</span>
      <select value="" disabled={others.length === 0 || chosen.length >= mostWatched}
        onChange={(event) => { const run = runOf(event.currentTarget.value); event.currentTarget.value = ''; if (run) select([...chosen, run]); }}>
        <option value="">{others.length === 0 ? 'no other run' : 'choose…'}</option>
        {others.map((run) => <option key={run.id} value={run.id}>{run.name}</option>)}
      </select>
    </label>
  );
} // prettier-ignore

const numbers = columns.filter(({ name }) => !['name', 'state', 'changed', 'trend'].includes(name));

/** Lower is better in these; the best one is marked. */
const lowerIsBetter = ['elbo', 'nll'];

function Numbers({ chosen }: { readonly chosen: readonly RunSummary[] }) {
  return (
    <div class="scroll" role="region" aria-label="Numbers" tabIndex={0}>
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            {numbers.map(({ name, title, of, isNumber }) => <th key={name} scope="col" class={isNumber ? 'number' : ''}>{title}{of !== undefined && <span class="quiet under">{of}</span>}</th>)}
            <th><span class="hidden">Remove</span></th>
          </tr>
        </thead>
        <tbody>
          {chosen.map((run, index) => (
            <tr key={run.id}>
              <th scope="row"><span class="row"><Swatch color={runColor(index)} dash={[]} /><a href={href(['runs', run.id])}>{run.name}</a></span></th>
              <td><StateBadge state={run.state} /></td>
              {numbers.map((column) => {
                const isBest = chosen.length > 1 && lowerIsBetter.includes(column.name) && isLeast(chosen, run, column.sortBy);
                return <td key={column.name} class={column.isNumber ? 'number' : ''}>{isBest ? <strong>{column.show(run)}<span class="hidden"> (best)</span></strong> : column.show(run)}</td>;
              })}
              <td class="number"><button type="button" class="small" aria-label={`Remove ${run.name}`} onClick={() => { select(chosen.filter((other) => other !== run)); }}>Remove</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
} // prettier-ignore

/** Data that differ are not compared: nats of other examples say nothing. */
function isLeast(chosen: readonly RunSummary[], run: RunSummary, of: (run: RunSummary) => number | string | undefined): boolean {
  const values = chosen.map(of).filter((value) => typeof value === 'number');
  const isOneData = new Set(chosen.map(({ data, likelihood }) => `${data.source} ${likelihood}`)).size === 1;
  return isOneData && values.length > 1 && of(run) === Math.min(...values);
} // prettier-ignore

/** What only the runs themselves have. */
function Details({ chosen, view }: { readonly chosen: readonly RunSummary[]; readonly view: 'configuration' | 'pictures' }) {
  const [details, setDetails] = useState<readonly RunDetail[]>();
  const [problem, setProblem] = useState<unknown>();
  const key = chosen.map(({ id }) => id).join(',');
  useEffect(() => {
    const controller = new AbortController();
    Promise.all(key.split(',').map((id) => get<RunDetail>(`runs/${id}`, controller))).then(setDetails, (error: unknown) => {
      if (!isAbort(error)) setProblem(error);
    });
    return () => { controller.abort(); };
  }, [key, chosen.map(({ epoch }) => epoch).join()]);
  if (problem !== undefined) return <Failure problem={problem} />;
  if (!details) return <Loading />;
  return view === 'pictures' ? <Pictures runs={details} /> : <ConfigurationDiff details={details} />;
} // prettier-ignore

function ConfigurationDiff({ details }: { readonly details: readonly RunDetail[] }) {
  const [shows, setShows] = useChoice('values', ['different', 'all']);
  const rows = diffConfigs(details.map(({ config }) => config));
  const shown = rows.filter(({ isSame }) => shows === 'all' || !isSame);
  return (
    <>
      <label class="row inline-choice">
        <input type="checkbox" checked={shows === 'all'} onChange={(event) => { setShows(event.currentTarget.checked ? 'all' : 'different'); }} />
        Show the {rows.filter(({ isSame }) => isSame).length} values that are the same too
      </label>
      {shown.length === 0 ? (
        <p class="quiet">The configurations are the same.</p>
      ) : (
        <div class="scroll" role="region" aria-label="Configurations" tabIndex={0}>
          <table>
            <thead><tr><th scope="col">Value</th>{details.map(({ id, name }) => <th key={id} scope="col">{name}</th>)}</tr></thead>
            <tbody>
              {shown.map(({ path, values, isSame }) => (
                <tr key={path} class={isSame ? 'quiet' : ''}>
                  <th scope="row"><code>{path}</code></th>
                  {values.map((value, index) => <td key={details[index]?.id}>{showValue(value)}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
} // prettier-ignore
