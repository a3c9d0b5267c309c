import type { Alarm, RunState, RunSummary } from '../contract.ts';
import { FolderLock, lockName } from '../../io/node/index.ts';
import type { LockWriter } from '../../io/node/index.ts';
import { readInside, statInside } from './inside.ts';
import { numberOf, recordIn, textOf } from './records.ts';
import type { LogFacts } from './log-facts.ts';
import type { RunConfigFacts } from './config-facts.ts';
import type { RunPlace } from './run-folders.ts';

/** What the studio itself knows of a run. */
export interface OwnKnowledge {
  /** Of a training that was started from here. */
  readonly state?: 'starting' | 'training' | 'stopping' | 'failed' | undefined;
  readonly nll?: RunSummary['nll'];
  readonly evaluating?: boolean;
  /** What its config.json will say, where there is none yet. */
  readonly provisional?: Readonly<Record<string, unknown>>;
  readonly alarms?: readonly Alarm[];
}

/** What there is to know of a run. */
export interface RunKnowledge extends OwnKnowledge {
  readonly config: RunConfigFacts;
  readonly facts: LogFacts;
  readonly writer: LockWriter | undefined;
}

/** The files that a summary is made of. */
const files = ['config.json', 'metrics.jsonl', 'model.safetensors'] as const;

/** What tells a run's files from what they were before. */
export function printOf({ root, parts }: RunPlace): string {
  const prints = files.map((name) => {
    const stats = statInside(root, [...parts, name]);
    return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '-';
  });
  return prints.join(' ');
}

/** Who writes in a run's folder now. */
export function writerOf({ root, parts }: Pick<RunPlace, 'root' | 'parts'>): LockWriter | undefined {
  const text = readInside(root, [...parts, lockName], 4096);
  const stats = statInside(root, [...parts, lockName]);
  return text === undefined || !stats ? undefined : FolderLock.writer(text, Date.now() - stats.mtimeMs);
}

export function summaryOf(place: RunPlace, { config, facts, writer, ...own }: RunKnowledge): RunSummary {
  const value = own.provisional && !config.isReadable ? own.provisional : config.value;
  const [data, model, training] = [recordIn(value, 'data'), recordIn(value, 'model'), recordIn(value, 'training')];
  const part = (of: Readonly<Record<string, unknown>>, kind: string): string => textOf(recordIn(of, kind).name, 100) ?? '?'; // prettier-ignore
  const { shape } = data;
  const preset = textOf(value.preset, 100);
  const hasModel = statInside(place.root, [...place.parts, 'model.safetensors'])?.isFile() === true;
  const state = stateOf({ config, facts, own: own.state, isWritten: writer !== undefined, hasModel });
  return {
    id: place.id,
    name: place.name,
    state,
    ...(preset !== undefined && { preset }),
    data: {
      source: textOf(data.source, 1000) ?? '?',
      kind: textOf(data.kind, 100) ?? '?',
      ...(Array.isArray(shape) && { shape: shape.slice(0, 8).flatMap((each) => numberOf(each) ?? []) }),
    },
    posterior: part(model, 'posterior'),
    prior: part(model, 'prior'),
    likelihood: part(model, 'likelihood'),
    network: part(model, 'network'),
    objective: part(value, 'objective'),
    latent: numberOf(model.latent) ?? 0,
    epoch: facts.epoch,
    epochs: numberOf(training.epochs) ?? facts.epoch,
    step: facts.step,
    ...(facts.totalSteps !== undefined && { totalSteps: facts.totalSteps }),
    ...facts.means,
    ...(facts.criterion && { criterion: facts.criterion }),
    ...(own.nll && { nll: own.nll }),
    ...(own.evaluating === true && { evaluating: true }),
    seconds: facts.seconds,
    ...(config.started !== undefined && { started: config.started }),
    changed: changedOf(place),
    ...(writer && { owner: { host: writer.host, pid: writer.pid, here: writer.isHere } }),
    alarms: [...ownAlarms(own.alarms ?? [], facts), ...damageOf(config, state), ...facts.alarms.alarms],
    trend: facts.trend,
  };
}

function stateOf({
  config,
  facts,
  own,
  isWritten,
  hasModel,
}: Pick<RunKnowledge, 'config' | 'facts'> & {
  readonly own: OwnKnowledge['state'];
  readonly isWritten: boolean;
  readonly hasModel: boolean;
}): RunState {
  if (own === 'stopping' || own === 'starting' || own === 'training') return own;
  if (config.fault !== undefined && !config.isReadable) return own === 'failed' ? 'failed' : 'damaged';
  // After its last record too: its model and pictures are written then.
  if (isWritten) return 'training';
  if (facts.done !== undefined && hasModel) {
    return facts.done === 'stopped-early' || facts.done === 'interrupted' ? facts.done : 'finished';
  }
  return own === 'failed' || facts.isNonFinite ? 'failed' : 'interrupted';
}

/** That a training failed at what is not finite, its record says better. */
function ownAlarms(alarms: readonly Alarm[], { isNonFinite }: LogFacts): readonly Alarm[] {
  return isNonFinite ? alarms.filter(({ kind, severity }) => kind !== 'failed' || severity !== 'error') : alarms;
}

function damageOf({ fault, isReadable }: RunConfigFacts, state: RunState): Alarm[] {
  if (fault === undefined || state === 'starting' || state === 'failed') return [];
  return [
    {
      kind: 'damaged',
      severity: isReadable ? 'warning' : 'error',
      text: fault,
      advice: isReadable
        ? 'Open it with the version of rootsigma, and the parts of your own, that it was trained with.'
        : 'Restore config.json from a copy, or remove the folder.',
    },
  ];
}

function changedOf({ root, parts }: RunPlace): number {
  const times = files.map((name) => statInside(root, [...parts, name])?.mtimeMs ?? 0);
  return Math.round(Math.max(...times));
}
