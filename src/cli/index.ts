export type { CliContext, TextSink } from './context.ts';
export { run } from './run-command-line.ts';
