import type { CommandContext, CommandRow } from '../command.ts';
import { formatTable } from '../format.ts';
import { outputOptions } from '../options.ts';
import type { OutputOptions } from '../output.ts';

export const presetsCommand: CommandRow<[name: string | undefined], OutputOptions> = {
  name: 'presets',
  summary: 'list what `train --preset` takes, and when to take it',
  args: [['[name]', 'one of them: its options too']],
  options: outputOptions,
  examples: ['rootsigma presets', 'rootsigma presets beta-tc-vae', 'rootsigma presets --json'],
  run: listPresets,
};

async function listPresets(
  { output, library, program }: CommandContext,
  [name]: [name: string | undefined],
): Promise<undefined> {
  const { presets, presetNamed } = library;
  const chosen = name === undefined ? presets : [presetNamed(name)];
  if (output.json) for (const preset of chosen) output.record(preset);
  if (name === undefined) {
    const rows = presets.flatMap(({ name: each, summary, when }) => [
      [each, summary],
      ['', `when ${when}`],
    ]);
    output.say(
      ...formatTable(rows),
      '',
      `What one sets: ${program} presets NAME. To begin from it: ${program} train DATA --preset NAME`,
    );
  } else {
    for (const { name: title, summary, when, options } of chosen) {
      output.say(
        `${title}: ${summary}.`,
        `Take it when ${when}.`,
        '',
        ...formatTable(Object.entries(options).map(([option, value]) => [option, JSON.stringify(value)])),
        '',
        `${program} train digits --preset ${title}`,
      );
    }
  }
  return Promise.resolve(undefined);
}
