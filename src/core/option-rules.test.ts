import { describe, expect, it } from 'vitest';
import { ValueError, checkOptions, rule } from './index.ts';
import type { OptionRule, OptionRules } from './index.ts';

interface Options {
  readonly posterior?: string;
  readonly epochs?: number;
  readonly onNotice?: () => void;
}
const rules: OptionRules<Options> = {
  posterior: rule.oneOf(['diagonal', 'full']),
  epochs: rule.whole(1),
  onNotice: rule.notice,
};
const check = (options: unknown) => (): void => {
  checkOptions('train', options as Options, rules);
};

describe('checkOptions', () => {
  it('takes what fits, and undefined for what is left out', () => {
    expect(check({ posterior: 'full', epochs: undefined, onNotice: 'silent' })).not.toThrow();
  });

  it.each<[unknown, string]>([
    [
      { posteriro: 'full' },
      "train: unknown option 'posteriro'; did you mean 'posterior'? (known are posterior, epochs, onNotice).",
    ],
    [{ Epochs: 2 }, "unknown option 'Epochs'; did you mean 'epochs'?"],
    [{ epoch: 2 }, "did you mean 'epochs'?"],
    [{ onNotices: 2 }, "did you mean 'onNotice'?"],
    [{ colour: 2 }, "unknown option 'colour'; known are posterior, epochs, onNotice."],
    [{ toString: 1 }, "unknown option 'toString'; known are"],
    [JSON.parse('{"__proto__": 1}'), "unknown option '__proto__'"],
    [{ epochs: '5' }, "epochs must be a whole number of at least 1, got '5'."],
    [{ epochs: null }, 'got null.'],
    [{ epochs: [5] }, 'got [5].'],
    [{ epochs: 5n }, 'got 5n.'],
    [{ onNotice: true }, "onNotice must be a function, or one of 'silent', got true."],
    [{ posterior: 'Full' }, "posterior must be one of 'diagonal', 'full', got 'Full'."],
    ['full', "options must be an object, got 'full'."],
    [null, 'options must be an object, got null.'],
    [['full'], "options must be an object, got ['full']."],
  ])('refuses what is wrong, case %#', (options, message) => {
    expect(check(options)).toThrow(ValueError);
    expect(check(options)).toThrow(message);
  });
});

describe('rules', () => {
  const huge = 2 ** 53;
  it.each<[string, OptionRule, readonly unknown[], readonly unknown[]]>([
    ['whole', rule.whole(1, 9), [1, 9], [0, 10, 1.5, NaN, Infinity, '1', null, true]],
    ['seed', rule.seed, [0, huge - 1], [-1, 0.5, huge, NaN, '0']],
    ['share', rule.number({ least: 0, below: 1 }), [0, 0.999], [1, -1e-9, NaN, '0']],
    ['positive', rule.number({ above: 0 }), [1e-300, 1e300], [0, -1, Infinity, NaN]],
    ['(0, 1]', rule.number({ above: 0, most: 1 }), [1], [0, 1.1]],
    ['list', rule.listOf(rule.whole(1), 'sizes', 1), [[1], new Int32Array([2])], [[], [0], [1.5], 'ab', {}, [NaN]]],
    ['flag', rule.flag, [true, false], [0, 'true', null]],
    ['text', rule.text, ['a'], ['', 1]],
    ['object', rule.object, [{}], [[], null, 'a']],
    ['signal', rule.signal, [new AbortController().signal], [{}, null, true]],
  ])('%s', (_, { accepts }, right, wrong) => {
    expect(right.map(accepts)).toEqual(right.map(() => true));
    expect(wrong.map(accepts)).toEqual(wrong.map(() => false));
  });

  it('say their range in words', () => {
    const of = (range: Parameters<typeof rule.number>[0]) => rule.number(range).expected;
    expect([of({}), of({ least: 0 }), of({ above: 0 }), of({ most: 1 }), of({ below: 1 })]).toEqual([
      'a number',
      'a number of at least 0',
      'a number above 0',
      'a number of at most 1',
      'a number below 1',
    ]);
    expect([of({ least: 0, below: 1 }), of({ above: 0, most: 1 })]).toEqual([
      'a number in [0, 1)',
      'a number in (0, 1]',
    ]);
  });
});
