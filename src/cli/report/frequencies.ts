import type { DatasetStatistics } from '../../core/explore/inspectionApi.ts';
import { grouped, percent } from '../terminal/text.ts';
import { labelFrequencyPlot } from './curves.ts';
import { escapeHtml } from './escape.ts';
import { section } from './page.ts';

const HEAD_LABELS = 15;

/** How often the labels of a set occur, which must have some: in words, by rank, and the most frequent. */
export function labelFrequencies(
  set: string,
  statistics: DatasetStatistics,
  display: (label: string) => string,
): string {
  const { labelCounts, labels, documents, rareLabels } = statistics;
  const most = labelCounts[0].documents;
  const rows = labelCounts
    .slice(0, HEAD_LABELS)
    .map(
      ({ name, documents: n }) =>
        `<tr><th scope="row">${escapeHtml(display(name))}</th><td>${grouped(n)}</td><td>${percent(n / documents)}</td>` +
        `<td class="wide"><span class="bar" style="width:${((n / most) * 100).toFixed(1)}%"></span></td></tr>`,
    );
  const text =
    `${grouped(labels)} labels in ${grouped(documents)} documents (${set}): ${grouped(rareLabels.one)} label` +
    `${rareLabels.one === 1 ? '' : 's'} with one document, ${grouped(rareLabels.atMostTwo)} with at most two, ${grouped(rareLabels.atMostFive)} with at most five.`;
  const head = `<table><caption>The ${rows.length} most frequent labels</caption><thead><tr><th scope="col">label</th><th scope="col">documents</th><th scope="col">share</th><td></td></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'Label frequencies',
    `<p>${escapeHtml(text)}</p><div class="columns">${labelFrequencyPlot(statistics)}<div class="scroll">${head}</div></div>`,
  );
}
