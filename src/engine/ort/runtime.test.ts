import { expect, it } from 'vitest';
import { UnsupportedError } from '../../core/index.ts';
import { ortBuilds } from '../../testing/engine/index.ts';
import { encodeModel } from '../onnx/index.ts';
import { createSession } from './plan.ts';
import { loadRuntime } from './load-runtime.ts';

it.each(ortBuilds)('$label says why it refuses a model', async ({ name, access }) => {
  const runtime = await loadRuntime(name, { threads: 1, access });
  const bytes = encodeModel({
    name: 'bad',
    nodes: [{ op: 'NoSuchOp', inputs: [], output: 'y', attributes: {} }],
    initializers: [],
    inputs: [],
    outputs: [{ name: 'y', type: 'float32', shape: [] }],
    metadata: {},
  });
  const refused = createSession({ bytes, inputs: [], outputs: ['y'] }, runtime, 1);
  await expect(refused).rejects.toThrow(UnsupportedError);
  await expect(refused).rejects.toThrow(new RegExp(`${name} refuses the model.*NoSuchOp`));
});
