// The log of a long training as the recorder writes it: every 25th step, and an epoch every 500 steps.
const recordedEvery = 25;
const stepsPerEpoch = 500;
const latent = 10;

/** Between −1 and 1, always the same for the same step and name. */
function noise(step, name) {
  const x = Math.sin(step * 12.9898 + name * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

/** Falls from `first` to `last`, a third of the way down after so many steps. */
const falling = (step, first, last, steps) => last + (first - last) * Math.exp(-step / steps);

/** What one step comes to, or the mean of an epoch, which is less noisy. */
function metricsAt(step, spread, seed) {
  const reconstruction = -falling(step, 540, 92, 9000) + 4 * spread * noise(step, 1 + seed);
  const parts = {
    mutualInformation: 14 - falling(step, 14, 0, 15_000) + 0.4 * spread * noise(step, 2 + seed),
    totalCorrelation: falling(step, 3, 0.6, 20_000) + 0.3 * spread * noise(step, 3 + seed),
    dimensionwiseKl: 6 - falling(step, 6, 0.5, 12_000) + 0.3 * spread * noise(step, 4 + seed),
  };
  const kl = parts.mutualInformation + parts.totalCorrelation + parts.dimensionwiseKl;
  return { elbo: reconstruction - kl, reconstruction, kl, ...parts };
}

function stepRecord(step, totalSteps, seed) {
  const { elbo, ...metrics } = metricsAt(step, 1, seed);
  const beta = Math.min(4, step / 5000);
  return {
    event: 'step', epoch: Math.ceil(step / stepsPerEpoch), step, totalSteps, examples: 128, loss: -elbo,
    reconstruction: metrics.reconstruction, kl: metrics.kl, beta, learningRate: 1e-3 * (1 - step / totalSteps),
    gradientNorm: falling(step, 60, 8, 5000) * (1 + 0.3 * noise(step, 5 + seed)), stepMs: 4 + noise(step, 6), metrics,
    scalars: { beta, gamma: beta / 2 }, time: step / 250,
  }; // prettier-ignore
}

function epochRecord(step, epochs, seed) {
  const of = (spread, shift) => {
    const metrics = metricsAt(step, spread, seed + shift);
    return { elbo: metrics.elbo, reconstruction: metrics.reconstruction, kl: metrics.kl, metrics };
  };
  const perDimension = (_, k) => falling(step, 0, 3 / (k + 1), 10_000) + 0.02 * noise(step, k + seed);
  const validation = of(0.3, 10);
  return {
    event: 'epoch', epoch: step / stepsPerEpoch, epochs, step, training: of(0.1, 20),
    validation: { ...validation, criterion: { metric: 'elbo', direction: 'max', value: validation.elbo } },
    best: false, learningRate: 1e-3 * (1 - step / (epochs * stepsPerEpoch)), scalars: { beta: Math.min(4, step / 5000), gamma: Math.min(2, step / 10_000) },
    activeUnits: Math.min(latent, 1 + Math.floor(step / 4000)), klPerDimension: Array.from({ length: latent }, perDimension),
    seconds: stepsPerEpoch / 250, time: step / 250,
  }; // prettier-ignore
}

/** Lines of metrics.jsonl behind step `from` up to step `to`. */
export function* logLines({ from, to, totalSteps, seed = 0 }) {
  const first = Math.floor(from / recordedEvery) + 1;
  for (let step = first * recordedEvery; step <= to; step += recordedEvery) {
    yield `${JSON.stringify(stepRecord(step, totalSteps, seed))}\n`;
    if (step % stepsPerEpoch === 0) yield `${JSON.stringify(epochRecord(step, totalSteps / stepsPerEpoch, seed))}\n`;
  }
}

export const stepsPerRecord = recordedEvery;

/** Of the run whose log it is; nothing reads its data. */
export const longConfig = (totalSteps) => ({
  schemaVersion: 2,
  rootsigmaVersion: '0.1.0',
  data: { source: 'digits', kind: 'digits', shape: [28, 28], count: 64_000, binarize: 'dynamic', options: { seed: 0, count: 64_000, testCount: 2000 } },
  model: { latent, prior: { name: 'standard-normal' }, posterior: { name: 'diagonal' }, likelihood: { name: 'bernoulli' }, network: { name: 'dense', hidden: [400], activation: 'relu' } },
  objective: { name: 'beta-tc', beta: 4 },
  training: { epochs: totalSteps / stepsPerEpoch, batchSize: 128, optimizer: { name: 'adam', learningRate: 0.001 }, schedule: { name: 'constant' }, validation: 0.1, seed: 0 },
}); // prettier-ignore
