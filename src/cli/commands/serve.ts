import { existsSync, readFileSync } from 'node:fs';
import { counted } from '../../core/index.ts';
import type { AccessEntry, RunAbout, RunsToServe, ServeOptions } from '../../serve/index.ts';
import { number, whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import type { EngineFlags } from '../open-run.ts';
import { choice, engineOptions, group, option, outputOptions } from '../flags.ts';
import type { Output, OutputOptions } from '../output.ts';

interface ServeFlags extends EngineFlags, OutputOptions {
  readonly host?: string;
  readonly port?: number;
  /** False of `--no-token`. */
  readonly token?: string | boolean;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
  readonly cors?: readonly string[];
  readonly maxBatch?: number;
  readonly maxWait?: number;
  readonly maxQueue?: number;
  readonly maxPerClient?: number;
  readonly maxBody?: number;
  readonly maxRows?: number;
  readonly deadline?: number;
  readonly grace?: number;
  readonly reloadEvery?: number;
  readonly log?: 'text' | 'json' | 'none';
}

const tokenVariable = 'ROOTSIGMA_TOKEN';

function listed(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

export const serveCommand: CommandRow<[runs: readonly string[]], ServeFlags> = {
  name: 'serve',
  summary: 'serve runs over HTTP: encode, decode, sample, reconstruct, score, explain, impute',
  args: [['<runs...>', "runs' folders; NAME=FOLDER gives one another name than its folder's"]],
  options: [
    option('--host <address>', 'where to listen (default: 127.0.0.1, this machine alone; 0.0.0.0 for all)'),
    option('--port <n>', 'the port; 0 takes any that is free (default: 8080)', whole(0, 65535)),
    ...group(
      'Access',
      option(
        '--token-file <file>',
        `what clients must send, Authorization: Bearer TOKEN, in a file; or in ${tokenVariable} (default: none on this machine alone, else one is made and said)`,
      ),
      option('--token <text>', 'the same as text, which other users of this machine can see'),
      option('--no-token', 'ask for none, also where others can reach it'),
      option('--allow-host <name>', 'a further name by which it is reached; repeatable, * for any', listed),
      option('--cors <origin>', 'an origin whose pages may ask, https://example.org; repeatable, * for any', listed),
    ),
    ...group(
      'Load',
      option('--max-batch <rows>', 'rows of requests that are computed together; 1: none are (default: 128)', whole(1, 1024)), // prettier-ignore
      option('--max-wait <ms>', 'how long a request waits for others, where as many as last time have not come yet (default: 2)', number), // prettier-ignore
      option('--max-queue <n>', 'requests that wait, at most; more get 503 (default: 1024)', whole(1)),
      option('--max-per-client <n>', "requests of one address under way, at most; more get 429 (default: no limit)", whole(1)), // prettier-ignore
      option('--max-body <bytes>', 'of a request; larger ones get 413 (default: 16 MiB)', whole(1)),
      option('--max-rows <n>', 'of a request (default: 10000)', whole(1)),
      option('--deadline <s>', 'after which a request gets 504 (default: 30)', number),
    ),
    option('--reload-every <s>', 'look so often for runs that were replaced; 0: never (default: 2)', number),
    option('--grace <s>', 'time that requests have to end on Ctrl-C or SIGTERM (default: 10)', number),
    choice('--log <how>', 'a line on stderr for each request (default: text)', ['text', 'json', 'none']),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma serve runs/digits-diagonal',
    'rootsigma serve runs/digits-diagonal people=runs/people-diagonal-2 --port 9000',
    'rootsigma serve runs/people --host 0.0.0.0 --token-file token.txt --log json',
  ],
  stopsItself: true,
  run: serveRuns,
};

async function serveRuns(
  context: CommandContext,
  [paths]: [runs: readonly string[]],
  flags: ServeFlags,
): Promise<undefined> {
  const { output, signal, stderr } = context;
  const { accessLine, serve } = await import('../../serve/index.ts');
  const { token, isMade } = await tokenFor(context, flags);
  const { log = 'text' } = flags;
  const onAccess = (entry: AccessEntry): void => {
    stderr.write(`${accessLine(entry, log === 'json' ? 'json' : 'text')}\n`);
  };
  const server = await serve(await namedPaths(paths), {
    ...optionsOf(flags),
    ...(token !== undefined && { token }),
    ...(log !== 'none' && { onAccess }),
    onNotice: (line) => {
      output.note(line);
    },
  });
  try {
    const runs = server.app.describe();
    sayWhere(output, { url: server.url, port: server.port, runs, made: isMade ? token : undefined });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else
        signal.addEventListener(
          'abort',
          () => {
            resolve();
          },
          { once: true },
        );
    });
    output.note('Ending: no more requests are taken.');
  } finally {
    const cut = await server.close();
    if (cut > 0) output.note(`${counted(cut, 'connection')} had not ended and ${cut === 1 ? 'was' : 'were'} cut.`);
  }
  return undefined;
}

function optionsOf(flags: ServeFlags): ServeOptions {
  const milliseconds = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : Math.round(seconds * 1000);
  const { host, port, allowHost, cors, maxBatch, maxWait, maxQueue, maxPerClient, maxBody, maxRows } = flags;
  const { engine, threads } = flags;
  return {
    ...{ host, port, cors, maxBatch, maxWait, maxQueue, maxPerClient, maxBody, maxRows },
    allowedHosts: allowHost,
    deadline: milliseconds(flags.deadline),
    grace: milliseconds(flags.grace),
    reloadEvery: milliseconds(flags.reloadEvery),
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
  };
}

/** The token that is asked for: the one that was given, or a new one where others can reach the server. */
async function tokenFor(
  { env }: CommandContext,
  { token, tokenFile, host = '127.0.0.1' }: ServeFlags,
): Promise<{ readonly token: string | undefined; readonly isMade: boolean }> {
  const { isLoopback, newToken } = await import('../../serve/index.ts');
  const fromEnv = env[tokenVariable];
  const given = [typeof token === 'string' ? token : undefined, tokenFile, fromEnv].filter(
    (each) => each !== undefined,
  );
  if (token === false && tokenFile !== undefined) throw new UsageError('--no-token asks for none, and --token-file names one: choose one.'); // prettier-ignore
  if (token === false) return { token: undefined, isMade: false };
  if (typeof token === 'string' && tokenFile !== undefined)
    throw new UsageError('--token and --token-file: choose one.');
  if (given.length === 0)
    return isLoopback(host) ? { token: undefined, isMade: false } : { token: newToken(), isMade: true };
  const chosen = typeof token === 'string' ? token : tokenFile === undefined ? fromEnv : readToken(tokenFile);
  return { token: chosen, isMade: false };
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file ${path}: cannot be read (${error instanceof Error ? error.message : String(error)}).`); // prettier-ignore
  }
}

/** Runs by name: `NAME=FOLDER`, or a folder, which may have an equals sign in it. @throws UsageError for a name that comes twice */
async function namedPaths(paths: readonly string[]): Promise<RunsToServe> {
  const { nameFor } = await import('../../serve/index.ts');
  const named = new Map<string, string>();
  for (const text of paths) {
    const [, name = '', folder = ''] = existsSync(text) ? [] : (/^([\w.-]+)=(.+)$/s.exec(text) ?? []);
    const path = folder === '' ? text : folder;
    const own = folder === '' ? nameFor(text) : name;
    const other = named.get(own);
    if (other !== undefined) throw new UsageError(`'${other}' and '${path}' are both named '${own}': name one of them, NAME=FOLDER.`); // prettier-ignore
    named.set(own, path);
  }
  return Object.fromEntries(named);
}

interface Where {
  readonly url: string;
  readonly port: number;
  readonly runs: readonly RunAbout[];
  /** The token, where it was made here. */
  readonly made: string | undefined;
}

function sayWhere(output: Output, { url, port, runs, made }: Where): void {
  if (output.json) {
    output.record({ url, port, runs: runs.map(({ name }) => name), ...(made !== undefined && { token: made }) });
  }
  output.say(`Serving ${counted(runs.length, 'run')} at ${url}`);
  for (const { name, takes, exampleShape, columns = [], latent } of runs) {
    const what =
      takes === 'rows' ? `rows of ${counted(columns.length, 'column')}` : `arrays of ${exampleShape.join('×')}`;
    output.say(`  ${name}: ${what}, ${counted(latent, 'latent dimension')}`);
  }
  if (made !== undefined) output.say(`Token, made for this server: ${made}`);
  output.say(
    `Try it out in a browser: ${url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')}/${made === undefined ? '' : `#token=${made}`}`,
  );
}
