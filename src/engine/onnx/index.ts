export { toOnnx } from './export.ts';
export type { OnnxExport } from './export.ts';
export { lowerGraph } from './lower-graph.ts';
export type { LoweredModel, LowerOptions } from './lower-graph.ts';
export { encodeModel, onnxVersions, typeCode } from './proto.ts';
export { ortEngineNames, supports } from './support.ts';
export type { OrtEngineName } from './support.ts';
export { numberValues } from './value-numbers.ts';
export type { NumberedGraph } from './value-numbers.ts';
