// What listeners hear: every record once and in order, wherever the connection is cut and whatever happens to the log.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunSeries, RunSummary } from '../../src/studio/contract.ts';
import { listen, logOf, openStudio, putRun, stepLine } from './harness.ts';
import type { Heard, TestStudio } from './harness.ts';

let studio: TestStudio | undefined;
afterEach(async () => {
  await studio?.studio.close();
  studio = undefined;
});

type Records = Extract<Heard, { type: 'records' }>;
const recordsIn = (events: readonly Heard[]): Records[] => events.filter((event): event is Records => event.type === 'records'); // prettier-ignore
const stepsIn = (events: readonly Heard[]): number[] => recordsIn(events).flatMap(({ records }) => (records as { step: number }[]).map(({ step }) => step)); // prettier-ignore
const upTo = (step: number) => (events: readonly Heard[]) => stepsIn(events).at(-1) === step;
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, k) => first + k);
const lines = (first: number, last: number): string => range(first, last).map((step) => stepLine(step)).join(''); // prettier-ignore
/** Whole numbers below `most`, of a fixed seed. */
const dice = (seed: number) => {
  let count = 0;
  return (most: number): number => (Math.imul(seed * 7919 + ++count * 104_729, 2_654_435_761) >>> 8) % most;
};

describe('records', () => {
  it.each([1, 2, 3])('arrive once, in order, over connections that are cut anywhere (%i)', async (seed) => {
    studio = await openStudio();
    const roll = dice(seed);
    const log = logOf(putRun(studio.runs, 'a', { log: lines(1, 40) }));
    const id = await studio.idOf('a');
    const { cursor, position } = await studio.get<RunSeries>(`/api/runs/${id}/series`);
    expect(position).toBe(lines(1, 40).length);
    const text = lines(41, 400);
    const all: Heard[] = [];
    let [lastId, written]: [string | undefined, number] = [undefined, 0];
    for (let turn = 0; turn < 40; turn++) {
      // Pieces end anywhere, within lines too.
      const piece = text.slice(written, written + roll(6000));
      written += piece.length;
      log.append(piece);
      const events = await listen(studio, `?runs=${id}&from=${cursor}`, { lastId, cutAfter: 1 + roll(20_000), isEnough: (heard) => heard.length > roll(4) }); // prettier-ignore
      all.push(...events);
      lastId = events.at(-1)?.eventId ?? lastId;
    }
    log.append(text.slice(written));
    all.push(...(await listen(studio, `?runs=${id}&from=${cursor}`, { lastId, isEnough: upTo(400) })));
    expect(stepsIn(all)).toEqual(range(41, 400));
    expect(all.filter(({ type }) => type === 'restart')).toEqual([]);
    // Where each ends in the log is what the log has there.
    for (const { records, positions } of recordsIn(all)) {
      for (const [k, record] of (records as { step: number }[]).entries()) {
        expect(positions[k]).toBe(lines(1, record.step).length);
      }
    }
  });

  it('go on after the studio was started anew', async () => {
    studio = await openStudio();
    const { runs } = studio;
    const log = logOf(putRun(runs, 'a', { log: lines(1, 3) }));
    const id = await studio.idOf('a');
    const { cursor } = await studio.get<RunSeries>(`/api/runs/${id}/series`);
    log.append(lines(4, 6));
    const first = await listen(studio, `?runs=${id}&from=${cursor}`, { isEnough: upTo(6) });
    await studio.studio.close();
    log.append(lines(7, 9));
    studio = await openStudio(runs);
    const second = await listen(studio, `?runs=${id}`, { lastId: first.at(-1)!.eventId, isEnough: upTo(9) });
    expect(stepsIn([...first, ...second])).toEqual(range(4, 9));
    // What it knew of runs is said anew.
    expect(second.filter(({ type }) => type === 'run').length).toBeGreaterThanOrEqual(1);
  });

  it('begin with what comes, where no place is named', async () => {
    studio = await openStudio();
    const log = logOf(putRun(studio.runs, 'a', { log: `${lines(1, 500)}{"half` }));
    const id = await studio.idOf('a');
    let isAppended = false;
    const events = await listen(studio, `?runs=${id}`, {
      isEnough: (heard) => {
        if (!isAppended && heard.some(({ type }) => type === 'run')) {
          isAppended = true;
          log.append(`": 1}\n${lines(501, 502)}`);
        }
        return upTo(502)(heard);
      },
    });
    expect(recordsIn(events).flatMap(({ records }) => records)[0]).toEqual({ half: 1 });
    expect(stepsIn(events).slice(1)).toEqual([501, 502]);
  });

  it.each([
    ['was replaced by a shorter one', () => lines(1, 2)],
    ['was written anew, longer than it was', () => lines(901, 999)],
    ['is gone', () => undefined],
  ])('of a log that %s are announced by a restart', async (_, next) => {
    studio = await openStudio();
    const folder = putRun(studio.runs, 'a', { log: lines(1, 20) });
    const log = logOf(folder);
    const id = await studio.idOf('a');
    const { cursor } = await studio.get<RunSeries>(`/api/runs/${id}/series`);
    const text = next();
    if (text === undefined) rmSync(join(folder, 'metrics.jsonl'));
    else log.replace(text);
    let isAppended = false;
    const events = await listen(studio, `?runs=${id}&from=${cursor}`, {
      isEnough: (heard) => {
        const isAnew = heard.some(({ type }) => type === 'restart');
        if (isAnew && !isAppended) {
          isAppended = true;
          log.append(lines(1001, 1001));
        }
        return isAnew && upTo(1001)(heard);
      },
    });
    expect(stepsIn(events)).toEqual([1001]);
    const { series } = await studio.get<RunSeries>(`/api/runs/${id}/series?metrics=step.loss`);
    const wanted = [...(text ?? '').matchAll(/"step":(\d+)/g)].map(([, step]) => Number(step));
    expect(series[0]!.step).toEqual([...wanted, 1001]);
  });
});

describe('runs', () => {
  const runsIn = (events: readonly Heard[]): RunSummary[] => events.flatMap((event) => (event.type === 'run' ? event.run : [])); // prettier-ignore

  it('that come, change and go are said, and those that stay as they are once', async () => {
    studio = await openStudio();
    const { runs } = studio;
    putRun(runs, 'still', { log: lines(1, 5) });
    const log = logOf(putRun(runs, 'busy', { log: lines(1, 5) }));
    const acts: Record<string, () => void> = {
      'busy 5': () => {
        log.append(lines(6, 7));
      },
      'busy 7': () => {
        putRun(runs, 'sweep/trials/000');
      },
      'sweep/trials/000 0': () => {
        rmSync(join(runs, 'busy'), { recursive: true });
      },
    };
    const done = new Set<string>();
    const events = await listen(studio, '', {
      isEnough: (heard) => {
        for (const { name, step } of runsIn(heard)) {
          if (done.has(`${name} ${step}`)) continue;
          done.add(`${name} ${step}`);
          acts[`${name} ${step}`]?.();
        }
        return heard.some(({ type }) => type === 'gone');
      },
    });
    expect(events[0]).toMatchObject({ type: 'present', ids: { length: 2 } });
    const said = runsIn(events).map(({ name, step }) => `${name} ${step}`);
    expect(said.filter((each) => each.startsWith('still'))).toEqual(['still 5']);
    expect(said).toEqual(expect.arrayContaining(['busy 5', 'busy 7', 'sweep/trials/000 0']));
    // What was heard is not said again.
    const later = await listen(studio, '', { lastId: events.at(-1)!.eventId, isEnough: (heard) => { if (heard.length === 1) putRun(runs, 'new'); return runsIn(heard).length > 0; } }); // prettier-ignore
    expect([...new Set(runsIn(later).map(({ name }) => name))]).toEqual(['new']);
  });
});

describe('listeners', () => {
  it('beyond the bound get 503, and their places are free when they go', async () => {
    studio = await openStudio();
    const ends: AbortController[] = [];
    const open = async (): Promise<number> => {
      const end = new AbortController();
      ends.push(end);
      const { status, body } = await studio!.ask('/api/live', { signal: end.signal });
      if (status === 200) await body!.getReader().read();
      return status;
    };
    const statuses = await Promise.all(Array.from({ length: 66 }, open));
    expect(statuses.filter((status) => status === 503)).toHaveLength(2);
    for (const end of ends) end.abort();
    await expect.poll(open, { timeout: 60_000 }).toBe(200);
  });

  it('that ask for what there is not are told so', async () => {
    studio = await openStudio();
    expect((await studio.ask('/api/live?runs=nothing')).status).toBe(404);
    const id = 'a'.repeat(16);
    expect((await studio.ask(`/api/live?runs=${Array<string>(17).fill(id).join(',')}`)).status).toBe(400);
    for (const lastId of ['', 'x', '00000000.1;../..:x', ';;;', `00000000.${'9'.repeat(15)}`, 'a'.repeat(9000)]) {
      const events = await listen(studio, '', { lastId, isEnough: (heard) => heard.length > 0 });
      expect(events[0]!.type).toBe('present');
    }
  });

  it('do not keep the studio from ending', async () => {
    const own = await openStudio();
    const answer = await own.ask('/api/live');
    const reader = answer.body!.getReader();
    await reader.read();
    await own.studio.close();
    for (let isDone = false; !isDone;) isDone = (await reader.read()).done;
    await expect(own.ask('/api/about')).rejects.toThrow();
  });
});
