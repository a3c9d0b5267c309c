/** Gives a file's text, undefined where there is none. */
type Read = (path: string) => string | undefined;

const root = '/sys/fs/cgroup';

/**
 * How many cores' time Linux's control groups leave this process, Infinity where they say nothing: the least of its group's
 * and of those around it. Containers are limited so (`docker run --cpus`), and services (CPUQuota).
 */
export function cpuQuota(read: Read): number {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  const quotas = groups.flatMap(([, controllers = '', ...path]) => {
    const folders = foldersUpFrom(path.join(':'));
    if (controllers === '') return folders.map((folder) => quotaOf(read(`${root}${folder}/cpu.max`)));
    if (!controllers.split(',').includes('cpu')) return [];
    // The mount has the controllers' names, or a link that has the one.
    return folders.flatMap((folder) =>
      [...new Set([controllers, 'cpu'])].map((mount) => {
        const [quota, period] = ['quota', 'period'].map((what) => read(`${root}/${mount}${folder}/cpu.cfs_${what}_us`));
        return quotaOf(quota === undefined || period === undefined ? undefined : `${quota} ${period}`);
      }),
    );
  });
  return Math.min(Infinity, ...quotas);
}

/** `/a/b`, `/a` and the root, which is empty. A container may be told a path that is not there: the root is its own then. */
function foldersUpFrom(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return names.map((_, k) => `/${names.slice(0, names.length - k).join('/')}`).concat('');
}

/** Of microseconds in each period: `200000 100000`, `max 100000`, `-1 100000`. */
function quotaOf(text: string | undefined): number {
  const [quota, period] = (text ?? '').trim().split(/\s+/).map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity;
}
