// One stream of what happens to runs, for the whole page. It comes back by itself, and goes on where it was.
import { signal } from '@preact/signals';
import type { LiveEvent } from '../../../src/studio/contract.ts';
import { request } from './client.ts';
import { EventStreamParser } from './event-stream.ts';
import { Problem, isAbort, wordsOf } from './problem.ts';
import { token } from './token.ts';

export type Connection = { readonly state: 'connecting' | 'live' } | { readonly state: 'lost'; readonly words: string };

export const connection = signal<Connection>({ state: 'connecting' });

type Listener = (event: LiveEvent) => void;

const listeners = new Set<Listener>();
/** Runs whose records are wanted, and up to where they have come: every new request goes on from there. */
const watched = new Map<string, { cursor: string; watchers: number }>();
/** The server follows no more at once. */
export const mostWatched = 16;
const firstWait = 500;
const longestWait = 15_000;

let running: AbortController | undefined;
/** Cuts the wait before the next try short. */
let hurry: (() => void) | undefined;

/** Hears of everything that happens to runs, until the function that is returned is called. */
export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  start();
  return () => {
    listeners.delete(listener);
  };
}

/**
 * Asks for the records of a run as they are written, until the function that is returned is called.
 *
 * @param cursor where its series were read to: what follows comes, without a gap or a repetition
 */
export function watchRecords(id: string, cursor: string): () => void {
  const entry = watched.get(id) ?? { cursor, watchers: 0 };
  entry.watchers++;
  watched.set(id, entry);
  if (entry.watchers === 1) scheduleRestart();
  return () => {
    entry.watchers--;
    if (entry.watchers > 0 || watched.get(id) !== entry) return;
    watched.delete(id);
    scheduleRestart();
  };
}

let isScheduled = false;
/** Several runs that are watched by one page are one new request. */
function scheduleRestart(): void {
  if (isScheduled) return;
  isScheduled = true;
  queueMicrotask(() => {
    isScheduled = false;
    stop();
    start();
  });
}

function stop(): void {
  running?.abort();
  running = undefined;
}

function start(): void {
  if (running || listeners.size === 0 || token.peek() === '') return;
  running = new AbortController();
  void keepConnected(running.signal);
}

/** For the token that has just come. */
export function reconnect(): void {
  stop();
  start();
}

async function keepConnected(signal: AbortSignal): Promise<void> {
  let wait = firstWait;
  while (!signal.aborted) {
    try {
      await listen(signal, () => {
        wait = firstWait;
      });
      // The server ended it in order (it was restarted, or has too many listeners).
      connection.value = { state: 'connecting' };
    } catch (error) {
      if (isAbort(error)) return;
      connection.value = { state: 'lost', words: wordsOf(error) };
      if (error instanceof Problem && error.status === 401) {
        running = undefined;
        return;
      }
    }
    await pause(wait * (0.75 + 0.5 * Math.random()), signal);
    wait = Math.min(longestWait, wait * 2);
  }
}

async function listen(signal: AbortSignal, onOpen: () => void): Promise<void> {
  const response = await request(livePath(), { signal });
  if (!response.body) return;
  connection.value = { state: 'live' };
  onOpen();
  const parser = new EventStreamParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    // What came before it was cancelled is told again by the next request.
    if (signal.aborted) return;
    for (const { data } of parser.push(value)) tell(JSON.parse(data) as LiveEvent);
  }
}

/** Cursors say more than the last event's id: they hold for another choice of runs too. */
function livePath(): string {
  const chosen = [...watched].slice(0, mostWatched);
  if (chosen.length === 0) return 'live';
  const query = new URLSearchParams({
    runs: chosen.map(([id]) => id).join(','),
    from: chosen.map(([, { cursor }]) => cursor).join(','),
  });
  return `live?${query}`;
}

function tell(event: LiveEvent): void {
  const entry = event.type === 'records' ? watched.get(event.id) : undefined;
  if (entry && event.type === 'records') entry.cursor = event.cursor;
  for (const listener of [...listeners]) listener(event);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      hurry = undefined;
      resolve();
    };
    const timer = setTimeout(end, ms);
    hurry = end;
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}

// Timers of hidden tabs are slow; a person who looks wants to see at once.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) hurry?.();
});
