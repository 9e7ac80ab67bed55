import type { WordMeasure } from '../analysis/analysed.ts';
import { chiSquare } from './chiSquare.ts';
import { logOdds, type WordScore } from './markers.ts';

/** How a word is held against a group of documents, by name. */
export const wordScores: Record<WordMeasure, WordScore> = { 'log-odds': logOdds, 'chi-square': chiSquare };
