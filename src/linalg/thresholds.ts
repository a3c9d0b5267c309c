/**
 * Every threshold of this folder, stated once. ε is the machine epsilon of the *input's* element type, λmax the largest
 * |eigenvalue|; all are relative, so no result depends on the units of the data.
 */

/** |aᵢⱼ − aⱼᵢ| up to this times max|A| is rounding and is averaged away; above, the matrix is not symmetric. */
export function asymmetryTolerance(epsilon: number): number {
  return 8 * epsilon;
}

/** An eigenvalue in [−this · λmax, 0] counts as zero; below, the matrix is indefinite. */
export function indefiniteTolerance(n: number, epsilon: number): number {
  return 8 * n * epsilon;
}

/**
 * A positive eigenvalue up to this times λmax cannot be told from zero: it lies outside the support and is set to zero.
 * Rounding each entry once moves an eigenvalue by at most (ε/2) ‖|A|‖₂ ≤ (ε/2) √n λmax; this is eight times that,
 * twice the most seen when B Bᵀ of low rank is formed in floating point and decomposed. A diagonal matrix is exempt: its
 * eigenvalues are its entries, with no rounding.
 *
 * What decides about singularity (rank, pseudo-determinant, inverse, covariance check) takes ε of the input's type; the
 * root and its derivative, functions of the matrix as given and computed in float64, take float64's.
 */
export function supportTolerance(n: number, epsilon: number): number {
  return 4 * Math.sqrt(n) * epsilon;
}

/**
 * The support that the root and its derivative see: about twice the noise that the eigenvalues of a computed B Bᵀ carry
 * (4 ε λmax up to n = 128, 7 ε λmax beyond). Tighter than `supportTolerance` for n > 4, because what is cut off the root
 * is missing in S S.
 */
export function workingSupport(n: number): number {
  return Math.min(Math.max(8, Math.sqrt(n)) * workingEpsilon, supportTolerance(n, workingEpsilon));
}

/**
 * Variances may differ by this factor before `sqrtmh` takes the way through the correlation matrix. Up to there the root
 * of Σ's own eigenvectors misses Σᵢⱼ by no more than a small multiple of n ε √(Σᵢᵢ Σⱼⱼ), at a fraction of the time.
 */
export function evenSpread(epsilon: number): number {
  return (64 * epsilon) / workingEpsilon;
}

/** Variances may differ by this factor before Cholesky scales each coordinate by a power of two of its own (the bits stay). */
export const safeSpread = 2 ** 500;

/** Columns count as orthogonal when the cosine of their angle is up to this. */
export function orthogonalityTolerance(n: number): number {
  return Math.sqrt(n) * workingEpsilon;
}

/** Jacobi sweeps at most; five or six are usual. */
export const maxJacobiSweeps = 40;

/** ε of the arithmetic: float64 whatever the input. */
export const workingEpsilon = 2 ** -52;

/**
 * The Newton step that polishes a root leaves out eigenvalue pairs with √λᵢ + √λⱼ up to this times √λmax: there the
 * residual (some 20 ε λmax) divided by the sum would be large enough to make S indefinite, at second order by
 * residual² / (√λᵢ + √λⱼ)³, which this holds below ε √λmax.
 */
export const polishFloor = 1e-4;

/** The same where variances differ: small directions, whose own residual is as small, are left alone. */
export const gradedFloor = 0.1;

/**
 * In X L + L X = E, eigenvalues of X up to this times λmax count as zero. Wider than `supportTolerance` because X is
 * mostly a root S that carries its own rounding; measured on Σ = S S it is the square of this, so nothing is lost.
 */
export function lyapunovTolerance(n: number, epsilon: number): number {
  return 8 * n * epsilon;
}

/**
 * A Cholesky pivot up to this times aᵢᵢ is zero or worse: Σₖ lᵢₖ² ≤ aᵢᵢ, so subtracting `index` squares in float64
 * leaves at most this much rounding (u = 2⁻⁵³ an operation).
 */
export function pivotTolerance(index: number): number {
  return (index + 1) * 2 ** -53;
}

/**
 * In a computed Schur form, an eigenvalue up to this times ‖T‖_F is zero: the QR algorithm leaves about n ε ‖A‖.
 * (Triangular input has no such rounding: only its exact zeros are.) It is also what may couple two zeros of a triangle.
 */
export function generalZeroTolerance(n: number): number {
  return 8 * n * workingEpsilon;
}

/**
 * In a computed Schur form, entries up to this times ‖T‖_F that couple two zero eigenvalues are rounding, which the
 * eigenvalues' own condition may have amplified; above, 0 is defective.
 */
export function couplingTolerance(n: number): number {
  return 1000 * n * workingEpsilon;
}

/** The general root is refused when rounding A may change it by more than 1 %: this times 2⁻⁵² is 0.01. */
export const maxRootSensitivity = 0.01 * 2 ** 52;

/** The general root is refused when ‖X X − A‖_F exceeds this times ‖A‖_F: what came out is no root. */
export const principalRootResidual = 1e-5;

/** QL or QR steps allowed for one eigenvalue; two or three are usual. */
export const maxStepsPerEigenvalue = 60;
