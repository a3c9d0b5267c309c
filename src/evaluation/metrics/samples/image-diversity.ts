import { examplesOf, takeFirst } from '../../../data/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { UnsupportedError, takeTurns } from '../../../core/index.ts';
import type { NdArray } from '../../../core/index.ts';
import { multiscaleSimilarity } from '../../image-quality.ts';
import { meanWithError } from '../../importance-sampling.ts';
import { defineMetric } from '../metric.ts';

export const imageDiversity = defineMetric({
  name: 'image-diversity',
  summary: 'how alike samples are to each other, beside how alike real images are: MS-SSIM of pairs',
  quantities: {
    samples: {
      what: 'mean MS-SSIM of pairs of samples; above that of examples, samples are too much alike',
      range: [0, 1],
      better: 'neither',
    },
    examples: { what: 'mean MS-SSIM of pairs of the evaluated examples', range: [0, 1], better: 'neither' },
  },
  formula: 'l_M^{w_M} Π cⱼ^{wⱼ} sⱼ^{wⱼ} over scales j, each of half the size',
  paper:
    'Wang, Simoncelli and Bovik 2003, Multiscale Structural Similarity; of pairs of samples: Odena, Olah and Shlens 2017',
  remarks:
    'As many scales as an 11 × 11 window fits, with weights brought to a sum of 1: two for 28 × 28, so numbers compare among images of one size only. Images in [0, 1]; samples are E[x|z].',
  cost: 'the samples; a millisecond or two a pair of 28 × 28',
  needs: { images: true },
  options: { pairs: option(rule.whole(2), { help: 'pairs, each of two images of its own', default: 250 }) },
  async compute(context, { pairs: asked }) {
    const { dataset } = context;
    if (dataset.support !== 'unit-interval') {
      throw new UnsupportedError(
        `metric 'image-diversity' needs images in [0, 1]; ${dataset.name} has numbers in a unit of its own.`,
      );
    }
    const pairs = Math.min(asked, dataset.size >> 1);
    if (pairs < 2)
      throw new UnsupportedError(`metric 'image-diversity' needs four examples; ${dataset.name} has ${dataset.size}.`);
    const samples = await context.sample(2 * pairs, { seed: context.seed, show: 'mean' });
    const of = async (images: NdArray) => {
      const [, height = 0, width = 0, channels = 1] = images.shape;
      const size = height * width * channels;
      const image = (k: number) => images.data.subarray(k * size, (k + 1) * size);
      const values: number[] = [];
      for (let pair = 0; pair < pairs; pair++) {
        context.signal?.throwIfAborted();
        values.push(multiscaleSimilarity(image(2 * pair), image(2 * pair + 1), { height, width, channels }));
        await takeTurns();
      }
      const { mean, standardError } = meanWithError(values);
      return { value: mean, standardError };
    };
    return { samples: await of(samples), examples: await of(examplesOf(takeFirst(dataset, 2 * pairs))) };
  },
});
