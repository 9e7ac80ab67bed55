import type { Context } from '../context.ts';
import { perSecond } from '../measure.ts';
import { measureScoring, measureSteps, startedEngine } from '../network.ts';
import type { Cell, PartResult } from '../report.ts';
import { libmultilabel } from '../settings.ts';
import { eurlex, eurlexTexts, missing } from '../texts.ts';

/** Training and scoring by 1, 2 and 4 threads; more threads than cores are no use, and should do no harm. */
export async function threads(context: Context): Promise<PartResult> {
  const texts = await eurlexTexts();
  const rows: Cell[][] = [];
  for (const count of [1, 2, 4]) {
    const engine = await startedEngine(libmultilabel, texts, count);
    const { step } = await measureSteps(engine, libmultilabel, texts, context.quick ? 8 : 24);
    const { documents, logits } = await measureScoring(engine, libmultilabel, texts, { ...context, quick: true });
    await engine.dispose();
    rows.push([String(count), perSecond(libmultilabel.batch, step), perSecond(documents, logits)]);
  }
  const title = `Threads, ${libmultilabel.name}, ${texts.name}, documents/s`;
  return {
    tables: [{ title, head: ['threads', 'trains', 'applies'], rows }],
    skipped: missing(eurlex, 'Zipf-distributed words'),
  };
}
