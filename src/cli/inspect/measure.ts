import type { MarkingWord, WordMeasure } from '../../core/explore/analysis/analysed.ts';
import { grouped } from '../terminal/text.ts';

/** What the figures of a measure mean, and how they are shown. */
export const measures: Record<WordMeasure, { meaning: string; title: string; show(word: MarkingWord): string }> = {
  'log-odds': {
    meaning: 'By log-odds against all other documents, smoothed, in standard errors; strongest first.',
    title: 'z',
    show: ({ score }) => score.toFixed(1),
  },
  'chi-square': {
    meaning: 'By Pearson’s chi-square of word and label (above 3.84: more than chance at 5%); strongest first.',
    title: 'chi-square',
    show: ({ score }) => grouped(score, 1),
  },
};
