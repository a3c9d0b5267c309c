import { spawn } from 'node:child_process';
import { number, whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { group, option, outputOptions } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

interface StudioFlags extends OutputOptions {
  readonly data?: string;
  readonly port?: number;
  readonly open?: boolean;
  readonly maxUpload?: number;
  readonly maxTrainings?: number;
  readonly grace?: number;
}

export const studioCommand: CommandRow<[runs: string | undefined], StudioFlags> = {
  name: 'studio',
  summary: 'watch runs, compare them and start new ones in the browser, on this machine alone',
  args: [
    ['[runs]', "the folder of the runs, in which new ones are written; made where there is none (default: 'runs')"],
  ],
  options: [
    option(
      '--data <folder>',
      'offer the files and folders below it as data (default: built-in sets and uploads alone)',
    ),
    option('--port <n>', 'the port; 0 takes any that is free (default: 8088)', whole(0, 65535)),
    option('--open', 'open the page in the browser'),
    ...group(
      'Bounds',
      option('--max-trainings <n>', 'trainings started from the page that run at once (default: 2)', whole(1, 64)),
      option('--max-upload <bytes>', 'of one upload; all together take eight times as much at most (default: 1 GiB)', whole(1)), // prettier-ignore
      option('--grace <s>', 'time that trainings have to save on Ctrl-C (default: 60)', number),
    ),
    ...outputOptions,
  ],
  examples: [
    'rootsigma studio',
    'rootsigma studio runs --data ~/pictures --open',
    'rootsigma studio experiments --port 0 --json',
  ],
  stopsItself: true,
  run: openStudio,
};

async function openStudio(
  { output, signal }: CommandContext,
  [runs]: [runs: string | undefined],
  { data, port, open, maxUpload, maxTrainings, grace }: StudioFlags,
): Promise<undefined> {
  const { studio } = await import('../../studio/index.ts');
  const opened = await studio(runs, {
    ...{ data, port, maxUpload, maxTrainings },
    ...(maxUpload !== undefined && { maxUploads: 8 * maxUpload }),
    grace: grace === undefined ? undefined : Math.round(grace * 1000),
    onNotice: (line) => {
      output.note(line);
    },
  });
  try {
    if (opened.isNew) output.note(`The folder ${opened.runs} was made; runs will be in it.`);
    if (output.json) output.record({ url: opened.url, port: opened.port, token: opened.token, runs: opened.runs });
    output.say(`Studio of ${opened.runs}, for this machine alone. Open in a browser:`, `  ${opened.page}`);
    output.note('Ctrl-C ends it; trainings started from it save and stop then.');
    if (open === true) openInBrowser(opened.page);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => { resolve(); }, { once: true }); // prettier-ignore
    });
  } finally {
    await opened.close();
  }
  return undefined;
}

/** As the desktop opens addresses; where there is none, nothing happens: the address has been said. */
function openInBrowser(page: string): void {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', []]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler']]
        : ['xdg-open', []];
  const child = spawn(program, [...args, page], { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
