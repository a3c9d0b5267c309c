// Change a cell of a row, and see where its code goes, what the model then expects of each column, and what the score consists of.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fetchExamples } from '../../latent/codes.ts';
import { Latest } from '../../model/client.ts';
import type { CellValue, Row, TableField, WhatIf } from '../../model/messages.ts';
import { useModel } from '../../model/use-model.ts';
import type { RunPageProps } from '../../shell/pages.ts';
import { useNumberSetting } from '../../shell/router.ts';
import { cellProblem } from '../../tables/cell-problem.ts';
import { binOf, binned } from '../../tables/shares.ts';
import { formatNats, formatNumber } from '../../ui/format.ts';
import { Failure, Message } from '../../ui/message.tsx';
import { Bars } from './marginals.tsx';

/** Milliseconds without a key before a row is computed. */
const rest = 120;

export function WhatIfPanel({ run }: RunPageProps) {
  const [index, setIndex] = useNumberSetting('row', 0, [0, 999_999_999]);
  const [original, setOriginal] = useState<Row | undefined>(undefined);
  const [row, setRow] = useState<Row | undefined>(undefined);
  const [problem, setProblem] = useState<unknown>(undefined);
  /** Why there is no such row. */
  const [missing, setMissing] = useState<unknown>(undefined);
  const held = useModel(run);
  const { client, model } = held;
  const [results, setResults] = useState<{ readonly before?: WhatIf; readonly now?: WhatIf }>({});
  useEffect(held.need, [held.need]);
  useEffect(() => {
    const controller = new AbortController();
    setProblem(undefined);
    setMissing(undefined);
    fetchExamples(run.id, 'limit=100000', [Math.round(index)], controller.signal).then(
      ([look]) => {
        if (controller.signal.aborted || look?.looks !== 'row') return;
        setOriginal(look.cells);
        setRow(look.cells);
        setResults({});
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        // The row of before is not the one that is asked for.
        setOriginal(undefined);
        setRow(undefined);
        setResults({});
        setMissing(error);
      },
    ); // prettier-ignore
    return () => {
      controller.abort();
    };
  }, [run.id, index]);
  const latest = useRef<Latest<Row, WhatIf> | undefined>(undefined);
  useEffect(() => {
    let isWanted = true;
    latest.current = client && new Latest((given: Row) => client.whatIf(given), {
      take: (now, of) => {
        if (!isWanted || !original) return;
        setProblem(undefined);
        setResults((old) => ({ before: of === original ? now : (old.before ?? now), now }));
      },
      fail: (error) => { if (isWanted) setProblem(error); },
    }); // prettier-ignore
    return () => {
      isWanted = false;
    };
  }, [client, original]);
  useEffect(() => {
    if (!model || !row) return undefined;
    const timer = setTimeout(() => { latest.current?.ask(row); }, row === original ? 0 : rest); // prettier-ignore
    return () => {
      clearTimeout(timer);
    };
  }, [model, row]);
  const fields = useMemo(() => (model?.columns ?? []).filter(({ kind }) => kind !== 'label'), [model]);
  const { now, before } = results;
  return (
    <div class="stack">
      <div class="controls">
        <label>
          Row of the test split
          <input type="number" min="0" step="1" value={Math.round(index)} onChange={(event) => { setIndex(Math.max(0, Math.round(event.currentTarget.valueAsNumber || 0))); }} />
        </label>
        <button type="button" disabled={!row || row === original} onClick={() => { setRow(original); }}>As it is in the data</button>
      </div>
      {missing !== undefined && <Failure problem={missing} />}
      {(held.problem ?? problem) !== undefined && <Failure problem={held.problem ?? problem} again={held.need} />}
      {held.isOpening && <p class="quiet" role="status">Fetching the model and what computes it…</p>}
      {now && now.notices.length > 0 && (
        <Message kind="warning" title="What the model makes of this row">
          {now.notices.map((line) => <p key={line}>{line}</p>)}
        </Message>
      )}
      {row && <div class="what-if">
        <form class="panel cells-form" aria-labelledby="cells-title" onSubmit={(event) => { event.preventDefault(); }}>
          <h2 id="cells-title">The row</h2>
          {fields.map((field) => <CellField key={field.name} field={field} value={row[field.name] ?? null} original={original?.[field.name] ?? null} onChange={(value) => { setRow({ ...row, [field.name]: value }); }} />)}
        </form>
        {now && (
          <div class="stack">
            <Scores now={now} before={before} />
            <Code now={now} before={before} />
          </div>
        )}
        {now && <Expected now={now} row={row} fields={fields} />}
      </div>}
    </div>
  ); // prettier-ignore
}

function CellField({
  field,
  value,
  original,
  onChange,
}: {
  readonly field: TableField;
  readonly value: CellValue;
  readonly original: CellValue;
  readonly onChange: (value: CellValue) => void;
}) {
  const id = `cell-${field.name}`;
  const wrong = cellProblem(field, value);
  const read = (text: string): CellValue => {
    if (text.trim() === '') return null;
    // A column of numbers keeps what is no number, so that it can be said.
    return field.kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text;
  };
  const levels = field.levels;
  const same = value === original || String(value) === String(original);
  const isStrange = levels && value !== null && !levels.includes(String(value));
  return (
    <div class={same ? 'cell' : 'cell changed'}>
      <label for={id}>{field.name}</label>
      {levels ? (
        <select id={id} value={value === null ? '' : String(value)} onChange={(event) => { onChange(event.currentTarget.value === '' ? null : event.currentTarget.value); }}>
          <option value="">missing</option>
          {isStrange && <option value={String(value)}>{String(value)} (rare)</option>}
          {levels.map((level) => <option key={level} value={level}>{level}</option>)}
        </select>
      ) : (
        <input id={id} value={value === null ? '' : String(value)} inputMode={field.kind === 'number' ? 'decimal' : 'text'} aria-invalid={wrong !== undefined} aria-describedby={`${id}-said`} disabled={field.kind === 'constant'} onInput={(event) => { onChange(read(event.currentTarget.value)); }} />
      )}
      {field.kind === 'number' && field.min !== undefined && field.max !== undefined && typeof value === 'number' && value >= field.min && value <= field.max && (
        <input type="range" tabIndex={-1} aria-hidden="true" min={field.min} max={field.max} step="any" value={value} onInput={(event) => { onChange(Number(event.currentTarget.valueAsNumber.toPrecision(4))); }} />
      )}
      <p id={`${id}-said`} class={wrong === undefined ? 'quiet said' : 'field-error'}>
        {wrong ?? (typeof value === 'number' && field.min !== undefined && field.max !== undefined && (value < field.min || value > field.max) ? `Training had ${formatNumber(field.min)} to ${formatNumber(field.max)}.` : '')}
      </p>
    </div>
  ); // prettier-ignore
}

/** What the score of the row consists of, column by column. */
function Scores({ now, before }: { readonly now: WhatIf; readonly before: WhatIf | undefined }) {
  const order = [...now.contributions].sort((a, b) => b.nats - a.nats);
  const [low, high] = [Math.min(0, ...now.contributions.map(({ nats }) => nats)), Math.max(1e-9, ...now.contributions.map(({ nats }) => nats))];
  const at = (nats: number): number => (100 * (nats - low)) / (high - low);
  const was = new Map(before?.contributions.map(({ column, nats }) => [column, nats]));
  const change = (value: number | undefined, old: number | undefined) => value === undefined || old === undefined || Math.abs(value - old) < 0.005 ? '' : `${value > old ? '+' : '−'}${formatNats(Math.abs(value - old))}`;
  const line = (name: string, value: number | undefined, old: number | undefined, unit = ' nats') => value !== undefined && (
    <>
      <dt>{name}</dt>
      <dd>{formatNats(value)}{unit} <span class="delta">{change(value, old)}</span></dd>
    </>
  );
  return (
    <section class="panel" aria-labelledby="score-title" aria-live="polite">
      <h2 id="score-title">What its score consists of</h2>
      <dl class="facts">
        {line('anomaly score, as rootsigma score has it', now.score, before?.score, '')}
        {line('ELBO', now.elbo, before?.elbo)}
        {line('−log p(x|z) at the mean', now.reconstruction, before?.reconstruction)}
      </dl>
      <table class="bars">
        <caption class="hidden">−log p of each column at z = μ(x), nats</caption>
        <thead class="hidden"><tr><th scope="col">column</th><th scope="col">bar</th><th scope="col">nats</th><th scope="col">change</th></tr></thead>
        <tbody>
          {order.map(({ column, nats }) => (
            <tr key={column}>
              <th scope="row">{column}</th>
              <td>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect class={nats > 0 ? 'synthetic-bar' : 'real'} x={Math.min(at(0), at(nats))} width={Math.abs(at(nats) - at(0))} height="10" />
                </svg>
              </td>
              <td class="number">{nats.toFixed(2).replace('-', '−')}</td>
              <td class="number delta">{change(nats, was.get(column))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
} // prettier-ignore

/** q(z|x), dimension by dimension, and where it was before. */
function Code({ now, before }: { readonly now: WhatIf; readonly before: WhatIf | undefined }) {
  const reach = Math.max(3, ...Array.from(now.mean, Math.abs), ...Array.from(before?.mean ?? [], Math.abs)) + 0.5;
  const at = (value: number): number => 50 + (50 * value) / reach;
  return (
    <section class="panel" aria-labelledby="code-title">
      <h2 id="code-title">Its code, q(z|x)</h2>
      <table class="bars">
        <thead class="hidden"><tr><th scope="col">dimension</th><th scope="col">interval</th><th scope="col">mean and standard deviation</th></tr></thead>
        <tbody>
          {Array.from(now.mean, (mean, k) => {
            const stddev = now.stddev[k] ?? 0;
            return (
              <tr key={k}>
                <th scope="row">z<sub>{k + 1}</sub></th>
                <td>
                  <svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="zero" x="49.8" width="0.4" height="10" />
                    <rect class="two" x={at(mean - 2 * stddev)} width={at(mean + 2 * stddev) - at(mean - 2 * stddev)} y="3" height="4" />
                    <rect class="one" x={at(mean - stddev)} width={at(mean + stddev) - at(mean - stddev)} y="3" height="4" />
                    {before && <rect class="before" x={at(before.mean[k] ?? 0) - 0.3} width="0.6" height="10" />}
                    <rect class="mean" x={at(mean) - 0.5} width="1" height="10" />
                  </svg>
                </td>
                <td class="number">{mean.toFixed(2).replace('-', '−')} ± {stddev.toFixed(2)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
} // prettier-ignore

/** p(x|z) with z ~ q(z|x): what the model expects of each column of such a row. */
function Expected({ now, row, fields }: { readonly now: WhatIf; readonly row: Row; readonly fields: readonly TableField[] }) {
  return (
    <section class="panel" aria-labelledby="expected-title">
      <h2 id="expected-title">What p(x|z) expects</h2>
      {fields.flatMap(({ name, kind, levels }) => {
        const draws = now.draws[name] ?? [];
        if (draws.length === 0 || kind === 'constant') return [];
        const value = row[name] ?? null;
        if (kind === 'number') {
          const numbers = draws.map((draw) => (typeof draw === 'number' ? draw : null));
          return [<div key={name} class="expected"><h3>{name}</h3><Spread draws={numbers} value={typeof value === 'number' ? value : undefined} name={name} /></div>];
        }
        const texts = draws.map((draw) => (draw === null ? '' : String(draw)));
        const counts = new Map<string, number>();
        for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1 / texts.length);
        const all = [...new Set([...(levels ?? []), ...counts.keys()])].filter((level) => level !== '' && (counts.has(level) || level === String(value)));
        return [<div key={name} class="expected"><h3>{name}</h3><Bars levels={all.slice(0, 12)} real={undefined} synthetic={all.slice(0, 12).map((level) => counts.get(level) ?? 0)} marked={String(value)} /></div>];
      })}
    </section>
  );
} // prettier-ignore

function Spread({ draws, value, name }: { readonly draws: readonly (number | null)[]; readonly value: number | undefined; readonly name: string }) {
  const bins = binned(value === undefined ? draws : [...draws, value], [], 24);
  const top = Math.max(...bins.real, 1e-9);
  const [low = 0] = bins.edges;
  const high = bins.edges.at(-1) ?? 1;
  const sorted = draws.filter((draw) => draw !== null).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  const place = value === undefined ? undefined : (240 * (binOf(value, bins) + 0.5)) / 24;
  return (
    <>
      <svg viewBox="0 0 240 44" preserveAspectRatio="none" role="img" aria-label={`${name}: 90 % of the draws lie between ${formatNumber(at(0.05))} and ${formatNumber(at(0.95))}${value === undefined ? '' : `, the cell is ${formatNumber(value)}`}`}>
        {bins.real.map((share, k) => <rect key={k} class="real" x={10 * k} width="10" y={44 - (40 * share) / top} height={(40 * share) / top} />)}
        {place !== undefined && <rect class="mean" x={place - 1} width="2" height="44" />}
      </svg>
      <p class="ends quiet"><span>{formatNumber(low, 3)}</span><span>{formatNumber(at(0.05), 3)} to {formatNumber(at(0.95), 3)}</span><span>{formatNumber(high, 3)}</span></p>
    </>
  );
} // prettier-ignore
