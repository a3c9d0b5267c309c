import { median } from './statistics.mjs';
import { warmUp } from './warm-up.mjs';

/** How often a page is opened anew, without a cache, for the time to its first step. */
const openings = 5;

/**
 * A contestant in a page of its own, in a browser that all pages share: what `Worker` is for processes. It is asked in the
 * same way, and says besides how long its first step took from the page's start and how many bytes were fetched for it.
 */
export class PageWorker {
  #browser;
  #page;
  facts;
  secondsPerRepetition = 0;
  repetitions = 0;

  static async start({ module, options, label }, { browser, warmUpSeconds }) {
    const worker = new PageWorker(browser);
    const first = [];
    for (let opening = 0; opening < openings; opening++) {
      await worker.#page?.context().close();
      browser.forgetFetched();
      worker.#page = await browser.open(`?contestant=${module}`);
      worker.facts = await worker.#ask({ options });
      if (worker.facts.skipped !== undefined) {
        await worker.stop();
        return { skipped: worker.facts.skipped };
      }
      const { now, opened } = await worker.#ask({ repetitions: 1 });
      first.push((now - opened) / 1000);
    }
    worker.repetitions = 1;
    const { bytes, compressed } = browser.fetched();
    const megabytes = (count) => (count / 1e6).toFixed(1);
    worker.facts = {
      ...worker.facts,
      name: [worker.facts.name, label].filter(Boolean).join(', '),
      notes:
        `first step ${median(first).toFixed(2)} s after the page's start (median of ${openings}), ` +
        `${megabytes(compressed)} MB fetched (gzip; ${megabytes(bytes)} MB unpacked)`,
    };
    await warmUp(worker, warmUpSeconds);
    return worker;
  }

  constructor(browser) {
    this.#browser = browser;
  }

  /** Does `repetitions` units of work, by the page's own clock; processor time is that of all the browser's processes. */
  async block(repetitions) {
    this.repetitions += repetitions;
    const before = await this.#browser.cpuSeconds();
    const answer = await this.#ask({ repetitions });
    return { ...answer, cpuSeconds: (await this.#browser.cpuSeconds()) - before };
  }

  async stop() {
    await this.#page.context().close();
  }

  async #ask(message) {
    const answer = await this.#page.evaluate((asked) => globalThis.ask(asked), message);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
