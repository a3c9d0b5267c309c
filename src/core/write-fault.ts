import { WriteError } from './errors.ts';

const elsewhere = 'Choose another place';

/** Why a system refuses to write, and what helps, by the codes of Node's errors. */
const faults: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['no space is left there', 'Free some, or choose another place'],
  EDQUOT: ['the quota there is used up', 'Free some space, or choose another place'],
  EFBIG: ['the file system holds no file so large', elsewhere],
  EROFS: ['the file system there is read-only', elsewhere],
  EACCES: ['permission is missing', `${elsewhere}, or get the right to write there`],
  EPERM: ['it is not permitted', `${elsewhere}, or get the right to write there`],
  ENOENT: ['the folder is gone, or takes no files', elsewhere],
  ENOTDIR: ['a file stands in the way', 'Name a path below a folder'],
  EEXIST: ['a file stands in the way', 'Name a path below a folder'],
  EISDIR: ['a folder has that name', 'Name a file'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter one'],
  ELOOP: ['its links lead in a circle', elsewhere],
  EIO: ['the disk reports a fault', elsewhere],
  EBUSY: ['the system is using it', 'Wait until it is free, or choose another place'],
  ETXTBSY: ['it is a program that runs', elsewhere],
  EMFILE: ['too many files are open', 'Close some, or raise the limit (ulimit -n)'],
  ENFILE: ['too many files are open', 'Close some, or raise the limit'],
  EPIPE: ['its reader has closed it', 'Keep the reader open'],
  ENXIO: ['nothing reads from it', 'Start its reader first'],
};

/**
 * What a failed attempt to write becomes: a `WriteError` with the place, the reason and what helps; one that is that already
 * stays.
 *
 * @param options.part which part of the place is to blame, in words
 */
export function writeFault(
  place: string,
  error: unknown,
  { what = 'written', part }: { readonly what?: string; readonly part?: string | undefined } = {},
): WriteError {
  if (error instanceof WriteError) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : faults[code];
  const message = error instanceof Error ? error.message : String(error);
  if (!known) return new WriteError(`${place}: cannot be ${what} (${message}).`, { cause: error });
  const [reason, remedy] = known;
  const why = part === undefined ? reason : `${reason}, ${part}`;
  return new WriteError(`${place}: cannot be ${what}: ${why} (${code}). ${remedy}.`, { cause: error });
}

/** The code of a system's error, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
