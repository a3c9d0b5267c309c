export const exitCodes = {
  done: 0,
  failed: 1,
  /** Unknown commands and options, and input that is not what it should be. */
  usage: 2,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
