import type { DocumentSource } from '../../data/document.ts';
import { Cancelled } from '../../errors.ts';
import { topK } from '../../metrics/ranking.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import type { Marker } from '../words/markers.ts';
import { logOdds } from '../words/markers.ts';
import type { LabelIncidence } from './labelIncidence.ts';
import type { KMeansResult } from './kmeans.ts';

/**
 * The words that mark each cluster: those of the documents that have one of its labels against all others (see `markingWords`).
 * Another pass over the dataset; memory: 4 bytes for each word and cluster. Throws `Cancelled`.
 * @returns by cluster number
 */
export async function clusterWords(
  source: DocumentSource,
  tokenizer: Tokenizer,
  { names }: LabelIncidence,
  { assignment, sizes }: Pick<KMeansResult, 'assignment' | 'sizes'>,
  {
    top = 10,
    signal,
    onProgress,
  }: { top?: number; signal?: AbortSignal; onProgress?: (bytesRead: number) => void } = {},
): Promise<Marker[][]> {
  const k = sizes.length;
  const labelIds = new Map(names.map((name, id) => [name, id]));
  const counts = new WordCounts(k);
  const documentsIn = new Int32Array(k);
  let documents = 0;
  for await (const { labels, text, features } of source) {
    const clusters = new Set(labels.map((label) => assignment[labelIds.get(label)!]));
    const words = features ? Array.from(features.indices, String) : tokenizer.words(text);
    counts.add(new Set(words), clusters);
    for (const cluster of clusters) documentsIn[cluster]++;
    if (++documents % 256 !== 0) continue;
    if (signal?.aborted) throw new Cancelled();
    onProgress?.(source.bytesRead);
  }
  return Array.from(documentsIn, (size, cluster) => counts.markers(cluster, size, documents, top));
}

/** In how many documents of each cluster, and of all, a word occurs. */
class WordCounts {
  private readonly ids = new Map<string, number>();
  private counts = new Int32Array(1 << 16); // [words, k + 1], the last for all documents

  constructor(private readonly k: number) {}

  add(words: ReadonlySet<string>, clusters: ReadonlySet<number>): void {
    const width = this.k + 1;
    for (const word of words) {
      let id = this.ids.get(word);
      if (id === undefined) this.ids.set(word, (id = this.ids.size));
      if ((id + 1) * width > this.counts.length) this.grow();
      this.counts[id * width + this.k]++;
      for (const cluster of clusters) this.counts[id * width + cluster]++;
    }
  }

  markers(cluster: number, size: number, documents: number, top: number): Marker[] {
    const width = this.k + 1;
    const rest = documents - size;
    if (size === 0 || rest === 0) return [];
    const scores = Float64Array.from({ length: this.ids.size }, (_, id) => {
      const [here, all] = [this.counts[id * width + cluster], this.counts[id * width + this.k]];
      return here ? logOdds(here, size, all - here, rest, all / documents) : 0;
    });
    const words = [...this.ids.keys()];
    return [...topK(scores, top)]
      .filter((id) => scores[id] > 0)
      .map((id) => ({
        word: words[id],
        inGroup: this.counts[id * width + cluster],
        documents: this.counts[id * width + this.k],
        z: scores[id],
      }));
  }

  private grow(): void {
    const larger = new Int32Array(Math.max(this.counts.length * 2, this.k + 1));
    larger.set(this.counts);
    this.counts = larger;
  }
}
