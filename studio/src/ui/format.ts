// Numbers, times and sizes as people read them.
import type { RunState } from '../../../src/studio/contract.ts';

/** What stands for a value that does not exist. */
export const none = '–';

/** Four significant digits, as plain as they can be: 82.77, 0.001, 1.2e-7. NaN and ∞ by name. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === undefined || value === null) return none;
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return minus(value.toExponential(digits - 2).replace(/\.?0+e/, 'e').replace('e+', 'e')); // prettier-ignore
  const decimals = size === 0 ? 0 : Math.max(0, Math.min(8, digits - 1 - Math.floor(Math.log10(size))));
  const text = value.toFixed(decimals);
  return minus(text.includes('.') ? text.replace(/\.?0+$/, '') : text);
}

/** Nats, with two decimals, so that a column of them lines up. */
export function formatNats(value: number | undefined): string {
  return value === undefined || !(Math.abs(value) < 1e6) ? formatNumber(value) : minus(value.toFixed(2));
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}

/** 4.2 s, 3 min 20 s, 2 h 5 min */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return none;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return parts(minutes, 'min', Math.round(seconds % 60), 's');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? parts(hours, 'h', minutes % 60, 'min') : parts(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A limit that somebody chose, in the units in which it is round: 1 GiB. */
export function formatLimit(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = [4, 3, 2, 1].find((each) => bytes % 1024 ** each === 0) ?? 0;
  return power === 0 ? formatBytes(bytes) : `${bytes / 1024 ** power} ${units[power]}`;
}

/** `12:04` today, else `28 Nov, 12:04`; nothing of a folder that has no file yet (0). */
export function formatTime(ms: number): string {
  if (ms === 0) return none;
  const date = new Date(ms);
  const time = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? time : `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

export const stateWords: Readonly<Record<RunState, string>> = {
  training: 'training',
  starting: 'starting',
  stopping: 'stopping',
  finished: 'finished',
  'stopped-early': 'stopped early',
  interrupted: 'interrupted',
  failed: 'failed',
  damaged: 'damaged',
};

export const isActive = (state: RunState): boolean =>
  state === 'training' || state === 'starting' || state === 'stopping';
