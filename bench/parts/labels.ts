import { UserError } from '../../src/core/base/errors.ts';
import type { Context } from '../context.ts';
import { lower, milliseconds, perSecond, plain, time } from '../measure.ts';
import { measureSteps, startedEngine } from '../network.ts';
import type { Cell, PartResult } from '../report.ts';
import { libmultilabel, type Setting } from '../settings.ts';
import { timeProduct } from '../sgemm.ts';
import { batchOf, eurlex, eurlexTexts, missing, withLabels, type Texts } from '../texts.ts';

/** Labels of EURLEX57K, Wiki10-31K and Amazon-670K, and the hidden units of the last one that fit into the memory. */
const layers: { labels: number; hidden: number }[] = [
  { labels: 4271, hidden: 512 },
  { labels: 30_938, hidden: 512 },
  { labels: 670_091, hidden: 512 },
  { labels: 670_091, hidden: 448 },
];

/** Output layers from some thousand labels to more than the memory holds. */
export async function labels(context: Context): Promise<PartResult> {
  const texts = await eurlexTexts();
  const rows: Cell[][] = [];
  let refusal = '';
  for (const { labels, hidden } of layers) {
    const setting = { ...libmultilabel, shape: { ...libmultilabel.shape, hidden } };
    const name = `${labels.toLocaleString('en')} x ${hidden}`;
    try {
      rows.push([name, ...(await measure(setting, withLabels(texts, labels), context))]);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      rows.push([name, 'refused', '-', '-', '-', '-', '-']);
      refusal = `${name} is refused: “${error.message}. ${error.remedy}”`;
    }
  }
  const head = ['labels x hidden', 'trains, documents/s', 'step, ms', 'output kernel, ms', 'its products need, ms',
    'applies, documents/s', 'process at most, MiB']; // prettier-ignore
  const title = `Output layers, ${libmultilabel.name}, ${texts.name}`;
  return { tables: [{ title, head, rows, note: refusal }], skipped: missing(eurlex, 'Zipf-distributed words') };
}

async function measure(setting: Setting, texts: Texts, { quick, threads }: Context): Promise<Cell[]> {
  const { hidden } = setting.shape;
  const engine = await startedEngine(setting, texts, threads);
  try {
    const many = texts.labelCount > 100_000;
    const { step, kernels } = await measureSteps(engine, setting, texts, many ? 3 : quick ? 8 : 24);
    const documents = 512;
    const batch = batchOf(texts, 0, documents, setting.shape.maxLength);
    const logits = await time(many ? 2 : 5, 1, () => engine.logits(batch, () => undefined));
    const peak = process.resourceUsage().maxRSS / 1024; // before the products take theirs
    const product = { m: setting.batch, k: hidden, n: texts.labelCount };
    const needed =
      (await timeProduct(product, threads)).median +
      (await timeProduct({ ...product, k: product.n, n: hidden }, threads)).median +
      (await timeProduct({ m: product.n, k: setting.batch, n: hidden }, threads)).median;
    return [
      perSecond(setting.batch, step),
      milliseconds(step),
      lower(kernels.find(([name]) => name === 'output')![1]),
      plain(needed),
      perSecond(documents, logits),
      lower(Math.round(peak)),
    ];
  } finally {
    await engine.dispose();
  }
}
