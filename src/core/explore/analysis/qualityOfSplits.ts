import type { WordScanner } from '../../text/tokenizer.ts';
import { type DatasetFile, onlyFile } from '../../data/document.ts';
import type { SplitOrAll } from '../../base/splits.ts';
import { alwaysTogether, type LabelVariant, labelVariants } from '../quality/labelQuality.ts';
import { nearError, nearThreshold } from '../quality/nearDuplicates.ts';
import { type DocumentRef, type Listed, QualityCollector, type QualityReport } from '../quality/documentQuality.ts';
import type { SplitInspection } from '../splitInspection.ts';
import type {
  CountedLabel,
  Coverage,
  DocumentPointer,
  QualityKind,
  QualityOverview,
  QualityQuery,
  QualityRow,
  Suspicion,
} from './analysisApi.ts';
import { type Passes, readAgain } from './readAgain.ts';
import type { Page } from '../inspectionApi.ts';
import type { SplitLabels } from '../clusters/labelIncidence.ts';

/** Documents, and labels, that one row names. */
const named = 6;

/** What may be wrong with the documents of all splits, and with the labels of the first. */
export class QualityOfSplits {
  private constructor(
    private readonly splits: readonly SplitInspection[],
    private readonly labels: SplitLabels,
    private readonly coverage: Coverage,
    private readonly report: QualityReport | undefined,
    private readonly variants: LabelVariant[],
    private readonly together: number[][],
  ) {}

  /** @param splits the one that is trained on first */
  static async read(
    splits: readonly SplitInspection[],
    labels: SplitLabels,
    tokenizer: WordScanner,
    passes: Passes,
  ): Promise<QualityOfSplits> {
    const variants = labelVariants(labels.names.map((name, label) => labels.display[label] ?? name));
    const together = alwaysTogether(labels);
    const coverage = { documents: 0, of: splits.reduce((sum, { index }) => sum + index.length, 0) };
    if (splits.some(({ source }) => source.bagOfWords))
      return new QualityOfSplits(splits, labels, coverage, undefined, variants, together);
    const collector = new QualityCollector(tokenizer);
    for (const [set, split] of splits.entries())
      coverage.documents += await readAgain(split, (document) => collector.add(set, document), passes);
    return new QualityOfSplits(splits, labels, coverage, collector.result(splits.length), variants, together);
  }

  get isWhole(): boolean {
    return !this.report || this.coverage.documents === this.coverage.of;
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
      ...this.coverage,
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
    return { found: [], count: 0, labels: [this.label(second), this.label(first)], difference: kind };
  }

  private togetherRow(group: number[]): Omit<QualityRow, 'key'> {
    const labels = group.slice(0, named).map((label) => this.label(label));
    return { found: [], count: group.length, labels };
  }

  private label(label: number): CountedLabel {
    const { names, display, counts } = this.labels;
    return { name: names[label], display: display[label], documents: counts[label] };
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
