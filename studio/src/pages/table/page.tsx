// Tables: real rows beside rows that the model draws, and what it makes of one row.
import type { ComparedTables } from '../../../../src/studio/latent/contract.ts';
import type { RunPageProps } from '../../shell/pages.ts';
import { useChoice, useNumberSetting } from '../../shell/router.ts';
import { useResource } from '../../state/resource.ts';
import { formatNumber } from '../../ui/format.ts';
import { Failure } from '../../ui/message.tsx';
import { Marginal } from './marginals.tsx';
import { Pairs } from './pairs.tsx';
import { WhatIfPanel } from './what-if.tsx';
import './table.css';

export default function TablePage(props: RunPageProps) {
  const [view, setView] = useChoice('view', ['compare', 'row']);
  return (
    <>
      <div class="controls" role="group" aria-label="What is shown">
        <button type="button" aria-pressed={view === 'compare'} onClick={() => { setView('compare'); }}>Real and synthetic</button>
        <button type="button" aria-pressed={view === 'row'} onClick={() => { setView('row'); }}>What if?</button>
      </div>
      {view === 'compare' ? <Compared {...props} /> : <WhatIfPanel {...props} />}
    </>
  ); // prettier-ignore
}

function Compared({ run }: RunPageProps) {
  const [seed, setSeed] = useNumberSetting('seed', 0, [0, 999_999_999]);
  const { value, problem, reload } = useResource<ComparedTables>(`runs/${run.id}/table?seed=${Math.round(seed)}`);
  if (problem !== undefined) return <Failure problem={problem} again={reload} />;
  if (!value) return <p class="loading" role="status">Drawing rows…</p>; // prettier-ignore
  return (
    <div class="stack">
      <div class="row">
        <p>
          {value.rows} rows of the {value.split} split beside as many that the model draws. Distance of the columns{' '}
          <strong>{formatNumber(value.marginal, 2)}</strong>, of the associations of pairs <strong>{formatNumber(value.pairwise, 2)}</strong>; 0 is alike.
        </p>
        <button type="button" class="small" onClick={() => { setSeed(Math.round(seed) + 1); }}>Draw others</button>
      </div>
      <div class="page-head">
        <h2>Columns one by one</h2>
        <p class="key"><span class="key-mark real" /> real <span class="key-mark synthetic" /> synthetic</p>
      </div>
      <div class="marginals">
        {value.columns.map((column) => <Marginal key={column.name} column={column} />)}
      </div>
      <Pairs columns={value.columns} />
    </div>
  ); // prettier-ignore
}
