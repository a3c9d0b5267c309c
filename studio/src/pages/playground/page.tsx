// The playground: a VAE trained in this tab, with nothing of it on the server.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { splitLines } from '../../../../src/api/record/split-lines.ts';
import type { Split } from '../../../../src/api/record/split-lines.ts';
import { Swatch } from '../../charts/swatch.tsx';
import { route, setQuery } from '../../shell/router.ts';
import { Failure, Message } from '../../ui/message.tsx';
import { formatNumber } from '../../ui/format.ts';
import { ModelClient } from '../../model/client.ts';
import type { PartChoices, PlaygroundLook, PlaygroundTold } from '../../model/messages.ts';
import { save } from '../latent/selection.tsx';
import { LookPanels } from './looks.tsx';
import { optionsOf, settingProblem, settings } from './settings.ts';
import type { Setting } from './settings.ts';
import '../latent/latent.css';
import './playground.css';

type Phase = 'idle' | 'training' | 'stopping' | 'stopped' | 'done';

interface EpochLine {
  readonly epoch: number;
  readonly training: number | undefined;
  readonly validation: number | undefined;
}

export default function PlaygroundPage() {
  const [parts, setParts] = useState<PartChoices | undefined>(undefined);
  const [phase, setPhase] = useState<Phase>('idle');
  const [step, setStep] = useState<{ step: number; total: number; loss: number } | undefined>(undefined);
  const [epochs, setEpochs] = useState<readonly EpochLine[]>([]);
  const [look, setLook] = useState<PlaygroundLook | undefined>(undefined);
  const [notices, setNotices] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<unknown>(undefined);
  const [file, setFile] = useState<File | undefined>(undefined);
  const client = useRef<ModelClient | undefined>(undefined);
  const abort = useRef<AbortController | undefined>(undefined);
  /** What the last training was of: only that can go on. */
  const trained = useRef('');
  useEffect(() => {
    const made = new ModelClient();
    client.current = made;
    made.parts().then(setParts, setProblem);
    return () => {
      abort.current?.abort();
      made.end();
    };
  }, []);
  const { query } = route.value;
  const values = useMemo(
    () => Object.fromEntries(settings.map(({ name, fallback }) => [name, query.get(name) ?? fallback])),
    [query],
  );
  const wrong = settings.some((setting) => settingProblem(setting, values[setting.name] ?? '') !== undefined);
  const isBusy = phase === 'training' || phase === 'stopping';
  const identity = JSON.stringify({ ...values, file: file?.name });

  const hear = (told: PlaygroundTold): void => {
    if (told.kind === 'notice') setNotices((old) => (old.includes(told.line) ? old : [...old, told.line]));
    else if (told.kind === 'look') setLook(told.look);
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
    }
    trained.current = identity;
    const data = file ? ({ kind: 'file', file } as const) : ({ kind: 'set', name: values.data ?? 'digits' } as const);
    const request = { data, options: optionsOf(values), examples: Number(values.examples), goOn };
    client.current?.play(request, { signal: controller.signal, onEvent: (event) => { hear(event as PlaygroundTold); } }).then(
      () => { setPhase(controller.signal.aborted ? 'stopped' : 'done'); },
      (error: unknown) => { setProblem(error); setPhase('idle'); },
    ); // prettier-ignore
  };
  const stop = (): void => {
    setPhase('stopping');
    abort.current?.abort();
  };
  const download = (): void => {
    client.current?.zip().then((bytes) => { save('playground.zip', bytes, 'application/zip'); }, setProblem); // prettier-ignore
  };
  const last = epochs.at(-1);
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
            {settings.map((setting) => (
              <Field key={setting.name} setting={setting} value={values[setting.name] ?? ''} choices={parts?.[setting.name as keyof PartChoices]} disabled={isBusy || (setting.name === 'data' && file !== undefined)} onChange={(value) => { setQuery({ [setting.name]: value === setting.fallback ? undefined : value }); }} />
            ))}
            <label class="control">
              or a file of yours
              <input type="file" disabled={isBusy} accept=".csv,.tsv,.npy,.npz" onChange={(event) => { setFile(event.currentTarget.files?.[0] ?? undefined); }} />
            </label>
          </div>
          <div class="row">
            {isBusy ? (
              <button type="button" class="primary" disabled={phase === 'stopping'} onClick={stop}>{phase === 'stopping' ? 'Stopping…' : 'Stop'}</button>
            ) : (
              <button type="submit" class="primary" disabled={wrong || !parts}>Train</button>
            )}
            {phase === 'stopped' && <button type="button" disabled={identity !== trained.current} onClick={() => { start(true); }}>Continue</button>}
            {(phase === 'stopped' || phase === 'done') && <button type="button" onClick={download}>Download the run</button>}
          </div>
        </form>
        <div class="stack">
          {problem !== undefined && <Failure problem={problem} />}
          <section class="panel" aria-labelledby="progress-title">
            <div class="page-head">
              <h2 id="progress-title">ELBO by epoch</h2>
              <p class="quiet" role="status">{statusText(phase, step, last)}</p>
            </div>
            {step && <progress class="whole" value={step.step} max={step.total} aria-label="Steps done" />}
            <ElboChart lines={epochs} total={Number(values.epochs)} />
          </section>
          {look ? <LookPanels look={look} /> : <p class="quiet">Press Train: codes, samples and reconstructions appear here and move as the model learns. The first time, 14 MB of WebAssembly come from the studio's own server.</p>}
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
    case 'done':
      return `Done after ${last?.epoch ?? 0} epochs${now}.`;
  }
} // prettier-ignore

function Field({ setting, value, choices, disabled, onChange }: {
  readonly setting: Setting;
  readonly value: string;
  readonly choices: readonly { readonly name: string; readonly summary: string }[] | undefined;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}) {
  const wrong = settingProblem(setting, value);
  const id = `play-${setting.name}`;
  return (
    <div class="control">
      <label for={id}>{setting.text}</label>
      {setting.kind === 'part' ? (
        <select id={id} value={value} disabled={disabled} title={choices?.find(({ name }) => name === value)?.summary} onChange={(event) => { onChange(event.currentTarget.value); }}>
          {setting.fallback === '' && <option value="">by the data</option>}
          {(choices ?? [{ name: value, summary: '' }]).map(({ name, summary }) => <option key={name} value={name} title={summary}>{name}</option>)}
        </select>
      ) : (
        <input id={id} value={value} disabled={disabled} placeholder="usual" inputMode="decimal" aria-invalid={wrong !== undefined} aria-describedby={`${id}-said`} onInput={(event) => { onChange(event.currentTarget.value.trim()); }} />
      )}
      <span id={`${id}-said`} class="field-error">{wrong}</span>
    </div>
  );
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
