import type { CommandContext, CommandRow } from '../command-row.ts';
import { formatTable, wrapText } from '../format.ts';
import { outputOptions } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

export const presetsCommand: CommandRow<[name: string | undefined], OutputOptions> = {
  name: 'presets',
  summary: 'list what `train --preset` takes, and when to take it',
  args: [['[name]', 'one of them: its options too']],
  options: outputOptions,
  examples: ['rootsigma presets', 'rootsigma presets beta-tc-vae', 'rootsigma presets --json'],
  run: listPresets,
};

/** Of a line where nobody says how wide the terminal is, and at most: longer ones are hard to read. */
const usualWidth = 100;

async function listPresets(
  { output, library, program, stdout }: CommandContext,
  [name]: [name: string | undefined],
): Promise<undefined> {
  const { presets, presetNamed } = library;
  const width = Math.max(40, Math.min(usualWidth, stdout.columns ?? usualWidth));
  const chosen = name === undefined ? presets : [presetNamed(name)];
  if (output.json) for (const preset of chosen) output.record(preset);
  if (name === undefined) {
    const indent = Math.max(...presets.map((each) => each.name.length)) + 2;
    const rows = presets.flatMap(({ name: each, summary, when }) =>
      [...wrapText(summary, width - indent), ...wrapText(`when ${when}`, width - indent)].map((line, at) => [
        at === 0 ? each : '',
        line,
      ]),
    );
    output.say(
      ...formatTable(rows),
      '',
      `What one sets: ${program} presets NAME`,
      `To begin from it: ${program} train DATA --preset NAME`,
    );
  } else {
    for (const { name: title, summary, when, options } of chosen) {
      output.say(
        ...wrapText(`${title}: ${summary}.`, width),
        ...wrapText(`Take it when ${when}.`, width),
        '',
        ...formatTable(Object.entries(options).map(([option, value]) => [option, JSON.stringify(value)])),
        '',
        `${program} train digits --preset ${title}`,
      );
    }
  }
  return Promise.resolve(undefined);
}
