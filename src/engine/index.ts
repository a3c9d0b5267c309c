export type { Engine, NamedArrays, Program, ProgramSpec } from './engine.ts';
export { createEngine, engineNames, engineOptionRules } from './create.ts';
export type { EngineChoice, EngineName, EngineOptions } from './create.ts';
export { defaultThreads, threadCount } from './ort/index.ts';
export { onnxVersions, toOnnx } from './onnx/index.ts';
export type { OnnxExport } from './onnx/index.ts';
export { evaluate, evaluateAll, firstNonFinite, referenceEngine } from './reference/index.ts';
export type { NonFinite, ReferenceEngine, ReferenceProgram } from './reference/index.ts';
