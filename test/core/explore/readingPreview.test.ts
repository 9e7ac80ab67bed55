import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/base/errors.ts';
import { previewReading } from '../../../src/core/explore/readingPreview.ts';
import { fixtures, scratch, userError } from '../data/helpers.ts';

const { write } = scratch();

const rows = Array.from(
  { length: 30 },
  (_, i) => `${i},some words of text ${i},plants;${i % 2 ? 'trees, tall' : 'herbs'}`,
);
const table = ['id;body;tags', ...rows.map((row) => row.split(',').slice(0, 2).join(';'))];

describe('the first rows as they would be read', () => {
  test('as found, then as chosen', async () => {
    const quoted = rows.map((row) => row.replace(/plants.*/, '"$&"'));
    const file = write('plants.csv', ['id,body,tags', ...quoted].join('\n'));
    const found = await previewReading({ file }, {});
    expect(found).toMatchObject({ file, format: 'csv', fields: ['id', 'body', 'tags'], isWhole: true, skipped: 0 });
    expect(found.options).toMatchObject({ textField: 'body', labelField: 'tags', labelSeparator: ';', header: true });
    expect(found.rows[1]).toEqual({
      id: '1',
      snippet: 'some words of text 1',
      labels: [{ name: 'plants' }, { name: 'trees, tall' }],
      labelCount: 2,
    });
    expect(found.figures).toMatchObject({ documents: 30, labels: 3, unlabelled: 0, labelsPerDocument: { mean: 2 } });
    expect(found.readAs.doubts).toContainEqual({
      option: 'labelField',
      text: 'every document has the label "plants"',
    });
    const whole = await previewReading({ file }, { labelSeparator: 'none', textField: ['body', 'id'] });
    expect(whole.rows[1]).toMatchObject({
      snippet: 'some words of text 1\n1',
      labels: [{ name: 'plants;trees, tall' }],
    });
    expect(whole.readAs.line).toContain('not split');
  });

  test('what cannot be read says why, and what to do', async () => {
    const file = write('some.csv', table.join('\n'));
    expect(await userError(previewReading({ file }, { textField: 'nothing' }))).toMatchObject({
      code: 'unknown-field',
      remedy: expect.stringContaining('body') as string,
    });
    const torn = await previewReading(
      { file: write('torn.jsonl', '{"text": "a"\n{"text": "b"\n') },
      { format: 'jsonl' },
    );
    expect(torn).toMatchObject({ rows: [], skipped: 2, firstSkipped: { line: 1 }, figures: { documents: 0 } });
  });

  test('no more than the beginning is read, whether records are read or left out', async () => {
    const many = (line: string) => `${line}\n`.repeat(20_000);
    const read = await previewReading({ file: write('many.jsonl', many('{"text": "a b", "labels": ["l"]}')) }, {});
    expect(read).toMatchObject({ figures: { documents: 1000 }, isWhole: false });
    expect(read.rows).toHaveLength(8);
    const bad = `${many('{"text": "a b", "labels": ["l"')}`;
    const leftOut = await previewReading({ file: write('bad.jsonl', bad.repeat(20)) }, { format: 'jsonl' });
    expect(leftOut).toMatchObject({ figures: { documents: 0 }, isWhole: false });
    expect(leftOut.skipped).toBeLessThan(200_000);
  });

  test('many labels at the beginning of a set raise no doubt, those of a whole set do', async () => {
    const line = (i: number) => JSON.stringify({ text: `some words of text ${i}`, labels: [`case-${i}`] });
    const lines = (n: number) => Array.from({ length: n }, (_, i) => line(i)).join('\n');
    const optionsOf = async (n: number) => {
      const { readAs } = await previewReading({ file: write(`cases-${n}.jsonl`, lines(n)) }, {});
      return readAs.doubts.map(({ option }) => option);
    };
    expect(await optionsOf(2000)).not.toContain('labelField');
    expect(await optionsOf(20)).toContain('labelField');
  });

  test('of a folder the training file; cancelled before it was read', async () => {
    const { file } = await previewReading({ file: 'examples/glosses' }, {});
    expect(file).toMatch(/train\.jsonl$/);
    const stop = new AbortController();
    stop.abort();
    const reading = previewReading({ file: `${fixtures}/recipes.train.jsonl` }, {}, stop.signal);
    await expect(reading).rejects.toBeInstanceOf(Cancelled);
  });
});
