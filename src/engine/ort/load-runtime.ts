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
    throw new UnsupportedError(`createEngine: ${whyNot(name, cause)}`, { cause });
  }
}

/** In a sentence, what keeps a build from loading, and what to do where it was never installed. */
export function whyNot(name: OrtEngineName, cause: unknown): string {
  const reason = reasonOf(cause);
  const isAbsent = new RegExp(`Cannot find (?:package|module) '${name}'`).test(reason);
  if (!isAbsent) return `${name} does not load here: ${reason.replace(/[.\s]*$/, '.')}`;
  return (
    `${name} is not installed. Package managers leave it out, without a word, where its install script cannot fetch files for GPUs, which ` +
    'rootsigma does not use: set ONNXRUNTIME_NODE_INSTALL=skip in the environment and install rootsigma again.'
  );
}
