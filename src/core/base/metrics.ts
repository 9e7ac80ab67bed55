import { nullable, number, record, type ObjectSchema, type Typed } from './schema.ts';

/**
 * Figures by their standard names: `P@1`, `nDCG@5`, `PSP@3`, `PSnDCG@3`, `R@5`, `RP@5`, `microF1`, `macroF1`, `microP`, `microR`,
 * `macroP`, `macroR`, `logLoss`, and, with a tuned threshold, `microF1@tuned`, `macroF1@tuned` and so on.
 */
export type Metrics = Record<string, number>;

/** JSON has null for a figure that is no number. */
export const metricsSchema = record(nullable(number())) as ObjectSchema & Typed<Metrics>;
