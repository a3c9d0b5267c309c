// The examples that are selected, as a table, and as files.
import { useState } from 'preact/hooks';
import type { CodesData } from '../../latent/codes.ts';
import { codeColumns, csvOf, metadataTsv, vectorsTsv } from '../../latent/export-codes.ts';
import type { ExportColumn } from '../../latent/export-codes.ts';
import { formatNumber } from '../../ui/format.ts';

/** Rows of the table on one page. */
const pageRows = 20;

export interface SelectionProps {
  readonly codes: CodesData;
  readonly points: Float32Array;
  readonly selection: readonly number[];
  readonly nameOf: (index: number) => string;
  readonly onPick: (index: number) => void;
  readonly onClear: () => void;
  readonly onPicture: () => void;
  readonly file: string;
}

/** What is known of each example, in the order of the files. */
export function columnsOf(codes: CodesData, points: Float32Array): ExportColumn[] {
  const { about, labels, kl, error } = codes;
  return [
    { name: 'index', at: (k) => k },
    ...(about.names ? [{ name: 'name', at: (k: number) => about.names?.[k] }] : []),
    ...(labels ? [{ name: 'label', at: (k: number) => about.classes?.[labels[k] ?? -1] ?? labels[k] }] : []),
    { name: 'x', at: (k) => points[2 * k] },
    { name: 'y', at: (k) => points[2 * k + 1] },
    ...(kl ? [{ name: 'kl', at: (k: number) => kl[k] }] : []),
    { name: 'reconstruction', at: (k) => error[k] },
    ...about.columns.map(({ name, levels }) => {
      const values = codes.column(name);
      return { name, at: (k: number) => (levels ? levels[values?.[k] ?? -1] : values?.[k]) };
    }),
  ];
}

export function Selection({ codes, points, selection, nameOf, onPick, onClear, onPicture, file }: SelectionProps) {
  const [page, setPage] = useState(0);
  const { latent, count } = codes.about;
  const rows = selection.length > 0 ? selection : Array.from({ length: count }, (_, k) => k);
  const columns = columnsOf(codes, points);
  const shown = columns.filter(({ name }) => name !== 'name').slice(0, 8);
  const pages = Math.ceil(rows.length / pageRows);
  const at = Math.min(page, pages - 1);
  const what = selection.length > 0 ? `${selection.length} selected` : `all ${count}`;
  const csv = (): void => {
    const stddev = codes.stddev ? codeColumns('stddev', codes.stddev, latent) : [];
    save(`${file}.csv`, csvOf(rows, [...columns, ...codeColumns('z', codes.mean, latent), ...stddev]), 'text/csv');
  };
  const tsv = (): void => {
    save(`${file}-vectors.tsv`, vectorsTsv(rows, codes.mean, latent), 'text/tab-separated-values');
    save(`${file}-metadata.tsv`, metadataTsv(rows, columns), 'text/tab-separated-values');
  };
  return (
    <section class="panel" aria-labelledby="selection-title">
      <div class="page-head">
        <h2 id="selection-title" aria-live="polite">Examples: {what}</h2>
        <div class="row">
          {selection.length > 0 && <button type="button" class="small" onClick={onClear}>Select none</button>}
          <button type="button" class="small" onClick={onPicture}>Picture (PNG)</button>
          <button type="button" class="small" onClick={csv}>Codes (CSV)</button>
          <button type="button" class="small" onClick={tsv}>Embedding Projector (2 TSV)</button>
        </div>
      </div>
      <div class="scroll">
        <table class="codes-table">
          <thead>
            <tr>
              {shown.map(({ name }) => <th key={name} scope="col" class={name === 'label' ? '' : 'number'}>{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.slice(at * pageRows, (at + 1) * pageRows).map((index) => (
              <tr key={index}>
                {shown.map(({ name, at: valueAt }) => {
                  const value = valueAt(index);
                  if (name === 'index') return <th key={name} scope="row" class="number"><button type="button" class="plain link" onClick={() => { onPick(index); }} aria-label={`Look at ${nameOf(index)}`}>{index}</button></th>;
                  return <td key={name} class={typeof value === 'number' ? 'number' : ''}>{typeof value === 'number' ? formatNumber(value) : value}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <div class="row pager">
          <button type="button" class="small" disabled={at === 0} onClick={() => { setPage(at - 1); }}>Before</button>
          <span class="quiet">{at * pageRows + 1} to {Math.min(rows.length, (at + 1) * pageRows)} of {rows.length}</span>
          <button type="button" class="small" disabled={at >= pages - 1} onClick={() => { setPage(at + 1); }}>After</button>
        </div>
      )}
    </section>
  ); // prettier-ignore
}

/** Gives a file to the person. */
export function save(name: string, contents: BlobPart, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([contents], { type }));
  link.download = name;
  link.click();
  // The download has begun by then, or never will.
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 60_000); // prettier-ignore
}
