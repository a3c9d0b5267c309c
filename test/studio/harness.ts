import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveEvent, RunSummary } from '../../src/studio/contract.ts';
import { studio } from '../../src/studio/index.ts';
import type { Studio, StudioOptions } from '../../src/studio/index.ts';

/** A studio of a folder of its own, and how it is asked. */
export interface TestStudio {
  readonly studio: Studio;
  readonly runs: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  get<T>(path: string): Promise<T>;
  post(path: string, body: unknown): Promise<Response>;
  idOf(name: string): Promise<string>;
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rootsigma-studio-'));
}

/** Pages, so that no test needs those that the build makes. */
export function somePages(): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'assets'));
  mkdirSync(join(folder, 'article'));
  for (const name of ['index.html', 'article/index.html'])
    writeFileSync(join(folder, name), '<!doctype html><title>studio</title>');
  writeFileSync(join(folder, 'assets/index-AbC_12-x.js'), `console.log(${JSON.stringify('x'.repeat(2000))});`);
  writeFileSync(join(folder, 'assets/notes.txt'), 'of no known kind');
  return folder;
}

export async function openStudio(runs: string = newFolder(), options: StudioOptions = {}): Promise<TestStudio> {
  const opened = await studio(runs, { port: 0, pages: somePages(), lookEvery: 5, onNotice: 'silent', ...options });
  const ask = (path: string, { headers, ...init }: RequestInit = {}): Promise<Response> =>
    fetch(opened.url + path, {
      ...init,
      headers: { authorization: `Bearer ${opened.token}`, ...(headers as Record<string, string> | undefined) },
    });
  const get = async <T>(path: string): Promise<T> => (await ask(path)).json() as Promise<T>;
  return {
    studio: opened,
    runs,
    ask,
    get,
    post: (path, body) => ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }), // prettier-ignore
    // The studio keeps its list for a moment: a run that came within it is in the next.
    idOf: async (name) => {
      for (let look = 0; look < 10; look++) {
        const id = (await get<RunSummary[]>('/api/runs')).find((run) => run.name === name)?.id;
        if (id !== undefined) return id;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return `no run ${name}`;
    },
  };
}

export const config = {
  schemaVersion: 2,
  rootsigmaVersion: '0.1.0',
  data: { source: 'digits', kind: 'digits', shape: [28, 28], count: 600, binarize: 'dynamic', options: { seed: 0, count: 600, testCount: 100 } }, // prettier-ignore
  model: {
    latent: 4,
    prior: { name: 'standard-normal' },
    posterior: { name: 'diagonal' },
    likelihood: { name: 'bernoulli' },
    network: { name: 'dense', hidden: [400], activation: 'relu' },
  },
  objective: { name: 'elbo', beta: 1 },
  training: {
    epochs: 3,
    batchSize: 128,
    optimizer: { name: 'adam', learningRate: 0.001 },
    schedule: { name: 'constant' },
    validation: 0.1,
    seed: 0,
  },
};

/** A run's folder without a model: its configuration and its log. */
export function putRun(
  runs: string,
  name: string,
  { log = '', of = config }: { readonly log?: string; readonly of?: object } = {},
): string {
  const folder = join(runs, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(of));
  if (log !== '') writeFileSync(join(folder, 'metrics.jsonl'), log);
  return folder;
}

export function logOf(folder: string): { append(text: string): void; replace(text: string): void } {
  const path = join(folder, 'metrics.jsonl');
  return {
    append: (text) => {
      appendFileSync(path, text);
    },
    replace: (text) => {
      writeFileSync(path, text);
    },
  };
}

export const stepLine = (step: number, more: object = {}): string =>
  `${JSON.stringify({ event: 'step', epoch: Math.ceil(step / 10), step, totalSteps: 1000, examples: 128, loss: 100 / step, reconstruction: -90 / step, kl: 10 / step, beta: 1, metrics: { kl: 10 / step }, scalars: { beta: 1 }, learningRate: 0.001, gradientNorm: 3, stepMs: 2, ...more })}\n`; // prettier-ignore

/** An event with its id. */
export type Heard = LiveEvent & { readonly eventId: string };

/**
 * Listens until `isEnough`, or until so many bytes came: then the connection is cut, wherever that is.
 * @returns the events that came whole
 */
export async function listen(
  { studio: { url, token } }: TestStudio,
  query: string,
  { lastId, cutAfter = Infinity, isEnough = () => false }: { readonly lastId?: string | undefined; readonly cutAfter?: number; readonly isEnough?: (events: readonly Heard[]) => boolean }, // prettier-ignore
): Promise<Heard[]> {
  const cut = new AbortController();
  const headers = { authorization: `Bearer ${token}`, ...(lastId !== undefined && { 'last-event-id': lastId }) };
  const answer = await fetch(`${url}/api/live${query}`, { headers, signal: cut.signal });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  const events: Heard[] = [];
  let [text, bytes] = ['', 0];
  const decoder = new TextDecoder();
  try {
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const taken = piece.subarray(0, Math.max(0, cutAfter - bytes));
      bytes += piece.length;
      text += decoder.decode(taken, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, eventId = '', data] = /^id: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (data !== undefined) events.push({ ...(JSON.parse(data) as LiveEvent), eventId });
      }
      if (bytes >= cutAfter || isEnough(events)) cut.abort();
    }
  } catch (error) {
    if (!cut.signal.aborted) throw error;
  }
  return events;
}
