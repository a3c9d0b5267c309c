import { expect, it } from 'vitest';
import { chartGroups } from './groups.ts';

it('gives each thing one chart, training beside validation, and what is said twice once', () => {
  const groups = chartGroups([
    'step.kl', 'validation.kl', 'training.kl', 'training.elbo', 'validation.elbo', 'training.totalCorrelation', 'step.loss',
    'step.gradientNorm', 'step.learningRate', 'epoch.learningRate', 'step.beta', 'scalars.beta', 'epoch.seconds',
    'validation.criterion.value', 'epoch.odd', 'epoch.activeUnits',
  ]); // prettier-ignore
  const names = groups.map(({ title, charts }) => [title, charts.map(({ name, lines }) => `${name}: ${lines.map(({ metric }) => metric).join(' ')}`)]); // prettier-ignore
  expect(names).toEqual([
    ['Objective', ['elbo: validation.elbo training.elbo', 'kl: validation.kl training.kl', 'totalCorrelation: training.totalCorrelation']],
    ['Each step', ['step.kl: step.kl', 'step.loss: step.loss']],
    ['Gradient and time', ['epoch.seconds: epoch.seconds', 'step.gradientNorm: step.gradientNorm']],
    ['Schedules', ['scalars.beta: scalars.beta', 'step.learningRate: step.learningRate']],
    ['More', ['epoch.odd: epoch.odd']],
  ]); // prettier-ignore
  expect(groups[0]?.charts.at(-1)?.title).toBe('Total correlation');
  expect(chartGroups([])).toEqual([]);
});
