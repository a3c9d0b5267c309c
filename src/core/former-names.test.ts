import { describe, expect, it } from 'vitest';
import { ValueError, underPresentNames } from './index.ts';

const former = { samples: 'draws', colour: 'color' };

describe('underPresentNames', () => {
  it('takes former names, one notice each, and leaves the rest as it is', () => {
    const lines: string[] = [];
    const onNotice = (line: string): void => void lines.push(line);
    const present = (options: object): object => underPresentNames('f', options, former, { onNotice });
    expect(present({ draws: 3, seed: 0 })).toEqual({ draws: 3, seed: 0 });
    expect(lines).toEqual([]);
    expect(present({ samples: 3, seed: 0 })).toEqual({ draws: 3, seed: 0 });
    expect(lines).toEqual(["f: 'samples' is called 'draws' now; the former name is still taken."]);
    expect(present({ draws: undefined, samples: 3, colour: 'red' })).toEqual({ draws: 3, color: 'red' });
    expect(present({ samples: 3, draws: undefined })).toEqual({ draws: 3 });
    expect(present({ draws: 3, samples: undefined })).toEqual({ draws: 3 });
    expect(lines).toHaveLength(4);
  });

  it('refuses an option under both names, as who gives it writes them', () => {
    const how = { onNotice: () => undefined, written: (name: string) => `--${name}` };
    expect(() => underPresentNames('f', { draws: 2, samples: 2 }, former, how)).toThrow(ValueError);
    expect(() => underPresentNames('f', { draws: 2, samples: 2 }, former, how)).toThrow(/^f: --samples is the former/);
  });
});
