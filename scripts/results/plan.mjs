// What `npm run results` measures: which presets on which data, with which settings. Change it, and what changed is measured anew.

/** Every preset without labels that new examples can be drawn of, in the order of the table. */
const zoo = [
  'vae', 'beta-vae', 'warm-up', 'cyclical', 'capacity-vae', 'free-bits-vae', 'beta-tc-vae', 'factor-vae', 'dip-vae-i', 'dip-vae-ii', 'info-vae', 'wae-mmd',
  'iwae', 'iwae-dreg', 'miwae', 'ciwae', 'piwae', 'renyi-vae', 'vamp-vae', 'mixture-vae', 'realnvp-vae',
  'full-vae', 'low-rank-vae', 'planar-vae', 'householder-vae', 'sylvester-vae', 'iaf-vae',
  'wae-deterministic', 'rae-l2', 'rae-gp', 'rae-sn',
]; // prettier-ignore

/** On sprites, whose factors are known: those that are for disentangling, and what they are compared with. */
const disentangling = [
  'vae',
  'beta-vae',
  'capacity-vae',
  'beta-tc-vae',
  'factor-vae',
  'dip-vae-i',
  'dip-vae-ii',
  'info-vae',
  'wae-mmd',
];

const frechet = { 'frechet-distance': ['distance', 'Fréchet distance'] };

/** Of a data set: its presets, the settings for all of them alike, and which metrics stand in its table. */
const data = {
  'fashion-mnist': {
    title: 'Fashion-MNIST, 784-400-20, pixels 1 from ½ up',
    presets: zoo,
    metrics: frechet,
    options: { latent: 20, hidden: [400], epochs: 20, binarize: 'threshold', validation: 1 / 12 },
  },
  digits: {
    title: 'digits, 784-400-10, pixels drawn anew at each step',
    presets: zoo,
    metrics: frechet,
    options: { latent: 10, hidden: [400], epochs: 40 },
  },
  sprites: {
    title: 'sprites, 4096-200-200-10',
    presets: disentangling,
    metrics: { ...frechet, mig: ['mig', 'MIG'], 'factor-vae-score': ['accuracy', 'FactorVAE score'] },
    options: {
      network: 'dense',
      latent: 10,
      hidden: [200, 200],
      epochs: 20,
      dataOptions: { count: 20_000, testCount: 4000 },
    },
  },
};

/** At equal steps over seeds, paired; validation keeps no epoch back. */
const roots = {
  title: 'Fashion-MNIST, 784-400-20, pixels 1 from ½ up, 30 epochs',
  options: { latent: 20, hidden: [400], epochs: 30, batchSize: 128, binarize: 'threshold', validation: 0 },
  baseline: 'diagonal',
  seeds: [1, 2, 3, 4, 5],
  rows: {
    isotropic: { posterior: 'isotropic' },
    diagonal: { posterior: 'diagonal' },
    'full, symmetric root': { posterior: 'full', root: 'symmetric' },
    'full, Cholesky root': { posterior: 'full', root: 'cholesky' },
    'low rank 2': { posterior: 'low-rank', rank: 2 },
    'low rank 4': { posterior: 'low-rank', rank: 4 },
    planar: { posterior: 'planar' },
    sylvester: { posterior: 'sylvester' },
    IAF: { posterior: 'iaf' },
  },
};

/** Shrinks a training until it only shows that it runs. */
function quick({ dataOptions, ...options }) {
  const small = dataOptions && { dataOptions: { count: 500, testCount: 300 } };
  return { ...options, ...small, epochs: 1, hidden: [16], latent: 3 };
}

/**
 * The trainings of a study, in the order in which they run: the seeds of a row apart, so that what was stopped early has whole rounds.
 *
 * @param study 'zoo' or 'roots'
 */
export function jobsOf(study, { isQuick = false } = {}) {
  const small = (options) => (isQuick ? quick(options) : options);
  if (study === 'roots') {
    return roots.seeds.flatMap((seed) =>
      Object.entries(roots.rows).map(([row, own]) => ({
        study, source: 'fashion-mnist', row, seed, options: { ...small(roots.options), ...own, seed },
      })),
    ); // prettier-ignore
  }
  return Object.entries(data).flatMap(([source, { presets, options }]) =>
    presets.map((row) => ({ study, source, row, seed: 1, options: { preset: row, ...small(options), seed: 1 } })),
  );
}

/** Of each data set: metric → its quantity, and how the table calls it. */
export const metricsOf = (source) => data[source].metrics ?? {};
export const titles = Object.fromEntries(Object.entries(data).map(([source, { title }]) => [source, title]));
export { roots };

/** Draws of the NLL, and of how many test examples; images for pictures and for what compares samples. */
export const measured = { draws: 500, nllExamples: 1000, pictures: 12 };
