import { useState } from 'preact/hooks';
import type { RunSummary } from '../../../../src/studio/contract.ts';
import { about, loadRuns, runs, runsProblem } from '../../state/runs.ts';
import { href, route, setQuery, useSetting } from '../../shell/router.ts';
import { Empty, Failure, Loading } from '../../ui/message.tsx';
import { facetNames, facets, filterRuns, sortRuns } from './choose.ts';
import type { Facet } from './choose.ts';
import { columns } from './columns.tsx';
import type { Column } from './columns.tsx';
import './runs.css';

/** Rows that are drawn before one asks for more. */
const atOnce = 200;

export default function RunsPage() {
  const all = runs.value;
  if (!all) return runsProblem.value === undefined ? <Loading /> : <Failure problem={runsProblem.value} again={() => void loadRuns()} />; // prettier-ignore
  return (
    <>
      <div class="page-head">
        <h1>Runs</h1>
        <a class="button primary" href={href(['new'])}>
          New training
        </a>
      </div>
      {runsProblem.value !== undefined && <Failure problem={runsProblem.value} again={() => void loadRuns()} />}
      {all.length === 0 ? (
        <Empty title="No runs yet" level={2} command="rootsigma train digits">
          <p>
            The studio shows what lies in <code>{about.value?.runs ?? 'runs'}</code>. Start a{' '}
            <a href={href(['new'])}>new training</a> here, or in a terminal:
          </p>
        </Empty>
      ) : (
        <RunTable all={all} />
      )}
    </>
  );
}

function RunTable({ all }: { readonly all: readonly RunSummary[] }) {
  const [words, setWords] = useSetting('q', '');
  const [sort, setSort] = useSetting('sort', '-changed');
  const [limit, setLimit] = useState(atOnce);
  const column = columns.find(({ name }) => name === sort.replace(/^-/, '')) ?? columns[0];
  const isDown = sort.startsWith('-');
  const { query } = route.value;
  const picked = Object.fromEntries(facetNames.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : []))) as Partial<Record<Facet, string>>; // prettier-ignore
  const found = filterRuns(all, words, picked);
  const shown = column ? sortRuns(found, column, isDown) : found;
  const chosen = (query.get('chosen') ?? '').split(',').filter((id) => all.some((run) => run.id === id));
  const choose = (id: string, isOn: boolean): void => {
    const next = isOn ? [...chosen, id] : chosen.filter((other) => other !== id);
    setQuery({ chosen: next.length === 0 ? undefined : next.join(',') });
  };
  return (
    <>
      <div class="controls" role="search">
        <label>
          Find
          <input type="search" value={words} placeholder="words of a run" onInput={(event) => { setWords(event.currentTarget.value); }} />
        </label>
        {facetNames.map((name) => <Pick key={name} all={all} name={name} value={picked[name]} />)}
        <span class="compare-chosen">
          {chosen.length >= 2 ? (
            <a class="button primary" href={href(['compare'], { runs: chosen.join(',') })}>Compare {chosen.length} runs</a>
          ) : (
            <span class="quiet">Choose two or more to compare</span>
          )}
        </span>
      </div>
      <p class="quiet" role="status">
        {found.length === all.length ? `${all.length} ${all.length === 1 ? 'run' : 'runs'}` : `${found.length} of ${all.length} runs`}
      </p>
      <div class="scroll" role="region" aria-label="Runs" tabIndex={0}>
        <table class="runs">
          <thead>
            <tr>
              <th><span class="hidden">Compare</span></th>
              {columns.map((each) => (
                <HeadCell key={each.name} column={each} direction={each === column ? (isDown ? 'descending' : 'ascending') : undefined} sort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, limit).map((run) => (
              <tr key={run.id}>
                <td>
                  <input type="checkbox" checked={chosen.includes(run.id)} aria-label={`Compare ${run.name}`}
                    onChange={(event) => { choose(run.id, event.currentTarget.checked); }} />
                </td>
                {columns.map((each) => {
                  const kind = `${each.isNumber ? 'number ' : ''}${each.isWide ? 'wide' : ''}`;
                  return each.name === 'name' ? <th scope="row" key={each.name} class="name">{each.show(run)}</th> : <td key={each.name} class={kind}>{each.show(run)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.length === 0 && (
        <Empty title="No run is like that" level={2}>
          <button type="button" onClick={() => { setQuery(Object.fromEntries(['q', ...facetNames].map((name) => [name, undefined]))); }}>Show all runs</button>
        </Empty>
      )}
      {shown.length > limit && (
        <p><button type="button" onClick={() => { setLimit(limit + 5 * atOnce); }}>Show more ({shown.length - limit})</button></p>
      )}
    </>
  );
} // prettier-ignore

/** A choice among the values that occur; none where there is but one. */
function Pick({ all, name, value }: { readonly all: readonly RunSummary[]; readonly name: Facet; readonly value: string | undefined }) {
  const { title, of } = facets[name];
  const values = [...new Set(all.map(of))].sort();
  if (values.length < 2 && value === undefined) return null;
  return (
    <label>
      {title}
      <select value={value ?? ''} onChange={(event) => { setQuery({ [name]: event.currentTarget.value || undefined }); }}>
        <option value="">all</option>
        {values.map((each) => <option key={each} value={each}>{each}</option>)}
      </select>
    </label>
  );
} // prettier-ignore

function HeadCell({ column, direction, sort }: {
  readonly column: Column;
  readonly direction: 'ascending' | 'descending' | undefined;
  readonly sort: (value: string) => void;
}) {
  const { name, title, help, of, isNumber, isWide } = column;
  return (
    <th scope="col" aria-sort={direction} title={help} class={`${isNumber ? 'number ' : ''}${isWide ? 'wide' : ''}`}>
      <button type="button" class="plain sort" onClick={() => { sort(direction === 'ascending' ? `-${name}` : name); }}>
        {title}
        <span aria-hidden="true" class="arrow">{direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}</span>
      </button>
      {of !== undefined && <span class="quiet under">{of}</span>}
    </th>
  );
} // prettier-ignore
