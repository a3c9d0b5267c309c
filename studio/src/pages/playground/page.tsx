// The playground: a VAE trained in this tab, with nothing of it on the server.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { About, FormField, TrainingForm } from '../../../../src/studio/contract.ts';
import { splitLines } from '../../../../src/api/record/split-lines.ts';
import type { Split } from '../../../../src/api/record/split-lines.ts';
import { Swatch } from '../../charts/swatch.tsx';
import { wordsOf } from '../../api/problem.ts';
import { href, route, setQuery } from '../../shell/router.ts';
import { useResource } from '../../state/resource.ts';
import { ConditionFields, conditionGiven } from '../../tables/condition-fields.tsx';
import { Failure, Message } from '../../ui/message.tsx';
import { formatNumber } from '../../ui/format.ts';
import { ModelClient } from '../../model/client.ts';
import type { Decoded, PlaygroundLook, PlaygroundTold } from '../../model/messages.ts';
import { pointSetNames } from '../../model/point-set-names.ts';
import { save } from '../latent/selection.tsx';
import { LookPanels } from './looks.tsx';
import { PlayField } from './play-field.tsx';
import { examplesProblem, formFor, inFormWords, optionsOf, usualData } from './settings.ts';
import '../latent/latent.css';
import './playground.css';

type Phase = 'idle' | 'training' | 'stopping' | 'stopped' | 'done' | 'failed';

interface EpochLine {
  readonly epoch: number;
  readonly training: number | undefined;
  readonly validation: number | undefined;
}

export default function PlaygroundPage() {
  const form = useResource<TrainingForm>('form');
  const about = useResource<About>('about');
  const [phase, setPhase] = useState<Phase>('idle');
  const [step, setStep] = useState<{ step: number; total: number; loss: number } | undefined>(undefined);
  const [epochs, setEpochs] = useState<readonly EpochLine[]>([]);
  const [look, setLook] = useState<PlaygroundLook | undefined>(undefined);
  /** Draws given what was chosen, where no look has come since. */
  const [drawn, setDrawn] = useState<Decoded | undefined>(undefined);
  const [notices, setNotices] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<unknown>(undefined);
  const [file, setFile] = useState<File | undefined>(undefined);
  const client = useRef<ModelClient | undefined>(undefined);
  const abort = useRef<AbortController | undefined>(undefined);
  /** What the last training was of: only that can go on. */
  const trained = useRef('');
  useEffect(() => {
    return () => {
      abort.current?.abort();
      client.current?.end();
    };
  }, []);
  const { query } = route.value;
  const fields = form.value?.fields ?? [];
  const data = query.get('data') ?? usualData.data;
  const examples = query.get('examples') ?? usualData.examples;
  const examplesWrong = examplesProblem(examples);
  const stands = useMemo(() => form.value && formFor(form.value, query, file !== undefined), [form.value, query, file]);
  const checked = useMemo(() => stands && optionsOf(stands), [stands]);
  const wrong = !checked || Object.keys(checked.errors).length > 0 || examplesWrong !== undefined;
  const isBusy = phase === 'training' || phase === 'stopping';
  const identity = JSON.stringify({ data, examples, file: file?.name, ...stands?.typed });

  const hear = (told: PlaygroundTold): void => {
    if (told.kind === 'notice') {
      const line = inFormWords(told.line, fields);
      setNotices((old) => (old.includes(line) ? old : [...old, line]));
    }
    else if (told.kind === 'look') { setLook(told.look); setDrawn(undefined); }
    else {
      const { step: now, epochs: ended } = told;
      if (now) setStep({ step: now.step, total: now.totalSteps, loss: now.loss });
      const lines = ended.map(({ epoch, training, validation }) => ({ epoch, training: training.elbo, validation: validation?.elbo }));
      const [first] = lines;
      if (first) setEpochs((old) => [...old.filter(({ epoch }) => epoch < first.epoch), ...lines]);
    }
  }; // prettier-ignore
  const start = (goOn: boolean): void => {
    const controller = new AbortController();
    abort.current = controller;
    setPhase('training');
    setProblem(undefined);
    if (!goOn) {
      setEpochs([]);
      setNotices([]);
      setStep(undefined);
      // What the last training came to is not this one's.
      setLook(undefined);
      setDrawn(undefined);
    }
    trained.current = identity;
    const source = file ? ({ kind: 'file', file } as const) : ({ kind: 'set', name: data } as const);
    const request = {
      data: source,
      options: checked?.options ?? {},
      dataOptions: checked?.dataOptions ?? {},
      examples: Number(examples),
      goOn,
    };
    client.current ??= new ModelClient();
    client.current.play(request, { signal: controller.signal, onEvent: (event) => { hear(event as PlaygroundTold); } }).then(
      () => { setPhase(controller.signal.aborted ? 'stopped' : 'done'); },
      (error: unknown) => { setProblem(new Error(inFormWords(wordsOf(error), fields))); setPhase('failed'); },
    ); // prettier-ignore
  };
  const stop = (): void => {
    setPhase('stopping');
    abort.current?.abort();
  };
  const download = (): void => {
    client.current?.zip().then((bytes) => { save('playground.zip', bytes, 'application/zip'); }, setProblem); // prettier-ignore
  };
  const chosen = Object.fromEntries(
    [...query].flatMap(([name, value]) => (name.startsWith('given.') ? [[name.slice(6), value]] : [])),
  );
  const sets = [
    ...(about.value?.datasets.filter(({ isDrawn }) => isDrawn) ?? []),
    ...Object.entries(pointSetNames).map(([name, what]) => ({ name, what })),
  ];
  const giveTo = look?.condition && conditionGiven(look.condition.fields, chosen, look.condition.example);
  useEffect(() => {
    if (giveTo) client.current?.draw(giveTo).then(setDrawn, setProblem);
  }, [JSON.stringify(giveTo), look === undefined]);
  const last = epochs.at(-1);
  const field = (each: FormField) => stands && (
    <PlayField key={each.name} field={each} typed={stands.typed[each.name]} otherwise={stands.usual.options[each.name] ?? each.default} error={checked?.errors[each.name]} disabled={isBusy} onType={(text) => { setQuery({ [each.name]: text }); }} />
  ); // prettier-ignore
  return (
    <>
      <div class="page-head">
        <h1>Playground</h1>
        <p class="quiet">
          Trained in this tab, by ONNX Runtime's WebAssembly; nothing is sent anywhere. Every setting is in the address.
        </p>
      </div>
      <div class="playground">
        <form class="panel stack" aria-labelledby="settings-title" onSubmit={(event) => { event.preventDefault(); if (!isBusy && !wrong) start(false); }}>
          <h2 id="settings-title">Settings</h2>
          <div class="settings">
            <div class="control">
              <label for="play-data">data</label>
              <select id="play-data" value={data} disabled={isBusy || file !== undefined} onChange={(event) => { setQuery({ data: event.currentTarget.value === usualData.data ? undefined : event.currentTarget.value }); }}>
                {sets.map(({ name, what }) => <option key={name} value={name} title={what}>{name}</option>)}
              </select>
              <span />
            </div>
            <div class="control">
              <label for="play-examples">examples</label>
              <input id="play-examples" value={examples} disabled={isBusy || file !== undefined} inputMode="numeric" aria-invalid={examplesWrong !== undefined} aria-describedby="play-examples-said" onInput={(event) => { const text = event.currentTarget.value.trim(); setQuery({ examples: text === usualData.examples ? undefined : text }); }} />
              <span id="play-examples-said" class="field-error">{examplesWrong}</span>
            </div>
            <label class="control">
              or a file of yours
              <input type="file" disabled={isBusy} accept=".csv,.tsv,.npy,.npz" onChange={(event) => { setFile(event.currentTarget.files?.[0] ?? undefined); }} />
            </label>
            {stands?.main.map(field)}
          </div>
          {stands && stands.more.length > 0 && (
            <details open={stands.more.some(({ name }) => stands.typed[name] !== undefined)}>
              <summary>More settings</summary>
              <div class="settings">{stands.more.map(field)}</div>
            </details>
          )}
          <p class="quiet small">Files: tables (CSV, TSV) and arrays (NPY, NPZ). Parquet and pictures go by <a href={href(['new'])}>New training</a>.</p>
          <div class="row">
            {isBusy ? (
              <button type="button" class="primary" disabled={phase === 'stopping'} onClick={stop}>{phase === 'stopping' ? 'Stopping…' : 'Stop'}</button>
            ) : (
              <button type="submit" class="primary" disabled={wrong}>Train</button>
            )}
            {phase === 'stopped' && <button type="button" disabled={identity !== trained.current} onClick={() => { start(true); }}>Continue</button>}
            {(phase === 'stopped' || phase === 'done') && <button type="button" onClick={download}>Download the run</button>}
          </div>
        </form>
        <div class="stack">
          {(problem ?? form.problem) !== undefined && <Failure problem={problem ?? form.problem} {...(problem === undefined && { again: form.reload })} />}
          <section class="panel" aria-labelledby="progress-title">
            <div class="page-head">
              <h2 id="progress-title">ELBO by epoch</h2>
              <p class="quiet" role="status">{statusText(phase, step, last)}</p>
            </div>
            {step && <progress class="whole" value={step.step} max={step.total} aria-label="Steps done" />}
            <ElboChart lines={epochs} total={Number(checked?.options.epochs ?? 20)} />
          </section>
          {look ? <LookPanels look={look} drawn={drawn} given={look.condition && <ConditionFields fields={look.condition.fields} chosen={chosen} otherwise={look.condition.example} usual="most frequent" onChange={(name, text) => { setQuery({ [`given.${name}`]: text }); }} />} /> : phase === 'failed' ? null : <p class="quiet">Press Train: codes, samples and reconstructions appear here and move as the model learns. The first time, 14 MB of WebAssembly come from the studio's own server.</p>}
          {notices.length > 0 && <Message kind="info" title="What there is to know">{notices.map((line) => <p key={line}>{line}</p>)}</Message>}
        </div>
      </div>
    </>
  ); // prettier-ignore
}

function statusText(phase: Phase, step: { step: number; total: number; loss: number } | undefined, last: EpochLine | undefined): string {
  const elbo = last?.validation ?? last?.training;
  const now = elbo === undefined ? '' : `, ELBO ${formatNumber(elbo)} nats`;
  switch (phase) {
    case 'idle':
      return 'Not begun.';
    case 'training':
      return step ? `Step ${step.step} of ${step.total}${now}` : 'Getting ready…';
    case 'stopping':
      return 'Stopping after this step…';
    case 'stopped':
      return `Stopped at step ${step?.step ?? 0}${now}.`;
    case 'failed':
      return 'It failed: what went wrong stands above.';
    case 'done':
      return `Done after ${last?.epoch ?? 0} epochs${now}.`;
  }
} // prettier-ignore

const [width, height] = [900, 170];

/** As every curve of both is drawn. */
const splits = ['validation', 'training'] as const;
const splitColor = (split: Split): string => `var(--series-${splitLines[split].color})`;

function ElboChart({ lines, total }: { readonly lines: readonly EpochLine[]; readonly total: number }) {
  const known = lines.slice(lines.length > 5 ? 1 : 0).flatMap(({ training, validation }) => [training, validation]).filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  if (known.length === 0) return <svg class="elbo-chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label="No epoch has ended yet" />;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (epoch: number): number => 50 + ((width - 60) * (epoch - 1)) / Math.max(1, total - 1);
  const y = (value: number): number => height - 20 - ((height - 30) * (value - low)) / (high - low || 1);
  const path = (of: 'training' | 'validation'): string => {
    const points = lines.flatMap(({ epoch, [of]: value }) => (value === undefined || value < low ? [] : [`${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`]));
    return points.length === 0 ? '' : `M${points.join('L')}${points.length === 1 ? 'h0.1' : ''}`;
  };
  const last = lines.at(-1);
  return (
    <figure class="elbo-figure">
      <svg class="elbo-chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`ELBO from ${formatNumber(low)} to ${formatNumber(high)} nats over ${lines.length} epochs; the last is ${formatNumber(last?.validation ?? last?.training)}`}>
        <text x="0" y={y(high) + 4}>{formatNumber(high)}</text>
        <text x="0" y={y(low) + 4}>{formatNumber(low)}</text>
        {splits.map((split) => <path key={split} stroke={splitColor(split)} stroke-dasharray={splitLines[split].dash.join(' ')} d={path(split)} />)}
      </svg>
      <figcaption class="key">{splits.map((split) => <span key={split}><Swatch color={splitColor(split)} dash={splitLines[split].dash} /> {split}</span>)}</figcaption>
    </figure>
  );
} // prettier-ignore
