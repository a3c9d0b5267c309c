import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';
import type { Crew } from './pace.ts';

/** Takes steps for so many milliseconds of a clock of its own, and says how many each crew took. */
class Machine {
  now = 0;
  readonly pace = new Pace(() => this.now);

  run(milliseconds: number, stepMs: Readonly<Record<Crew, number>>): { one: number; all: number; last: Crew } {
    const count = { one: 0, all: 0, last: 'all' as Crew };
    for (const end = this.now + milliseconds; this.now < end;) {
      const crew = this.pace.next();
      this.now += stepMs[crew];
      this.pace.add(stepMs[crew]);
      count[crew]++;
      count.last = crew;
    }
    return count;
  }
}

const idle = { one: 3.4, all: 2.5 };
const busy = { one: 3.5, all: 8 };

describe('Pace', () => {
  it('has all threads at work where that is faster, and spends little on finding out', () => {
    const { one, all } = new Machine().run(60_000, idle);
    expect((one * idle.one) / 60_000).toBeLessThan(0.02);
    expect(all).toBeGreaterThan(20_000);
  });

  it('has one thread at work where another program takes a core', () => {
    const { one, all } = new Machine().run(60_000, busy);
    const mean = 60_000 / (one + all);
    expect(mean / busy.one).toBeLessThan(1.04);
  });

  it('changes within a second when the core is taken, and within six when it is free again', () => {
    const machine = new Machine();
    machine.run(30_000, idle);
    machine.run(1000, busy);
    expect(machine.run(2000, busy).all).toBeLessThan(60);
    machine.run(30_000, busy);
    machine.run(6000, idle);
    expect(machine.run(2000, idle).one).toBeLessThan(60);
  });

  it('stays where the other is but a little faster', () => {
    expect(new Machine().run(20_000, { one: 2.45, all: 2.5 }).last).toBe('all');
  });

  it('is not led astray by one long step in each trial', () => {
    const machine = new Machine();
    let steps = 0;
    let ones = 0;
    while (machine.now < 20_000) {
      const crew = machine.pace.next();
      const time = idle[crew] + (steps++ % 25 === 0 ? 30 : 0);
      machine.now += time;
      machine.pace.add(time);
      if (crew === 'one') ones++;
    }
    expect(ones / steps).toBeLessThan(0.1);
  });

  it('counts no step whose caches hold what others left: the first after a change', () => {
    const machine = new Machine();
    let last: Crew | undefined;
    const count = { one: 0, all: 0 };
    while (machine.now < 30_000) {
      const crew = machine.pace.next();
      // All together start slowly, and are faster from then on.
      const time = crew === 'all' && last === 'one' ? 60 : idle[crew];
      machine.now += time;
      machine.pace.add(time);
      count[crew]++;
      last = crew;
    }
    expect(count.one / (count.one + count.all)).toBeLessThan(0.05);
  });

  it('gives both crews as many steps in each turn of a trial', () => {
    const machine = new Machine();
    const turns: { crew: Crew; steps: number }[] = [];
    while (machine.now < 10_000) {
      const crew = machine.pace.next();
      machine.now += idle[crew];
      machine.pace.add(idle[crew]);
      const turn = turns.at(-1);
      if (turn?.crew === crew) turn.steps++;
      else turns.push({ crew, steps: 1 });
    }
    // All work; then one, all, one, all, of which the last turn runs on into the time after.
    const trials = Array.from({ length: Math.floor((turns.length - 1) / 4) }, (_, k) => turns.slice(4 * k + 1, 4 * k + 4)); // prettier-ignore
    expect(trials.length).toBeGreaterThan(0);
    for (const [first, second, third] of trials) {
      expect([first!.crew, second!.crew, third!.crew]).toEqual(['one', 'all', 'one']);
      expect([second!.steps, third!.steps]).toEqual([first!.steps, first!.steps]);
    }
  });

  it('compares few steps where they take long', () => {
    const { one } = new Machine().run(120_000, { one: 900, all: 600 });
    expect(one).toBeLessThan(30);
  });
});
