/** Damaged files of records, made here from whole ones: documents, or an error that names the damage. */
import { List, Field, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readAll, scratch } from '../core/data/helpers.ts';
import { parquet, xlsx } from '../fixtures/recordFiles.ts';
import { fuzz } from './fuzz.ts';

const { write } = scratch();
const texts = ['one boat in the bay', 'two hills and a road', 'rain on the quay', 'wind over the moor'];
const records = texts.map((text, i) => ({ id: `n${i}`, text, labels: i % 2 ? ['b'] : ['a', 'b'] }));
const bits = (i: number): string => (i % 2 ? '0,1' : '1,1');

const table = new Table({
  text: vectorFromArray(texts, new Utf8()),
  labels: vectorFromArray(
    records.map(({ labels }) => labels),
    new List(new Field('item', new Utf8())),
  ),
});

const samples: [name: string, bytes: Uint8Array][] = [
  ['array.json', Buffer.from(JSON.stringify(records))],
  ['pretty.json', Buffer.from(JSON.stringify({ data: records }, null, 2))],
  ['nested.json', Buffer.from(JSON.stringify({ response: { docs: records } }))],
  ['columns.json', Buffer.from(JSON.stringify({ text: texts, labels: texts.map((_, i) => [String(i % 2)]) }))],
  ['python.jsonl', Buffer.from(texts.map((text) => `{'text': '${text}', 'labels': ['a', 'b']}`).join('\n'))],
  ['wide.jsonl', Buffer.from(records.map((r) => JSON.stringify(r)).join('\n'), 'utf16le')],
  ['bags.svm', Buffer.from(texts.map((_, i) => `${i},${i + 1} qid:1 1:0.5 ${i + 2}:1 # note`).join('\n'))],
  [
    'dense.arff',
    Buffer.from(
      `@relation 'x: -C 2'\n@attribute a {0,1}\n@attribute b {0,1}\n@attribute c {red,'dark, red'}\n@data\n${texts.map((_, i) => `${bits(i)},'dark, red'`).join('\n')}\n`,
    ),
  ],
  [
    'sparse.arff',
    Buffer.from(
      `@relation 'x: -C -1'\n@attribute f numeric\n@attribute a {0,1}\n@data\n${texts.map((_, i) => `{0 ${i}, 1 1}`).join('\n')}\n`,
    ),
  ],
  ['set.parquet', Buffer.from(parquet, 'base64')],
  ['stream.arrow', tableToIPC(table, 'stream')],
  ['file.arrow', tableToIPC(table, 'file')],
  ['book.xlsx', Buffer.from(xlsx, 'base64')],
];

describe('damaged files of records are read or refused, never more', () => {
  it.each(samples)(
    '%s',
    async (name, bytes) => {
      const whole = await readAll(write(`whole/${name}`, bytes));
      expect(whole.documents.length).toBeGreaterThan(3);
      for (const onError of ['stop', 'skip'] as const) {
        const told = await fuzz([bytes], 80, (damaged) => readAll(write(name, damaged), { onError }));
        if (onError === 'stop') expect(told.refused).toBeGreaterThan(0);
      }
    },
    600_000,
  );

  it.each(samples)(
    '%s, torn off',
    async (name, bytes) => {
      const told = await fuzz(
        Array.from({ length: 20 }, (_, i) => bytes.subarray(0, Math.floor((bytes.length * i) / 20))),
        1,
        (torn) => readAll(write(name, torn), { onError: 'skip' }),
      );
      expect(told.refused).toBeGreaterThan(0);
    },
    600_000,
  );
});
