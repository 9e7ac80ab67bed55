import type { Split } from '../base/splits.ts';
import { type DecisionKind, decisionKinds, metricsSchema, type Metrics } from '../base/metrics.ts';
import { type ModelType, modelTypes, type RunConfig } from '../config/runConfig.ts';
import type { Best } from './trainingState.ts';
import { readFile } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import {
  integer,
  list,
  number,
  object,
  oneOf,
  optional,
  parseJson,
  part,
  string,
  type Infer,
  type Schema,
} from '../base/schema.ts';
import { exists } from './runFolder.ts';

/** A baseline's figures on the evaluated split. */
export interface BaselineFigures {
  name: string;
  documents: number;
  metrics: Metrics;
}

/** summary.json: how a run ended. */
export interface Summary {
  stopped: 'finished' | 'early';
  /** Absent in runs of before: a network, or a linear model by its engine's name. */
  modelType?: ModelType;
  /** Epochs trained, and of these the best; `score` is the value of `monitor`, higher is better. */
  epochs: number;
  best: Omit<Best, 'own'>;
  /** How labels are decided on; absent in runs of before, and without validation documents. */
  decision?: { thresholds: DecisionKind; topK?: number; ownThresholds: number };
  monitor: string;
  /** Epochs on train and validation together, where the config asks for them. */
  retrainedEpochs?: number;
  /** The split evaluated at the end with the best weights. */
  evaluated?: { split: string; documents: number; metrics: Metrics };
  baselines: BaselineFigures[];
  documents: { train: number; validation: number; test: number };
  /** Documents without a label, which count 0; runs of before do not say. */
  unlabelled?: { validation: number; test: number };
  /** Documents with corrected labels; absent where there are none. */
  corrected?: { train: number; validation: number; test: number };
  labels: number;
  vocabulary: number;
  parameters: number;
  engine: { name: string; build: string };
  /** Wall-clock of training and validation. */
  seconds: number;
  /** Of these, a blend's parts. */
  partSeconds?: { linear: number; network: number };
  /** ISO 8601. */
  finishedAt: string;
}

export interface RunResult {
  folder: string;
  name: string;
  stopped: 'finished' | 'early' | 'interrupted';
  epochs: number;
  /** 0 where no epoch was finished. */
  bestEpoch: number;
  /** Absent where the run was interrupted. */
  summary?: Summary;
}

/** The best epoch as a summary has it: labels' own thresholds are counted, and stay in the checkpoint. */
export function bestOf({ own, ...best }: Best, { evaluation }: RunConfig): Pick<Summary, 'best' | 'decision'> {
  const { thresholds, topK = best.topK } = evaluation;
  return { best, ...(own && { decision: { thresholds, topK, ownThresholds: own.labels.length } }) };
}

/** What a run trained. */
export const modelTypeOf = ({ modelType, engine }: Summary): ModelType =>
  modelType ?? (engine.name === 'linear' ? 'linear' : 'xml-cnn');

/** Documents without a label among those that the figures are on; undefined for runs of before, which did not count them. */
export const unlabelledOf = ({ evaluated, unlabelled }: Summary): number | undefined =>
  evaluated && unlabelled && { train: undefined, ...unlabelled }[evaluated.split as Split];

/** Documents with corrected labels among those that the figures are on. */
export const correctedOf = ({ evaluated, corrected }: Summary): number =>
  (evaluated && corrected?.[evaluated.split as Split]) ?? 0;

// Below: summary.json and evaluation-*.json as they are read again. A run folder may be damaged, or come from elsewhere.

const count = integer(part, { min: 0 });
const evaluated = object(part, { split: string(), documents: count, metrics: metricsSchema });
const summarySchema = object(part, {
  stopped: oneOf(['finished', 'early']),
  modelType: optional(oneOf(modelTypes)),
  epochs: count,
  best: object(part, {
    epoch: count,
    score: optional(number()),
    threshold: optional(number()),
    topK: optional(count),
    validation: optional(metricsSchema),
  }),
  decision: optional(object(part, { thresholds: oneOf(decisionKinds), topK: optional(count), ownThresholds: count })),
  monitor: string(),
  evaluated: optional(evaluated),
  baselines: list(object(part, { name: string(), documents: count, metrics: metricsSchema })),
  documents: object(part, { train: count, validation: count, test: count }),
  unlabelled: optional(object(part, { validation: count, test: count })),
  corrected: optional(object(part, { train: count, validation: count, test: count })),
  labels: count,
  vocabulary: count,
  parameters: count,
  engine: object(part, { name: string(), build: string() }),
  seconds: number(),
  partSeconds: optional(object(part, { linear: number(), network: number() })),
  finishedAt: string(),
});
const figuresSchema = object(part, {
  documents: count,
  unlabelledDocuments: optional(count),
  metrics: metricsSchema,
});

/** How the run ended; undefined where it has not. Throws `UserError` `damaged-run`. */
export const readSummary = (file: string): Promise<Summary | undefined> => readChecked(file, summarySchema);

/** The figures of an evaluation, without those of single labels; undefined where there is none. Throws `UserError` `damaged-run`. */
export async function readFigures(
  file: string,
): Promise<{ documents: number; unlabelledDocuments?: number; metrics: Metrics } | undefined> {
  const found = await readChecked(file, figuresSchema);
  return found && { ...found };
}

async function readChecked<S extends Schema>(file: string, schema: S): Promise<Infer<S> | undefined> {
  if (!(await exists(file))) return undefined;
  const found = parseJson(await withFileErrors(file, () => readFile(file, 'utf8')), schema);
  if (found !== undefined) return found;
  const why = 'This file does not hold the figures of a run';
  throw new UserError('damaged-run', why, 'Evaluate the run again.', { file });
}
