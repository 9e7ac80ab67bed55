import type { Metrics } from '../base/metrics.ts';
import { ratio } from './ranking.ts';

/** How well one label is predicted at a threshold. Precision, recall and F1 are 0 where nothing is divided by 0. */
export interface LabelFigures {
  label: number;
  precision: number;
  recall: number;
  f1: number;
  /** Documents that hold the label. */
  support: number;
  /** Documents for which it is predicted. */
  predicted: number;
}

export const bandNames = ['1-5', '6-50', '>50', '0'] as const;
type BandName = (typeof bandNames)[number];

/** Labels of similar frequency in train together: pooled figures, and their means over the labels. */
export interface Band {
  /** Training documents per label; '0' = labels that occur in the evaluated file only. */
  name: BandName;
  labels: number;
  support: number;
  predicted: number;
  precision: number;
  recall: number;
  f1: number;
  macroPrecision: number;
  macroRecall: number;
  macroF1: number;
}

export const bandOf = (trainCount: number): BandName =>
  trainCount === 0 ? '0' : trainCount <= 5 ? '1-5' : trainCount <= 50 ? '6-50' : '>50';

/** Counts of predictions per label at one threshold. */
export class LabelCounts {
  readonly predicted: Uint32Array; // [Y]
  readonly hits: Uint32Array; // [Y]

  constructor(
    labelCount: number,
    readonly threshold: number,
  ) {
    this.predicted = new Uint32Array(labelCount);
    this.hits = new Uint32Array(labelCount);
  }

  /** @param labels the labels of train and the evaluated file, over which means are taken */
  metrics(labels: Int32Array, support: Uint32Array, suffix = ''): Metrics {
    const all = this.summary(labels, support);
    return {
      [`microP${suffix}`]: all.precision,
      [`microR${suffix}`]: all.recall,
      [`microF1${suffix}`]: all.f1,
      [`macroP${suffix}`]: all.macroPrecision,
      [`macroR${suffix}`]: all.macroRecall,
      [`macroF1${suffix}`]: all.macroF1,
    };
  }

  perLabel(labels: Int32Array, support: Uint32Array): LabelFigures[] {
    return Array.from(labels, (label) => {
      const predicted = this.predicted[label];
      return { label, ...figures(this.hits[label], predicted, support[label]), support: support[label], predicted };
    });
  }

  /** In the order of `bandNames`; a band without labels is there with zeros. */
  bands(labels: Int32Array, support: Uint32Array, trainCounts: ArrayLike<number>): Band[] {
    return bandNames.map((name) => ({
      name,
      ...this.summary(
        labels.filter((l) => bandOf(trainCounts[l] ?? 0) === name),
        support,
      ),
    }));
  }

  private summary(labels: Int32Array, support: Uint32Array): Omit<Band, 'name'> {
    const sum = { hits: 0, predicted: 0, support: 0, precision: 0, recall: 0, f1: 0 };
    for (const l of labels) {
      const own = figures(this.hits[l], this.predicted[l], support[l]);
      sum.hits += this.hits[l];
      sum.predicted += this.predicted[l];
      sum.support += support[l];
      sum.precision += own.precision;
      sum.recall += own.recall;
      sum.f1 += own.f1;
    }
    return {
      labels: labels.length,
      support: sum.support,
      predicted: sum.predicted,
      ...figures(sum.hits, sum.predicted, sum.support),
      macroPrecision: ratio(sum.precision, labels.length),
      macroRecall: ratio(sum.recall, labels.length),
      macroF1: ratio(sum.f1, labels.length),
    };
  }
}

const figures = (hits: number, predicted: number, support: number) => ({
  precision: ratio(hits, predicted),
  recall: ratio(hits, support),
  f1: ratio(2 * hits, predicted + support),
});
