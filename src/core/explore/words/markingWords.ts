import { topK } from '../../metrics/ranking.ts';
import type { MarkingWord, WeightedWord, WordMeasure } from '../analysis/analysisApi.ts';
import type { WordIndex } from './wordIndex.ts';

/** Pseudo-documents that the prior is worth: words of few documents need more evidence. */
const PRIOR = 10;

/** How much a word marks a group: see the parameters of `logOdds`. */
export type WordScore = (here: number, size: number, there: number, rest: number, share: number) => number;

/** The words that mark a group of documents (numbers without repeats) against all others: those with the largest scores above 0. */
export function rankWords(index: WordIndex, group: Iterable<number>, top: number, scoreOf: WordScore): MarkingWord[] {
  const inGroup = new Int32Array(index.words.length);
  let size = 0;
  for (const document of group) {
    size++;
    for (let e = index.starts[document]; e < index.starts[document + 1]; e++) inGroup[index.wordIds[e]]++;
  }
  const rest = index.documents - size;
  if (size === 0 || rest === 0) return [];
  const scores = new Float64Array(index.words.length);
  for (let word = 0; word < scores.length; word++) {
    const frequency = index.documentFrequency[word];
    scores[word] = inGroup[word]
      ? scoreOf(inGroup[word], size, frequency - inGroup[word], rest, frequency / index.documents)
      : 0;
  }
  return [...topK(scores, top)]
    .filter((word) => scores[word] > 0)
    .map((word) => ({
      word: index.words[word],
      inGroup: inGroup[word],
      documents: index.documentFrequency[word],
      score: scores[word],
    }));
}

/**
 * Standardised log-odds of holding a word in a group against the rest: smoothed with the word's share of all documents as a Dirichlet
 * prior and divided by its standard error (Monroe, Colaresi, Quinn 2008, eq. 16 and 22). Above about 2 the word is more frequent in
 * the group than chance explains.
 * @param here documents of the group with the word, of `size`
 * @param there other documents with it, of `rest`
 * @param share of all documents that hold it: the prior
 */
export function logOdds(here: number, size: number, there: number, rest: number, share: number): number {
  const prior = PRIOR * share;
  const group = counts(here, size, prior);
  const others = counts(there, rest, prior);
  const delta = Math.log(group.holding / group.lacking / (others.holding / others.lacking));
  // documents without the word count too: nearly all may hold it, and then the few that lack it decide
  return delta / Math.sqrt(1 / group.holding + 1 / group.lacking + 1 / others.holding + 1 / others.lacking);
}

const counts = (count: number, of: number, prior: number): { holding: number; lacking: number } => ({
  holding: count + prior,
  lacking: of - count + (PRIOR - prior),
});

/** The words that mark one document among its set, by TF-IDF. */
export function documentWords(index: WordIndex, document: number, top = 10): WeightedWord[] {
  const [from, to] = [index.starts[document], index.starts[document + 1]];
  const words = Array.from({ length: to - from }, (_, i): WeightedWord => {
    const word = index.wordIds[from + i];
    const count = index.counts[from + i];
    return {
      word: index.words[word],
      count,
      tfidf: count * Math.log(index.documents / index.documentFrequency[word]),
    };
  });
  return words.sort((a, b) => b.tfidf - a.tfidf || (a.word < b.word ? -1 : 1)).slice(0, top);
}

/**
 * Pearson's chi-square (one degree of freedom) of a word and a group of documents; 0 where the word is not more frequent in the group
 * than elsewhere.
 * @param here documents of the group with the word, of `size`
 * @param there other documents with it, of `rest`
 */
export function chiSquare(here: number, size: number, there: number, rest: number): number {
  const [lacking, othersLacking] = [size - here, rest - there];
  const cross = here * othersLacking - there * lacking;
  const margins = size * rest * (here + there) * (lacking + othersLacking);
  return cross > 0 && margins > 0 ? ((size + rest) * cross ** 2) / margins : 0;
}

/** How a word is compared with a group of documents, by name. */
export const wordScores: Record<WordMeasure, WordScore> = { 'log-odds': logOdds, 'chi-square': chiSquare };
