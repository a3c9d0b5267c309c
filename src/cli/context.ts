/** What takes text: standard output, or what a test collects. */
export interface TextSink {
  write(text: string): unknown;
  /** Why what was written did not arrive, if it did not: known after `flush`. */
  readonly failure?: Error | undefined;
  /** Settles when all that was written has arrived, or failed. */
  flush?(): Promise<void>;
  readonly isTTY?: boolean;
  /** Of a terminal's window, where that is known. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** The world a command runs in, so that tests can give it another one. */
export interface CliContext {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How this program is called, for commands that a person may copy. */
  readonly program: string;
  /** Fires on the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
}
