import { add, neg } from './elementwise.ts';
import { lyapunov, symmetrize, triangle, triangularSolve } from './linalg.ts';
import { matmul } from './matmul.ts';
import type { OpName } from './op-table.ts';
import { matrixTranspose } from './shaping.ts';
import { sumTo } from './vjp-rule.ts';
import type { VjpRule } from './vjp-rule.ts';

/**
 * Gradients of matrix functions. Each rule is made of the ops here and matmul, so {sqrtmh, lyapunov} and
 * {cholesky, triangularSolve} are closed under differentiation. None divides by a difference of eigenvalues: repeated
 * eigenvalues and Σ = I are as good as any. An operand that the op takes as symmetric gets a symmetric cotangent.
 */
export const linalgVjpRules = {
  /*
   * S S = Σ, so dS S + S dS = dΣ: dS = 𝓛(dΣ), where X = 𝓛(C) solves S X + X S = C. In S's eigenbasis 𝓛 divides entry
   * ij by √λᵢ + √λⱼ, so it is its own adjoint, and ⟨S̄, 𝓛(dΣ)⟩ = ⟨𝓛(S̄), dΣ⟩ gives Σ̄ = 𝓛(sym S̄).
   * (Higham, Functions of Matrices, 2008, §6.1.)
   */
  sqrtmh: ({ g, y }) => [lyapunov(y, symmetrize(g))],

  /*
   * S X + X S = C: S dX + dX S = dC − dS X − X dS. With G = 𝓛(X̄): C̄ = G, and ⟨G, −dS X − X dS⟩ gives
   * S̄ = −sym(G Xᵀ + Xᵀ G).
   */
  lyapunov: ({ g, y }, s, c) => {
    const solved = lyapunov(s, g);
    const sBar = add(matmul(solved, y, { transposeB: true }), matmul(y, solved, { transposeA: true }));
    return [sumTo(neg(symmetrize(sBar)), s.shape), sumTo(solved, c.shape)];
  },

  /*
   * L Lᵀ = Σ: L⁻¹ dΣ L⁻ᵀ = L⁻¹ dL + (L⁻¹ dL)ᵀ, lower plus upper, so dL = L Φ(L⁻¹ dΣ L⁻ᵀ), where Φ takes the lower
   * triangle with half the diagonal. Transposed: Σ̄ = sym(L⁻ᵀ Φ(Lᵀ L̄) L⁻¹), to which the upper
   * triangle of L̄ adds nothing: (Lᵀ L̄)ᵢⱼ with i ≥ j sums over rows k ≥ i of L̄ only.
   * (Murray, Differentiation of the Cholesky decomposition, 2016, eq. 8 and 10.)
   */
  cholesky: ({ g, y }) => {
    const inner = symmetrize(triangle(matmul(y, g, { transposeA: true }), { diagonal: 0.5 }));
    const left = triangularSolve(y, inner, { transpose: true }); // L⁻ᵀ M
    return [symmetrize(triangularSolve(y, matrixTranspose(left), { transpose: true }))]; // L⁻ᵀ Mᵀ L⁻¹, M symmetric
  },

  /*
   * T X = B: T dX = dB − dT X. With G = T⁻ᵀ X̄: B̄ = G, T̄ = −tri(G Xᵀ). For Tᵀ X = B: G = T⁻¹ X̄ and T̄ = −tri(X Gᵀ).
   */
  triangularSolve: ({ g, y, attributes: { lower, transpose } }, t, b) => {
    const solved = triangularSolve(t, g, { lower, transpose: !transpose });
    const [left, right] = transpose ? [y, solved] : [solved, y];
    const tBar = neg(triangle(matmul(left, right, { transposeB: true }), { lower }));
    return [sumTo(tBar, t.shape), sumTo(solved, b.shape)];
  },
} satisfies { readonly [Op in OpName]?: VjpRule<Op> };
