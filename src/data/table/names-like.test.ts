import { describe, expect, test } from 'vitest';
import { parseTableCsv, tableOf } from '../../io/index.ts';
import { TableEncoder, inferSchema } from '../index.ts';
import { TableGaps } from './fill-gaps.ts';
import { namesLike } from './names-like.ts';
import { tableSplits } from './table-dataset.ts';

const named = (...names: string[]) => tableOf(names.map((name) => ({ name, values: [] })));

describe('names of columns that are written otherwise', () => {
  test('case, blanks and what parts words, where only one can be meant', () => {
    expect([...namesLike(named(' AGE ', 'credit.limit', 'x'), ['age', 'Credit Limit', 'x'])]).toEqual([
      [' AGE ', 'age'],
      ['credit.limit', 'Credit Limit'],
    ]);
    expect(namesLike(named('Age', 'AGE'), ['age']).size).toBe(0);
    expect(namesLike(named('Age'), ['age', 'AGE']).size).toBe(0);
    // What is there to the letter is never another's.
    expect(namesLike(named('age', 'AGE'), ['age', 'income']).size).toBe(0);
    expect([...namesLike(named('AGE', 'age'), ['age', 'Age'])]).toEqual([['AGE', 'Age']]);
  });

  const people = parseTableCsv(
    `age,Home City,smoker\n${Array.from({ length: 40 }, (_, k) => `${20 + k},${['Bern', 'Oslo'][k % 2]!},${k % 3 ? 'yes' : 'no'}`).join('\n')}\n`,
  );
  const encoder = TableEncoder.fit(people, inferSchema(people));

  test('rows are encoded, and their gaps filled, as if the names were the same', () => {
    const other = parseTableCsv('SMOKER,home_city, Age\nyes,Bern,31\nno,,40\n');
    const same = parseTableCsv('smoker,Home City,age\nyes,Bern,31\nno,,40\n');
    expect(encoder.encode(other).codes).toEqual(encoder.encode(same).codes);
    const gaps = new TableGaps(other, encoder);
    expect([gaps.count, gaps.notes[0]]).toEqual([
      1,
      "columns taken for the model's, though written otherwise: 'Age' for 'age', 'home_city' for 'Home City', 'SMOKER' for 'smoker'.",
    ]);
    // The file keeps its own names.
    const [filled] = gaps.fill(gaps.encoded.reshape([1, 1, encoder.width]), { seed: 0 });
    expect(filled?.columns.map(({ name }) => name)).toEqual(['SMOKER', 'home_city', 'Age']);
    expect(filled?.columns[1]?.values[1]).toMatch(/Bern|Oslo/);
  });

  test('of data for a trained model too, which says so', () => {
    const like = {
      kind: 'table',
      source: 'people.csv',
      shape: [encoder.width],
      support: 'table',
      table: encoder.state,
    };
    const other = parseTableCsv('SMOKER,home_city, Age\nyes,Bern,31\nno,Oslo,40\n');
    const { train, notes } = tableSplits(other, { source: 'new.csv', like: like as never });
    expect(train.size).toBe(2);
    expect(notes.join('\n')).toMatch(/'home_city' for 'Home City'/);
  });

  test('a column that is missing altogether, and a file without names', () => {
    expect(() => encoder.encode(parseTableCsv('age,smoker\n3,yes\n'))).toThrow(
      /needs the column 'Home City'; there are 'age', 'smoker'\. Add it as a column of empty cells where nothing is known of it\./,
    );
    expect(() => encoder.encode(parseTableCsv('31,Bern,yes\n40,Oslo,no\n44,Oslo,no\n', { header: false }))).toThrow(
      /there are 'c1', 'c2', 'c3'\. The first line of the file holds values: put the names of the columns there\./,
    );
  });
});
