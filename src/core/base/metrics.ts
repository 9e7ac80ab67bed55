import { nullable, number, record, type ObjectSchema, type Typed } from './schema.ts';

/**
 * Figures by their standard names: `P@1`, `nDCG@5`, `PSP@3`, `PSnDCG@3`, `R@5`, `RP@5`, `microF1`, `macroF1`, `microP`, `microR`,
 * `macroP`, `macroR`, `logLoss`, and, where they were tuned on validation, `microF1@tuned`
 * (one threshold), `microF1@per-label`, `microF1@top-k` and so on.
 */
export type Metrics = Record<string, number>;

/** JSON has null for a figure that is no number. */
export const metricsSchema = record(nullable(number())) as ObjectSchema & Typed<Metrics>;

/** How a run decides which labels it predicts: above one threshold, each above its own, or the k best. */
export const decisionKinds = ['one', 'per-label', 'top-k'] as const;
export type DecisionKind = (typeof decisionKinds)[number];

/** Labels predicted of a document at most by rank: as many scores as are kept of one. */
export const mostTopK = 20;
