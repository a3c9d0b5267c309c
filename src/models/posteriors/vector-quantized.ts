import { ValueError, counted, rule } from '../../core/index.ts';
import { add, reshape, stopGradient, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { dense } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { Codebook } from './codebook.ts';
import type { Quantized } from './codebook.ts';
import { PointMass } from './point-mass.ts';
import { definePosterior } from './posterior.ts';
import type { CodeChoice } from './posterior.ts';

const name = 'vector-quantized';

/** z is made of codes of a book: one point for each example, of which there are finitely many. */
class VectorQuantized extends PointMass {
  readonly codes: CodeChoice;

  /**
   * @param encoded what the encoder said, [...batch, positions, size]
   * @param quantized the codes that are nearest
   */
  constructor(encoded: Tensor, { values, assignment }: Quantized) {
    const [positions = 1, size = 1] = encoded.shape.slice(-2).map(Number);
    // Straight through: the value is the code's, the gradient goes by it to the encoder as it is.
    const through = add(encoded, stopGradient(sub(values, encoded)));
    super(name, reshape(through, [...encoded.shape.slice(0, -2), positions * size]));
    this.codes = { encoded, quantized: values, assignment };
  }
}

export const vectorQuantized = definePosterior({
  name,
  summary: 'z as codes of a learned book, a few to an example: the encoder of a VQ-VAE',
  when: 'For codes that are few and discrete, with objective vq. There is no KL and no likelihood; samples need a prior over codes, chow-liu.',
  formula: 'z = (e_{k₁}, …, e_{kₚ}), kⱼ = argminₖ ‖μⱼ(x) − eₖ‖²',
  paper: 'van den Oord, Vinyals and Kavukcuoglu 2017, Neural Discrete Representation Learning',
  options: {
    codes: option(rule.whole(2, 65_536), { help: 'vectors in the codebook', default: 64 }),
    codeSize: option(rule.whole(1), {
      help: 'numbers in a code; latent, a multiple of it, is made of latent / codeSize codes',
      default: 4,
    }),
    codebookDecay: option(rule.number({ least: 0, below: 1 }), {
      help: 'γ of the moving averages by which codes follow what is assigned to them',
      default: 0.99,
    }),
    codebookEpsilon: option(rule.number({ above: 0 }), {
      help: 'ε of the Laplace smoothing of their counts',
      default: 1e-5,
    }),
    restartBelow: option(rule.number({ least: 0, below: 1 }), {
      help: 'share of the mean count below which a code begins anew at what the encoder said of some example; 0: never',
      default: 0.01,
    }),
  },
  capabilities: ['codes'],
  describe: ({ codes, codeSize }) => `${name}, ${counted(codes, 'code')} of ${counted(codeSize, 'number')}`,
  build: ({ codes, codeSize, codebookDecay, codebookEpsilon, restartBelow }, { featureSize, latent }) => {
    if (latent % codeSize !== 0) {
      throw new ValueError(
        `posterior '${name}': latent ${latent} is no multiple of codeSize ${codeSize}. Choose latent ${codeSize * Math.ceil(latent / codeSize)}, or a codeSize that divides ${latent}.`,
      );
    }
    const head = dense('mean', [featureSize, latent]);
    const options = { codes, size: codeSize, decay: codebookDecay, epsilon: codebookEpsilon, restartBelow };
    const book = new Codebook('codebook', options);
    return {
      parameters: [...head.parameters, ...book.parameters],
      book: { codes, positions: latent / codeSize, vectors: (parameters) => book.vectors(parameters) },
      apply: (parameters, features, context) => {
        const flat = head.apply(parameters, features);
        const encoded = reshape(flat, [...flat.shape.slice(0, -1), latent / codeSize, codeSize]);
        const quantized = book.quantize(parameters, encoded);
        if (context?.mode === 'train') book.follow(parameters, encoded, quantized, context);
        return new VectorQuantized(encoded, quantized);
      },
    };
  },
});
