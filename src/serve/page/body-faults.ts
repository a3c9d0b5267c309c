import type { ColumnInfo } from '../about-types.ts';

/** A piece of the server's OpenAPI description. */
export interface DescribedSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: DescribedSchema;
  readonly properties?: Readonly<Record<string, DescribedSchema>>;
  readonly required?: readonly string[];
}

/** What a body may be: its description, and the run that it is for. */
export interface WantedBody {
  readonly schema: DescribedSchema;
  readonly exampleShape: readonly number[];
  readonly latent: number;
  readonly columns: readonly ColumnInfo[];
}

/** What is to be said of a body before it is sent: what the server would refuse, or else what it would do with it. */
export interface BodyFaults {
  readonly fault?: string;
  readonly notes: readonly string[];
}

/**
 * Looks at what is being typed: the server's own rules, as its description has them, so far as a page can see them. What it lets pass the
 * server may still refuse. It runs in the page as its own text, and may use nothing from outside of itself.
 */
export function bodyFaults(text: string, { schema, exampleShape, latent, columns }: WantedBody): BodyFaults {
  const properties = schema.properties ?? {};
  /** Kinds of columns that no model reads. */
  const unread = ['id', 'split', 'ignored', 'constant'];
  const [needed] = schema.required ?? [];
  const shown = (value: unknown): string => {
    const json = JSON.stringify(value);
    return json.length > 40 ? `${json.slice(0, 39)}…` : json;
  };
  const refused = (fault: string): BodyFaults => ({ fault, notes: [] });
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

  if (text.trim() === '') {
    return needed === undefined ? { notes: [] } : refused(`Nothing is there yet: { "${needed}": … }.`);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return refused(`Not JSON yet: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (!isObject(body)) return refused(`The body is an object, { … }, and not ${shown(body)}.`);
  const stranger = Object.keys(body).find((name) => !Object.hasOwn(properties, name));
  if (stranger !== undefined) {
    return refused(`There is no ${shown(stranger)} here; it takes ${Object.keys(properties).join(', ')}.`);
  }
  if (needed !== undefined && !Object.hasOwn(body, needed)) return refused(`'${needed}' is missing.`);
  for (const [name, value] of Object.entries(body)) {
    const option = properties[name];
    const fault = name === needed || name === 'given' || !option ? undefined : optionFault(name, value, option);
    if (fault !== undefined) return refused(fault);
  }
  if (needed === undefined) return { notes: [] };
  return needed === 'rows' ? rowFaults(body[needed]) : arrayFaults(needed, body[needed]);

  function optionFault(name: string, value: unknown, option: DescribedSchema): string | undefined {
    const { type, minimum = -Infinity, maximum = Infinity, enum: choices } = option;
    if (choices) return choices.includes(value as string) ? undefined : `'${name}' is one of ${choices.join(', ')}, and not ${shown(value)}.`; // prettier-ignore
    if (type === 'boolean') return typeof value === 'boolean' ? undefined : `'${name}' is true or false, and not ${shown(value)}.`; // prettier-ignore
    if (type !== 'integer') return undefined;
    const isRight = Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
    return isRight ? undefined : `'${name}' is a whole number from ${minimum} to ${maximum}, and not ${shown(value)}.`;
  }

  /** Lists of one length at each level, with numbers in them, of as many numbers an example as the run has. */
  function arrayFaults(name: string, value: unknown): BodyFaults {
    const example = name === 'z' ? [latent] : exampleShape;
    const wanted = `[n, ${example.join(', ')}]`;
    let item = properties[name];
    while (item?.items) item = item.items;
    const takesNull = Array.isArray(item?.type) && item.type.includes('null');
    const shape: number[] = [];
    for (let level = value; Array.isArray(level); level = (level as readonly unknown[])[0]) shape.push(level.length);
    if (shape.length === 0) return refused(`'${name}' is lists of numbers, ${wanted}, and not ${shown(value)}.`);
    const faultOf = (part: unknown, depth: number, place: string): string | undefined => {
      if (depth === shape.length) {
        if (Number.isFinite(part) || (takesNull && part === null)) return undefined;
        return `${place} is a number${takesNull ? ', or null where it is missing' : ''}, and not ${shown(part)}.`;
      }
      if (!Array.isArray(part)) return `${place} is a list of ${shape[depth] ?? 0}, and not ${shown(part)}.`;
      if (part.length !== shape[depth]) return `${place} has ${part.length} entries, and the first such list ${shape[depth] ?? 0}.`; // prettier-ignore
      for (let k = 0; k < part.length; k++) {
        const fault = faultOf(part[k], depth + 1, `${place}[${k}]`);
        if (fault !== undefined) return fault;
      }
      return undefined;
    };
    const fault = faultOf(value, 0, name);
    if (fault !== undefined) return refused(fault);
    const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
    const isOne = shape.length === example.length && shape.every((size, axis) => size === example[axis]);
    const isMany = shape.length > 1 && (shape[0] ?? 0) > 0 && product(shape.slice(1)) === product(example);
    return isOne || isMany
      ? { notes: [] }
      : refused(`'${name}' is ${wanted} or one of it, and this is [${shape.join(', ')}].`);
  }

  function rowFaults(rows: unknown): BodyFaults {
    if (!Array.isArray(rows) || rows.length === 0) return refused(`'rows' is a list of rows, and not ${shown(rows)}.`);
    const known = new Map(columns.map((column) => [column.name, column]));
    const strangers = new Set<string>();
    const given = new Set<string>();
    const notes = new Set<string>();
    for (const [index, row] of (rows as readonly unknown[]).entries()) {
      if (!isObject(row)) return refused(`rows[${index}] is a row, { "column": value }, and not ${shown(row)}.`);
      for (const [name, cell] of Object.entries(row)) {
        const column = known.get(name);
        if (!column) strangers.add(name);
        else if (typeof cell === 'object' && cell !== null) {
          return refused(`rows[${index}].${name} is a number, a text, true, false or null, and not ${shown(cell)}.`);
        } else {
          given.add(name);
          const { kind, levels = [] } = column;
          const text = typeof cell === 'number' || typeof cell === 'boolean' ? `${cell}` : cell;
          // Of longer lists of levels the page has the first alone.
          const isNew = kind === 'categorical' && levels.length < 100 && cell !== null && !levels.some((each) => JSON.stringify(each) === JSON.stringify(cell) || each === text); // prettier-ignore
          if (isNew) notes.add(`${name} was never ${shown(cell)} in training`);
        }
      }
    }
    const missing = columns.filter(({ name, kind }) => !given.has(name) && !unread.includes(kind));
    if (strangers.size > 0) notes.add(`no such column, left out: ${[...strangers].slice(0, 5).join(', ')}`);
    if (missing.length > 0 && given.size > 0) notes.add(`not given, so missing: ${missing.slice(0, 5).map(({ name }) => name).join(', ')}${missing.length > 5 ? ', …' : ''}`); // prettier-ignore
    return { notes: [...notes].slice(0, 5) };
  }
}
