import type { LocalServer } from '../server/index.ts';
import type { Watch } from './live/watch.ts';
import type { KnownRuns } from './runs/known-runs.ts';
import type { StudioOptions } from './options.ts';
import type { Uploads } from './data/uploads.ts';
import type { Trainings } from './trainings/trainings.ts';

/** What every part of the studio's server gets to install its routes with. */
export interface StudioContext {
  /** `server.app` is where routes go: all below /api ask for the token. Bodies are read by `server.body`. */
  readonly server: LocalServer;
  /** `runs.folders.find(id)` is the place of a run; nothing of a request becomes a path. */
  readonly runs: KnownRuns;
  readonly trainings: Trainings;
  /** Tells listeners what changed; `hurry` has it look now. */
  readonly watch: Watch;
  readonly uploads: Uploads;
  /** The folder given by `data`, with no link in its path. */
  readonly data: string | undefined;
  readonly options: StudioOptions;
  readonly say: (line: string) => void;
  /** To be done when the studio ends, before its connections do. */
  onClose(release: () => void | Promise<void>): void;
}
