import type { DocumentSource } from '../../data/document.ts';
import { readThrough } from '../../data/readThrough.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { topK } from '../../metrics/ranking.ts';
import type { WordScanner } from '../../text/tokenizer.ts';
import type { ClusterWord } from './clusterApi.ts';
import { logOdds } from '../words/markingWords.ts';
import { Distinct, WordTable } from '../words/wordTable.ts';
import type { LabelIncidence } from './labelIncidence.ts';
import type { KMeansResult } from './kmeans.ts';

/**
 * The words that mark each cluster: those of the documents that have one of its labels against all others (see `logOdds`).
 * Another pass over the dataset; memory: 4 bytes for each word and cluster. Throws `Cancelled`.
 * @returns by cluster number
 */
export async function clusterWords(
  source: DocumentSource,
  tokenizer: WordScanner,
  { names }: LabelIncidence,
  { assignment, sizes }: Pick<KMeansResult, 'assignment' | 'sizes'>,
  { top = 10, ...work }: { top?: number } & WorkOptions<'words'> = {},
): Promise<ClusterWord[][]> {
  const k = sizes.length;
  const labelIds = new Map(names.map((name, id) => [name, id]));
  const counts = new WordCounts(k);
  const reader = new WordTable(tokenizer);
  const distinct = new Distinct();
  const documentsIn = new Int32Array(k);
  let documents = 0;
  for await (const { labels, text, features } of readThrough(source, 'words', work)) {
    const clusters = new Set(labels.map((label) => assignment[labelIds.get(label)!]));
    counts.add(distinct.of(reader.of({ text, features })).numbers, clusters);
    for (const cluster of clusters) documentsIn[cluster]++;
    documents++;
  }
  return Array.from(documentsIn, (size, cluster) => counts.markers(reader.names, cluster, { size, documents, top }));
}

/** In how many documents of each cluster, and of all, a word occurs. */
class WordCounts {
  private counts = new Int32Array(1 << 16); // [words, k + 1], the last for all documents

  constructor(private readonly k: number) {}

  /** @param words without repeats */
  add(words: Int32Array, clusters: ReadonlySet<number>): void {
    const width = this.k + 1;
    for (const word of words) {
      const at = word * width;
      if (at + width > this.counts.length) this.grow(at + width);
      this.counts[at + this.k]++;
      for (const cluster of clusters) this.counts[at + cluster]++;
    }
  }

  markers(
    words: readonly string[],
    cluster: number,
    { size, documents, top }: { size: number; documents: number; top: number },
  ): ClusterWord[] {
    const width = this.k + 1;
    const rest = documents - size;
    if (size === 0 || rest === 0) return [];
    const scores = Float64Array.from(words, (_, id) => {
      const [here, all] = [this.counts[id * width + cluster], this.counts[id * width + this.k]];
      return here ? logOdds(here, size, all - here, rest, all / documents) : 0;
    });
    return [...topK(scores, top)]
      .filter((id) => scores[id] > 0)
      .map((id) => ({
        word: words[id],
        inGroup: this.counts[id * width + cluster],
        documents: this.counts[id * width + this.k],
        z: scores[id],
      }));
  }

  private grow(least: number): void {
    const larger = new Int32Array(Math.max(this.counts.length * 2, least));
    larger.set(this.counts);
    this.counts = larger;
  }
}
