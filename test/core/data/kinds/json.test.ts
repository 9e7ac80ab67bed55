/** JSON that is not one strict object a line, and records whose fields are nested. */
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../../src/core/data/openDataset.ts';
import { readAll, scratch, userError } from '../helpers.ts';

const { write } = scratch();
const words = ['harbour', 'lantern', 'meadow', 'ferry', 'quarry', 'thistle'];
const records = Array.from({ length: 18 }, (_, i) => ({
  id: `n${i}`,
  text: words.map((word, w) => `${word} ${(i * 3 + w) % 11}`).join(' and '),
  labels: ['coast', 'hill', 'town'].filter((_, l) => (i + l) % 3 !== 0),
}));
let files = 0;
const read = (content: string, ending = 'json') => readAll(write(`j${files++}.${ending}`, content));
const plain = records.map(({ id, text, labels }) => [id, text, labels]);
const found = async (content: string, ending?: string) =>
  (await read(content, ending)).documents.map(({ id, text, labels }) => [id, text, labels]);

describe('one JSON text', () => {
  test.each([
    ['an array', JSON.stringify(records)],
    ['an array over lines', JSON.stringify(records, null, 2)],
    ['an array, an object a line', `[\n${records.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`],
    ['under a key', JSON.stringify({ version: '1.0', data: records })],
    ['under a key, over lines', JSON.stringify({ about: { by: ['x'] }, data: records, end: [] }, null, 1)],
    ['objects over lines', records.map((r) => JSON.stringify(r, null, 2)).join('\n')],
    ['by column', JSON.stringify(columns((values) => values))],
    [
      'by column and index',
      JSON.stringify(columns((values) => Object.fromEntries(values.map((v, i) => [String(i), v])))),
    ],
  ])('%s', async (_, content) => {
    expect(await found(content)).toEqual(plain);
  });

  test('by id', async () => {
    const byId = Object.fromEntries(records.map(({ id, ...rest }) => [id, rest]));
    expect(await found(JSON.stringify(byId))).toEqual(plain);
  });

  test('that breaks off: whole records are read, the loss is reported', async () => {
    const whole = JSON.stringify(records);
    const { documents, source } = await readAll(write('torn.json', whole.slice(0, -60)), { onError: 'skip' });
    expect(documents.length).toBe(records.length - 1);
    expect(source.findings.counts['torn-line']).toBe(1);
  });

  test('places lead back to the record', async () => {
    const { source } = await openDataset({ file: write('place.json', JSON.stringify(records, null, 2)) });
    const places = [];
    for await (const batch of source.placed()) places.push(...batch);
    const range = { first: places[4].place, last: places[6].place };
    for await (const batch of source.again([range]))
      expect(batch.map(({ document }) => document.id)).toEqual(['n4', 'n5', 'n6']);
  });
});

function columns(make: (values: unknown[]) => unknown): object {
  return {
    id: make(records.map((r) => r.id)),
    text: make(records.map((r) => r.text)),
    labels: make(records.map((r) => r.labels)),
  };
}

describe('what is forgiven is counted', () => {
  test.each([
    ['a comma after each line', records.map((r) => `${JSON.stringify(r)},`).join('\n')],
    ['NaN', records.map((r) => JSON.stringify({ ...r, score: 0 }).replace(':0}', ':NaN}')).join('\n')],
    [
      'Python',
      records
        .map(
          (r) =>
            `{'id': '${r.id}', 'text': '${r.text}', 'labels': [${r.labels.map((l) => `'${l}'`).join(', ')}], 'x': None}`,
        )
        .join('\n'),
    ],
  ])('%s', async (_, content) => {
    const { documents, source } = await read(content, 'jsonl');
    expect(documents.map(({ id, text, labels }) => [id, text, labels])).toEqual(plain);
    expect(source.findings.counts['lenient-json']).toBe(records.length);
  });

  test('what is no JSON is not', async () => {
    const path = write('bad.jsonl', `${JSON.stringify(records[0])}\n{"text": "open\n${JSON.stringify(records[1])}\n`);
    const error = await userError(readAll(path));
    expect([error.code, error.place?.line]).toEqual(['malformed-record', 2]);
  });
});

describe('where text and labels are', () => {
  const lines = (make: (record: (typeof records)[number], i: number) => object): string =>
    records.map((record, i) => JSON.stringify(make(record, i))).join('\n');
  const texts = records.map(({ text }) => text);
  const labels = records.map(({ labels }) => labels);

  async function expectRight(content: string): Promise<void> {
    const { documents, source } = await read(content, 'jsonl');
    expect(documents.map((d) => d.text)).toEqual(texts);
    expect(documents.map((d) => [...d.labels].sort())).toEqual(labels.map((l) => [...l].sort()));
    expect(source.findings.counts).toEqual({});
  }

  test('nested', () =>
    expectRight(
      lines(({ text, labels }, i) => ({ meta: { n: i }, content: { body: text }, marks: { topics: labels } })),
    ));
  test('objects with a label', () =>
    expectRight(lines(({ text, labels }) => ({ text, labels: labels.map((label) => ({ label, score: 0.5 })) }))));
  test('objects with a title', () =>
    expectRight(lines(({ text, labels }) => ({ text, tags: labels.map((title) => ({ title })) }))));
  test('spaCy', () =>
    expectRight(
      lines(({ text, labels }) => ({
        text,
        cats: { coast: +labels.includes('coast'), hill: +labels.includes('hill'), town: +labels.includes('town') },
      })),
    ));
  test('doccano, spans of text', () =>
    expectRight(lines(({ text, labels }, i) => ({ id: i, text, label: labels.map((l, at) => [at, at + 3, l]) }))));
  test('Argilla', () =>
    expectRight(
      lines(({ text, labels }) => ({ fields: { text }, responses: { label: [{ value: labels, user_id: 'u' }] } })),
    ));
  test('Label Studio', () =>
    expectRight(
      lines(({ text, labels }, i) => ({
        id: i,
        data: { text },
        annotations: [{ id: i * 9, result: [{ type: 'choices', value: { choices: labels } }] }],
        created_at: '2024-01-02T10:00:00Z',
      })),
    ));
  test('vectors of 0 and 1', async () => {
    const { documents } = await read(
      lines(({ text, labels }) => ({
        text,
        labels: ['coast', 'hill', 'town'].map((l) => (labels.includes(l) ? 1.0 : 0.0)),
      })),
      'jsonl',
    );
    expect(documents[1].labels).toEqual(
      ['coast', 'hill', 'town'].flatMap((l, i) => (records[1].labels.includes(l) ? [String(i)] : [])),
    );
  });

  test('Prodigy: rejected and ignored answers are left out, reported', async () => {
    const content = lines(({ text, labels }, i) => ({
      text,
      options: ['coast', 'hill', 'town'].map((id) => ({ id, text: id })),
      accept: labels,
      answer: i === 2 ? 'reject' : i === 5 ? 'ignore' : 'accept',
    }));
    const { documents, source } = await read(content, 'jsonl');
    expect(documents.length).toBe(records.length - 2);
    expect(documents[0].labels).toEqual(records[0].labels);
    expect(source.findings.counts['left-out']).toBe(2);
  });

  test('a name that does not exist names those that do', async () => {
    const error = await userError(
      openDataset(
        {
          file: write(
            'n.jsonl',
            lines((r) => ({ content: { body: r.text }, labels: r.labels })),
          ),
        },
        { textField: 'body' },
      ),
    );
    expect(error.remedy).toContain('content.body');
  });
});

test('large whole numbers keep their digits', async () => {
  const ids = ['9007199254740992', '9007199254740993', '1354143047324299265'];
  const content = ids.map((id, i) => `{"id": ${id}, "text": "note ${i} of the series", "labels": [${id}]}`).join('\n');
  const { documents, source } = await read(content, 'jsonl');
  expect(documents.map(({ id, labels }) => [id, labels])).toEqual(ids.map((id) => [id, [id]]));
  expect(source.findings.counts['repeated-id']).toBeUndefined();
});

test('half of a character is reported', async () => {
  const { source } = await read(
    '{"text": "a \\ud83d b", "labels": ["x"]}\n{"text": "a \\ud83d\\ude00 b", "labels": ["x"]}\n',
    'jsonl',
  );
  expect(source.findings.counts['half-character']).toBe(1);
});
