import { describePart } from '../../config/index.ts';
import { counted, fixed, formatShape, sizeOf, version } from '../../core/index.ts';
import { isImageShape } from '../../drawing/index.ts';
import { onnxVersions } from '../../engine/index.ts';
import { has } from '../../models/index.ts';
import { isLearned, parameterInputs } from '../../nn/index.ts';
import { ofRows, rowInput } from '../../objectives/index.ts';
import type { DoneEvent, ElboMeans } from '../../training/index.ts';
import { likelihoodFor } from '../model/likelihood.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';
import { hubMetadata } from './hub-metadata.ts';
import { drawsFromNoise, priorOf } from './onnx-models.ts';

/** How a training went, for its model card. */
export interface TrainingSummary {
  readonly done: DoneEvent;
  /** Wall time of all parts of a training that was resumed. */
  readonly seconds: number;
  /** Of a step, 0 where it is not known. */
  readonly stepMs: number;
}

/** The run's README.md: what the model is, how it was trained, how to use it. */
export function modelCard(run: TrainedModel, path: string, summary?: TrainingSummary): string {
  const { data, model, training, objective } = run.config;
  const images = isImageShape(run.exampleShape);
  const c = run.conditions ? ', c' : '';
  const noSamples = whyNoSamples(run);
  const count = run.model.parameters.filter(isLearned).reduce((total, { shape }) => total + sizeOf(shape), 0);
  return `${hubMetadata(run, summary?.done.validation)}
# vae on ${data.source}

${has(run.model.parts.posterior, 'logProbOfDraw') ? 'A variational autoencoder' : 'An autoencoder'} trained with rootsigma ${version}.

| | |
|---|---|
| data | ${data.source}: ${counted(data.count, 'training example')} of shape ${formatShape(data.shape)}, binarize ${data.binarize} |
${conditionRow(run)}${unitsRow(run)}| latent dimensions | ${model.latent} |
| posterior | ${describePart(run.parts, 'posterior', model.posterior)} |
${priorRow(run)}| network | ${describePart(run.parts, 'network', model.network)} |
| likelihood | ${likelihoodText(run)} |
| parameters | ${count.toLocaleString('en')} |
${run.config.from ? `| start | the weights of ${run.config.from.run}, trained on ${run.config.from.source} |\n` : ''}| objective | ${describePart(run.parts, 'objective', objective)} |
| training | ${counted(training.epochs, 'epoch')}, batch ${training.batchSize}, ${training.optimizer.name} at ${training.optimizer.learningRate}, seed ${training.seed} |
${summary ? resultText(summary) : ''}
${withoutDensityText(run)}${images ? `${noSamples === undefined ? `![Samples](samples.png)\n\nSamples: E[x|z${c}] for z ~ ${priorSymbol(run)}.\n\n` : `No samples: ${noSamples}\n\n`}![Reconstructions](reconstructions.png)\n\nTest examples, each with its reconstruction below.\n` : ''}
## Use

\`\`\`sh
rootsigma evaluate ${path}
${noSamples === undefined ? `rootsigma sample ${path} -o samples.${data.table ? 'csv' : 'png'}` : `rootsigma reconstruct ${path} -o reconstructions.${data.table ? 'csv' : 'png'}`}
\`\`\`

\`\`\`ts
import { load } from 'rootsigma';

const run = await load('${path}');
${noSamples !== undefined ? codeUse(run) : data.table ? tableUse(run) : imageUse(run)}
\`\`\`

\`model/*.onnx\` run in any ONNX runtime that knows opset ${onnxVersions.opset}. The encoder takes \`x\` [batch, ${run.model.inputSize}]${hasNoise(run) ? ' and\n`epsilon`, draws from N(0, I),' : ''} and gives ${encoderText(run)}; the decoder takes \`z\`
[batch, ${model.latent}] and gives \`mean\`, E[x|z${c}], and the numbers that determine p(x|z${c}).${priorText(run)}${run.conditions ? '\nBoth take `condition` too; `rootsigma export` writes a README that says what its numbers are.' : ''}
`;
}

/** p(z), or p(z|c) where the prior looks at the condition. */
function priorSymbol({ model }: TrainedModel): string {
  return priorOf(model).batchShape.length > 0 ? 'p(z|c)' : 'p(z)';
}

/** What encoder.onnx gives, by what the posterior has in closed form. */
function encoderText(run: TrainedModel): string {
  const { parts } = run.model;
  if (!hasNoise(run)) return '`z`, the code of x';
  if (has(parts.posterior, 'root')) return '`mean`, `stddev`, `root` and `z` = mean + root · epsilon';
  return has(parts.posterior, 'moments')
    ? '`mean`, `stddev` and `z`, a draw'
    : '`z`, a draw, alone: this posterior has no moments in closed form';
}

function priorText(run: TrainedModel): string {
  const { model } = run;
  const reason = whyNoSamples(run);
  if (reason !== undefined) return ` There is no prior.onnx: ${reason}`;
  if (!drawsFromNoise(model)) return ' There is no prior.onnx: draws of this prior are no function of noise.';
  return ' The prior takes `epsilon` and gives `z`, for new examples.';
}

/** A model without a density is one that has no ELBO. */
function withoutDensityText({ model: { parts } }: TrainedModel): string {
  if (has(parts.posterior, 'logProbOfDraw')) return '';
  return `The posterior '${parts.posterior.name}' has no density, so this model has no ELBO, no NLL and no likelihood of an example: \`evaluate\` says how well it reconstructs.\n\n`;
}

function hasNoise({ model }: TrainedModel): boolean {
  const { x, model: given } = ofRows(model, rowInput(model));
  return given.encode(parameterInputs(model.parameters), x).noiseSize > 0;
}

/** Of what is not drawn from. */
function codeUse({ exampleShape, model, conditions }: TrainedModel): string {
  const given = conditions ? `, { given: ${JSON.stringify(conditions.example())} }` : '';
  return `const x = await run.examples({ limit: 16 }); // [16, ${exampleShape.join(', ')}]
const { mean } = await run.encode(x${given}); // codes, [16, ${model.latent}]
const again = await run.decode(mean${given}); // [16, ${exampleShape.join(', ')}]`;
}

function imageUse({ exampleShape, model, conditions }: TrainedModel): string {
  if (conditions) {
    const given = JSON.stringify(conditions.example());
    return `const images = await run.sample(16, { given: ${given} }); // [16, ${exampleShape.join(', ')}]
const { mean, stddev } = await run.encode(images, { given: ${given} }); // each [16, ${model.latent}]`;
  }
  return `const images = await run.sample(16); // [16, ${exampleShape.join(', ')}]
const { mean, stddev } = await run.encode(images); // each [16, ${model.latent}]`;
}

function tableUse({ model }: TrainedModel): string {
  return `const table = await run.sampleTable(16); // 16 new rows
const { mean, stddev } = await run.encode(run.fromTable(table)); // each [16, ${model.latent}]`;
}

function conditionRow({ conditions }: TrainedModel): string {
  return conditions ? `| condition | given ${conditions.describe()}: ELBO and NLL are of p(x\\|c) |\n` : '';
}

/** Nothing is asked of how codes of a book are spread: they have no prior. */
function priorRow({ config, model, parts }: TrainedModel): string {
  const isLeftOut = has(model.parts.posterior, 'codes') && !has(model.parts.prior, 'codes');
  return isLeftOut ? '' : `| prior | ${describePart(parts, 'prior', config.model.prior)} |\n`;
}

function unitsRow({ standardization, config }: TrainedModel): string {
  if (!standardization) return '';
  const what = standardization.rule === 'each' ? 'each number of an example' : 'the numbers of an example as a whole';
  const share = config.training.validation > 0 ? ', without the validation split' : '';
  return `| units | the model sees ${what} less its mean and divided by its standard deviation over the training examples${share} (\`data.centre\` and \`data.scale\` in model.safetensors); ELBO, NLL, samples and the ONNX models are in the data's own units |\n`;
}

function likelihoodText(run: TrainedModel): string {
  const { config, parts, conditions } = run;
  const given = conditions ? `, given ${conditions.names.join(', ')}` : '';
  const likelihood = describePart(parts, 'likelihood', config.model.likelihood);
  const of = has(run.model.parts.posterior, 'logProbOfDraw') ? 'ELBO and NLL are' : 'the reconstruction is';
  return `${likelihood}; ${of} of ${likelihoodFor(config, { parts }).measure}${given}`;
}

function resultText({ done, seconds, stepMs }: TrainingSummary): string {
  const isWithoutKl = done.training && done.training.kl === undefined;
  const terms = isWithoutKl ? (['reconstruction'] as const) : (['elbo', 'reconstruction', 'kl'] as const);
  const header = terms.map((term) => (term === 'reconstruction' ? term : term.toUpperCase())).join(' | ');
  const line = (name: string, means: ElboMeans | undefined): string =>
    means ? `| ${name} | ${terms.map((term) => fixed(means[term] ?? NaN)).join(' | ')} |\n` : '';
  const how =
    done.reason === 'interrupted'
      ? 'interrupted after'
      : done.reason === 'stopped-early'
        ? 'stopped early after'
        : 'finished';
  // Of the part that this process trained; the median of parts before it is in their record.
  const mean = done.meanStepMs > 0 ? `, mean ${done.meanStepMs.toFixed(2)}` : '';
  const speed = stepMs > 0 ? ` (${stepMs.toFixed(2)} ms a step${mean})` : '';
  return `
Training ${how} ${counted(done.epochs, 'epoch')} in ${seconds.toFixed(1)} s${speed}; the parameters are those of epoch
${done.bestEpoch}. Means over examples in nats, last epoch:

| | ${header} |
|---|${'---|'.repeat(terms.length)}
${line('training', done.training)}${line('validation', done.validation)}`;
}
