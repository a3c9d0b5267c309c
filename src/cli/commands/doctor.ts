import type { CommandContext, CommandRow } from '../command-row.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatBytes, formatTable } from '../format.ts';
import type { EngineDiagnosis } from '../library/index.ts';
import { outputOptions } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

export const doctorCommand: CommandRow<[], OutputOptions> = {
  name: 'doctor',
  summary: 'check this machine: which engines load, compute correctly, how fast',
  options: outputOptions,
  examples: ['rootsigma doctor', 'rootsigma doctor --json'],
  run: doctor,
};

async function doctor({ output, stdout, library }: CommandContext): Promise<ExitCode> {
  output.status('loading and timing engines …');
  const diagnosis = await library.diagnose();
  const { engines } = diagnosis;
  // The reference is the yardstick: it always works, and is too slow to train on.
  const usable = engines.filter(({ name, works }) => works && name !== 'reference');
  const isTty = stdout.isTTY === true;
  if (output.json) output.record({ ...diagnosis, isTty, ok: usable.length > 0 });
  const { bold, red } = output.style;
  output.say(
    ...formatTable([
      ['rootsigma', diagnosis.rootsigma],
      ['Node', diagnosis.node],
      ['platform', diagnosis.platform],
      [
        'CPU',
        `${diagnosis.cpu}, ${diagnosis.logicalCores} logical cores; engines take ${plural(diagnosis.threads, 'thread')}`,
      ],
      ['memory', `${formatBytes(diagnosis.memoryBytes)}, ${formatBytes(diagnosis.freeMemoryBytes)} free`],
      ['terminal', isTty ? `yes, ${output.columns} columns` : 'no: plain lines, no progress bar'],
    ]),
    '',
    bold('Engines'),
    ...formatTable(engines.map(engineRow)),
    '',
  );
  for (const { name, problem } of engines) if (problem !== undefined) output.say(red(`${name}: ${problem}`));
  for (const { notice } of engines) if (notice !== undefined) output.say(notice);
  const [best] = usable;
  output.say(best ? `Training runs on ${best.name}.` : red('No engine for training works here.'));
  return best ? exitCodes.done : exitCodes.failed;
}

function engineRow({ name, works, version = '', gflops, deviation }: EngineDiagnosis): string[] {
  const speed = gflops === undefined ? '' : `${gflops.toPrecision(3)} GFLOP/s`;
  const check =
    deviation === undefined ? '' : name === 'reference' ? 'the yardstick' : `off by ${deviation.toExponential(0)}`;
  return [`  ${works ? 'ok' : '--'}`, name, version, speed, check];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
