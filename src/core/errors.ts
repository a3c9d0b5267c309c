/**
 * Every error that rootsigma throws on purpose. The message names the operation, the values that clash and the next
 * step: `klDivergence: event sizes differ: q has [32], p has [16]. Did the prior use another latentSize?`
 */
export class RootsigmaError extends Error {
  override name = 'RootsigmaError';
}

/** Shapes that do not fit each other or the operation. */
export class ShapeError extends RootsigmaError {
  override name = 'ShapeError';
}

/** An element type that the operation or the engine does not take. */
export class DTypeError extends RootsigmaError {
  override name = 'DTypeError';
}

/** A value outside what the operation accepts (a negative variance, a probability of 2, an unknown option). */
export class ValueError extends RootsigmaError {
  override name = 'ValueError';
}

/** A file or folder that is missing, truncated, mislabelled or otherwise not what its format says. */
export class DataError extends RootsigmaError {
  override name = 'DataError';
}

/** A file or folder that cannot be written: no space, no permission, a read-only disk. The message says what can be done. */
export class WriteError extends DataError {
  override name = 'WriteError';
}

/** A run's folder that another process has taken over: whoever had its lock writes no more there. */
export class LockLostError extends RootsigmaError {
  override name = 'LockLostError';
}

/** A matrix outside an operation's domain (indefinite, asymmetric, singular, without a root). */
export class LinearAlgebraError extends RootsigmaError {
  override name = 'LinearAlgebraError';
}

/** NaN or infinity where finite numbers are required, with the place where it first appeared. */
export class NumericalError extends RootsigmaError {
  override name = 'NumericalError';
}

/** An operation that an engine cannot run for this element type, or an engine that cannot run here. */
export class UnsupportedError extends RootsigmaError {
  override name = 'UnsupportedError';
}

/** Parts of a model that do not go together, or a wish that one of them cannot fulfil: another part, or another wish, does. */
export class CapabilityError extends UnsupportedError {
  override name = 'CapabilityError';
}
