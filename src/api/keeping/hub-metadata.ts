import { isImageShape } from '../../drawing/index.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';
import type { ElboMeans } from '../../training/index.ts';

/** Data that the Hugging Face Hub has too, by the names that they have here and there. */
const hubDatasets: Readonly<Record<string, string>> = {
  mnist: 'ylecun/mnist',
  'fashion-mnist': 'zalando-datasets/fashion_mnist',
};

/**
 * What the Hugging Face Hub reads at the head of a README.md (YAML between lines of three hyphens; its values are written as JSON, which is
 * YAML too): library, tags, licence, the task where the Hub knows it, the data where the Hub has them, and the result on the validation split.
 * Fields: https://github.com/huggingface/hub-docs/blob/main/modelcard.md.
 */
export function hubMetadata(run: TrainedModel, validation?: ElboMeans): string {
  const { data, model, objective } = run.config;
  const isImage = isImageShape(run.exampleShape) && !data.table;
  const kind = data.table ? ['tabular'] : isImage ? ['image'] : [];
  const dataset = Object.hasOwn(hubDatasets, data.source) ? hubDatasets[data.source] : undefined;
  // A name of the Hub's list of tasks: of tables and arrays it has none for a density.
  const task = isImage && whyNoSamples(run) === undefined ? 'unconditional-image-generation' : undefined;
  const result = validation && resultOf(validation);
  const fields = {
    library_name: 'rootsigma',
    // Whose model it is decides that, and the data's licence with it.
    license: 'unknown',
    tags: [
      'vae',
      'variational-autoencoder',
      'onnx',
      'safetensors',
      ...kind,
      model.posterior.name,
      objective.name,
    ].filter(unique),
    ...(task !== undefined && !run.conditions && { pipeline_tag: task }),
    ...(dataset !== undefined && { datasets: [dataset] }),
    ...(result && {
      metrics: [result.type],
      'model-index': [
        {
          name: `vae on ${data.source}`,
          results: [
            {
              task: { type: task ?? 'other', name: result.task },
              dataset: { name: data.source, type: dataset ?? data.kind, split: 'validation' },
              metrics: [{ type: result.type, name: `${result.name} (nats, validation)`, value: result.value }],
            },
          ],
        },
      ],
    }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n`;
}

/** A model without a density has no ELBO: how well it reconstructs is its result. */
function resultOf({ elbo, reconstruction }: ElboMeans) {
  return elbo === undefined || Number.isNaN(elbo)
    ? { type: 'reconstruction', name: 'Reconstruction', task: 'Reconstruction', value: reconstruction }
    : { type: 'elbo', name: 'ELBO', task: 'Density estimation', value: elbo };
}

function unique(name: string, at: number, names: readonly string[]): boolean {
  return names.indexOf(name) === at;
}
