import { NdArray } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { wordsOf } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { constant, input, makeNode } from './build.ts';
import type { GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * A random key inside a graph: a uint32 [2] tensor and the words folded into it since. Deriving keys costs nothing at
 * run time; the host op that draws folds the path in.
 */
export class GraphKey {
  readonly tensor: Tensor;
  readonly path: readonly number[];

  constructor(tensor: Tensor, path: readonly number[] = []) {
    this.tensor = tensor;
    this.path = path;
  }

  /** An independent key for each `data`, as `foldIn` of src/random. */
  foldIn(data: number): GraphKey {
    return new GraphKey(this.tensor, [...this.path, data]);
  }

  /** Independent keys, as `split` of src/random. */
  split(count = 2): GraphKey[] {
    return Array.from({ length: count }, (_, index) => this.foldIn(index));
  }
}

/** A key fed at run time: the two words of a `Key`, as uint32 [2]. */
export function keyInput(name: string): GraphKey {
  return new GraphKey(input(name, [2], 'uint32'));
}

/** A concrete key as a constant of the graph; a graph key as it is. */
export function asGraphKey(key: GraphKey | Key): GraphKey {
  return key instanceof GraphKey ? key : new GraphKey(constant(keyWords(key)));
}

/** What to feed to a `keyInput`. */
export function keyWords(key: Key): NdArray<'uint32'> {
  return new NdArray(new Uint32Array(wordsOf(key)), [2]);
}

/** Draws from N(0, 1), one an element. */
export function randomNormal(key: GraphKey | Key, shape: GraphShape, dtype: FloatDType = 'float32'): Tensor {
  const { tensor, path } = asGraphKey(key);
  return makeNode('randomNormal', [tensor], { path, shape, dtype });
}

/** Draws from the uniform distribution on [0, 1), one an element. */
export function randomUniform(key: GraphKey | Key, shape: GraphShape, dtype: FloatDType = 'float32'): Tensor {
  const { tensor, path } = asGraphKey(key);
  return makeNode('randomUniform', [tensor], { path, shape, dtype });
}
