import * as v from 'valibot';

// Pieces of the schemas of JSON files. Each states in words what it expects; an error is the JSON path, that expectation, and the value found.

export const text = v.pipe(v.string('a string'), v.minLength(1, 'a string that is not empty'));
export const finite = (expected: string) => v.pipe(v.number(expected), v.finite(expected));
export const positive = v.pipe(finite('a number above 0'), v.gtValue(0, 'a number above 0'));
export const nonNegative = v.pipe(finite('a number of at least 0'), v.minValue(0, 'a number of at least 0'));
export const fraction = v.pipe(
  finite('a number in [0, 1)'),
  v.minValue(0, 'a number in [0, 1)'),
  v.ltValue(1, 'a number in [0, 1)'),
);
export const unit = v.pipe(
  finite('a number in [0, 1]'),
  v.minValue(0, 'a number in [0, 1]'),
  v.maxValue(1, 'a number in [0, 1]'),
);
export const whole = (least: number) => {
  const expected = `a whole number of at least ${least}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(least, expected));
};
export const oneOf = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `one of ${options.map((option) => `'${option}'`).join(', ')}`);
export const object = <const T extends v.ObjectEntries>(entries: T) =>
  v.strictObject(entries, ({ expected }) => {
    if (expected === 'never') return `known keys are ${Object.keys(entries).join(', ')}`;
    // Of a missing key, valibot gives the name in quotes: say what its own schema expects.
    const missing = Object.entries(entries).find(([key]) => expected === JSON.stringify(key));
    return missing ? expectationOf(missing[1]) : 'an object';
  });

function expectationOf(schema: v.ObjectEntries[string]): string {
  const { issues } = v.safeParse(schema, undefined);
  return issues?.[0].message ?? 'a value';
}

export const json: v.GenericSchema<JsonValue> = v.lazy(() =>
  v.union(
    [v.string(), v.pipe(v.number(), v.finite()), v.boolean(), v.null(), v.array(json), v.record(v.string(), json)],
    'a JSON value',
  ),
);

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
