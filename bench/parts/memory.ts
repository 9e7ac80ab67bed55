import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { lower } from '../measure.ts';
import { isBuilt, notBuilt, peakOf, startRunner, trainOnce, writeDataset, xmlcnn } from '../processes.ts';
import type { Cell, PartResult } from '../report.ts';
import { eurlex, missing } from '../texts.ts';

const presets = ['libmultilabel', 'paper', 'wide'];

/** Largest resident size of the processes that users start, and how long each ran, once. */
export async function memory({ quick }: Context): Promise<PartResult> {
  if (!isBuilt()) return { tables: [], skipped: [notBuilt] };
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-bench-'));
  try {
    const { name, train, texts } = writeDataset(folder, quick ? 1500 : 6000);
    const rows: Cell[][] = [];
    const add = (what: string, { peak, milliseconds }: { peak: number; milliseconds: number }): void =>
      void rows.push([what, lower(Math.round(peak)), lower(milliseconds / 1000)]);
    add('xmlcnn inspect', await xmlcnn('inspect', train));
    for (const preset of presets) {
      const trained = await trainOnce(folder, train, preset);
      add(`xmlcnn train, ${preset}, one epoch`, trained);
      add(`xmlcnn evaluate, ${preset}`, await xmlcnn('evaluate', trained.run, train));
      add(`runner: a hover, ${preset}`, await hover(trained.run, texts[0]));
    }
    const head = ['process', 'MiB at most', 'seconds'];
    return {
      tables: [{ title: `Memory and time, ${name}`, head, rows }],
      skipped: missing(eurlex, 'texts of the sample'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function hover(run: string, text: string): Promise<{ peak: number; milliseconds: number }> {
  const begin = performance.now();
  const runner = startRunner('predictor');
  await runner.call('explain', { model: { folder: run, stamp: '' }, text, top: 5, truth: [] });
  const peak = peakOf(runner.pid) ?? NaN;
  const milliseconds = performance.now() - begin;
  runner.dispose();
  await runner.exited;
  return { peak, milliseconds };
}
