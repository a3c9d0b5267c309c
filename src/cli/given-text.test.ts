import { expect, test } from 'vitest';
import { printableLines } from './given-text.ts';

test('a line break in what was given is written out, those of the message stay', () => {
  const argv = ['train', 'a\nb.csv', '--out=runs/\u001b[31mred', '--data-option', 'x\ty'];
  expect(printableLines('a\nb.csv: 2 faults:\n  x\ty\n  runs/\u001b[31mred', argv)).toBe(
    'a\\nb.csv: 2 faults:\n  x\\ty\n  runs/\\x1b[31mred',
  );
  expect(printableLines('one\ntwo \u001b[2J', [])).toBe('one\ntwo \\x1b[2J');
});
