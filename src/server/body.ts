import { HttpError } from './problem.ts';

/** Bytes of bodies that are being read or worked on, in all: what many requests at once may take. */
export class BodyRoom {
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws HttpError 503 where there is no room for so many bytes now */
  take(bytes: number): void {
    if (this.#used + bytes > this.#most) {
      throw new HttpError(
        503,
        'the server holds as much as it may of what other requests sent. Try again in a moment.',
        {
          'retry-after': '1',
        },
      );
    }
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** A request's body, and what it takes until it is given back. */
export interface HeldBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  release(): void;
}

/**
 * Reads a body of at most `limit` bytes.
 *
 * @throws HttpError 413 for a longer one, before it is read where its length is said; 503 where there is no room; 400 where it ends early
 */
export async function readBody(
  request: Request,
  { limit, room }: { readonly limit: number; readonly room: BodyRoom },
): Promise<HeldBody> {
  const header = request.headers.get('content-length');
  const said = header === null ? undefined : Number(header);
  if (said !== undefined && said > limit) throw tooLong(limit);
  let held = 0;
  const release = (): void => {
    room.give(held);
    held = 0;
  };
  const hold = (bytes: number): void => {
    room.take(bytes);
    held += bytes;
  };
  try {
    if (said !== undefined) {
      // HTTP's parser gives so many bytes and no more.
      hold(said);
      return { bytes: new Uint8Array(await request.arrayBuffer()), release };
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
      if (held + chunk.length > limit) throw tooLong(limit);
      hold(chunk.length);
      chunks.push(chunk);
    }
    return { bytes: joined(chunks, held), release };
  } catch (error) {
    release();
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'the body of the request ended before it was whole.');
  }
}

function tooLong(limit: number): HttpError {
  // What follows is not read: the connection ends with the answer.
  return new HttpError(413, `the body is larger than ${limit} bytes, which is the limit (--max-body).`, {
    connection: 'close',
  });
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
