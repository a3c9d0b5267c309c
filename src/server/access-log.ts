import { printable, printableJson } from '../core/index.ts';

/** What the access log has of a request. */
export interface AccessEntry {
  /** When it was answered, ISO 8601 in UTC. */
  readonly time: string;
  readonly id: string;
  /** The client's address. */
  readonly client: string;
  readonly method: string;
  /** Without the query, which may hold data. */
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** Why it was refused, or what went wrong. */
  readonly error?: string;
}

/** Gets an entry for each request that was answered. */
export type AccessLog = (entry: AccessEntry) => void;

/** An entry as one line, for people or as JSON. What clients send cannot steer a terminal. */
export function accessLine(entry: AccessEntry, format: 'text' | 'json'): string {
  if (format === 'json') return printableJson(JSON.stringify(entry));
  const { time, id, client, method, path, status, milliseconds, error } = entry;
  const line = `${time} ${client} ${method} ${path} ${status} ${milliseconds.toFixed(1)} ms ${id}`;
  return printable(error === undefined ? line : `${line} ${error}`);
}
