import { expect, test } from 'vitest';
import type { Store } from '../io/index.ts';
import { storeChecks } from './store-checks.ts';

/** The contract of a store, over an empty one at a time. A page runs the same checks (test/page). */
export function testStore(make: () => Store | Promise<Store>): void {
  test.each(storeChecks.map(({ what, check }) => [what, check] as const))('%s', async (_, check) => {
    const differences = await check(await make());
    expect(differences).toEqual([]);
  });
}
