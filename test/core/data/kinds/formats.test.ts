/** Files of annotation programs, hubs and archives, and folders, as people have them. */
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../../src/core/data/openDataset.ts';
import { refuseForeign } from '../../../../src/core/formats/notADataset.ts';
import { readAll, scratch, splitPaths, userError } from '../helpers.ts';

const { write } = scratch();
const names = ['coast', 'hill', 'river bank'];
const records = Array.from({ length: 12 }, (_, i) => ({
  id: `n${i + 10}`,
  text: ['harbour', 'lantern', 'meadow', 'ferry'].map((word, w) => `${word} ${(i * 3 + w) % 11}`).join(' and '),
  labels: names.filter((_, l) => (i + l) % 3 !== 0),
}));
const labels = records.map((record) => record.labels);
let sets = 0;
const read = async (content: string, name: string): Promise<(string | undefined)[][]> =>
  (await readAll(write(`${sets++}/${name}`, content))).documents.map((d) => [d.text, ...d.labels]);
const plain = records.map((record) => [record.text, ...record.labels]);

describe('JSON', () => {
  test('by column names and rows, as pandas splits it', async () => {
    const data = records.map((r) => Object.values(r));
    const content = JSON.stringify({ columns: ['id', 'text', 'labels'], index: data.map((_, i) => i), data });
    expect(await read(content, 'split.json')).toEqual(plain);
  });
  test.each([0, 2])('under a key of a key, indented by %i', async (indent) => {
    const content = JSON.stringify({ status: 0, response: { found: 12, docs: records } }, null, indent);
    expect(await read(content, 'solr.json')).toEqual(plain);
  });
  test('Label Studio: annotations that were taken back say nothing', async () => {
    const result = (choices: string[]): object[] => [{ id: 'a', type: 'choices', value: { choices } }];
    const content = records.map(({ text, labels }, id) => ({
      id,
      data: { text },
      annotations: [
        { was_cancelled: true, result: id % 2 ? [] : result(['wrong']) },
        { was_cancelled: false, result: result(labels) },
      ],
    }));
    expect(await read(JSON.stringify(content), 'export.json')).toEqual(plain);
  });
  test('Label Studio: some without a choice', async () => {
    const content = records.map(({ text, labels }, id) => ({
      id,
      data: { text },
      annotations: [{ result: id % 3 ? [{ type: 'choices', value: { choices: labels } }] : [] }],
    }));
    const found = (await read(JSON.stringify(content), 'export.json')).map((d) => d.slice(1));
    expect(found).toEqual(labels.map((l, i) => (i % 3 ? l : [])));
  });
  test('Label Studio: a path of a taxonomy is one label', async () => {
    const content = records.map(({ text, labels }, id) => ({
      id,
      data: { text },
      annotations: [{ result: [{ type: 'taxonomy', value: { taxonomy: labels.map((l) => ['place', l]) } }] }],
    }));
    const found = await read(JSON.stringify(content), 'export.json');
    expect(found).toEqual(records.map((r) => [r.text, ...r.labels.map((l) => `place / ${l}`)]));
  });
  test('a list of lists, with names of the places in the first and without', async () => {
    const rows = records.map((r) => Object.values(r));
    expect(await read(JSON.stringify([['id', 'text', 'labels'], ...rows]), 'named.json')).toEqual(plain);
    expect(await read(JSON.stringify(rows), 'unnamed.json')).toEqual(plain);
  });
  test('a list in every line', async () => {
    const lines = records.map((r) => JSON.stringify([r.text, r.labels]));
    expect(await read(lines.join('\n'), 'lists.jsonl')).toEqual(plain);
    expect(await read(['["text", "labels"]', ...lines].join('\n'), 'lists.jsonl')).toEqual(plain);
  });
  test('Prodigy: a label that was rejected is left out', async () => {
    const content = records.map(({ text }, i) =>
      JSON.stringify({ text, label: names[i % 3], answer: i % 4 === 1 ? 'reject' : 'accept', _input_hash: i }),
    );
    expect((await read(content.join('\n'), 'p.jsonl')).length).toBe(9);
  });
  test("a server's error message is no dataset", () => {
    const refuse = (text: string) => () => refuseForeign('x.json', Buffer.from(text));
    expect(refuse('{"message": "Not Found", "status": 404}')).toThrow(/server's error message \("Not Found"\)/);
    expect(refuse('{"message": "Not Found", "labels": ["x"]}')).not.toThrow();
    expect(refuse('<Error><Code>AccessDenied</Code></Error>')).toThrow(/XML/);
  });
});

describe('folders', () => {
  const inFolders = (
    make: (r: (typeof records)[number]) => Record<string, string>,
    more: Record<string, string> = {},
  ) => {
    const set = `f${sets++}`;
    for (const files of [more, ...records.map(make)])
      for (const [name, content] of Object.entries(files)) write(`${set}/${name}`, content);
    return dirname(write(`${set}/.keep`, ''));
  };
  const found = async (folder: string) =>
    (await readAll(folder)).documents.map((d) => [d.text, ...[...d.labels].sort()]);
  const table = (row: (r: (typeof records)[number]) => string): string => records.map(row).join('\n');

  test.each(['texts/labels', 'documents/keys', 'docs/subjects'])('%s side by side', async (pair) => {
    const [texts, keys] = pair.split('/');
    const folder = inFolders((r) => ({
      [`${texts}/${r.id}.txt`]: r.text,
      [`${keys}/${r.id}.${keys === 'keys' ? 'key' : 'txt'}`]: r.labels.join('\n'),
    }));
    expect(await found(folder)).toEqual(plain);
    expect(await found(`${folder}/${texts}`)).toEqual(plain);
  });
  test('side by side without a name in common', async () => {
    const folder = inFolders((r) => ({ [`texts/${r.id}.txt`]: r.text, [`labels/x${r.id}.txt`]: 'coast' }));
    expect((await userError(openDataset({ file: folder }))).code).toBe('no-labels-file');
  });
  test('a line for each document and label, under a heading', async () => {
    const rows = table((r) => r.labels.map((label) => `${r.id}.txt,${label}`).join('\n'));
    expect(
      await found(inFolders((r) => ({ [`${r.id}.txt`]: r.text }), { 'labels.csv': `file,label\n${rows}` })),
    ).toEqual(plain);
  });
  test('labels in quotes', async () => {
    const rows = table((r) => `${r.id},"${r.labels.join(', ')}"`);
    expect(await found(inFolders((r) => ({ [`${r.id}.txt`]: r.text }), { 'labels.csv': rows }))).toEqual(plain);
  });
  test('the label file stands above the texts', async () => {
    const rows = table((r) => `${r.id}\t${r.labels.join(';')}`);
    const folder = inFolders((r) => ({ [`docs/${r.id}.txt`]: r.text }), { 'labels.tsv': rows });
    expect(await found(folder)).toEqual(plain);
    expect(await found(`${folder}/docs`)).toEqual(plain);
  });
  test('a label file of other texts is refused', async () => {
    const folder = inFolders((r) => ({ [`${r.id}.txt`]: r.text }), { 'labels.tsv': 'other\tcoast\n' });
    expect((await userError(openDataset({ file: folder }))).message).toContain('names none of the 12 texts');
  });
  test.each([
    ['in folders below', (r: object) => JSON.stringify(r), 'a/'],
    ['in lists of one', (r: object) => JSON.stringify([r], null, 1), ''],
  ])('JSON %s', async (_, text, where) => {
    expect(await found(inFolders((r) => ({ [`${where}${r.id}.json`]: text(r) })))).toEqual(plain);
  });
  test('packed JSON', async () => {
    const path = records.map((r) => write(`packed/${r.id}.json.gz`, gzipSync(JSON.stringify(r))))[0];
    expect((await readAll(dirname(path))).documents.length).toBe(12);
  });
});

describe("names of classes in Hugging Face's dataset_info.json", () => {
  const features = {
    text: { dtype: 'string', _type: 'Value' },
    labels: { feature: { names, _type: 'ClassLabel' }, _type: 'Sequence' },
  };
  const lines = records.map((r) => JSON.stringify({ text: r.text, labels: r.labels.map((l) => names.indexOf(l)) }));
  test.each([
    ['dataset_info.json', { features }],
    ['dataset_infos.json', { default: { features } }],
  ])('%s', async (info, content) => {
    const path = write(`hub${info}/train.jsonl`, lines.join('\n'));
    write(`hub${info}/${info}`, JSON.stringify(content));
    const { labelNames } = await openDataset({ file: path });
    expect([...labelNames.map]).toEqual(names.map((name, i) => [String(i), name]));
  });
  test('splits in the folder "data"', async () => {
    const folder = dirname(write('hubdata/README.md', 'x'));
    for (const split of ['train', 'test']) write(`hubdata/data/${split}-00000-of-00001.jsonl`, lines.join('\n'));
    expect(Object.keys(await splitPaths(folder)).sort()).toEqual(['test', 'train']);
  });
});

describe('bags of words', () => {
  test('LibSVM with qid', async () => {
    const { documents, source } = await readAll(write('q.svm', '3,1 qid:1 1:0.5 4:1\n1 qid:1 2:1\n7 qid:2 1:1\n'));
    expect([source.format, documents.map((d) => d.labels)]).toEqual(['libsvm', [['3', '1'], ['1'], ['7']]]);
  });
  test('dense ARFF with values in quotes', async () => {
    const head = "@relation 'x: -C 1'\n@attribute a {0,1}\n@attribute c {red,'dark, blue'}\n@data\n";
    const { documents } = await readAll(write('quoted.arff', `${head}1,'dark, blue'\n0,red\n`));
    expect(documents.map((d) => [d.labels.length, [...(d.features?.values ?? [])]])).toEqual([
      [1, [1]],
      [0, []],
    ]);
  });
  test('ARFF with texts names the attribute', async () => {
    const head = "@relation 'x: -C 1'\n@attribute a {0,1}\n@attribute body string\n@data\n";
    const error = await userError(readAll(write('text.arff', `${head}1,'some text'\n`)));
    expect(error.message).toContain('body is of type string');
  });
});

test.each(['topic_', 'LABEL_', 'category:'])('lines of fastText with %s', async (prefix) => {
  const line = (r: (typeof records)[number]): string =>
    `${r.labels.map((l) => prefix + l.replace(' ', '-')).join(' ')} ${r.text}`;
  const found = await read(records.map(line).join('\n'), 'lines.txt');
  expect(found.map((d) => d.slice(1))).toEqual(labels.map((all) => all.map((l) => l.replace(' ', '-'))));
});

test.each([
  ['between labels', (all: string[]) => all.map((l) => `__label__${l}`).join(',')],
  ['and spaces', (all: string[]) => all.map((l) => `__label__${l}`).join(', ')],
  ['and one behind the last', (all: string[]) => `${all.map((l) => `__label__${l}`).join(' , ')} ,`],
])('lines of fastText with commas %s', async (_, shown) => {
  const dashed = labels.map((all) => all.map((l) => l.replace(' ', '-')));
  const line = (text: string, i: number): string => `${shown(dashed[i])} ${text}, in short`;
  const found = await read(records.map(({ text }, i) => line(text, i)).join('\n'), 'commas.txt');
  expect(found).toEqual(records.map(({ text }, i) => [`${text}, in short`, ...dashed[i]]));
});

test('a comma that belongs to a label of fastText stays, and one in the text', async () => {
  const found = await read('__label__a,b one, two\n__label__c __label__a,b three\n__label__a,b four\n', 'own.txt');
  expect(found).toEqual([
    ['one, two', 'a,b'],
    ['three', 'c', 'a,b'],
    ['four', 'a,b'],
  ]);
});

test('LibSVM with bars', async () => {
  const { documents } = await readAll(write('bars.svm', '3|1 1:0.5 4:1\n1 2:1\n7|2 1:1\n'));
  expect(documents.map((d) => d.labels)).toEqual([['3', '1'], ['1'], ['7', '2']]);
});

describe('folders of a label each', () => {
  const placed = (folder: string, of: (i: number) => string): string => {
    for (const [i, { id, text }] of records.entries()) write(`${folder}/${of(i)}/${id}.txt`, text);
    return dirname(write(`${folder}/README.md`, 'x'));
  };
  test('give the label, and it is said', async () => {
    const folder = placed('classes', (i) => names[i % 3]);
    const { documents } = await readAll(folder);
    expect(documents.map((d) => d.labels).sort()).toEqual(records.map((_, i) => [names[i % 3]]).sort());
    expect((await openDataset({ file: folder })).reasons.labelsFile).toMatch(/folder of a text is its label/);
  });
  test('below folders of splits', async () => {
    const folder = placed('classSplits', (i) => `${i % 4 ? 'train' : 'test'}/${names[i % 3]}`);
    const { train = '' } = await splitPaths(folder);
    expect(new Set((await readAll(train)).documents.flatMap((d) => d.labels))).toEqual(new Set(names));
  });
  test('whose texts are called by numbers alone, as 20 Newsgroups has them', async () => {
    for (const [i, { text }] of records.entries()) write(`numbered/${names[i % 3]}/${54000 + i}`, text);
    const folder = dirname(write('numbered/.keep', ''));
    const { documents } = await readAll(folder);
    expect(documents.map((d) => [d.text, ...d.labels]).sort()).toEqual(
      records.map(({ text }, i) => [text, names[i % 3]]).sort(),
    );
  });
  test.each([
    ['one folder', () => 'all'],
    ['a folder for each text', (i: number) => `f${i}`],
  ])('but %s are none', async (name, of) => {
    expect((await userError(readAll(placed(`none ${name}`, of)))).code).toBe('no-labels-file');
  });
});
