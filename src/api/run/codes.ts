import {
  CapabilityError,
  NdArray,
  ShapeError,
  UnsupportedError,
  checkOptions,
  checkValue,
  formatShape,
  noticesTo,
  rule,
  sameShape,
  ValueError,
} from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType, OnNotice } from '../../core/index.ts';
import { numbersOf } from '../../data/index.ts';
import type { Cell } from '../../io/index.ts';
import { has } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { key } from '../../random/index.ts';
import type { Conditions } from '../data/conditions.ts';
import type { DataInput } from '../data/data.ts';
import { whyNoPaths } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';
import { besideRows, lastOfRows, spreadDraws } from './inference.ts';
import type { Encoding, Inference } from './inference.ts';
import { interpolateLatents, interpolateOptionRules, traverseLatents, traverseOptionRules } from './latent-paths.ts';
import type { InterpolateOptions, TraverseOptions } from './latent-paths.ts';
import type { RunData } from './run-data.ts';
import { encodeOptionRules, examplesOptionRules, givenRule, splitOptionRules } from './run-options.ts';
import type { DecodeCodesOptions, EncodeOptions, ExamplesOptions, GivenOptions, SplitOptions } from './run-options.ts';
import type { Sampler } from './sampler.ts';

/** What a run has of them. */
export interface CoderParts {
  readonly trained: Pick<TrainedModel, 'config' | 'parts' | 'model'>;
  readonly conditions: Conditions | undefined;
  readonly inference: Inference;
  readonly data: RunData;
  readonly sampler: Sampler;
  readonly onNotice: OnNotice | undefined;
}

/** From examples to codes, from codes to examples, and what lies between codes. `Run` says what each method gives. */
export class Coder {
  readonly #trained: CoderParts['trained'];
  readonly #model: Vae;
  readonly #exampleShape: readonly number[];
  readonly #conditions: Conditions | undefined;
  readonly #inference: Inference;
  readonly #data: RunData;
  readonly #sampler: Sampler;
  readonly #onNotice: OnNotice | undefined;
  #saidMoments = false;

  constructor({ trained, conditions, inference, data, sampler, onNotice }: CoderParts) {
    this.#trained = trained;
    this.#model = trained.model;
    this.#exampleShape = trained.config.data.shape;
    this.#conditions = conditions;
    this.#inference = inference;
    this.#data = data;
    this.#sampler = sampler;
    this.#onNotice = onNotice;
  }

  async reconstruct(
    x: ArrayLikeInput | DataInput,
    options: SplitOptions & GivenOptions = {},
  ): Promise<NdArray<FloatDType>> {
    checkOptions('reconstruct', options, { ...splitOptionRules, given: givenRule });
    const rows = await this.#data.rowsOf(x, options);
    const images = await this.#decodeGiven(await this.#inference.center(rows), this.#conditionsIn(rows));
    return images.reshape(this.#data.isSingle(x) ? this.#exampleShape : images.shape);
  }

  async encode(x: ArrayLikeInput | DataInput, options: EncodeOptions = {}): Promise<Encoding> {
    checkOptions('encode', options, encodeOptionRules);
    const { draws, seed = 0 } = options;
    if (draws !== undefined) this.#requireNoise();
    this.#sayWithoutMoments();
    const rows = await this.#data.rowsOf(x, options);
    const encoding = await this.#inference.encode(rows);
    return draws === undefined
      ? encoding
      : { ...encoding, draws: await this.#inference.drawPosterior(rows, draws, key(seed)) };
  }

  async classify(
    x: ArrayLikeInput | DataInput,
    options: SplitOptions = {},
  ): Promise<{ readonly probabilities: NdArray<'float32'>; readonly classes: readonly Cell[] }> {
    checkOptions('classify', options, splitOptionRules);
    if (!this.#model.classifier || !this.#conditions) {
      throw new UnsupportedError(
        "classify: the model infers no label: train one with objective 'm2' and a label as condition (--preset m2).",
      );
    }
    const probabilities = await this.#inference.classify(await this.#data.rowsAlone(x, options));
    if (!probabilities) throw new UnsupportedError('classify: the model has no classifier.');
    return { probabilities, classes: this.#conditions.classes };
  }

  async decode(z: ArrayLikeInput, options: DecodeCodesOptions = {}): Promise<NdArray<FloatDType>> {
    checkOptions('decode', options, { given: givenRule, codes: rule.flag });
    const input = NdArray.from(z, 'float32');
    const given = options.codes ? await this.#vectorsOf(input) : input;
    const count = given.size / this.#model.latent;
    if (given.shape.at(-1) !== this.#model.latent) {
      throw new ShapeError(`decode: z must be [batch, ${this.#model.latent}], got ${formatShape(given.shape)}.`);
    }
    const codes = given.reshape([count, this.#model.latent]);
    return this.#decodeGiven(codes, this.#data.conditionsOf(options.given, count));
  }

  /** Codes by their numbers, as vectors. @throws CapabilityError of a model without codes; ValueError for numbers that there are not */
  async #vectorsOf(numbers: NdArray<'float32'>): Promise<NdArray<'float32'>> {
    const { book, parts } = this.#model;
    if (!book) {
      throw new CapabilityError(
        `decode: codes are of a codebook, and the posterior '${parts.posterior.name}' has none: give z as numbers of its own.`,
      );
    }
    const { codes, positions } = book;
    if (numbers.shape.at(-1) !== positions) {
      throw new ShapeError(`decode: codes must be [batch, ${positions}], got ${formatShape(numbers.shape)}.`);
    }
    const wrong = numbers.data.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < codes));
    if (wrong >= 0) {
      throw new ValueError(
        `decode: codes are numbered 0 to ${codes - 1}, and code ${(wrong % positions) + 1} of example ${Math.floor(wrong / positions)} is ${numbers.data[wrong] ?? NaN}.`,
      );
    }
    return this.#inference.codeVectors(numbers.reshape([numbers.size / positions, positions]), book);
  }

  async testReconstructions(
    count: number,
    options: Pick<ExamplesOptions, 'data' | 'seed' | 'split'> & GivenOptions = {},
  ): Promise<{ readonly originals: NdArray<FloatDType>; readonly reconstructions: NdArray<FloatDType> }> {
    checkValue('testReconstructions: the count', count, rule.whole(1));
    const { given, ...chosen } = options;
    checkOptions('testReconstructions', options, { ...examplesOptionRules, given: givenRule });
    const dataset = await this.#data.chosen({ ...chosen, limit: count });
    const originals = numbersOf(dataset);
    // Their labels go with them where the model asks for them.
    return { originals, reconstructions: await this.reconstruct(this.#conditions ? dataset : originals, { given }) };
  }

  async interpolate(
    from: ArrayLikeInput | DataInput,
    to: ArrayLikeInput | DataInput,
    options: InterpolateOptions & GivenOptions = {},
  ): Promise<NdArray<FloatDType>> {
    checkOptions('interpolate', options, { ...interpolateOptionRules, given: givenRule });
    const { given, ...path } = options;
    const ends = [await this.#data.rowsOf(from, { given }), await this.#data.rowsOf(to, { given })] as const;
    const [start, end] = [await this.#inference.center(ends[0]), await this.#inference.center(ends[1])];
    if (!sameShape(start.shape, end.shape)) {
      throw new ShapeError(
        `interpolate: ${start.shape[0] ?? 0} examples to start from, ${end.shape[0] ?? 0} to end at.`,
      );
    }
    const { steps = 10 } = path;
    this.#inference.checkPoints('interpolate', (start.shape[0] ?? 0) * steps);
    const [first, last] = [this.#conditionsIn(ends[0]), this.#conditionsIn(ends[1])];
    const between = first && last && interpolateLatents(first, last, { steps });
    const codes = interpolateLatents(start, end, { ...path, steps });
    const images = await this.#decodeGiven(codes, between);
    return images.reshape([start.shape[0] ?? 0, steps, ...this.#exampleShape]);
  }

  async traverse(
    options: TraverseOptions & GivenOptions & { readonly example?: ArrayLikeInput } = {},
  ): Promise<NdArray<FloatDType>> {
    checkOptions('traverse', options, { ...traverseOptionRules, given: givenRule, example: rule.anything });
    const reason = whyNoPaths(this.#trained);
    if (reason !== undefined) {
      throw new CapabilityError(
        `traverse: ${reason} Points along the dimensions are no codes of it: interpolate between two examples (rootsigma interpolate).`,
      );
    }
    const { example, given, ...rest } = options;
    const { dimensions, steps = 9 } = rest;
    const row = example === undefined ? undefined : await this.#data.rowsOf(example, { given });
    const center = row ? await this.#inference.center(row) : NdArray.zeros([1, this.#model.latent], 'float32');
    if (center.shape[0] !== 1) throw new ShapeError(`traverse: expected one example, got ${center.shape[0] ?? 0}.`);
    this.#inference.checkPoints('traverse', (dimensions?.length ?? this.#model.latent) * steps);
    const codes = traverseLatents(center, { ...rest, steps });
    const count = codes.shape[0] ?? 0;
    const own = row && this.#conditionsIn(row);
    const condition = own ? repeated(own, count) : this.#data.conditionsOf(row ? undefined : given, count);
    const images = await this.#decodeGiven(codes, condition);
    return images.reshape([dimensions?.length ?? this.#model.latent, steps, ...this.#exampleShape]);
  }

  /** The conditions behind rows of the model's. */
  #conditionsIn(rows: NdArray<'float32'>): NdArray<'float32'> | undefined {
    return this.#conditions && lastOfRows(rows, this.#conditions.size);
  }

  /** @throws CapabilityError where z is a function of x alone */
  #requireNoise(): void {
    if (this.#inference.noiseSize > 0) return;
    throw new CapabilityError(
      `encode: the posterior '${this.#model.parts.posterior.name}' has no noise, so every draw of z would be the same: leave draws out, and the code is the mean.`,
    );
  }

  /** Said once: what `encode` gives of a posterior without moments. */
  #sayWithoutMoments(): void {
    const { posterior } = this.#model.parts;
    if (this.#saidMoments || has(posterior, 'moments')) return;
    this.#saidMoments = true;
    if (this.#inference.noiseSize === 0) return;
    noticesTo(this.#onNotice)(
      `a '${posterior.name}' posterior has no moments in closed form: 'mean' is the image of the noise's mean, 'stddev' and 'covariance' are those of ${spreadDraws} draws.`,
    );
  }

  /** E[x|z, c] in the data's units, [n, ...exampleShape]. */
  async #decodeGiven(
    codes: NdArray<'float32'>,
    condition: NdArray<'float32'> | undefined,
  ): Promise<NdArray<FloatDType>> {
    const rows = await this.#inference.decode(besideRows(codes, condition));
    return this.#data
      .inUnits(this.#sampler.withColumns(rows, condition))
      .reshape([codes.shape[0] ?? 0, ...this.#exampleShape]);
  }
}

/** A row over and over. */
function repeated({ data }: NdArray<'float32'>, count: number): NdArray<'float32'> {
  const rows = NdArray.zeros([count, data.length], 'float32');
  for (let row = 0; row < count; row++) rows.data.set(data, row * data.length);
  return rows;
}
