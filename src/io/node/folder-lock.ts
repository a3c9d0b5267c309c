import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../core/index.ts';
import { patiently, systemCalls, writeAll } from './file-calls.ts';
import type { FileCalls } from './file-calls.ts';
import { hasNoLinks, temporaryFor, temporaryName } from './files.ts';
import { isAlive, thisProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** The file that says who writes in a folder; what is beside it, `.lock.TOKEN`, says who takes it over. */
export const lockName = '.lock';

/** How often an owner writes anew that it is there, and after how long a silence one of another machine counts as gone. */
const beatMs = 10_000;
const silenceMs = 120_000;
/** How long a process may take between making the file and writing its name into it, where it cannot do both at once. */
const writingMs = 2000;

interface Owner extends ProcessIdentity {
  /** Of this lock, told from all others of the same process. */
  readonly token: string;
}

/** Who writes in a folder. */
export interface LockWriter {
  readonly host: string;
  readonly pid: number;
  /** Whether it is a process of this machine. */
  readonly isHere: boolean;
  /** Whether the lock names that very process, and not one that happens to have its number. */
  readonly isProven: boolean;
}

/** What a lock's file says, and whether that owner still counts. */
interface Found {
  readonly token: string;
  readonly isGone: boolean;
  /** For messages. */
  readonly who: string;
}

/** Somebody else has the lock, or is about to take it over. */
export class HeldError extends Error {
  readonly who: string;
  readonly isTakenOver: boolean;

  constructor({ who }: Found, isTakenOver: boolean) {
    super(who);
    this.who = who;
    this.isTakenOver = isTakenOver;
  }
}

/**
 * The lock of a folder, held by this process until it is released. The file appears with its contents in one step (a hard
 * link to one that was written before), so of many processes one makes it.
 *
 * An owner that is gone is succeeded in two steps, so that of many successors one succeeds: whoever makes `.lock.TOKEN`, named
 * by the lock that is to be replaced, and finds that lock still there, may rename this file over it; nobody else may. Where a
 * successor died before it did so, `.lock.TOKEN` is succeeded in the same way.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #calls: FileCalls;
  readonly #owner: Owner;
  #lastBeat = performance.now();
  #beating: NodeJS.Timeout | undefined;

  private constructor(folder: string, owner: Owner, calls: FileCalls) {
    this.#folder = folder;
    this.#owner = owner;
    this.#calls = calls;
  }

  /** @throws HeldError; what the file system throws */
  static take(folder: string, calls: FileCalls): FolderLock {
    const lock = new FolderLock(folder, { ...thisProcess(), token: crypto.randomUUID() }, calls);
    const written = join(folder, temporaryFor(lockName));
    try {
      write(written, lock.#record, calls);
      lock.#take(lockName, written);
    } finally {
      calls.rmSync(written, { force: true });
    }
    lock.#beating = setInterval(() => {
      lock.beat();
    }, beatMs).unref();
    return lock;
  }

  /** Who writes in a folder now, for messages; undefined where nobody does. Takes and changes nothing. */
  static holder(folder: string, calls: FileCalls = systemCalls): string | undefined {
    const found = new FolderLock(folder, { ...thisProcess(), token: 'none' }, calls).#read(lockName);
    return found && !found.isGone ? found.who : undefined;
  }

  /**
   * Who writes in a folder, by what its lock's file holds; undefined where nobody does.
   * @param quietMs how long ago the file was written
   */
  static writer(text: string, quietMs: number): LockWriter | undefined {
    const owner = ownerOf(text);
    if (!owner) return undefined;
    const alive = isAlive(owner);
    if (!(alive ?? quietMs <= silenceMs)) return undefined;
    const { host, pid, boot, started } = owner;
    // A file may say anything: of a process that it names by all that tells one from another, it is right.
    return { host, pid, isHere: alive === true, isProven: alive === true && boot !== '' && started !== '' && text.includes('"boot"') }; // prettier-ignore
  }

  /** What became of the lock; undefined as long as this process has it. */
  get loss(): string | undefined {
    const found = this.#read(lockName);
    if (found?.token === this.#owner.token) return undefined;
    return found ? `${found.who} has it` : `the file ${lockName} is gone`;
  }

  /** Says that the owner is there, where it is time to: the file's own time is what others look at. */
  beat(): void {
    if (performance.now() - this.#lastBeat < beatMs / 2) return;
    this.#lastBeat = performance.now();
    try {
      const file = this.#calls.openSync(join(this.#folder, lockName), 'r+');
      try {
        // Of this very file: by now it may be another's.
        const isOwn = ownerOf(readFileSync(file, 'utf8'))?.token === this.#owner.token;
        const record = this.#record;
        if (isOwn) this.#calls.writeSync(file, record, 0, record.length, 0);
      } finally {
        this.#calls.closeSync(file);
      }
    } catch {
      // A beat that is missed is no fault; the next write says what is wrong.
    }
  }

  release(): void {
    clearInterval(this.#beating);
    if (this.loss !== undefined) return;
    patiently(() => {
      this.#calls.rmSync(join(this.#folder, lockName), { force: true });
    });
  }

  /** Removes what processes that were killed have left in folders of the run: only the owner knows that nobody writes there. */
  clean(folders: readonly string[]): void {
    for (const folder of folders) {
      for (const name of namesIn(join(this.#folder, folder))) {
        const pid = temporaryName.exec(name)?.[1];
        const isLeft = pid === undefined ? this.#isOldClaim(name) : isOfNobody(Number(pid));
        if (isLeft) this.#calls.rmSync(join(this.#folder, folder, name), { force: true });
      }
    }
  }

  #isOldClaim(name: string): boolean {
    return name.startsWith(`${lockName}.`) && name !== `${lockName}.${this.#owner.token}`;
  }

  get #record(): Uint8Array {
    return new TextEncoder().encode(`${JSON.stringify(this.#owner)}\n`);
  }

  /** Makes the file `name` this process's. @throws HeldError when it is that of somebody who is there */
  #take(name: string, written: string): void {
    const path = join(this.#folder, name);
    while (!this.#make(path, written)) {
      const found = this.#read(name, written);
      if (!found) continue;
      if (!found.isGone) throw new HeldError(found, name !== lockName);
      const claim = `${lockName}.${found.token}`;
      this.#take(claim, written);
      const mayReplace = this.#read(name)?.token === found.token;
      const move = (): void => {
        if (mayReplace) this.#calls.renameSync(join(this.#folder, claim), path);
        else this.#calls.rmSync(join(this.#folder, claim), { force: true });
      };
      patiently(move);
      if (this.#read(name)?.token === this.#owner.token) return;
    }
  }

  /** False when the file is there already: of two processes, one makes it. */
  #make(path: string, written: string): boolean {
    try {
      this.#calls.linkSync(written, path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      if (!hasNoLinks(error)) throw error;
    }
    try {
      write(path, this.#record, this.#calls);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** @param now a file that was written just now, whose time tells the time where the folder is kept; undefined where no file is */
  #read(name: string, now?: string): Found | undefined {
    const path = join(this.#folder, name);
    try {
      const quietMs = (now === undefined ? Date.now() : statSync(now).mtimeMs) - statSync(path).mtimeMs;
      const owner = ownerOf(readFileSync(path, 'utf8'));
      if (!owner) return { token: 'unreadable', isGone: quietMs > writingMs, who: 'another process' };
      const alive = isAlive(owner);
      const heard = `last heard of ${Math.max(0, Math.round(quietMs / 1000))} s ago; after ${silenceMs / 1000} s it counts as gone`;
      return {
        token: owner.token,
        isGone: alive === undefined ? quietMs > silenceMs : !alive,
        who: `process ${owner.pid} on ${owner.host}${alive === undefined ? ` (${heard})` : ''}`,
      };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** Undefined for what is no owner: half a file, or none of ours. */
function ownerOf(text: string): Owner | undefined {
  try {
    const { host, pid, ...rest } = JSON.parse(text) as Partial<Owner>;
    if (typeof host !== 'string' || typeof pid !== 'number') return undefined;
    // Earlier versions wrote no more than these two.
    const { boot = thisProcess().boot, started = '', token = String(pid) } = rest;
    return /^[\w-]+$/.test(token) ? { host, pid, boot, started, token } : undefined;
  } catch {
    return undefined;
  }
}

/** This process writes nothing while it takes a lock. */
function isOfNobody(pid: number): boolean {
  return pid === process.pid || isAlive({ ...thisProcess(), pid, started: '' }) === false;
}

/** @throws EEXIST when the file is there already */
function write(path: string, contents: Uint8Array, calls: FileCalls): void {
  const file = calls.openSync(path, 'wx');
  try {
    writeAll(calls, file, contents);
  } finally {
    calls.closeSync(file);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
