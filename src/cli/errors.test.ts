import { expect, it } from 'vitest';
import type { CliContext } from './context.ts';
import { reportError } from './errors.ts';

it('says what to lower where memory ran out, and what to do about a defect', () => {
  const said: string[] = [];
  const stream = { write: (text: string) => (said.push(text), true), isTTY: false };
  const context = { stdout: stream, stderr: stream, env: {} } as unknown as CliContext;
  const report = (error: unknown): number => reportError(error, context, { debug: false, argv: [] });
  expect(report(new RangeError('Array buffer allocation failed'))).toBe(1);
  expect(said.join('')).toMatch(/memory ran out \(Array buffer allocation failed\)\. Take less at a time/);
  expect(said.join('')).not.toMatch(/not foreseen/);
  expect(report(new TypeError('x is no function'))).toBe(1);
  expect(said.join('')).toMatch(/TypeError: x is no function[^]*not foreseen/);
});
