import { expect, it } from 'vitest';
import { key } from '../../random/index.ts';
import { commandLength, readCommand, writeCommand } from './commands.ts';
import type { Command } from './commands.ts';

it('a command arrives as it was sent, within the words that are said to be enough', () => {
  const scalars = ['beta', 'gamma'];
  const commands: Command[] = [
    { kind: 'step', key: key(7), learningRate: 1e-3, scalars: { beta: 0.25, gamma: -3 } },
    { kind: 'load', array: 'parameters', steps: 12 },
    { kind: 'load', array: 1, steps: 0 },
    { kind: 'save', array: 'gradients' },
    { kind: 'save', array: 0 },
    { kind: 'stop' },
  ];
  for (const command of commands) {
    // A typed array of that length refuses what is longer.
    const words = new Float64Array(commandLength(scalars));
    writeCommand(command, words, scalars);
    expect(readCommand(words, scalars)).toEqual(command);
  }
  expect(() => readCommand(Float64Array.of(9), scalars)).toThrow(/no command 9/);
  expect(readCommand(Float64Array.of(3), [])).toEqual({ kind: 'stop' });
});
