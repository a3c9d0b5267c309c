import { defineMetric } from '../metric.ts';
import { comparedFeatures, featureOptions } from './features.ts';
import { firstMoments, frechetDistance as distanceOf } from './moments-distance.ts';

export const frechetDistance = defineMetric({
  name: 'frechet-distance',
  summary: 'how far mean and covariance of samples are from those of real examples',
  quantities: {
    distance: { what: 'between samples and the evaluated examples', range: [0, Infinity], better: 'smaller' },
    trainingDistance: {
      what: 'between as many training examples and the evaluated ones: what perfect samples would come to',
      range: [0, Infinity],
      better: 'neither',
    },
  },
  formula: '‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^{1/2}',
  paper:
    'Dowson and Landau 1982, The Fréchet Distance between Multivariate Normal Distributions; Heusel et al. 2017 (FID)',
  remarks:
    'Features are of the data themselves and not of a network for photographs, so numbers are no FIDs and compare only with the same features and count. Covariances of n points make every distance too large, by about as much in both quantities. Of images, samples are E[x|z], without noise.',
  cost: 'the samples; roots of two covariances of the features, cubic in their number: 64 take milliseconds, 784 pixels seconds',
  needs: {},
  options: featureOptions,
  async compute(context, options) {
    const { drawn, evaluated, training } = await comparedFeatures(context, options);
    const real = firstMoments(evaluated);
    return {
      distance: distanceOf(firstMoments(drawn), real),
      trainingDistance: distanceOf(firstMoments(training), real),
    };
  },
});
