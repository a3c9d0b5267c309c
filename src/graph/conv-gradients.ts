import { conv2d, conv2dWeightGradient, convTransposeLike, knownSizes } from './conv.ts';
import type { OpName } from './op-table.ts';
import type { VjpRule } from './vjp-rule.ts';

/**
 * One trilinear form T(x, w, y) = ⟨conv2d(x, w), y⟩ = ⟨x, convTranspose2d(y, w)⟩ = ⟨w, conv2dWeightGradient(x, y)⟩
 * stands behind the three ops: each is T's gradient in one of its arguments, as a function of the other two. So the
 * cotangent of an op's operand is the op of the remaining pair with the cotangent in the missing argument's place,
 * and the three are closed under differentiation. Sizes are those of T's arguments, whichever op it is.
 */
export const convVjpRules = {
  // The missing argument is y: x̄ = ∂T(x, w, ȳ)/∂x, w̄ = ∂T(x, w, ȳ)/∂w.
  conv2d: ({ g, attributes }, x, w) => [
    convTransposeLike(x, g, w, attributes),
    conv2dWeightGradient(x, g, { ...attributes, kernel: knownSizes(w) }),
  ],
  // The missing argument is x.
  convTranspose2d: ({ g, attributes }, y, w) => [
    conv2d(g, w, attributes),
    conv2dWeightGradient(g, y, { ...attributes, kernel: knownSizes(w) }),
  ],
  // The missing argument is w.
  conv2dWeightGradient: ({ g, attributes }, x, y) => [convTransposeLike(x, y, g, attributes), conv2d(x, g, attributes)],
} satisfies { readonly [Op in OpName]?: VjpRule<Op> };
