import { describe, expect, it } from 'vitest';
import { coresOf, coresOfLauncher, shareOf } from './host-cores.ts';

/** Eight cores of two hardware threads each, k and k + 8; processes by number, what they may run on. */
const host =
  (allowed: Readonly<Record<string, string>>, names: Readonly<Record<string, string>> = {}) =>
  (path: string): string | undefined => {
    const [, process = '', what] = /^\/proc\/(\w+)\/(\w+)$/.exec(path) ?? [];
    if (what === 'comm') return names[process];
    if (what === 'status') return allowed[process] && `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${allowed[process]}\n`; // prettier-ignore
    const cpu = Number(/cpu(\d+)\/topology/.exec(path)?.[1]);
    return `${cpu % 8},${(cpu % 8) + 8}\n`;
  };

describe('the cores of a rank', () => {
  it('are physical ones', () => {
    expect(coresOf('self', host({ self: '0-15' }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(coresOf('self', host({ self: '2,10' }))).toEqual([2]);
    expect(coresOf('self', host({ self: '0-1,9,11-12' }))).toEqual([0, 1, 3, 4]);
    expect(coresOf('self', host({}))).toBeUndefined();
    const noTopology = (path: string): string | undefined =>
      path.endsWith('status') ? 'Cpus_allowed_list: 3-4' : undefined;
    expect(coresOf('self', noTopology)).toEqual([3, 4]);
  });

  it('are shared by the ranks that may run on them', () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(shareOf(all, [all, all])).toBe(4);
    // Bound to a core each, to two sockets of which one has two ranks, and half of them bound.
    expect(shareOf([3], [[2], [3]])).toBe(1);
    const [one, two] = [all.slice(0, 4), all.slice(4)];
    expect([one, one, two].map((own) => shareOf(own, [one, one, two]))).toEqual([2, 2, 4]);
    expect(shareOf(all, [all, [0], [1]])).toBe(7);
  });

  it('of the launcher are those of a program of Open MPI', () => {
    const allowed = { '7': '0-15' };
    expect(coresOfLauncher(7, host(allowed, { '7': 'mpirun.openmpi\n' }))).toHaveLength(8);
    expect(coresOfLauncher(7, host(allowed, { '7': 'orted\n' }))).toHaveLength(8);
    expect(coresOfLauncher(7, host(allowed, { '7': 'slurmstepd\n' }))).toBeUndefined();
  });
});
