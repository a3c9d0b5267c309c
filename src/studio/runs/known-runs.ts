import type { RunDetail, RunSummary } from '../contract.ts';
import { ConfigReader } from './config-facts.ts';
import { filesOf, picturesOf } from './run-files.ts';
import type { RunFolders, RunPlace } from './run-folders.ts';
import type { Readiness } from './readiness.ts';
import { RunLog } from './run-log.ts';
import { printOf, summaryOf, writerOf } from './summary.ts';
import type { OwnKnowledge } from './summary.ts';

/** Bytes that columns of all runs may take: those that were asked for least lately are let go. */
const mostColumnBytes = 2 ** 28;

/** What is kept of a run. */
interface Known {
  readonly log: RunLog;
  readonly config: ConfigReader;
  /** What it came to, and by what is told that it would come to the same. */
  last: { readonly print: string; readonly summary: RunSummary } | undefined;
}

/** The runs of the studio, and what is known of each. */
export class KnownRuns {
  readonly folders: RunFolders;
  readonly #known = new Map<string, Known>();
  #own: (place: RunPlace) => OwnKnowledge = () => ({});

  constructor(folders: RunFolders) {
    this.folders = folders;
  }

  /** What else the studio knows of a run. */
  alsoKnows(own: (place: RunPlace) => OwnKnowledge): void {
    this.#own = own;
  }

  /** A line for each run, by name. */
  async summaries(): Promise<RunSummary[]> {
    const places = this.folders.all();
    const present = new Set(places.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id);
    const found: RunSummary[] = [];
    for (const [at, place] of places.entries()) {
      found.push(await this.summary(place));
      // Others are answered between many of them.
      if (at % 50 === 49) await new Promise<void>((resolve) => { setImmediate(resolve); }); // prettier-ignore
    }
    return found;
  }

  async summary(place: RunPlace): Promise<RunSummary> {
    const known = this.#of(place);
    const [own, writer] = [this.#own(place), writerOf(place)];
    const print = JSON.stringify([printOf(place), own, writer]);
    if (known.last?.print === print) return known.last.summary;
    const facts = await known.log.facts();
    const summary = summaryOf(place, { config: known.config.read(), facts, writer, ...own });
    known.last = { print, summary };
    return summary;
  }

  async detail(place: RunPlace): Promise<Omit<RunDetail, keyof Readiness | 'log'>> {
    const summary = await this.summary(place);
    const { value } = this.config(place);
    return { ...summary, config: value, files: filesOf(place), pictures: picturesOf(place) };
  }

  config(place: RunPlace): ReturnType<ConfigReader['read']> {
    return this.#of(place).config.read();
  }

  /** Its log; what others' columns take beyond the bound is let go. */
  log(place: RunPlace): RunLog {
    const known = this.#of(place);
    this.#known.delete(place.id);
    this.#known.set(place.id, known);
    let bytes = 0;
    for (const { log } of [...this.#known.values()].reverse()) {
      bytes += log.bytes;
      if (bytes > mostColumnBytes && log !== known.log) log.forget();
    }
    return known.log;
  }

  #of(place: RunPlace): Known {
    let known = this.#known.get(place.id);
    if (!known) this.#known.set(place.id, (known = { log: new RunLog(place), config: new ConfigReader(place), last: undefined })); // prettier-ignore
    return known;
  }
}
