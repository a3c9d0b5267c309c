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
 * A positive eigenvalue up to this times λmax cannot be told from zero: it is set to zero and lies outside the support.
 * Rounding each entry once moves an eigenvalue by at most (ε/2) ‖|A|‖₂ ≤ (ε/2) √n λmax; this is eight times that,
 * twice the most seen when B Bᵀ of low rank is formed in floating point and decomposed.
 * A diagonal matrix is exempt: its eigenvalues are its entries, with no rounding.
 */
export function supportTolerance(n: number, epsilon: number): number {
  return 4 * Math.sqrt(n) * epsilon;
}

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
 * The general root is refused when ‖X X − A‖_F exceeds this times ‖A‖_F: what came out is not a root. Near-defective
 * matrices lose about ε ‖X‖² / ‖A‖ (Björck and Hammarling), which is what this allows for.
 */
export const generalRootResidual = 1e-5;

/** QL or QR steps allowed for one eigenvalue; two or three are usual. */
export const maxStepsPerEigenvalue = 60;
