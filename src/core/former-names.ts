import { ValueError } from './errors.ts';

/** How options are called now, by how they were called before. */
export type FormerNames = Readonly<Record<string, string>>;

/** Of the number of draws of z, where it was `samples`. */
export const formerDrawNames: FormerNames = { samples: 'draws' };

/**
 * Options under their present names: what is given under a former one is taken, with a notice.
 *
 * @param operation whose options they are, for messages
 * @param how.written a name as who gives it writes it, such as `--draws`. Default: '…'
 * @throws ValueError where an option is given under both names
 */
export function underPresentNames<T extends object>(
  operation: string,
  options: T,
  formerNames: FormerNames,
  how: { readonly onNotice: (line: string) => void; readonly written?: (name: string) => string },
): T {
  const { onNotice, written = (name) => `'${name}'` } = how;
  const given = new Map<string, unknown>(Object.entries(options));
  const renamed = [...given].map(([name, value]) => {
    const present = value !== undefined && Object.hasOwn(formerNames, name) ? formerNames[name] : undefined;
    if (present === undefined) return [name, value] as const;
    if (given.get(present) !== undefined) {
      throw new ValueError(
        `${operation}: ${written(name)} is the former name of ${written(present)}: give ${written(present)} alone.`,
      );
    }
    onNotice(`${operation}: ${written(name)} is called ${written(present)} now; the former name is still taken.`);
    return [present, value] as const;
  });
  // A present name that is there without a value stands before or after the former one.
  return Object.fromEntries(renamed.filter(([, value]) => value !== undefined)) as T;
}
