export const exitCodes = {
  done: 0,
  failed: 1,
  /** Unknown commands and options, and input that is not what it should be. */
  usage: 2,
  /** After saving, as the next two: Ctrl-C, SIGTERM, SIGHUP. */
  interrupted: 130,
  terminated: 143,
  hungUp: 129,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
