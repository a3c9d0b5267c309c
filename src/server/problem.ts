import { STATUS_CODES } from 'node:http';
import { isOutOfMemory } from '../core/index.ts';

/** What goes wrong with a request, as it is answered: RFC 9457. */
export interface Problem {
  readonly type: 'about:blank';
  /** The status in words. */
  readonly title: string;
  readonly status: number;
  /** What is wrong with this request: which value, where, and what to do. */
  readonly detail: string;
  /** The part of the body that is wrong, as a JSON pointer (RFC 6901), where it is one part: `/options/latent`. */
  readonly pointer?: string;
  /** The library's name of the error, where it is one: `ShapeError`. */
  readonly error?: string;
  /** Of the request, as the access log has it. */
  readonly requestId?: string;
}

/** A request that is answered by a status of its own. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The part of the body that is wrong, where it is one part. */
  readonly pointer: string | undefined;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}, pointer?: string) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.pointer = pointer;
  }
}

/** The library's errors whose cause is what the client sent; what a subclass does not have, its base has. */
const statuses: Readonly<Record<string, number>> = {
  ValueError: 400,
  ShapeError: 400,
  DTypeError: 400,
  DataError: 400,
  LinearAlgebraError: 400,
  NumericalError: 422,
  UnsupportedError: 422,
  CapabilityError: 422,
};

/** The status of an error: 400 and 422 are the client's, 503 may go well later, 500 is a fault of the server's. */
export function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return 500;
  if (error instanceof HttpError) return error.status;
  return statuses[error.name] ?? (isOutOfMemory(error) ? 503 : 500);
}

/** What is answered. Of a fault of the server's nothing but that it is one: the log has the rest under the request's id. */
export function problemOf(error: unknown, requestId?: string): Problem {
  const status = statusOf(error);
  const isKnown = error instanceof HttpError || (error instanceof Error && error.name in statuses);
  const known = isKnown ? error : undefined;
  const detail =
    known?.message ??
    (status === 503
      ? 'memory ran out: ask for less at a time (fewer rows, draws or steps).'
      : 'this was not foreseen; the log of the server has more under the id of this request.');
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    ...(error instanceof HttpError && error.pointer !== undefined && { pointer: error.pointer }),
    ...(known && known.name !== 'HttpError' && { error: known.name }),
    ...(requestId !== undefined && { requestId }),
  };
}
