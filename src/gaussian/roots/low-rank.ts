import { ShapeError, formatShape } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import {
  add,
  broadcastGraphShapes,
  broadcastTo,
  concat,
  diagonalMatrix,
  div,
  expandDims,
  identityMatrix,
  matmul,
  mul,
  slice,
  square,
  squeeze,
  sub,
  sum,
} from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { batchOf, checkFinite, checkScale, floatDType, floatPair, lastSize } from '../parameters.ts';
import { scaleForms, unwrapScale } from '../scale.ts';
import type { ScaleForms, ScaleLike, ScaleWord } from '../scale.ts';
import { definiteSolver } from './definite-solver.ts';
import type { DefiniteSolver } from './definite-solver.ts';
import { applyMatrix } from './matrices.ts';
import { CovarianceRootBase } from './root.ts';
import type { Draw } from './root.ts';

/**
 * Σ = D + W Wᵀ, D = diag(σ²) and W [...batch, n, r]. The root is the factor F = [D^{1/2} W], [n, n + r], so a draw takes
 * n + r entries of noise: σ ⊙ ε₁ + W ε₂.
 *
 * With G = D^{-1/2} W and the capacitance C = I + Gᵀ G (r × r):
 *
 *   det Σ = det D · det C                    (matrix determinant lemma)
 *   Σ⁻¹ = D⁻¹ − D^{-1/2} G C⁻¹ Gᵀ D^{-1/2}   (Woodbury)
 *   F⁺ x = Fᵀ Σ⁻¹ x = [u − G c, c],  u = D^{-1/2} x, c = C⁻¹ Gᵀ u
 *
 * and xᵀ Σ⁻¹ x = ‖F⁺ x‖², a sum of squares where Woodbury's difference would cancel.
 */
export class LowRankRoot extends CovarianceRootBase {
  readonly kind = 'lowRank';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  readonly scale: ScaleForms;
  /** W, [...batch, n, r] */
  readonly factor: Tensor;
  /** r, the columns of W. */
  readonly factorSize: number;
  private cached: { readonly scaled: Tensor; readonly capacitance: DefiniteSolver } | undefined;

  private constructor(scale: ScaleForms, factor: Tensor) {
    super();
    this.size = lastSize('LowRankRoot', scale.stddev);
    this.factorSize = lastSize('LowRankRoot', factor);
    if (factor.shape.at(-2) !== this.size) {
      throw new ShapeError(
        `LowRankRoot: W must be [..., ${this.size}, r] for ${this.size} variances, got ${formatShape(factor.shape)}.`,
      );
    }
    this.scale = scale;
    this.factor = factor;
    this.batchShape = broadcastGraphShapes('LowRankRoot', batchOf(scale.stddev, 1), batchOf(factor, 2));
    this.dtype = floatDType('LowRankRoot', factor);
  }

  /** The scale of D, [...batch, n], in the form that `word` says, and W. */
  static from<Word extends ScaleWord>(
    word: Word,
    scale: ScaleLike<Word>,
    options: { readonly factor: TensorLike },
  ): LowRankRoot {
    const [x, factor] = floatPair('LowRankRoot', unwrapScale('LowRankRoot', word, scale), options.factor);
    checkScale('LowRankRoot', word, x);
    checkFinite('LowRankRoot: factor', factor);
    return new LowRankRoot(scaleForms(word, x), factor);
  }

  /** From forms that are consistent already, such as a selection of another root's. */
  static fromForms(scale: ScaleForms, factor: Tensor): LowRankRoot {
    return new LowRankRoot(scale, factor);
  }

  override get noiseSize(): number {
    return this.size + this.factorSize;
  }

  unwhiten(noise: TensorLike): Tensor {
    const whole = this.noise(noise);
    const own = slice(whole, { [-1]: [0, this.size] });
    const shared = slice(whole, { [-1]: [this.size] });
    return add(mul(own, this.scale.stddev), applyMatrix(this.factor, shared));
  }

  whiten(x: TensorLike): Tensor {
    const { scaled, capacitance } = this.woodbury();
    const u = div(this.points(x), this.scale.stddev);
    const projected = expandDims(applyMatrix(scaled, u, { transpose: true }), -1);
    const shared = squeeze(capacitance.solve(projected), -1);
    return concat([sub(u, applyMatrix(scaled, shared)), shared], u.rank - 1);
  }

  /** R is not square, so ‖ε‖² counts noise that R ε has lost; what remains is xᵀ Σ⁻¹ x. */
  override quadraticOfDraw({ centered }: Draw): Tensor {
    return this.quadraticOfFinite(centered);
  }

  /** Σᵢ log σᵢ + ½ log det C */
  logAbsDet(): Tensor {
    return add(sum(this.scale.logStddev, -1), mul(this.woodbury().capacitance.logDet, 0.5));
  }

  override traceCovariance(): Tensor {
    return add(sum(this.scale.variance, -1), sum(square(this.factor), [-2, -1]));
  }

  override diagonal(): Tensor {
    return add(this.scale.variance, sum(square(this.factor), -1));
  }

  override covariance(): Tensor {
    return add(diagonalMatrix(this.scale.variance), matmul(this.factor, this.factor, { transposeB: true }));
  }

  matrix(): Tensor {
    const sides = [diagonalMatrix(this.scale.stddev), this.factor].map((part) =>
      broadcastTo(part, [...this.batchShape, this.size, lastSize('LowRankRoot', part)]),
    );
    return concat(sides, this.batchShape.length + 1);
  }

  protected whitenColumns(columns: Tensor): Tensor {
    const { scaled, capacitance } = this.woodbury();
    const u = div(columns, expandDims(this.scale.stddev, -1));
    const shared = capacitance.solve(matmul(scaled, u, { transposeA: true }));
    return concat([sub(u, matmul(scaled, shared)), shared], u.rank - 2);
  }

  /** G = D^{-1/2} W and the factorisation of C = I + Gᵀ G. */
  private woodbury(): { readonly scaled: Tensor; readonly capacitance: DefiniteSolver } {
    if (!this.cached) {
      const scaled = div(this.factor, expandDims(this.scale.stddev, -1));
      const gram = matmul(scaled, scaled, { transposeA: true });
      const capacitance = add(gram, identityMatrix(this.factorSize, this.dtype));
      this.cached = { scaled, capacitance: definiteSolver(capacitance, this.factorSize) };
    }
    return this.cached;
  }
}
