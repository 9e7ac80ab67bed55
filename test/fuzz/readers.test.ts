import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cpSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DatasetFormat, SourceOptions } from '../../src/core/data/document.ts';
import { datasetFormats } from '../../src/core/data/document.ts';
import { fixtures, openSource, scratch } from '../core/data/helpers.ts';
import { expectBoth, fuzz } from './fuzz.ts';

const { folder } = scratch();

/** Reads all of it, as told and with the bad records passed over, and asserts what every reader promises. */
async function readWhole(path: string, options: SourceOptions = {}): Promise<void> {
  const source = await openSource(path, options);
  let documents = 0;
  for await (const { text, labels, line, id } of source) {
    documents++;
    expect(typeof text).toBe('string');
    expect(typeof id).toBe('string');
    expect(line).toBeGreaterThanOrEqual(0); // 0 where a file is a document
    for (const label of labels) expect(typeof label === 'string' && label !== '').toBe(true);
    expect(new Set(labels).size).toBe(labels.length);
  }
  expect(documents).toBeGreaterThanOrEqual(0);
}

/** A copy of the fixtures in which one file is damaged. */
function damage(name: string): (bytes: Uint8Array) => string {
  const where = join(folder, `${name.replaceAll('/', '-')}-${Math.random().toString(36).slice(2)}`);
  cpSync(fixtures, where, { recursive: true });
  return (bytes) => {
    writeFileSync(join(where, name), bytes);
    return where;
  };
}

const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.\w+$/.test(basename(name)))
  .sort();

describe('damaged datasets are read or refused, never more', () => {
  it.each(files)(
    '%s',
    async (name) => {
      const put = damage(name);
      const opened = (where: string): string =>
        name.startsWith('notes/') ? join(where, 'notes') : join(where, main(name));
      for (const onError of ['stop', 'skip'] as const)
        await fuzz([readFileSync(join(fixtures, name))], 60, (bytes) => readWhole(opened(put(bytes)), { onError }));
    },
    600_000,
  );

  it.each(datasetFormats.filter((format) => format !== 'folder'))(
    'any file, taken for %s',
    async (format) => {
      const whole = files.map((name) => readFileSync(join(fixtures, name)));
      const path = join(folder, `taken-for-${format}`);
      const told = await fuzz(whole, 3, (bytes) => {
        writeFileSync(path, bytes);
        return readWhole(path, { format: format as DatasetFormat, onError: 'skip' });
      });
      expect(told.read + told.refused).toBeGreaterThan(0);
    },
    600_000,
  );

  it('gzip', async () => {
    const path = join(folder, 'zipped.jsonl.gz');
    const told = await fuzz([gzipSync(readFileSync(join(fixtures, 'recipes.train.jsonl')))], 200, (bytes) => {
      writeFileSync(path, bytes);
      return readWhole(path, { onError: 'skip' });
    });
    expectBoth(told);
  }, 600_000);
});

/** What is opened where a companion is damaged. */
function main(name: string): string {
  const companions: Record<string, string> = {
    'pair_labels.txt': 'pair_raw_texts.txt',
    'weeds.xml': 'weeds-train.arff',
    'remark-labels.txt': 'remarks.tsv',
    'lbl.json': 'trn.json',
  };
  const own = basename(name);
  return join(dirname(name), companions[own] ?? own);
}
