/** The numbers of x that stand for one column of a table. */
export interface MixedBlock {
  /** The column's name, for messages. */
  readonly column: string;
  /**
   * What they are: a `numeric` one is a standardised number, a `boolean` one 0 or 1, a `categorical` one a one-hot vector, an
   * `ordinal` one a one-hot vector of levels in their order. A missing value is a 0 or a vector of zeros.
   */
  readonly kind: 'numeric' | 'boolean' | 'categorical' | 'ordinal';
  /** Where they begin in x. */
  readonly offset: number;
  /** How many there are. */
  readonly width: number;
  /** Where x says that the value is missing (1) or known (0), which is modelled too; absent for columns that always have one. */
  readonly missing?: number;
}
