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
/** Runs whose records are wanted, with how many pages want them. */
const watched = new Map<string, number>();
const firstWait = 500;
const longestWait = 15_000;

let lastEventId = '';
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

/** Asks for the records of a run as they are written, until the function that is returned is called. */
export function watchRecords(id: string): () => void {
  change(id, 1);
  return () => {
    change(id, -1);
  };
}

function change(id: string, by: number): void {
  const before = watched.has(id);
  const count = (watched.get(id) ?? 0) + by;
  if (count > 0) watched.set(id, count);
  else watched.delete(id);
  if (before !== watched.has(id)) scheduleRestart();
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
  const ids = [...watched.keys()].join(',');
  const headers: Record<string, string> = lastEventId === '' ? {} : { 'last-event-id': lastEventId };
  const response = await request(`live${ids === '' ? '' : `?runs=${ids}`}`, { headers, signal });
  if (!response.body) return;
  connection.value = { state: 'live' };
  onOpen();
  const parser = new EventStreamParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const { id, data } of parser.push(value)) {
      if (id !== '') lastEventId = id;
      const event = JSON.parse(data) as LiveEvent;
      for (const listener of [...listeners]) listener(event);
    }
  }
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
