import { type DatasetFile, onlyFile } from '../../data/document.ts';
import type { SplitOrAll } from '../../base/splits.ts';
import { alwaysTogether, type LabelVariant, labelVariants } from '../quality/labelQuality.ts';
import { nearError, nearThreshold } from '../quality/nearDuplicates.ts';
import { type DocumentRef, type Listed, QualityCollector, type QualityReport } from '../quality/documentQuality.ts';
import type { SplitInspection } from '../splitInspection.ts';
import type {
  DocumentPointer,
  QualityKind,
  QualityOverview,
  QualityQuery,
  QualityRow,
  Suspicion,
} from './analysisApi.ts';
import { type Passes, readAgain } from './readAgain.ts';
import type { Page } from '../inspectionApi.ts';
import { countedLabel, type LabelIncidence } from '../clusters/labelIncidence.ts';

/** Documents, and labels, that one row names. */
const named = 6;

/** What may be wrong with the documents of all splits, and with the labels of the first. */
export class QualityOfSplits {
  readonly variants: LabelVariant[];
  /** Labels that always occur together, by their ranks. */
  readonly together: number[][];

  /**
   * @param splits the one that is trained on first
   * @param labels of the first
   * @param report of the documents that were read; undefined for a bag of words, which has no texts
   */
  constructor(
    readonly splits: readonly SplitInspection[],
    readonly labels: LabelIncidence,
    readonly report: QualityReport | undefined,
  ) {
    this.variants = labelVariants(labels.names.map((name, label) => labels.display[label] ?? name));
    this.together = alwaysTogether(labels);
  }

  /** Reads the documents of all splits once more. Throws `UserError`. */
  static async read(
    splits: readonly SplitInspection[],
    labels: LabelIncidence,
    passes: Passes,
  ): Promise<QualityOfSplits> {
    if (splits.some(({ source }) => source.bagOfWords)) return new QualityOfSplits(splits, labels, undefined);
    const collector = new QualityCollector(splits[0].tokenizer);
    for (const [set, split] of splits.entries())
      await readAgain(split, (document) => collector.add(set, document), passes);
    return new QualityOfSplits(splits, labels, collector.result(splits.length));
  }

  get isWhole(): boolean {
    return !this.report || this.report.documents === this.all;
  }

  private get all(): number {
    return this.splits.reduce((sum, { index }) => sum + index.length, 0);
  }

  overview(): QualityOverview {
    const { report, variants, together } = this;
    const ofLabels = { variants: variants.length, together: together.length };
    const first = this.splits[0].split;
    if (!report) return { counts: ofLabels, first, nearThreshold, nearError };
    const { repeated, near, leakage, leaks, empty, oneWord, suspicious } = report;
    const counts: QualityOverview['counts'] = {
      contradictory: repeated.contradictory,
      repeated: repeated.count,
      near: near.count,
      ...(this.splits.length > 1 && { leaks: leaks.count }),
      empty: empty.count,
      oneWord: oneWord.count,
    };
    for (const [kind, { count }] of Object.entries(suspicious)) counts[`suspicious ${kind as Suspicion}`] = count;
    const texts = {
      documents: report.documents,
      of: this.all,
      surplus: repeated.surplus,
      leakage: leakage.map(({ set, exact, near }) => ({ exact, near, split: this.splits[set].split })),
    };
    return { texts, counts: { ...counts, ...ofLabels }, first, nearThreshold, nearError };
  }

  page({ kind, offset, limit }: QualityQuery): Page<QualityRow> {
    const rows = this.rows(kind);
    const page = rows.first.slice(offset, offset + limit).map((row, i) => ({ ...row, key: offset + i }));
    return { rows: page, total: rows.first.length };
  }

  private rows(kind: QualityKind): { first: Omit<QualityRow, 'key'>[] } {
    if (kind === 'variants') return { first: this.variants.map((variant) => this.variantRow(variant)) };
    if (kind === 'together') return { first: this.together.map((group) => this.togetherRow(group)) };
    const { report } = this;
    if (!report) return { first: [] };
    switch (kind) {
      case 'repeated':
      case 'contradictory':
        return {
          first: report.repeated.first
            .filter(({ contradictory }) => contradictory || kind === 'repeated')
            .map(({ documents, contradictory }) => ({ ...this.documents(documents), contradictory })),
        };
      case 'near':
      case 'leaks':
        return {
          first: report[kind].first.map(({ first, second, ...pair }) => ({
            ...this.documents([second, first]),
            ...pair,
          })),
        };
      default:
        return this.single(listOf(report, kind));
    }
  }

  private single(list: Listed<DocumentRef> | undefined): { first: Omit<QualityRow, 'key'>[] } {
    return { first: (list?.first ?? []).map((ref) => this.documents([ref])) };
  }

  private documents(refs: readonly DocumentRef[]): { found: DocumentPointer[]; count: number } {
    return { found: refs.slice(0, named).map((ref) => pointerOf(this.splits[ref.set], ref)), count: refs.length };
  }

  private variantRow({ first, second, kind }: LabelVariant): Omit<QualityRow, 'key'> {
    return {
      found: [],
      count: 0,
      labels: [countedLabel(this.labels, second), countedLabel(this.labels, first)],
      difference: kind,
    };
  }

  private togetherRow(group: number[]): Omit<QualityRow, 'key'> {
    const labels = group.slice(0, named).map((label) => countedLabel(this.labels, label));
    return { found: [], count: group.length, labels };
  }
}

function listOf(report: QualityReport, kind: QualityKind): Listed<DocumentRef> | undefined {
  if (kind === 'empty' || kind === 'oneWord') return report[kind];
  return report.suspicious[kind.slice('suspicious '.length) as Suspicion];
}

export function pointerOf(
  { split, ...dataset }: { split?: SplitOrAll } & DatasetFile,
  { document, id, line }: Omit<DocumentRef, 'set'>,
): DocumentPointer {
  return { split, ...onlyFile(dataset), document, id, line };
}
