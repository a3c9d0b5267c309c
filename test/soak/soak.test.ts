import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

// The short form of `npm run soak`, in a process of its own whose memory nothing else uses.

const root = new URL('../..', import.meta.url).pathname;

test.skipIf(!existsSync(`${root}dist/index.js`))(
  'steps, loads, samples and requests leave the memory as it was',
  () => {
    const how = [
      '--expose-gc',
      'test/soak/soak.mjs',
      '--steps',
      '1000',
      '--loads',
      '60',
      '--samples',
      '300',
      '--requests',
      '2400',
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, how, { cwd: root, encoding: 'utf8' });
    const figures = stdout.trim().split('\n').map((line) => JSON.parse(line) as { isFlat: boolean }); // prettier-ignore
    expect(stderr).toBe('');
    expect(figures.filter(({ isFlat }) => !isFlat)).toEqual([]);
    expect(figures).toHaveLength(4);
    expect(status).toBe(0);
  },
);
