/** What runs this program, and on what. */
export interface MachineFacts {
  /** Its version; in a page the browser's name. */
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly logicalCores: number;
  /** What an engine takes by default. */
  readonly threads: number;
  /** NaN where a page may not know. */
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
}
