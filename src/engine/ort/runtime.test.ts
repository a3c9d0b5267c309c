import { expect, it } from 'vitest';
import { UnsupportedError } from '../../core/index.ts';
import { encodeModel, ortEngineNames } from '../onnx/index.ts';
import { loadRuntime } from './runtime.ts';

it.each(ortEngineNames)('%s says why it refuses a model', async (name) => {
  const runtime = await loadRuntime(name, { threads: 1 });
  const model = encodeModel({
    name: 'bad',
    nodes: [{ op: 'NoSuchOp', inputs: [], output: 'y', attributes: {} }],
    initializers: [],
    inputs: [],
    outputs: [{ name: 'y', type: 'float32', shape: [] }],
    metadata: {},
  });
  const refused = runtime.createSession(model);
  await expect(refused).rejects.toThrow(UnsupportedError);
  await expect(refused).rejects.toThrow(new RegExp(`${name} refuses the model.*NoSuchOp`));
});
