/** Gives a file's text, undefined where there is none. */
type Read = (path: string) => string | undefined;

/** The programs by which Open MPI starts ranks; they bind those to cores, and themselves to none. */
const launchers = /^(mpirun|mpiexec|orterun|orted|prterun|prted)/;

/** Physical cores, each by the first of its hardware threads. */
export type Cores = readonly number[];

/** The cores that a process may run on (Linux); undefined where the system does not tell. */
export function coresOf(process: number | 'self', read: Read): Cores | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(read(`/proc/${process}/status`) ?? '')?.[1];
  if (list === undefined) return undefined;
  const firstOf = (cpu: number): number => {
    const siblings = read(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`);
    return siblings === undefined ? cpu : (numbersIn(siblings)[0] ?? cpu);
  };
  return [...new Set(numbersIn(list).map(firstOf))];
}

/** Those that a rank might run on if its launcher did not bind it to some; undefined where no such launcher has started it. */
export function coresOfLauncher(parent: number, read: Read): Cores | undefined {
  return launchers.test(read(`/proc/${parent}/comm`) ?? '') ? coresOf(parent, read) : undefined;
}

/** A rank's share of its host's cores: of each that it may run on, one of as many parts as there are ranks that may too. */
export function shareOf(own: Cores, ofAll: readonly Cores[]): number {
  const parts = own.map((core) => 1 / ofAll.filter((cores) => cores.includes(core)).length);
  return parts.reduce((sum, part) => sum + part, 0);
}

/** `0-3,8` → 0, 1, 2, 3, 8. */
function numbersIn(list: string): number[] {
  return list
    .trim()
    .split(',')
    .flatMap((part) => {
      const [from = NaN, to = from] = part.split('-').map(Number);
      return Number.isInteger(from) && to >= from ? Array.from({ length: to - from + 1 }, (_, k) => from + k) : [];
    });
}
