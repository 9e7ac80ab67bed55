import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPredictor } from '../../src/core/predict/predictor.ts';
import type { Context } from '../context.ts';
import { milliseconds, time, timingOf } from '../measure.ts';
import { isBuilt, notBuilt, startRunner, trainOnce, writeDataset } from '../processes.ts';
import type { Cell, PartResult } from '../report.ts';
import { eurlex, missing } from '../texts.ts';

const presets = ['libmultilabel', 'wide'];

/** One text at a time: in a process that holds the model, and over the runner, as a hover asks it. */
export async function latency({ quick }: Context): Promise<PartResult> {
  if (!isBuilt()) return { tables: [], skipped: [notBuilt] };
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-bench-'));
  try {
    const { name, train, texts } = writeDataset(folder, 1000);
    const rows: Cell[][] = [];
    for (const preset of presets) {
      const { run } = await trainOnce(folder, train, preset);
      rows.push([`${preset}: predict`, ...(await inProcess(run, texts, quick))]);
      rows.push([`${preset}: hover, warm`, ...(await hovers(run, texts, quick))]);
      rows.push([`${preset}: hover, first, process and model started`, ...(await firstHover(run, texts, quick))]);
    }
    const note =
      'From a text to five labels; a hover also explains each by its n-grams, computes with one thread, and its text and answer pass between processes. ' +
      'No text is asked twice. What the editor adds is measured by `npm run bench:ui`.';
    const head = ['what', 'ms', 'texts'];
    return {
      tables: [{ title: `One text at a time, model of ${name}`, head, rows, note }],
      skipped: missing(eurlex, 'texts of the sample'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inProcess(run: string, texts: string[], quick: boolean): Promise<Cell[]> {
  const predictor = await loadPredictor(run);
  const [runs, warmUp] = [quick ? 50 : 200, 20];
  for (const text of texts.slice(0, warmUp)) await predictor.predict([text]);
  const timing = await time(runs, 0, (i) => predictor.predict([texts[warmUp + i]], { top: 5 }));
  await predictor.dispose();
  return [milliseconds(timing), String(runs)];
}

async function hovers(run: string, texts: string[], quick: boolean): Promise<Cell[]> {
  const runner = startRunner('predictor');
  const model = { folder: run, stamp: '' };
  await runner.call('open', model);
  const ask = (text: string) => runner.call('explain', { model, text, top: 5, truth: [] });
  const warmUp = 20;
  for (const text of texts.slice(0, warmUp)) await ask(text);
  const runs = quick ? 50 : 200;
  const timing = await time(runs, 0, (i) => ask(texts[warmUp + i]));
  runner.dispose();
  await runner.exited;
  return [milliseconds(timing), String(runs)];
}

async function firstHover(run: string, texts: string[], quick: boolean): Promise<Cell[]> {
  const times: number[] = [];
  for (let i = 0; i < (quick ? 3 : 7); i++) {
    const begin = performance.now();
    const runner = startRunner('predictor');
    const model = { folder: run, stamp: '' };
    await runner.call('open', model);
    await runner.call('explain', { model, text: texts[i], top: 5, truth: [] });
    times.push(performance.now() - begin);
    runner.dispose();
    await runner.exited;
  }
  return [milliseconds(timingOf(times)), String(times.length)];
}
