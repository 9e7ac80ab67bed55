import { labelDistribution } from '../../core/explore/labelDistribution.ts';
import type { DatasetStatistics } from '../../core/explore/statistics.ts';
import type { EmbeddingCoverage } from '../../core/text/embeddingCoverage.ts';
import { counted, grouped, percent } from '../terminal/text.ts';

export const distributionOf = ({ labelCounts }: DatasetStatistics) =>
  labelDistribution(labelCounts.map(({ documents }) => documents));

/** How unevenly the labels are spread, as named lines. */
export function spreadLines(statistics: DatasetStatistics): [name: string, value: string][] {
  if (!statistics.labels) return [];
  const { entropy, evenness, topShare, powerLaw, parts } = distributionOf(statistics);
  const slope = powerLaw
    ? `; documents ~ rank^${powerLaw.slope.toFixed(2)} (r² ${powerLaw.r2.toFixed(2)} of the logarithms)`
    : '';
  return [
    ['spread', `entropy ${entropy.toFixed(2)} bits, evenness ${evenness.toFixed(2)}${slope}`],
    [
      '',
      `top 1% of labels have ${percent(topShare.onePercent)} of all occurrences, top 10% ${percent(topShare.tenPercent)}`,
    ],
    ['', parts.map((p) => `${p.name} ${grouped(p.labels)} (${percent(p.share)})`).join(', ')],
  ];
}

/** What the usual maximum lengths would cut off. */
export function cutOffLines(
  { cutOffs, documents, words }: DatasetStatistics,
  bagOfWords: boolean,
): [name: string, value: string][] {
  if (bagOfWords || !documents || !words.total) return [];
  const longer = cutOffs.filter((cut) => cut.documents > 0);
  const none = cutOffs.find((cut) => cut.documents === 0);
  const lines = longer.map(
    (cut) =>
      `at ${grouped(cut.words)} words: ${counted(cut.documents, 'document')} (${percent(cut.documents / documents)}) cut, ${percent(cut.wordsLost / words.total)} of the words lost`,
  );
  if (none) lines.push(`at ${grouped(none.words)} words: none`);
  return lines.map((line, i) => [i ? '' : 'cut-offs', line]);
}

/** What a file of word vectors knows of the words. */
export function coverageLine({ words, wordsFound, tokens, tokensFound }: EmbeddingCoverage): string {
  const share = (part: number, of: number): string => percent(of ? part / of : 0);
  return `${grouped(wordsFound)} of ${grouped(words)} words (${share(wordsFound, words)}), ${share(tokensFound, tokens)} of all occurrences`;
}

export const onlyInTrainLine = (labels: number): string =>
  `${counted(labels, 'label')} of train ${labels === 1 ? 'occurs' : 'occur'} nowhere else.`;
