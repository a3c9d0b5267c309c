import { describe, expect, it } from 'vitest';
import type { Engine } from '../../engine/index.ts';
import { referenceEngine } from '../../engine/index.ts';
import { createVae } from '../../models/index.ts';
import type { VaeOptions } from '../../models/index.ts';
import { flatLength } from '../parameter-store.ts';
import { buildStep } from '../step-graph.ts';
import { checkReplicaCount, opThreads, replicaCount } from './count.ts';
import { partByRows } from './row-step.ts';

const engineOf = (threads: number): Engine => ({ ...referenceEngine, name: 'onnxruntime-node', threads });

function modelOf(options: Partial<VaeOptions>) {
  const dense = { inputSize: 784, hidden: [400], latent: 20, activation: 'relu', posterior: 'diagonal' } as const;
  return createVae({ ...dense, ...options });
}

function countOf(options: Partial<VaeOptions>, batchSize: number, engine: Engine): number {
  const model = modelOf(options);
  return replicaCount(engine, partByRows(buildStep(model, batchSize)), flatLength(model.parameters));
}

const conv = { shape: [28, 28], network: 'conv', channels: [32, 64], hidden: [] } as const;

describe('replicaCount', () => {
  it('is what the threads, the batch and the work allow', () => {
    expect(countOf({}, 128, engineOf(2))).toBe(2);
    expect(countOf({}, 128, engineOf(1))).toBe(1);
    // 653,000 parameters: each replica needs about fifty rows.
    expect(countOf({}, 64, engineOf(2))).toBe(1);
    expect(countOf({}, 512, engineOf(8))).toBe(8);
    expect(countOf({}, 129, engineOf(2))).toBe(2);
    // A convolution works much with few parameters: as many as there are blocks of 16 rows.
    expect(countOf(conv, 64, engineOf(4))).toBe(4);
    expect(countOf(conv, 64, engineOf(3))).toBe(2);
    expect(countOf(conv, 30, engineOf(4))).toBe(2);
    expect(countOf(conv, 17, engineOf(4))).toBe(1);
    // A small table is done before a thread has started.
    expect(countOf({ inputSize: 12, hidden: [32] }, 128, engineOf(2))).toBe(1);
  });

  it('is one where examples depend on each other, or the engine is another', () => {
    expect(countOf({ ...conv, normalization: 'batch' }, 128, engineOf(2))).toBe(1);
    expect(countOf({}, 128, { ...engineOf(2), name: 'onnxruntime-web' })).toBe(1);
    expect(countOf({}, 128, referenceEngine)).toBe(1);
  });

  it('leaves ONNX Runtime one thread for steps that are over before another has come', () => {
    const threadsOf = (options: Partial<VaeOptions>) => opThreads(engineOf(2), buildStep(modelOf(options), 64));
    expect(threadsOf({ inputSize: 64, hidden: [256] })).toBe(1);
    expect(threadsOf({})).toBe(2);
  });

  it('refuses what cannot be shared', () => {
    const step = (options: Partial<VaeOptions>) => partByRows(buildStep(modelOf(options), 128));
    checkReplicaCount(8, step({}), 128);
    expect(() => {
      checkReplicaCount(3, step({}), 128);
    }).toThrow('a batch of 128 has blocks for 1, 2, 4, … 8 replicas, not 3');
    expect(() => {
      checkReplicaCount(4, step({}), 33);
    }).toThrow('… 2 replicas, not 4');
    expect(() => {
      checkReplicaCount(2, step({ ...conv, normalization: 'batch' }), 128);
    }).toThrow(/batch normalisation/);
  });
});
