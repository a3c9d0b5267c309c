import { CapabilityError, ValueError, checkOptions, checkValue, noticesTo, rule } from '../../core/index.ts';
import type { FloatDType, NdArray, OnNotice } from '../../core/index.ts';
import type { TableEncoder } from '../../data/index.ts';
import type { Table } from '../../io/index.ts';
import { has } from '../../models/index.ts';
import { foldIn, key } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { withColumnsOf } from '../data/conditions.ts';
import type { Conditions, DrawnConditions } from '../data/conditions.ts';
import { clausesOf } from '../data/given-conditions.ts';
import type { GivenShares } from '../data/given-conditions.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';
import { askedOf, drawnUntil, percent } from './filters.ts';
import type { Asked } from './filters.ts';
import { besideRows } from './inference.ts';
import type { Inference } from './inference.ts';
import { noCondition } from './run-data.ts';
import type { RunData } from './run-data.ts';
import { sampleOptionRules } from './run-options.ts';
import type { SampleOptions } from './run-options.ts';
import { TableDraws } from './table-draws.ts';

/** For the draws by which a table's model learns its own marginals: beside the two of seed 0. */
const referenceKey = foldIn(key(0), 2);

/** As `SampleOptions`, less what has been seen to. */
type SampleRowOptions = Omit<SampleOptions, 'given'> & { readonly given?: GivenShares | undefined };

/** What a sampler draws with. */
export interface SamplerParts {
  readonly trained: Pick<TrainedModel, 'config' | 'parts' | 'model'>;
  readonly inference: Inference;
  readonly data: RunData;
  readonly conditions: Conditions | undefined;
  readonly table: TableEncoder | undefined;
  /** The table's encoder. @throws ValueError when the model is of no table */
  readonly requireTable: (operation: string) => TableEncoder;
  readonly onNotice: OnNotice | undefined;
}

/**
 * Draws examples of a run's model: from the prior, given a condition, or until they have what is asked. `Run` says what each
 * method gives.
 */
export class Sampler {
  readonly #parts: SamplerParts;
  readonly #tableDraws: TableDraws | undefined;
  #saidCodes = false;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#tableDraws = parts.table && new TableDraws(parts.table, (count) => this.#draw(count, referenceKey));
  }

  async sample(count: number, options: SampleOptions): Promise<NdArray<FloatDType>> {
    const { trained, inference, data } = this.#parts;
    checkValue('sample: the count', count, this.#countRule());
    checkOptions('sample', options, sampleOptionRules);
    inference.checkPoints('sample', count);
    const reason = whyNoSamples(trained);
    if (reason !== undefined) throw new CapabilityError(`sample: ${reason}`);
    this.#sayCodes();
    return data.inUnits(await this.#drawnRows(count, options)).reshape([count, ...trained.config.data.shape]);
  }

  sampleConditions(count: number, options: Pick<SampleOptions, 'seed' | 'given'>): Table {
    checkValue('sampleConditions: the count', count, this.#countRule());
    checkOptions('sampleConditions', options, { seed: rule.seed, given: sampleOptionRules.given });
    return this.#conditionsOf(count, options).table;
  }

  async sampleTable(count: number, options: SampleOptions): Promise<Table> {
    const { seed = 0, missing = true, given } = options;
    const rows = await this.sample(count, options);
    const table = this.#parts.requireTable('sampleTable').decode(rows, { seed, missing, labels: true });
    // Numbers that were given are written as they were, and not as float32 rounds them.
    return !this.#parts.conditions || given === undefined || this.isByRejection(given)
      ? table
      : withColumnsOf(table, this.sampleConditions(count, { seed, given }));
  }

  /** Said once: by which distribution codes are drawn, where it is none that the model was trained with. */
  #sayCodes(): void {
    const { prior } = this.#parts.trained.model.parts;
    if (this.#saidCodes || !has(prior, 'codes')) return;
    this.#saidCodes = true;
    noticesTo(this.#parts.onNotice)(
      `codes are drawn by the prior '${prior.name}', which was fitted to those of the training examples after training.`,
    );
  }

  /** What one array can hold. */
  #countRule() {
    const { inputSize, latent } = this.#parts.trained.model;
    return rule.whole(1, Math.floor(2 ** 30 / Math.max(inputSize, latent)));
  }

  /** In the units of the model, [count, width], the columns that were given among them. @throws ValueError for what the model does not have or draw */
  #drawnRows(count: number, options: SampleOptions): Promise<NdArray<'float32'>> {
    const asked = this.#asked(options.given);
    const from = key(options.seed ?? 0);
    const { show = 'draw' } = options;
    if (asked.filters.length > 0 && show !== 'draw') {
      throw new ValueError(
        `sample: the ${show} of p(x|z) is no draw ('show', --show), and rows are drawn until enough have ${asked.filters.map(({ text }) => text).join(' and ')}: leave one of them out.`,
      );
    }
    return asked.filters.length > 0
      ? this.#rowsUntil(count, from, { ...options, ...asked })
      : this.#rows(count, from, { ...options, given: asked.given });
  }

  /** The conditions of what `sample` gives. @throws ValueError where the model has none, or none such */
  #conditionsOf(count: number, { seed = 0, given: asked }: Pick<SampleOptions, 'seed' | 'given'>): DrawnConditions {
    const { given, filters } = this.#asked(asked);
    if (filters.length > 0) {
      throw new ValueError(
        `sampleConditions: rows are drawn until they have ${filters.map(({ text }) => text).join(' and ')}, and their conditions are in them: sampleTable gives them.`,
      );
    }
    const drawn = this.#conditions(count, key(seed), given);
    if (drawn) return drawn;
    throw new ValueError(`sampleConditions: ${noCondition}`);
  }

  /** Whether rows are drawn until enough have what is asked, as it is of columns that the model draws. */
  isByRejection(given: SampleOptions['given']): boolean {
    return this.#asked(given).filters.length > 0;
  }

  /** Rows of a table again, with the columns that were given behind those that the model gives. */
  withColumns(rows: NdArray<'float32'>, condition: NdArray<'float32'> | undefined): NdArray<'float32'> {
    return this.#parts.conditions?.areColumns ? besideRows(rows, condition) : rows;
  }

  async #rows(count: number, from: Key, options: SampleRowOptions): Promise<NdArray<'float32'>> {
    const { inference, table } = this.#parts;
    const { show = table ? 'draw' : 'mean', given, missing = true, matchMarginals = true } = options;
    const condition = this.#conditions(count, from, given)?.rows;
    if (show !== 'draw') {
      const codes = besideRows(await this.#latents(count, from, condition), condition);
      return this.withColumns(await inference.decode(codes, show), condition);
    }
    const drawn = await this.#draw(count, from, condition);
    await this.#tableDraws?.settle(drawn, { missing, matchMarginals });
    return drawn;
  }

  /** Rows drawn until enough have what is asked; says how many had. @throws ValueError where too few have */
  async #rowsUntil(
    count: number,
    from: Key,
    { filters, tries = Math.max(100_000, 200 * count), onAcceptance, ...options }: SampleRowOptions & Asked,
  ): Promise<NdArray<'float32'>> {
    const { onNotice, requireTable } = this.#parts;
    const table = requireTable('sample');
    const draw = (size: number, chunk: number) => this.#rows(size, foldIn(foldIn(from, 4), chunk), options);
    const { rows, acceptance } = await drawnUntil(count, { filters, table, tries, draw });
    const what = filters.map(({ text }) => text).join(' and ');
    noticesTo(onNotice)(
      `${acceptance.accepted} of ${acceptance.drawn} drawn rows have ${what} (${percent(acceptance)}); ${count} of them are given.`,
    );
    onAcceptance?.(acceptance);
    return rows;
  }

  /** What is asked in two: for the condition, and of what the model draws. @throws ValueError for what neither has */
  #asked(given: SampleOptions['given']): Asked {
    const { conditions, data, table } = this.#parts;
    if (given === undefined) return { given: undefined, filters: [] };
    const asked = askedOf(clausesOf(given), table);
    if (conditions || asked.given === undefined) return asked;
    if (!table) data.checkGiven();
    throw new ValueError(
      `given: the model draws no column '${Object.keys(asked.given)[0] ?? ''}'; it draws ${table?.modelled.map(({ column }) => column).join(', ') ?? ''}.`,
    );
  }

  #latents(count: number, from: Key, condition: NdArray<'float32'> | undefined): Promise<NdArray<'float32'>> {
    return this.#parts.inference.drawPrior(count, foldIn(from, 0), condition);
  }

  async #draw(
    count: number,
    from: Key,
    condition = this.#conditions(count, from, undefined)?.rows,
  ): Promise<NdArray<'float32'>> {
    const codes = besideRows(await this.#latents(count, from, condition), condition);
    return this.withColumns(await this.#parts.inference.draw(codes, foldIn(from, 1)), condition);
  }

  /** Conditions for examples that are to be drawn, where the model has one. @throws ValueError as `Conditions.draw` */
  #conditions(count: number, from: Key, given: GivenShares | undefined): DrawnConditions | undefined {
    return this.#parts.conditions?.draw(count, { given, key: foldIn(from, 3) });
  }
}
