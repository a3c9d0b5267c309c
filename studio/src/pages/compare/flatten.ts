// A configuration as lines: one for each value, by its path.

export interface ConfigRow {
  /** The first step of the path: `model`. */
  readonly group: string;
  /** The rest: `posterior.name`. */
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
}

/** Lists of plain values stay one value; everything else is gone into. */
export function flatten(config: unknown): readonly ConfigRow[] {
  const rows: ConfigRow[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    const isList = Array.isArray(value) && value.every((each) => typeof each !== 'object' || each === null);
    if (typeof value === 'object' && value !== null && !isList) {
      for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name]);
      return;
    }
    const [group = '', ...rest] = path;
    rows.push(
      rest.length === 0
        ? { group: 'run', name: group, path: group, value }
        : { group, name: rest.join('.'), path: path.join('.'), value },
    );
  };
  visit(config, []);
  return rows;
}

export function showValue(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
