import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ValueError, checkOptions, noticesTo } from '../core/index.ts';
import { makeFolders, pathFault } from '../io/node/index.ts';
import { LocalServer, listen, newToken } from '../server/index.ts';
import { installRoutes } from './app.ts';
import { addressesOf } from './page/serve-pages.ts';
import type { StudioContext } from './context.ts';
import { studioOptionRules } from './options.ts';
import type { StudioOptions } from './options.ts';
import { readPageFiles } from './page/page-files.ts';
import { KnownRuns } from './runs/known-runs.ts';
import { RunFolders } from './runs/run-folders.ts';
import { Uploads } from './data/uploads.ts';
import { Watch } from './live/watch.ts';
import { Trainings } from './trainings/trainings.ts';

/** A studio that listens. */
export interface Studio {
  /** `http://127.0.0.1:8088` */
  readonly url: string;
  readonly port: number;
  /** What `Authorization: Bearer …` must say. */
  readonly token: string;
  /** The page with the token, in the fragment, which browsers send to nobody: `http://127.0.0.1:8088/#token=…` */
  readonly page: string;
  /** The folder of the runs, with no link in its path, and whether it was made just now. */
  readonly runs: string;
  readonly isNew: boolean;
  /** Stops what was started from here, which saves, and ends. */
  close(): Promise<void>;
}

/** The studio is for the machine that it runs on, and its person. */
const host = '127.0.0.1';
const usualPort = 8088;

/**
 * The studio: a local web app that shows the runs below a folder and starts trainings there. It listens on 127.0.0.1 alone, and everything
 * that says or does something asks for the token.
 *
 * @param runs the folder of the runs, made where there is none
 * @throws ValueError for a folder that is none or is itself a run, and for a port that cannot be listened on
 * @throws WriteError where the folder cannot be made
 */
export async function studio(runs = 'runs', options: StudioOptions = {}): Promise<Studio> {
  checkOptions('studio', options, studioOptionRules);
  const pages = readPageFiles(options.pages);
  const { root, isNew } = openRuns(runs);
  const { port = usualPort, token = newToken() } = options;
  const say = noticesTo(options.onNotice);
  const server = new LocalServer({
    host,
    token,
    open: addressesOf(pages),
    maxBody: 2 ** 20,
    maxBodies: 2 ** 24,
    onFault: (error, id) => {
      say(`request ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    },
  });
  const releases: (() => void | Promise<void>)[] = [];
  const known = new KnownRuns(new RunFolders(root));
  const data = options.data === undefined ? undefined : openData(options.data);
  const { maxUpload = 2 ** 30, maxUploads = 2 ** 33, maxTrainings = 2, grace = 60_000, lookEvery = 500 } = options;
  const uploads = new Uploads(root, { most: maxUpload, mostOfAll: maxUploads });
  const watch = new Watch(known, {
    every: lookEvery,
    onFault: (error) => {
      say(`the runs cannot be looked at: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  const trainings = new Trainings({
    ...{ runs: known, uploads, data, program: options.program, most: maxTrainings, say },
    onChange: () => void watch.hurry(),
  });
  const context: StudioContext = {
    ...{ server, runs: known, trainings, watch, uploads, data, options, say },
    onClose: (release) => {
      releases.push(release);
    },
  };
  context.onClose(() => trainings.close(grace));
  installRoutes(context, pages);
  const listening = await listen(server, {
    name: 'studio',
    host,
    port,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 600_000,
    idleTimeoutMs: 60_000,
    maxConnections: 256,
  });
  const { url } = listening;
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const release of releases.reverse()) await release();
    await listening.close(2000);
  };
  return {
    url,
    port: listening.port,
    token,
    page: `${url}/#token=${encodeURIComponent(token)}`,
    runs: root,
    isNew,
    close: () => (closed ??= close()),
  };
}

/** @throws ValueError */
function openData(folder: string): string {
  if (!existsSync(folder)) throw new ValueError(`studio: the folder of data ${folder} does not exist.`);
  const data = realpathSync(folder);
  if (!statSync(data).isDirectory())
    throw new ValueError(`studio: ${folder} is no folder; data are files and folders below one.`);
  return data;
}

/** @throws ValueError */
function openRuns(runs: string): { readonly root: string; readonly isNew: boolean } {
  const isNew = !existsSync(runs);
  if (isNew) {
    try {
      makeFolders(runs);
    } catch (error) {
      throw pathFault(runs, error);
    }
  }
  const root = realpathSync(runs);
  if (!statSync(root).isDirectory()) throw new ValueError(`studio: ${runs} is no folder.`);
  if (existsSync(join(root, 'config.json'))) {
    throw new ValueError(`studio: ${runs} is a run; name the folder that it is in: ${dirname(resolve(runs))}.`);
  }
  return { root, isNew };
}
