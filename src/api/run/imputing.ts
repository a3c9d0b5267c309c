import { localData } from '#local-data';
import { DataError, NdArray, ValueError, formatShape, noticesTo, sizeOf } from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType, OnNotice } from '../../core/index.ts';
import type { RunConfig } from '../../config/index.ts';
import { gappyFile, isFileInput, pickedTable } from '../../data/index.ts';
import type { FileInput, FilledCell, GappyArray, LeftCells, Standardization, TableEncoder } from '../../data/index.ts';
import { TableGaps } from '../../data/table/fill-gaps.ts';
import { defaultSweeps, imputeRows, ofConditions } from '../../evaluation/imputation/index.ts';
import type { ImputeOptions as RowOptions, Imputed, PartLayout } from '../../evaluation/imputation/index.ts';
import { input } from '../../graph/index.ts';
import type { Table } from '../../io/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import { foldIn, key } from '../../random/index.ts';
import type { Conditions, GivenRows } from '../data/conditions.ts';
import { isExamples, scoringExamples } from '../data/data.ts';
import { outsideUnit } from '../model/outside-unit.ts';
import { checkResultSize } from '../model/size.ts';
import type { ImputeOptions } from './impute-options.ts';
import { besideRows, firstOfRows, lastOfRows } from './inference.ts';
import { inferClasses, inferredNote } from './inferred-labels.ts';

/** What the chains came to, of any data. */
export interface ImputationFacts {
  /** Values that were missing and are filled. */
  readonly filled: number;
  /**
   * Shares of the proposals that chains took, in their later half: near 0, draws have not come far from where they began, and more `sweeps`
   * are wanted. Absent where nothing was drawn.
   */
  readonly accepted: Imputed['accepted'];
}

/** Examples without gaps. */
export interface Imputation extends ImputationFacts {
  /** The examples as they were, NaN in the gaps, [n, ...exampleShape]. */
  readonly given: NdArray<FloatDType>;
  /** x_missing ~ p(x_missing | x_observed) in the gaps, the others as they were, [draws, n, ...exampleShape]. */
  readonly draws: NdArray<FloatDType>;
  /** E[x_missing | x_observed] in the gaps, [n, ...exampleShape]; better than the mean of the draws, as it averages over their chains. */
  readonly mean: NdArray<FloatDType>;
}

/** A table without gaps. */
export interface TableImputation extends ImputationFacts {
  /** The table with its gaps filled by a draw, once a draw; what there was is as it was, to the letter. */
  readonly draws: readonly Table[];
  /** With its gaps filled by what is expected there: means of numbers (of normal scores, in columns that have such), commonest categories. */
  readonly mean: Table;
  /** Each gap with its value over the draws and the spread of it, row by row. */
  readonly cells: readonly FilledCell[];
  /** Cells that stay empty, and why. */
  readonly left: readonly LeftCells[];
}

/** What a run has of it. */
export interface ImputingParts extends Pick<RowOptions, 'engine' | 'model' | 'parameters' | 'drawPrior'> {
  readonly config: RunConfig;
  readonly standardization: Standardization | undefined;
  readonly onNotice: OnNotice | undefined;
  /** What the model is given of each example, where it is given something. */
  readonly conditions: Conditions | undefined;
  /** The conditions of examples that come without. @throws ValueError where nobody says which, or there are none to give */
  readonly conditionsOf: (given: GivenRows | undefined, count: number) => NdArray<'float32'> | undefined;
  /** q(y|x) of rows, where the model infers a condition that is missing. */
  readonly classify: ((rows: NdArray<'float32'>) => Promise<NdArray<'float32'> | undefined>) | undefined;
  /** Whether it was trained on numbers in [0, 1], and takes others too. */
  readonly takesAnyNumber: boolean;
}

/** Rows as `Imputing` hands them on. */
type Rows = Pick<RowOptions, 'rows' | 'conditions' | 'layout' | 'missing'>;

/** Draws what is missing, given what is there. */
export class Imputing {
  readonly #parts: ImputingParts;

  constructor(parts: ImputingParts) {
    this.#parts = parts;
  }

  /** @param x [n, ...exampleShape] or one example, NaN where a value is missing; or an .npy or .npz file with such */
  async examples(
    x: ArrayLikeInput | string | FileInput,
    options: ImputeOptions,
    toRows: (x: NdArray<'float64'>, name: string) => NdArray<'float32'>,
  ): Promise<Imputation> {
    const { config, standardization } = this.#parts;
    const { draws = 1 } = options;
    const { name, examples: given, ...labels } = await this.#gappy(x);
    const { shape } = config.data;
    const size = sizeOf(shape);
    const count = given.size / size;
    checkResultSize({ operation: 'impute', rows: count * draws, bytesPerRow: 16 * size });
    const isMissing = Uint8Array.from(given.data, (value) => +Number.isNaN(value));
    const known = Float64Array.from(given.data, (value, i) =>
      Number.isNaN(value) ? (standardization?.center[i % size] ?? 0) : value,
    );
    const rows = toRows(new NdArray(known, given.shape), name);
    const layout = this.#layout();
    const gaps = layout.parts.length;
    const missing = new Uint8Array(count * gaps);
    for (let row = 0; row < count; row++) {
      for (const [part, { offset, width }] of layout.parts.entries()) {
        const first = row * size + offset;
        if (isMissing.subarray(first, first + width).every((flag) => flag === 0)) continue;
        missing[row * gaps + part] = 1;
        // Of a choice among classes, all is missing where some is.
        isMissing.fill(1, first, first + width);
        rows.data.fill(0, first, first + width);
      }
    }
    this.#binarize(rows, isMissing);
    const where = new Uint32Array(count).map((_, row) => row).filter((row) => missing.subarray(row * gaps, (row + 1) * gaps).includes(1)); // prettier-ignore
    const conditions = await this.#conditionsOf({ name, size: count, ...labels }, rows, options.given);
    const imputed = await this.#run(pickRows({ rows, conditions, layout, missing }, where), options);
    const dtype = x instanceof NdArray && x.dtype === 'float32' ? 'float32' : 'float64';
    const filled = (values: Float32Array): NdArray<FloatDType> => {
      const restored = standardization ? standardization.restore(values) : values;
      const result = NdArray.zeros([count, ...shape], dtype);
      result.data.set(given.data);
      for (const [at, row] of where.entries()) {
        for (let i = 0; i < size; i++) {
          if (isMissing[row * size + i] === 1) result.data[row * size + i] = restored[at * size + i] ?? NaN;
        }
      }
      return result;
    };
    const all = NdArray.zeros([draws, count, ...shape], dtype);
    const each = where.length * size;
    for (let draw = 0; draw < draws; draw++) {
      all.data.set(filled(imputed.draws.data.subarray(draw * each, (draw + 1) * each)).data, draw * count * size);
    }
    return {
      given: given.reshape([count, ...shape]),
      draws: all,
      mean: filled(imputed.mean.data),
      filled: isMissing.reduce((sum, flag) => sum + flag, 0),
      accepted: imputed.accepted,
    };
  }

  async table(
    data: Table | string | FileInput,
    encoder: TableEncoder,
    options: ImputeOptions,
  ): Promise<TableImputation> {
    const { seed = 0, draws = 1 } = options;
    const { conditions: own, classify } = this.#parts;
    const gaps = new TableGaps(await this.#tableOf(data), encoder, { infersCondition: classify !== undefined });
    const say = noticesTo(this.#parts.onNotice);
    for (const note of gaps.notes) say(note);
    for (const { column, count, why } of gaps.left) say(`'${column}': ${count} empty cell${count === 1 ? ' stays' : 's stay'} so: ${why}.`); // prettier-ignore
    checkResultSize({ operation: 'impute', rows: gaps.rows.length * draws, bytesPerRow: 16 * encoder.width });
    const inputSize = encoder.width - encoder.conditionWidth;
    const layout: PartLayout = {
      inputSize,
      parts: encoder.modelled.map(({ offset, width, missing: flag }) => ({ offset, width, flag })),
    };
    const { encoded, missing } = gaps;
    const rows = own ? firstOfRows(encoded, inputSize) : encoded;
    const conditions = own && lastOfRows(encoded, own.size);
    if (own && conditions && classify) {
      const count = await inferClasses(rows, conditions, { conditions: own, classify });
      if (count > 0) say(inferredNote('table', { count, of: gaps.rows.length }));
    }
    const imputed = await this.#run({ rows, conditions, layout, missing }, options);
    /** Whole rows of the table again, [draws, rows, width]. */
    const whole = (values: NdArray<'float32'>, of: number): NdArray =>
      besideRows(values.reshape([of * gaps.rows.length, inputSize]), conditions && repeated(conditions, of)).reshape([
        of,
        gaps.rows.length,
        encoder.width,
      ]);
    const drawn = whole(imputed.draws, draws);
    const [mean = gaps.table] = gaps.fill(whole(imputed.mean, 1), { seed });
    return {
      draws: gaps.fill(drawn, { seed }),
      mean,
      cells: gaps.cells(drawn, { seed }),
      left: gaps.left,
      filled: gaps.count,
      accepted: imputed.accepted,
    };
  }

  /** What each example is given: what the caller says, else its label, else what the model infers. @throws ValueError where nobody says which */
  async #conditionsOf(
    about: Pick<GappyArray, 'name' | 'labels' | 'classNames'> & { readonly size: number },
    rows: NdArray<'float32'>,
    asked: GivenRows | undefined,
  ): Promise<NdArray<'float32'> | undefined> {
    const { conditions, conditionsOf, classify, onNotice } = this.#parts;
    const { name, size, labels } = about;
    if (conditions && asked === undefined && labels) return conditions.rowsIn(about);
    if (!conditions || !classify || asked !== undefined) return conditionsOf(asked, size);
    const inferred = NdArray.zeros([size, conditions.size], 'float32');
    const count = await inferClasses(rows, inferred, { conditions, classify });
    noticesTo(onNotice)(inferredNote(name, { count, of: size }));
    return inferred;
  }

  async #run({ rows, conditions, layout, missing }: Rows, options: ImputeOptions): Promise<Imputed> {
    const { engine, model, parameters, drawPrior } = this.#parts;
    const { draws = 1, sweeps = defaultSweeps, seed = 0, signal, onProgress } = options;
    const [count = 0] = rows.shape;
    if (count === 0) {
      const { inputSize } = layout;
      return {
        draws: NdArray.zeros([draws, 0, inputSize], 'float32'),
        mean: NdArray.zeros([0, inputSize], 'float32'),
        accepted: {},
      };
    }
    return imputeRows({
      engine,
      model,
      parameters,
      drawPrior,
      rows,
      conditions,
      layout,
      missing,
      draws,
      sweeps,
      // Apart from the draws of `sample` under the same seed.
      key: foldIn(key(seed), 3),
      signal,
      onProgress: onProgress && ((done) => { onProgress(done, count * draws); }), // prettier-ignore
    });
  }

  /** Parts of an example that is no table's row: as many as its likelihood tells apart, of one width. */
  #layout(): PartLayout {
    const { model } = this.#parts;
    const { inputSize } = model;
    const parameters = parameterInputs(model.parameters);
    const likelihood = ofConditions(model).decode(parameters, input('z', ['batch', model.latent]));
    const count = Number(likelihood.logProbParts(input('x', ['batch', inputSize])).shape.at(-1));
    const width = inputSize / count;
    return { inputSize, parts: Array.from({ length: count }, (_, part) => ({ offset: part * width, width })) };
  }

  /** Grey becomes black and white as it does when examples are scored; gaps stay 0. */
  #binarize(rows: NdArray<'float32'>, isMissing: Uint8Array): void {
    const { binarize } = this.#parts.config.data;
    const [count = 0, size = 0] = rows.shape;
    const source = rows.data.slice();
    const gather = (indices: Uint32Array, out: Float32Array): void => {
      indices.forEach((row, k) => {
        out.set(source.subarray(row * size, (row + 1) * size), k * size);
      });
    };
    const examples = scoringExamples({ size: count, sampleShape: [size], gather }, { binarize });
    examples.read(
      Uint32Array.from({ length: count }, (_, row) => row),
      rows.data,
      key(0),
    );
    for (let i = 0; i < rows.data.length; i++) if (isMissing[i] === 1) rows.data[i] = 0;
  }

  async #gappy(x: ArrayLikeInput | string | FileInput): Promise<Omit<GappyArray, 'notes'>> {
    const { config } = this.#parts;
    if (typeof x === 'string') {
      if (!/\.np[yz]$/i.test(x)) throw noArray(x);
      return this.#told((await localData()).readGappyFile(x, { like: config.data }));
    }
    if (isFileInput(x)) return this.#told(await gappyFile(x, { like: config.data }));
    if (!isExamples(x)) throw noArray('data');
    const given = NdArray.from(x, 'float64');
    const infinite = given.data.findIndex((value) => Math.abs(value) === Infinity);
    if (infinite >= 0) throw new ValueError(`impute: x holds ${given.data[infinite] ?? NaN}; a missing value is NaN (${formatShape(given.shape)}).`); // prettier-ignore
    return { name: 'x', examples: given };
  }

  /** What there is to know of a file's examples is said; values that the likelihood cannot have are refused later. */
  #told({ notes, ...array }: GappyArray): Omit<GappyArray, 'notes'> {
    const say = noticesTo(this.#parts.onNotice);
    for (const note of notes) say(note);
    const line = this.#parts.takesAnyNumber ? outsideUnit(array.name, array.examples) : undefined;
    if (line !== undefined) say(line);
    return array;
  }

  async #tableOf(data: Table | string | FileInput): Promise<Table> {
    const context = { like: this.#parts.config.data };
    if (typeof data === 'string') {
      const { isTableFile, readTableFor } = await localData();
      if (!isTableFile(data)) throw new DataError(`${data}: expected a table (.csv, .tsv, .parquet).`);
      return readTableFor(data, context);
    }
    return isFileInput(data) ? pickedTable(data, context) : data;
  }
}

function noArray(what: string): DataError {
  return new DataError(`${what}: expected an array with NaN where a value is missing, or an .npy or .npz file of one.`);
}

/** Some of the rows. */
function pickRows({ rows, conditions, layout, missing }: Rows, where: Uint32Array): Rows {
  const { inputSize, parts } = layout;
  const picked = NdArray.zeros([where.length, inputSize], 'float32');
  const gaps = new Uint8Array(where.length * parts.length);
  const [, size = 0] = conditions?.shape ?? [];
  const given = conditions && NdArray.zeros([where.length, size], 'float32');
  for (const [at, row] of where.entries()) {
    picked.data.set(rows.data.subarray(row * inputSize, (row + 1) * inputSize), at * inputSize);
    gaps.set(missing.subarray(row * parts.length, (row + 1) * parts.length), at * parts.length);
    given?.data.set(conditions?.data.subarray(row * size, (row + 1) * size) ?? [], at * size);
  }
  return { rows: picked, conditions: given, layout, missing: gaps };
}

/** All rows, over and over. */
function repeated({ data, shape: [count = 0, size = 0] }: NdArray<'float32'>, times: number): NdArray<'float32'> {
  const rows = NdArray.zeros([times * count, size], 'float32');
  for (let k = 0; k < times; k++) rows.data.set(data, k * data.length);
  return rows;
}
