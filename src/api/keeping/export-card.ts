import { formatShape, version } from '../../core/index.ts';
import { onnxVersions } from '../../engine/index.ts';
import { has } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import { ofRows, rowInput } from '../../objectives/index.ts';
import { likelihoodFor, modelledPart } from '../model/likelihood.ts';
import { hubMetadata } from './hub-metadata.ts';
import { drawsFromNoise, priorOf } from './onnx-models.ts';
import type { OnnxOptions } from './onnx-models.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';

/** The README.md beside exported models: what each takes and gives. */
export function exportCard(
  run: TrainedModel,
  { root, scores }: OnnxOptions & { readonly scores: readonly string[] },
): string {
  const { config, model } = run;
  const { inputSize, latent } = model;
  const { posterior } = model.parts;
  const { x, model: given } = ofRows(model, rowInput(model));
  const { noiseSize } = given.encode(parameterInputs(model.parameters), x);
  const c = run.conditions ? ', c' : '';
  const noiseRow =
    noiseSize > 0
      ? `| takes | \`epsilon\` | [batch, noise] | draws from N(0, I), noise = ${noiseSize}${has(posterior, 'root') ? '; zeros give z = mean' : ''} |\n`
      : '';
  return `${hubMetadata(run)}
# vae on ${config.data.source}

${has(posterior, 'logProbOfDraw') ? 'A variational autoencoder' : 'An autoencoder'}, exported by rootsigma ${version}. Its files (ONNX opset ${onnxVersions.opset}, IR ${onnxVersions.ir}) run in
any ONNX runtime that knows this opset, such as ONNX Runtime 1.12 and later, on batches of any size, in float32.
\`config.json\` says what the model is and was trained on.

\`encoder.onnx\`: ${noiseSize > 0 ? `q(z|x${c}), ${has(posterior, 'root') ? 'a Gaussian with covariance Σ' : `a '${posterior.name}' posterior, no Gaussian`}` : `z as a function of x${c}, a '${posterior.name}' posterior without noise`}.

| | name | shape | |
|---|---|---|---|
| takes | \`x\` | [batch, ${inputSize}] | examples of shape ${formatShape(modelledPart(config.data).shape)}, flattened: ${likelihoodFor(config, { parts: run.parts }).support.description} |
${conditionRow(run)}${noiseRow}${momentRows(run)}| gives | \`z\` | [batch, ${latent}] | ${has(posterior, 'root') ? 'mean + root · epsilon, a draw' : noiseSize > 0 ? 'a draw' : 'the code of x'} |
${root === 'symmetric' ? symmetricRows(latent) : ''}
\`decoder.onnx\`: p(x|z${c}).

| | name | shape | |
|---|---|---|---|
| takes | \`z\` | [batch, ${latent}] | |
${conditionRow(run)}| gives | \`mean\` | [batch, ${inputSize}] | E[x\\|z${c}] |

Its other outputs are the numbers that determine p(x|z${c}), such as \`logits\` or \`stddev\`.
${priorRows(run)}${scoreRows(run, scores, noiseSize > 0)}${rowsText(run, scores)}${classifierRows(run)}${conditionText(run)}${unitsText(run)}`;
}

function conditionRow({ conditions }: TrainedModel): string {
  return conditions
    ? `| takes | \`condition\` | [batch, ${conditions.size}] | what the example is given, see below |\n`
    : '';
}

/** What the numbers of a condition are. */
function conditionText({ conditions }: TrainedModel): string {
  if (!conditions) return '';
  return `
\`condition\`, c: the model is one of examples given ${conditions.describe()}. Its numbers, from the first:

${conditions
  .layout()
  .map((line) => `- ${line}\n`)
  .join('')}`;
}

/** What the posterior has in closed form besides its draws. */
function momentRows({ model: { latent, parts } }: TrainedModel): string {
  if (has(parts.posterior, 'codes'))
    return '| gives | `codes` | [batch, positions] | which code of the book each part of z is, from 0 |\n';
  if (!has(parts.posterior, 'moments')) return '';
  const isGaussian = has(parts.posterior, 'root');
  const root = `| gives | \`root\` | [batch, ${latent}, noise] | the family's factor R, Σ = R Rᵀ |\n`;
  return `| gives | \`mean\` | [batch, ${latent}] | |
| gives | \`stddev\` | [batch, ${latent}] | ${isGaussian ? "the roots of Σ's diagonal" : ''} |
${isGaussian ? root : ''}`;
}

function priorRows(run: TrainedModel): string {
  const { model } = run;
  const reason = whyNoSamples(run);
  if (reason !== undefined) return `\nThere is no prior.onnx: ${reason}\n`;
  if (!drawsFromNoise(model)) return '\nThere is no prior.onnx: draws of this prior are no function of noise.\n';
  const { noiseSize = NaN, batchShape } = priorOf(model);
  return `
\`prior.onnx\`: p(z${batchShape.length > 0 ? '|c' : ''}), for new examples.

| | name | shape | |
|---|---|---|---|
${batchShape.length > 0 ? conditionRow(run) : ''}| takes | \`epsilon\` | [batch, ${noiseSize}] | draws from N(0, I) |
| gives | \`z\` | [batch, ${model.latent}] | a draw, for the decoder |
`;
}

/** Of a model that infers labels. */
function classifierRows({ model: { classifier, inputSize }, conditions }: TrainedModel): string {
  if (!classifier || !conditions) return '';
  const { classes } = classifier;
  return `
\`classifier.onnx\`: q(y|x), for examples without a label. In order: ${conditions.classes.map(String).join(', ')}.

| | name | shape | |
|---|---|---|---|
| takes | \`x\` | [batch, ${inputSize}] | as the encoder takes it |
| gives | \`logits\` | [batch, ${classes}] | log-odds |
| gives | \`probabilities\` | [batch, ${classes}] | |
`;
}

/** What float32 rounds off a number of the centre's size, as a share of its standard deviation, worst of all numbers. */
function unitsText({ standardization }: TrainedModel): string {
  if (!standardization) return '';
  const { center, scale } = standardization;
  const lost = center.reduce((worst, value, i) => Math.max(worst, Math.abs(value) / (scale[i] ?? NaN)), 0) * 2 ** -24;
  return `
\`x\` and what is given of it (\`mean\`, \`stddev\` or \`scale\`) are in the data's own units: the models standardise \`x\` themselves.
float32 rounds \`x\` by up to ${Number(lost.toPrecision(1))} of its standard deviations here.${lost > 0.01 ? ' That is much: export a model of x less a round number, such as its mean.' : ''}
`;
}

/** Of score.onnx, by what it gives. */
function scoreRows(run: TrainedModel, scores: readonly string[], isDrawn: boolean): string {
  if (scores.length === 0) return '\nThere is no score.onnx: the density of this model is made of what ONNX has not.\n';
  const elbo = `| gives | \`kl\` | [batch] | KL(q(z\\|x) ‖ p(z)) |
| gives | \`elbo\` | [batch] | log_likelihood − kl: means over draws of epsilon are the ELBO |
`;
  return `
\`score.onnx\`: how well the model explains examples, in nats.

| | name | shape | |
|---|---|---|---|
| takes | \`x\` | [batch, ${run.model.inputSize}] | as the encoder |
${conditionRow(run)}${isDrawn ? '| takes | `epsilon` | [batch, noise] | as the encoder |\n' : ''}| gives | \`log_likelihood\` | [batch] | log p(x\\|z) of the draw |
${scores.includes('elbo') ? elbo : ''}
${isDrawn ? 'With zeros for epsilon, −log_likelihood' : '−log_likelihood'} is what \`rootsigma score --method reconstruction\` gives${scores.includes('elbo') ? '; means of −elbo over draws from N(0, I) are what `--method elbo` estimates' : ''}.
`;
}

/** Of a table: how its rows become the models' inputs. */
function rowsText({ config }: TrainedModel, scores: readonly string[]): string {
  if (!config.data.table) return '';
  const features = ['numeric', 'datetime', 'boolean', 'categorical', 'ordinal'];
  const columns = config.data.table.columns.filter(({ kind }) => features.includes(kind));
  const names = columns.map(({ name, kind }) => `\`${name}\` (${kind})`).join(', ');
  return `
A row is an object of its columns, as JSON has it: ${names}. \`encode.py\` (Python with numpy) and \`encode.mjs\` (pages, and any other JavaScript) make
inputs of rows, by config.json, and say at their head what a value may be: numbers, dates of ISO 8601, categories as they are, null for no value.

\`\`\`python
from encode import Encoder

encoder = Encoder("config.json")
inputs = encoder.encode(rows)  # a list of dicts; encoder.notes says what training did not provide for
\`\`\`
${scores.length > 0 ? '\n\`score.onnx\` takes them with \`epsilon\`, zeros [len(rows), noise]; the scores of \`rootsigma score --method reconstruction\` are \`encoder.surprise\` − log_likelihood.\n' : ''}`;
}

function symmetricRows(latent: number): string {
  return `| gives | \`covariance\` | [batch, ${latent}, ${latent}] | Σ |
| gives | \`symmetric_root\` | [batch, ${latent}, ${latent}] | S = Σ^{1/2}, symmetric, S S = Σ |
| gives | \`symmetric_root_residual\` | [batch] | r = ‖S S − Σ‖_F / ‖Σ‖_F |

S is off by at most r ‖Σ‖_F / (λmin(S) + λmin(Σ^{1/2})): where r is beyond 1e-5, Σ is badly conditioned, and directions of
little variance are not to be trusted.
`;
}
