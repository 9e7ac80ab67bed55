import type { Highlight } from '../../core/predict/highlights.ts';
import { escapeHtml } from './reportPage.ts';

export interface ReportExample {
  text: string;
  /** What carried the first prediction; stretches may overlap. */
  highlights: Highlight[];
  predictions: { label: string; probability: number; correct: boolean }[];
  /** The document's own labels. */
  truth: string[];
}

export function exampleCard({ text, highlights, predictions, truth }: ReportExample): string {
  const rows = predictions.map(
    ({ label, probability, correct }) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td>${(probability * 100).toFixed(1)}%</td>` +
      `<td class="wide"><span class="bar" style="width:${(Math.min(1, Math.max(0, probability)) * 100).toFixed(1)}%"></span></td>` +
      `<td>${correct ? '✓ right' : '–'}</td></tr>`,
  );
  return `<article><p class="example">${highlighted(text, highlights)}</p>
<div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div>
<p class="muted">Its own labels: ${truth.length ? truth.map(escapeHtml).join(', ') : 'none'}</p></article>`;
}

const LEVELS = 4;

/** The text with its stretches marked in four levels; where stretches overlap their strengths add up to at most 1. */
export function highlighted(text: string, highlights: Highlight[]): string {
  const strength = new Float64Array(text.length);
  for (const h of highlights)
    for (let i = h.start; i < Math.min(h.end, text.length); i++) strength[i] += Math.max(0, h.strength);
  const levels = Array.from(strength, (s) => Math.ceil(Math.min(1, s) * LEVELS - 1e-9));
  let html = '';
  for (let from = 0, to = 0; from < text.length; from = to) {
    while (to < text.length && levels[to] === levels[from]) to++;
    const piece = escapeHtml(text.slice(from, to));
    html += levels[from] ? `<mark class="level-${levels[from]}">${piece}</mark>` : piece;
  }
  return html;
}
