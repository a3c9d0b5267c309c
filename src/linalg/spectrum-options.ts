import { rule } from '../core/index.ts';
import type { OptionRules } from '../core/index.ts';

/** What a function of a positive semidefinite matrix may be told. */
export interface SpectrumOptions {
  /**
   * Eigenvalues within ±rtol · λmax count as zero, in place of the rules of thresholds.ts: of the correlation matrix where
   * that is semidefinite so far, else of Σ.
   */
  readonly rtol?: number;
}

/** Names alone: what a tolerance may be, `positiveSpectrum` checks. */
export const spectrumRules: OptionRules<SpectrumOptions> = { rtol: rule.anything };

/** The same with the support rule itself exchangeable. */
export interface SpectrumRule extends SpectrumOptions {
  /** Default `supportTolerance` of the input's element type. */
  readonly support?: (n: number, epsilon: number) => number;
}
