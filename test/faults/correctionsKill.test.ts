import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDecision, readCorrections } from '../../src/core/data/corrections/correctionLog.ts';

const source = resolve('src/core/data/corrections/correctionLog.ts');
/** Decides without end, and tells the key of each decision once it is kept. */
const script = `
  const { addDecision } = await import(process.argv[1]);
  const long = 'x'.repeat(200_000);
  for (let i = 0; ; i++) {
    const made = { id: String(i), text: 'hash', before: ['old'], after: ['new'], reason: long };
    const { key } = await addDecision({ file: process.argv[2] }, {}, made);
    process.stdout.write(key + '\\n');
  }`;

let [folder, log] = ['', ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-corrections-'));
  log = join(folder, 'log.mjs');
  await build({ entryPoints: [source], outfile: log, bundle: true, platform: 'node', format: 'esm' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The keys that were told until the process was killed, so many milliseconds after its first. */
async function killWhileDeciding(dataset: string, after: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, pathToFileURL(log).href, dataset]);
  let [told, complaints] = ['', ''];
  child.stdout.on('data', (text) => (told += text));
  child.stderr.on('data', (text) => (complaints += text));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  setTimeout(() => child.kill('SIGKILL'), after);
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal, complaints).toBe('SIGKILL');
  return told.split('\n').slice(0, -1);
}

describe('corrections of a process that is killed', () => {
  it('loses no decision that was told to be kept, and the next one neither', { timeout: 60_000 }, async () => {
    const dataset = join(folder, 'train.jsonl');
    await writeFile(dataset, '');
    const told: string[] = [];
    const kills = 6;
    for (let kill = 0; kill < kills; kill++) {
      told.push(...(await killWhileDeciding(dataset, 5 + 13 * kill)));
      const next = { id: `after-${kill}`, text: 'hash', before: [], after: ['kept'] };
      told.push((await addDecision({ file: dataset }, {}, next)).key);
      const { decisions, damaged } = (await readCorrections({ file: dataset }))!;
      const kept = new Set(decisions.map(({ key }) => key));
      expect(told.filter((key) => !kept.has(key))).toEqual([]);
      expect(kept.size).toBe(decisions.length);
      expect(damaged.length).toBeLessThanOrEqual(kill + 1); // a kill tears one line at most
    }
    expect(told.length).toBeGreaterThan(2 * kills);
  });

  it('closes a line that was torn at any byte before it writes the next', async () => {
    const dataset = join(folder, 'torn.jsonl');
    const file = `${dataset}.corrections.jsonl`;
    const decision = { id: 'é', text: 'hash', before: ['a'], after: ['b'] };
    const first = await addDecision({ file: dataset }, {}, decision);
    await addDecision({ file: dataset }, {}, { ...decision, id: 'torn' });
    const whole = await readFile(file);
    const start = whole.indexOf(10) + 1;
    for (let size = start + 1; size < whole.length - 1; size++) {
      await writeFile(file, whole.subarray(0, size));
      const next = await addDecision({ file: dataset }, {}, { ...decision, id: 'next' });
      const { decisions, damaged } = (await readCorrections({ file: dataset }))!;
      expect(decisions.map(({ key }) => key)).toEqual([first.key, next.key]);
      expect(damaged).toEqual([2]);
    }
  });
});
