import { UserError } from '../base/errors.ts';
import type { DecisionKind } from '../base/metrics.ts';

/** Thresholds of the labels that have one of their own, by ascending id; the others keep the common one. */
export interface OwnThresholds {
  labels: number[];
  thresholds: number[];
}

/** How a run may decide which labels it predicts, each tuned on validation. Runs of before have a common threshold alone. */
export interface TunedDecisions {
  /** Common to all labels, for micro-F1. */
  threshold?: number;
  own?: OwnThresholds;
  topK?: number;
}

/** A threshold, one of the ways that were tuned, or (`tuned`) the one that the run's config names. */
export type DecisionChoice = number | 'tuned' | DecisionKind;

/** Which labels of a document are predicted: those above a threshold, those above their own, or the k best. */
export class Decision {
  private constructor(
    readonly kind: DecisionKind,
    /** Common to the labels that have none of their own; -1 for the k best. */
    readonly threshold: number,
    /** Labels at most. */
    readonly k: number,
    private readonly own?: ReadonlyMap<number, number>,
  ) {
    let floor = threshold;
    for (const value of own?.values() ?? []) floor = Math.min(floor, value);
    this.floor = floor;
  }

  /** No label of this probability or a lower one is predicted. */
  readonly floor: number;

  static above(threshold: number): Decision {
    return new Decision('one', threshold, Infinity);
  }

  static perLabel(common: number, { labels, thresholds }: OwnThresholds): Decision {
    return new Decision('per-label', common, Infinity, new Map(labels.map((label, i) => [label, thresholds[i]])));
  }

  static best(k: number): Decision {
    return new Decision('top-k', -1, k);
  }

  thresholdOf(label: number): number {
    return this.own?.get(label) ?? this.threshold;
  }

  /** @param rank of the label among the document's, by probability descending, then id; from 0 */
  takes(label: number, probability: number, rank: number): boolean {
    return rank < this.k && probability > this.floor && probability > this.thresholdOf(label);
  }

  /** Whether a label of this rank or a later one may be taken. */
  reaches(probability: number, rank: number): boolean {
    return rank < this.k && probability > this.floor;
  }
}

/** Undefined where the run has not tuned what is asked for. `evaluation`: of the run's config. */
export function decisionOf(
  choice: DecisionChoice,
  tuned: TunedDecisions,
  evaluation: { thresholds: DecisionKind; topK?: number },
): Decision | undefined {
  if (typeof choice === 'number') return Decision.above(choice);
  const { threshold, own, topK } = tuned;
  switch (choice) {
    case 'one':
      return threshold === undefined ? undefined : Decision.above(threshold);
    case 'per-label':
      return threshold === undefined || own === undefined ? undefined : Decision.perLabel(threshold, own);
    case 'top-k': {
      const k = evaluation.topK ?? topK;
      return k === undefined ? undefined : Decision.best(k);
    }
    case 'tuned':
      return decisionOf(evaluation.thresholds, tuned, evaluation) ?? decisionOf('one', tuned, evaluation);
  }
}

export const notTuned = (choice: DecisionChoice): UserError =>
  choice === 'per-label' || choice === 'top-k'
    ? new UserError(
        'no-tuned-threshold',
        `The run has no ${choice === 'top-k' ? 'tuned number of best labels' : 'thresholds per label'}: it had no validation documents, or an earlier version trained it`,
        'Give a number, such as --threshold 0.5.',
      )
    : new UserError(
        'no-tuned-threshold',
        'The run has no tuned threshold: it had no validation documents',
        'Give a number, such as --threshold 0.5.',
      );
