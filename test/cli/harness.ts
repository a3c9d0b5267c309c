import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/index.ts';
import type { CliContext } from '../../src/cli/index.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout as JSON. */
  readonly records: readonly Record<string, unknown>[];
}

export interface CliOptions {
  readonly env?: CliContext['env'];
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Makes stdout and stderr terminals. */
  readonly isTTY?: boolean;
  readonly onStderr?: (text: string) => void;
  readonly onStdout?: (text: string) => void;
  /** Of the window. */
  readonly rows?: number;
}

/** Runs one command line in this process and collects what it writes. */
export async function rootsigma(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  const { isTTY = false, env = {}, signal = new AbortController().signal } = options;
  const code = await run(argv, {
    stdout: {
      isTTY,
      ...(options.rows !== undefined && { columns: 120, rows: options.rows }),
      write: (text) => {
        stdout += text;
        options.onStdout?.(text);
      },
    },
    stderr: {
      isTTY,
      columns: 120,
      write: (text) => {
        stderr += text;
        options.onStderr?.(text);
      },
    },
    stdin: (async function* () {
      yield await Promise.resolve(new TextEncoder().encode(options.stdin ?? ''));
    })(),
    env,
    program: 'rootsigma',
    signal,
  });
  return {
    code,
    stdout,
    stderr,
    get records() {
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rootsigma-cli-'));
}

/** A run that takes a second. */
export const tiny = [
  ...['--count', '300', '--test-count', '60', '--latent', '3', '--hidden', '16'],
  ...['--batch-size', '50', '--seed', '1'],
];
