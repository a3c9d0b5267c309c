export type { Checkpoint, Progress } from './checkpoint.ts';
export type { DoneEvent, ElboMeans, EpochEvent, StepEvent, TrainingEvent } from './events.ts';
export { Optimizer } from './optimizers.ts';
export { ParameterStore } from './parameter-store.ts';
export type { NamedParameters } from './parameter-store.ts';
export { learningRateFactor } from './schedule.ts';
export { TrainingStep } from './step.ts';
export { Trainer } from './trainer.ts';
export type { TrainerOptions } from './trainer.ts';
