import { Command } from 'commander';
import { addCommonOptions, addExamples } from '../arguments.ts';
import type { OutputOptions } from '../output.ts';
import type { Session } from '../session.ts';

export function doctorCommand(session: Session): Command {
  const command = new Command('doctor').description(
    'check this machine: which engines load, compute correctly, how fast',
  );
  addExamples(addCommonOptions(command), 'rootsigma doctor', 'rootsigma doctor --json');
  return command.action(async (flags: OutputOptions) => {
    const { doctor } = await import('../actions/doctor.ts');
    await session.perform(doctor, flags);
  });
}
