/** How a part of the suite is to measure. */
export interface Context {
  /** Fewer repeats and smaller files. */
  quick: boolean;
  threads: number;
}
