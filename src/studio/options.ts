import { rule } from '../core/index.ts';
import type { OnNotice, OptionRules } from '../core/index.ts';

export interface StudioOptions {
  /** The folder in which files may be chosen as data. Default: none, so that there are built-in sets and uploads. */
  readonly data?: string | undefined;
  /** Default: 8088; 0 takes any that is free. */
  readonly port?: number | undefined;
  /** What `Authorization: Bearer …` must say. Default: one is made. */
  readonly token?: string | undefined;
  /** Bytes of one upload. Default: 1 GiB. */
  readonly maxUpload?: number | undefined;
  /** Bytes of all uploads. Default: 8 GiB. */
  readonly maxUploads?: number | undefined;
  /** Trainings started from here that run at once. Default: 2. */
  readonly maxTrainings?: number | undefined;
  /** Milliseconds between two looks at the runs, while a page listens. Default: 500. */
  readonly lookEvery?: number | undefined;
  /** Milliseconds that trainings have to save when the studio ends. Default: 60,000. */
  readonly grace?: number | undefined;
  /** The command line's main module, by which trainings are started. Default: that of this package. */
  readonly program?: string | undefined;
  /** The folder of the built pages. Default: that of this package. */
  readonly pages?: string | undefined;
  /** Gets what there is to know, and faults that were not foreseen. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
}

export const studioOptionRules: OptionRules<StudioOptions> = {
  data: rule.text,
  port: rule.whole(0, 65535),
  token: {
    expected: 'a text of at least 16 characters without blanks',
    accepts: (value) => typeof value === 'string' && /^[\x21-\x7e]{16,}$/.test(value),
    expectedOf: () => 'a text of at least 16 characters without blanks',
  },
  maxUpload: rule.whole(1),
  maxUploads: rule.whole(1),
  maxTrainings: rule.whole(1, 64),
  lookEvery: rule.whole(1, 60_000),
  grace: rule.whole(1, 2 ** 31 - 1),
  program: rule.text,
  pages: rule.text,
  onNotice: rule.notice,
};
