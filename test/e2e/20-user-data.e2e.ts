import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inWorkbench } from '../workbench/inWorkbench.ts';

const names = ['admiration', 'anger', 'joy'];
const phrases = ['splendid work', 'what a mess', 'so happy today'];
const sentences = ['这首歌曲的旋律非常优美', '球队昨天赢得了比赛', '股票市场今天大幅上涨'];

/** A set whose labels are numbers, packed, with their names beside it (as GoEmotions is published); and one in Chinese. */
function fill(folder: string): void {
  for (const name of ['emotions', 'chinese']) mkdirSync(join(folder, name));
  const row = (i: number): string => `${phrases[i % 3]} said ${i % 7} of ${i % 11} people\t${i % 3}\tid${i}\n`;
  const rows = (n: number, from: number): string => Array.from({ length: n }, (_, i) => row(i + from)).join('');
  for (const [split, n, from] of [
    ['train', 150, 0],
    ['dev', 30, 150],
    ['test', 30, 180],
  ] as const)
    writeFileSync(join(folder, 'emotions', `${split}.tsv.gz`), gzipSync(rows(n, from)));
  writeFileSync(join(folder, 'emotions', 'labels.txt'), `${names.join('\n')}\n`);
  const document = (i: number): string =>
    `${JSON.stringify({ text: `${sentences[i % 3]}，第${i}篇报道说明了情况。`, labels: [`t${i % 3}`] })}\n`;
  writeFileSync(join(folder, 'chinese', 'train.jsonl'), Array.from({ length: 120 }, (_, i) => document(i)).join(''));
}

inWorkbench('20. data as users have them', { fill }, (workbench) => {
  const config = (folder: string): string => join(workbench().workspace, folder, `${folder}.xmlcnn.json`);
  async function createConfig(folder: string): Promise<string> {
    await workbench().explorerMenu(folder, 'Create Run Config');
    await workbench().tab(`${folder}.xmlcnn.json`).waitFor();
    return readFileSync(config(folder), 'utf8');
  }

  it('writes the names of labels that are numbers into the config', async () => {
    const text = await createConfig('emotions');
    expect(text).toContain('"labelNames": "labels.txt"');
    writeFileSync(config('emotions'), text.replace('"extends": "best"', '"extends": "linear"')); // within seconds
  });

  it('trains, and shows the names in Predictions', async () => {
    await workbench().explorerMenu('emotions.xmlcnn.json', 'Train');
    await workbench()
      .toast(/finished/)
      .waitFor({ timeout: 120_000 });
    await workbench().runCommand('XML-CNN: Open Predictions');
    const page = await workbench().webview('predictions');
    await page.getByText('admiration', { exact: true }).first().waitFor();
    await page.getByRole('tab', { name: 'Labels' }).click();
    const rows = page.getByRole('grid', { name: 'Labels' });
    for (const name of names) await rows.getByText(name, { exact: true }).first().waitFor();
  });

  it('sees a script without spaces, says so, and writes a tokenizer for it', async () => {
    expect(await createConfig('chinese')).toMatch(/"tokenizer": "(?:character|segmenter)"/);
    await workbench().explorerMenu('train.jsonl', 'Inspect Dataset');
    const page = await workbench().webview('dataset');
    await page
      .getByText(/Chinese/)
      .first()
      .waitFor();
    await page.getByText('120', { exact: true }).first().waitFor();
  });
});
