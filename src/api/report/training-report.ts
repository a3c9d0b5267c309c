import { partTable, partsRule } from '../../config/index.ts';
import type { PartRow } from '../../config/index.ts';
import { checkOptions, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import type { Store } from '../../io/index.ts';
import { RunFolder, runFile } from '../keeping/run-folder.ts';
import { storeFrom } from '../keeping/place.ts';
import type { RunSource } from '../keeping/place.ts';
import { configuration, facts } from './facts-section.ts';
import { readHistory } from './history.ts';
import type { History } from './history.ts';
import { markup } from './html.ts';
import { shownDuration, shownNumber } from './numbers.ts';
import { header, page, tileRow, titleOf } from './page.ts';
import { pictureStrips } from './picture-section.ts';
import { alarms, curves, latentDimensions, noEnd, valueAt } from './training-section.ts';

export interface TrainingReportOptions {
  /** What the report is of. Default: the name of the run's folder, else of its data. */
  readonly title?: string | undefined;
  /** The parts that `train` was given, for a run that is made of parts of one's own. */
  readonly parts?: readonly PartRow[] | undefined;
  /** Whether somebody trains it now, where that is known: the record alone does not tell a training from one whose process was ended. */
  readonly isTraining?: boolean | undefined;
}

const trainingReportOptionRules: OptionRules<TrainingReportOptions> = {
  title: rule.text,
  parts: partsRule,
  isTraining: rule.flag,
};

/**
 * A training that has left no model, as one HTML file like that of `htmlReport`: one that goes on, was ended, or came to a number that is not
 * finite. How it stands in words, alarms, curves, KL of latent dimensions, the pictures that were kept on the way, and the configuration; nothing that
 * a model would have to compute.
 *
 * @throws DataError when the folder is no run or a file is damaged; ValueError when its configuration is not valid
 */
export async function trainingReport(source: RunSource, options: TrainingReportOptions = {}): Promise<string> {
  checkOptions('trainingReport', options, trainingReportOptionRules);
  const store = await storeFrom(source);
  const parts = partTable(options.parts);
  const config = await (await RunFolder.open(store, { parts })).readConfig();
  const reported = { config, parts, path: store.path };
  const history = await readHistory(store);
  const title = titleOf(reported, options.title);
  const pictures = await pictureStrips(config.data.shape, store);
  const state = stateInWords(history, { isTraining: options.isTraining, next: await nextOf(store) });
  const sections = [
    tiles(history, config.training.epochs),
    alarms(history, state),
    markup`<h2>Training</h2>`,
    curves(history),
    latentDimensions(reported, history),
    pictures &&
      markup`<h2>Pictures</h2>
        ${pictures}`,
    markup`<h2>Latent space</h2>
      <p class="quiet">Not shown: there is no model, which would have to encode the examples.</p>`,
    facts(reported, history),
    configuration(reported),
  ];
  return page(title, header(reported, title, 'trained, but not to its end,'), sections);
}

/** How far it has come. */
function tiles(history: History, asked: number): ReturnType<typeof tileRow> {
  const { curves: all, bestEpoch, epochs, steps, seconds, activeUnits } = history;
  const validated = valueAt(all.get('validation.elbo'), bestEpoch);
  return tileRow([
    validated === undefined ? undefined : { name: 'Best ELBO, validation', value: shownNumber(validated), about: `nats, epoch ${bestEpoch}` },
    activeUnits === undefined ? undefined : { name: 'Active units', value: String(activeUnits), about: `latent dimensions that vary with x, at epoch ${epochs}` },
    { name: 'Epochs', value: `${epochs} of ${asked}`, about: `${steps.toLocaleString('en')} steps in its record` },
    seconds === undefined ? undefined : { name: 'Training took', value: shownDuration(seconds), about: 'so far' },
  ]); // prettier-ignore
}

/** How a training without a model stands. @param next how it goes on */
function stateInWords(
  { steps, reason, alarms: found }: History,
  { isTraining, next }: { readonly isTraining: boolean | undefined; readonly next: string },
): string {
  if (isTraining === true) return 'It is being trained: this is how far it had come, and there is no model yet.';
  if (found.some(({ kind, severity }) => kind === 'non-finite' && severity === 'error')) {
    return 'Its training ended at a number that is not finite, and left no model.';
  }
  // The model is written after the last record: between the two it was ended, or the file was lost.
  if (reason !== undefined) return `Its record has an end (${reason}), but there is no ${runFile.model}. ${next}`;
  if (isTraining === undefined) return `${noEnd} There is no model.`;
  return `Its training was ended ${steps === 0 ? 'before its first record' : 'before it was finished'}, and left no model. ${next}`;
}

/** How a training that was ended goes on; nothing where nobody can tell what lies there, as below a URL. */
async function nextOf(store: Store): Promise<string> {
  const [folder = ''] = /^.*\//.exec(runFile.checkpoint) ?? [];
  const names = await store.list(folder).catch(() => undefined);
  if (!names) return '';
  return [runFile.checkpoint, runFile.previousCheckpoint].some((name) => names.includes(name.slice(folder.length)))
    ? `It goes on from its last checkpoint with: rootsigma train --resume --out ${store.path ?? 'RUN'}`
    : 'It has no checkpoint to go on from: train again.';
}
