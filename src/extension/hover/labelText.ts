import type { ExplainedText } from '../../runner/services/predictor.ts';
import type { Translate } from '../runs/jobText.ts';
import { clip, onOneLine } from './escape.ts';
import type { LabelRow, Verdict } from './verdicts.ts';

const barLength = 8;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const longestNgram = 24;
const figureSpace = '\u2007';

/** A probability as a bar of block characters; at least a hair. */
export function barText(probability: number): string {
  const parts = Math.max(1, Math.round(probability * barLength * 8));
  return '█'.repeat(parts >> 3) + eighths[parts & 7];
}

/** A whole percent, as wide as any other. */
export function probabilityText(probability: number): string {
  const percent = probability < 0.01 ? '<1' : String(Math.round(probability * 100));
  return `${percent.padStart(3, figureSpace)}%`;
}

/** A mark and a word, so that neither colour nor sign alone carries it. */
export function verdictText(verdict: Verdict, t: Translate): string {
  return verdict === 'hit' ? `✓ ${t('hit')}` : verdict === 'missed' ? `○ ${t('missed')}` : `✗ ${t('false')}`;
}

/** What makes the difference in the strongest n-grams, each in quotes once, with the n-gram around it. */
export function peakTexts({ known }: LabelRow, most: number): { text: string; ngram: string }[] {
  const seen = new Set<string>();
  const found = (known?.ngrams ?? []).filter(({ peak }) => {
    const isNew = !seen.has(peak.toLowerCase());
    seen.add(peak.toLowerCase());
    return isNew;
  });
  return found.slice(0, most).map(({ peak, text }) => ({
    text: `“${clip(onOneLine(peak), longestNgram)}”`,
    ngram: onOneLine(text),
  }));
}

/** The strongest n-grams, each in quotes. */
export function ngramTexts({ known }: LabelRow, most: number): string[] {
  return (known?.ngrams ?? []).slice(0, most).map(({ text }) => `“${clip(onOneLine(text), longestNgram)}”`);
}

/** How much of the text the model saw and knew. */
export function countsText({ words, unknownWords, truncated }: ExplainedText, t: Translate): string {
  const parts = [
    words === 1 ? t('1 word') : t('{0} words', words),
    unknownWords > 0 ? t('{0} unknown to the model', unknownWords) : undefined,
    truncated ? t('the rest is not seen by the model') : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
