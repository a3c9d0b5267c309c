export { stepsTaken } from './checkpoint.ts';
export type { Checkpoint, Progress } from './checkpoint.ts';
export { patienceIsOver } from './early-stopping.ts';
export type {
  DoneEvent,
  ElboMeans,
  EpochEvent,
  EpochMeans,
  NonFiniteEvent,
  StepEvent,
  TrainingEvent,
  ValidationMeans,
} from './events.ts';
export { firstNonFiniteIn } from './non-finite.ts';
export type { TrainingConfig } from '../config/index.ts';
export type { NonFiniteCounts, Snapshot } from './checkpoint.ts';
export type { NonFinitePolicy } from './non-finite.ts';
export { follow } from './replicas/follow.ts';
export type { FollowerTask } from './replicas/follower-thread.ts';
export { Optimizer, optimizerSlots } from './optimizers.ts';
export type { OptimizerStep, Slots } from './optimizers.ts';
export { ParameterStore, flatLength } from './parameter-store.ts';
export type { StoredSpec } from './parameter-store.ts';
export type { NamedParameters } from './parameter-store.ts';
export { learningRateFactor } from './learning-rate.ts';
export { stepsInAll } from './trim.ts';
export type { SpareMemory } from './replicas/memory.ts';
export type { Sharing } from './replicas/sharing.ts';
export { TrainingStep } from './step.ts';
export type { StepFeeds, StepScalars, StepValues } from './step.ts';
export { buildStep } from './step-graph.ts';
export type { StepGraph, StepNames } from './step-graph.ts';
export { heldBytes } from './step-memory.ts';
export { Trainer } from './trainer.ts';
export type { TrainerOptions } from './trainer.ts';
export { withFittedPrior } from './fit-prior.ts';
export type { FittedPrior } from './fit-prior.ts';
export type { FitPriorOptions } from './fit-prior.ts';
