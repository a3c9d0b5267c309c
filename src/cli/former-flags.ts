import { underPresentNames } from '../core/index.ts';
import type { FormerNames } from '../core/index.ts';
import type { Output } from './output.ts';

/** Flags of a command under their present names; who gives a former one is told. @throws ValueError where both are given */
export function underPresentFlags<T extends object>(
  command: string,
  flags: T,
  formerNames: FormerNames,
  { notice }: Pick<Output, 'notice'>,
): T {
  return underPresentNames(command, flags, formerNames, { onNotice: notice, written: (name) => `--${name}` });
}
