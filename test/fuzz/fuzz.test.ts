import { describe, expect, test } from 'vitest';
import { formats } from './formats.ts';
import { fuzz } from './run.ts';

// Whatever a file holds, it is read or refused by an error of this library. A million a format: npm run fuzz.

describe.each(Object.entries(formats))('%s', (name, format) => {
  test('sound files are read', async () => {
    for (const seed of format.seeds) expect(await format.decode(seed)).toBeDefined();
  });

  test('2,000 damaged files', async () => {
    const { read, refused } = await fuzz(name, format, { count: 2000 });
    expect(read + refused).toBe(2000);
    // Damage that nothing ever notices, or that is always noticed by the first look, would try little.
    expect(refused).toBeGreaterThan(0);
    expect(read).toBeGreaterThan(0);
  });
});
