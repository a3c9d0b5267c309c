import * as errors from '../errors.ts';

/** What a thread asks of a worker. */
export type Request =
  | { readonly rootsigma: 'call'; readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly rootsigma: 'abort'; readonly id: number };

/** What the worker says to it. */
export type Reply =
  | { readonly rootsigma: 'event'; readonly id: number; readonly event: unknown }
  | { readonly rootsigma: 'done'; readonly id: number; readonly result: unknown }
  | { readonly rootsigma: 'failed'; readonly id: number; readonly error: PackedError };

/** An error as plain data: `structuredClone` keeps no classes. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
}

export function packError(error: unknown): PackedError {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

/** The error, of the same class where it is one of rootsigma's. */
export function unpackError({ name, message }: PackedError): Error {
  const classes: Readonly<Record<string, unknown>> = { ...errors };
  const Known = Object.hasOwn(classes, name) ? (classes[name] as new (message: string) => Error) : undefined;
  if (Known) return new Known(message);
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Whether a message is one of these: a worker may have others. */
export function isOurs(message: unknown): message is Request | Reply {
  return typeof message === 'object' && message !== null && 'rootsigma' in message && 'id' in message;
}
