import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './json.ts';
import { jsonFault } from './json-fault.ts';

it.each([
  ['{\n "data": "digits",\n "space": { "latent": [2, 4], }\n}\n', 3, 31, 'a name in double quotes', "'}'"],
  ['{"a": [1, 2', 1, 12, "',' or ']'", 'the end'],
  ['{"a" 1}', 1, 6, "':'", "'1'"],
  ['{"a": 1\n"b": 2}', 2, 1, "',' or '}'", `'"'`],
  ["{'a': 1}", 1, 2, 'a name in double quotes', "'''"],
  ['{"a": "x\ny"}', 1, 9, 'the closing double quote', 'the character U+000A'],
  ['{"a": "C:\\data"}', 1, 10, 'an escape such as \\n or \\u00e9', "'\\'"],
  ['{"a": 1} // so', 1, 10, 'the end', "'/'"],
  ['[1, 02]', 1, 6, "',' or ']'", "'2'"],
  ['[NaN]', 1, 2, 'a value', "'N'"],
  ['', 1, 1, 'a value', 'the end'],
])('says where %j is no JSON', (text, line, column, expected, found) => {
  expect(jsonFault(text)).toEqual({ line, column, expected, found });
  expect(() => parseJson(text, { name: 'f.json' })).toThrow(
    `f.json: not JSON: line ${line}, column ${column}: expected ${expected}, found ${found}.`,
  );
});

it('finds a fault exactly where JSON.parse does not take a text', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const change = fc.record({ at: fc.nat(), remove: fc.nat(2), insert: fc.constantFrom('', '"', ',', '\\', '1', '{', ']', '\n', 'e', '-', '.') }); // prettier-ignore
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.array(change, { maxLength: 2 }), (value, changes) => {
      let text = JSON.stringify(value, null, 1);
      for (const { at, remove, insert } of changes) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + insert + text.slice(place + remove);
      }
      const fault = jsonFault(text);
      expect(fault === undefined, text).toBe(isJson(text));
    }),
    { numRuns: 2000, seed: Number(process.env.PROPERTY_SEED ?? 1) },
  );
});
