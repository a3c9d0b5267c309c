import { UnsupportedError } from '../../core/index.ts';
import { ortBuilds } from '#onnxruntime-builds';
import type { OrtEngineName } from '../onnx/index.ts';
import { reasonOf } from './reason.ts';
import type { OrtRuntime, RuntimeOptions } from './runtime.ts';

/** Loads one build; the other stays untouched. @throws UnsupportedError with the reason when it does not load here */
export async function loadRuntime(name: OrtEngineName, options: RuntimeOptions): Promise<OrtRuntime> {
  try {
    return await ortBuilds[name](options);
  } catch (cause) {
    throw new UnsupportedError(`createEngine: ${name} does not load here: ${reasonOf(cause)}`, { cause });
  }
}
