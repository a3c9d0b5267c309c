import { InvalidArgumentError } from 'commander';

/** Parses a whole number from `least` to `most`. Default: to 2^53 − 1. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number ${bounds}.`);
  };
}

/** Parses a finite number; its range is checked where it is used. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

/** Parses `400,200`. */
export function wholeList(text: string): number[] {
  if (text.trim() === '') throw new InvalidArgumentError('Expected whole numbers with commas between, such as 64,32.');
  return text.split(',').map(whole(1));
}

/** Parses `colour,size`. */
export function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.some((name) => name === '')) throw new InvalidArgumentError('Expected names with commas between.');
  return list;
}

/** Collects `--given a=1 --given b=2`, which mean the same as `--given a=1,b=2`. */
export function given(text: string, previous?: string): string {
  return previous === undefined ? text : `${previous},${text}`;
}

/** Collects `--set a.b=c`; c is JSON where it is JSON, else text. */
export function setting(text: string, previous: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected path=value, such as training.optimizer.beta1=0.8.');
  const [path, value] = [text.slice(0, at), text.slice(at + 1)];
  if (Object.hasOwn(previous, path)) throw new InvalidArgumentError(`'${path}' is given twice: leave one of them out.`);
  return { ...previous, [path]: parseJson(value) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
