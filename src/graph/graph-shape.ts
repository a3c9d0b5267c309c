/** A size: a number, or the name of one that is known only at run time (`'batch'`). */
export type Dimension = number | string;

/** Sizes of a tensor expression, outermost first. */
export type GraphShape = readonly Dimension[];
