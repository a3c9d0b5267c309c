import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** One process, told from every other there was or will be. */
export interface ProcessIdentity {
  readonly host: string;
  /**
   * Within which the same number is the same process: a start of the machine and, as containers number theirs anew, Linux's
   * name space of processes. Empty where the system does not say.
   */
  readonly boot: string;
  readonly pid: number;
  /** When the process began, in the system's own words: numbers are given again. Empty where the system does not say. */
  readonly started: string;
}

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  return (own ??= { host: hostname(), boot: bootOf(), pid: process.pid, started: startOf(process.pid) ?? '' });
}

/**
 * Whether a process of this machine is alive, be it stopped or not; undefined for one of which this machine cannot know: of
 * another host, of another start of it, in another container.
 */
export function isAlive({ host, boot, pid, started }: ProcessIdentity): boolean | undefined {
  const self = thisProcess();
  if (host !== self.host || boot !== self.boot) return undefined;
  const found = startOf(pid);
  if (found === undefined) return false;
  return started === '' || found === '' || found === started;
}

function bootOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** When a process began; undefined where there is none, empty where there is one and its beginning is not known. */
function startOf(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === 'linux') return startOnLinux(pid);
  return process.platform === 'win32' ? '' : startByPs(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of somebody else's process one may not even ask.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** In clock ticks since the machine's start (proc(5)); what has ended and was not waited for yet is gone. */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZXx]/.test(fields[0] ?? '') ? undefined : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function startByPs(pid: number): string {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim();
  } catch {
    return '';
  }
}
