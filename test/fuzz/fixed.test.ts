import { describe, expect, test } from 'vitest';
import { RootsigmaError } from '../../src/core/index.ts';
import { formats } from './formats.ts';
import { hostile } from './hostile.ts';
import { attempt } from './run.ts';

// The same faults every time: at least fifty a format.

const leastCases = 50;

describe.each(Object.entries(formats))('%s', (name, format) => {
  const [seed = new Uint8Array(0)] = format.seeds;

  test('cut at thirty places: refused, unless it is text', async () => {
    for (let k = 0; k < 30; k++) {
      const cut = seed.subarray(0, Math.floor((k * seed.length) / 30));
      const isRead = await attempt(format, cut, `${name}, ${cut.length} bytes`);
      if (!format.isText) expect(isRead, `${cut.length} bytes`).toBe(false);
    }
  });

  test('each of its first bytes, and of its last, as 0, 127 and 255: read or refused', async () => {
    const places = Array.from({ length: Math.min(16, seed.length) }, (_, k) => [k, seed.length - 1 - k]).flat();
    for (const place of places) {
      for (const value of [0, 127, 255]) {
        await attempt(format, seed.with(place, value), `${name}, byte ${place} as ${value}`);
      }
    }
    expect(30 + 3 * places.length + (hostile[name]?.length ?? 0)).toBeGreaterThanOrEqual(leastCases);
  });

  test.each(hostile[name] ?? [])('%s', async (_, make, message) => {
    const bytes = make();
    if (!message) expect(await format.decode(bytes)).toBeDefined();
    else {
      const error = await Promise.resolve()
        .then(() => format.decode(bytes))
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(error).toBeInstanceOf(RootsigmaError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message.length).toBeLessThan(500);
    }
  });
});
