import { describe, expect, it } from 'vitest';
import { cpuQuota } from './cpu-quota.ts';

const quotaWith = (files: Readonly<Record<string, string>>): number => cpuQuota((path) => files[path]);
const self = '/proc/self/cgroup';
const root = '/sys/fs/cgroup';

describe('cpuQuota', () => {
  it('is the least of the groups around the process, version 2', () => {
    const files = {
      [self]: '0::/system.slice/train.service\n',
      [`${root}/system.slice/train.service/cpu.max`]: 'max 100000\n',
      [`${root}/system.slice/cpu.max`]: '150000 100000\n',
      [`${root}/cpu.max`]: '400000 100000\n',
    };
    expect(quotaWith(files)).toBe(1.5);
  });

  it("is the container's own, whose root is its group", () => {
    expect(quotaWith({ [self]: '0::/\n', [`${root}/cpu.max`]: '100000 100000\n' })).toBe(1);
    // Without a namespace of its own the container is told the host's path.
    expect(quotaWith({ [self]: '0::/docker/4f/..\n', [`${root}/cpu.max`]: '50000 100000\n' })).toBe(0.5);
  });

  it.each(['cpu,cpuacct', 'cpu'])('is found in version 1, mounted as %s', (mount) => {
    const files = {
      [self]: '12:pids:/docker/4f\n4:cpu,cpuacct:/docker/4f\n1:name=systemd:/a:b\n',
      [`${root}/${mount}/docker/4f/cpu.cfs_quota_us`]: '200000\n',
      [`${root}/${mount}/docker/4f/cpu.cfs_period_us`]: '100000\n',
      [`${root}/${mount}/cpu.cfs_quota_us`]: '-1\n',
      [`${root}/${mount}/cpu.cfs_period_us`]: '100000\n',
    };
    expect(quotaWith(files)).toBe(2);
  });

  it('is none where nothing is said, or nothing that makes sense', () => {
    expect(quotaWith({})).toBe(Infinity);
    expect(quotaWith({ [self]: '0::/\n' })).toBe(Infinity);
    expect(quotaWith({ [self]: 'nonsense', [`${root}/cpu.max`]: 'max 100000' })).toBe(Infinity);
    expect(quotaWith({ [self]: '0::/\n', [`${root}/cpu.max`]: 'max 100000' })).toBe(Infinity);
    expect(quotaWith({ [self]: '0::/\n', [`${root}/cpu.max`]: '0 100000' })).toBe(Infinity);
    expect(quotaWith({ [self]: '0::/\n', [`${root}/cpu.max`]: 'many' })).toBe(Infinity);
  });
});
