import { describe, expect, it } from 'vitest';
import { complete, type Completion } from '../../../../src/core/config/language/completion.ts';
import type { Environment } from '../../../../src/core/config/language/environment.ts';
import { presetNames } from '../../../../src/core/config/presets.ts';
import { sections } from '../../../../src/core/config/runConfig.ts';
import { validateText } from '../../../../src/core/config/validate.ts';
import { applyEdits, fakeFiles } from '../helpers.ts';
import { split } from './marked.ts';

const folders: Record<string, string[]> = {
  '/d': ['.hidden', 'data/', 'notes.md', 'reuters.xmlcnn.json', 'train.jsonl', 'x.xmlcnn.json', 'odd $name}.csv'],
  '/d/data': ['glove.txt', 'test.tsv'],
};
const environment: Environment = {
  file: '/d/x.xmlcnn.json',
  files: fakeFiles({ '/d/base.json': '{ "model": { "filters": 99 } }' }),
  listFolder: async (folder) =>
    (folders[folder] ?? []).map((name) => ({ name: name.replace('/', ''), isFolder: name.endsWith('/') })),
  datasetFields: async ({ train }) =>
    train === '/d/train.jsonl' ? [{ name: 'title', example: 'A  title' }, { name: 'tags' }] : [],
};

async function at(marked: string, env = environment): Promise<{ text: string; found: Completion[] }> {
  const { text, offset } = split(marked);
  return { text, found: await complete(text, offset, env) };
}

const labels = async (marked: string): Promise<string[]> => (await at(marked)).found.map(({ label }) => label);

/** The text after choosing an entry, with what its snippet stands for. */
async function choose(marked: string, label: string): Promise<string> {
  const { text, found } = await at(marked);
  const chosen = found.find((candidate) => candidate.label === label);
  if (!chosen) throw new Error(`no ${label} among ${found.map((candidate) => candidate.label).join(', ')}`);
  const newText = plain(chosen.insert);
  return applyEdits(text, [{ range: chosen.range, newText }, ...(chosen.comma ? [chosen.comma] : [])]);
}

const plain = (snippet: string): string =>
  snippet
    .replace(/\$\{\d\|([^,|]*)[^|]*\|\}/g, '$1')
    .replace(/\$\{\d:((?:\\.|[^}])*)\}/g, '$1')
    .replace(/(?<!\\)\$\d/g, '')
    .replace(/\\(.)/g, '$1');

describe('keys', () => {
  it('are the sections, at the top', async () => {
    expect(await labels('{ | }')).toEqual(['extends', ...Object.keys(sections), '$schema']);
  });
  it.each(Object.keys(sections))('of %s are all there, but for those that stand there already', async (section) => {
    const all = Object.keys(sections[section].properties);
    expect(await labels(`{ "${section}": { | } }`)).toEqual(all);
    expect(await labels(`{ "${section}": { "${all[0]}": 1, | } }`)).toEqual(all.slice(1));
    expect(await labels(`{ "${section}": { |\n "${all[0]}": 1 } }`)).toEqual(all.slice(1));
    expect(await labels(`{ "${section}": { "${all[0]}|": 1 } }`)).toEqual(all);
  });
  it('are inserted with the value that holds: the default, or that of what is extended', async () => {
    expect(await choose('{ "model": { | } }', 'filters')).toBe('{ "model": { "filters": 256 } }');
    expect(await choose('{ "extends": "wide", "model": { | } }', 'filters')).toContain('"filters": 512');
    expect(await choose('{ "extends": "base.json", "model": { | } }', 'filters')).toContain('"filters": 99');
    expect(await choose('{ "model": { "fil|" } }', 'filterSizes')).toBe('{ "model": { "filterSizes": [2, 4, 8] } }');
    expect(await choose('{ "model": { | } }', 'pooling')).toBe('{ "model": { "pooling": "dynamic-max" } }');
    expect(await choose('{ "text": { | } }', 'lowercase')).toBe('{ "text": { "lowercase": true } }');
    expect(await choose('{ "text": { | } }', 'vocabularySize')).toBe('{ "text": { "vocabularySize": 65000 } }');
    expect(await choose('{ "dataset": { | } }', 'train')).toBe('{ "dataset": { "train": "" } }');
    expect(await choose('{ "word2vec": { | } }', 'algorithm')).toBe('{ "word2vec": { "algorithm": "cbow" } }');
    expect(await choose('{ "embedding": { | } }', 'missing')).toBe('{ "embedding": { "missing": "uniform" } }');
    expect(await choose('{ "training": { | } }', 'monitor')).toBe('{ "training": { "monitor": "P@1" } }');
  });
  it('bring the commas that they need', async () => {
    expect(await choose('{ "model": { "pools": 2\n  | } }', 'filters')).toBe(
      '{ "model": { "pools": 2,\n  "filters": 256 } }',
    );
    expect(await choose('{ "model": { |"pools": 2 } }', 'filters')).toBe('{ "model": { "filters": 256,"pools": 2 } }');
  });
  it('are exchanged alone where a value follows', async () => {
    expect(await choose('{ "model": { "fil|": 3 } }', 'filters')).toBe('{ "model": { "filters": 3 } }');
  });
  it('open a section', async () => {
    expect(await choose('{ | }', 'model')).toBe('{ "model": {\n\t\n} }');
    expect(await choose('{ | }', 'dataset')).toBe('{ "dataset": {\n\t"train": "",\n} }');
  });
  it.each(
    Object.entries(sections).flatMap(([section, { properties }]) =>
      Object.keys(properties).map((key) => [section, key]),
    ),
  )('%s.%s is inserted as something valid, wherever its value is known', async (section, key) => {
    const train = section === 'dataset' && key !== 'train' ? '"train": "a", ' : '';
    const ofLinear = section === 'linear' || key === 'ngrams' ? '"extends": "linear", ' : '';
    const others = section === 'dataset' ? '' : `${ofLinear}"dataset": { "train": "a", "test": "b" }, `;
    const beside = key === 'topK' ? '"thresholds": "top-k", ' : train;
    const text = await choose(`{ ${others}"${section}": { ${beside}| } }`, key);
    if (/""|\[\]|: *[,}]/.test(text)) return; // to be filled in by hand
    expect(validateText(text)).toEqual([]);
  });
});

describe('values', () => {
  it('are those that a key is limited to, the one that holds first', async () => {
    expect(await labels('{ "model": { "pooling": | } }')).toEqual(['dynamic-max', 'dynamic-average', 'seed']);
    expect(await labels('{ "extends": "seed-rcv1", "text": { "tokenizer": "|" } }')).toEqual([
      'kim',
      'unicode',
      'libmultilabel',
      'character',
      'segmenter',
    ]);
    expect(await labels('{ "text": { "lowercase": | } }')).toEqual(['true', 'false']);
    expect(await labels('{ "text": { "stopWords": | } }')).toEqual(expect.arrayContaining(['null', 'en']));
  });
  it('say where they come from', async () => {
    const { found } = await at('{ "extends": "wide", "model": { "filters": | } }');
    expect(found.map(({ label, detail }) => [label, detail])).toEqual([
      ['512', 'from wide, wide, best'],
      ['128', 'paper'],
      ['256', 'kim-bce'],
      ['1024', 'wider'],
      ['32', expect.stringContaining('seed-rcv1')],
    ]);
  });
  it('include the figures that are computed', async () => {
    const found = await labels('{ "evaluation": { "k": [1, 7] }, "training": { "monitor": "|" } }');
    expect(found).toEqual(expect.arrayContaining(['P@1', 'nDCG@7', 'microF1', 'loss', 'P@1+P@5']));
    expect(found).not.toContain('P@3');
  });
  it('replace what is there, quotes and all', async () => {
    expect(await choose('{ "model": { "pooling": "dyn|xx" } }', 'seed')).toBe('{ "model": { "pooling": "seed" } }');
    expect(await choose('{ "model": { "pooling": | "pools": 3 } }', 'seed')).toBe(
      '{ "model": { "pooling": "seed", "pools": 3 } }',
    );
  });
  it('match what was typed with its quote', async () => {
    const { found } = await at('{ "model": { "pooling": "dyn|" } }');
    expect(found[0].filter).toBe('"dynamic-max"');
  });
  it('give a whole config to an empty file', async () => {
    const text = await choose('|', 'Run config');
    expect(validateText(text.replaceAll('""', '"a"')).map(({ code }) => code)).toEqual(['same-file']);
  });
  it.each(['{ "nonsense": | }', '{ "model": 3, "modell": { | } }', '// |'])(
    'are not invented for %j',
    async (marked) => {
      expect(await labels(marked)).toEqual([]);
    },
  );
});

describe('presets and files', () => {
  it('extends a preset or another config, not itself', async () => {
    const found = await labels('{ "extends": "|" }');
    expect(found).toEqual([...presetNames, 'reuters.xmlcnn.json', 'data/']);
    expect((await at('{ "extends": | }')).found[0]).toMatchObject({
      kind: 'preset',
      text: expect.any(String) as string,
    });
  });
  it('puts datasets first, then folders, then all other files', async () => {
    expect(await labels('{ "dataset": { "train": "|" } }')).toEqual([
      'odd $name}.csv',
      'train.jsonl',
      'data/',
      'notes.md',
      'reuters.xmlcnn.json',
      'x.xmlcnn.json',
    ]);
  });
  it('goes on in a folder', async () => {
    expect(await choose('{ "dataset": { "train": "|" } }', 'data/')).toBe('{ "dataset": { "train": "data/" } }');
    expect(await choose('{ "dataset": { "train": "data/|" } }', 'test.tsv')).toBe(
      '{ "dataset": { "train": "data/test.tsv" } }',
    );
    const { found } = await at('{ "dataset": { "train": "data/te|" } }');
    expect(found.find(({ label }) => label === 'test.tsv')?.filter).toBe('"data/test.tsv"');
  });
  it('escapes names for the snippet', async () => {
    expect(await choose('{ "dataset": { "test": "|" } }', 'odd $name}.csv')).toContain('"odd $name}.csv"');
  });
  it('proposes folders alone for folders, and hidden files when asked for', async () => {
    expect(await labels('{ "output": { "folder": "|" } }')).toEqual(['data/']);
    expect(await labels('{ "dataset": { "train": ".|" } }')).toContain('.hidden');
    expect(await labels('{ "embedding": { "file": "data/|" } }')).toEqual(['glove.txt', 'test.tsv']);
  });
  it('knows no files before the config is saved', async () => {
    expect((await at('{ "dataset": { "train": "|" } }', { ...environment, file: undefined })).found).toEqual([]);
  });
});

describe('dataset fields', () => {
  const dataset = (rest: string): string => `{ "dataset": { "train": "train.jsonl", ${rest} } }`;
  it.each([
    '"textField": "|"',
    '"labelField": |',
    '"idField": "t|"',
    '"textField": ["title", "|"]',
    '"labelColumns": ["|"]',
  ])('are proposed for %s', async (rest) => {
    expect((await labels(dataset(rest))).toSorted()).toEqual(['tags', 'title']);
  });
  it('show a value, and begin a list where one is wanted', async () => {
    expect((await at(dataset('"textField": |'))).found[0].detail).toBe('A title');
    expect(await choose(dataset('"labelColumns": |'), 'tags')).toContain('"labelColumns": ["tags"]');
  });
  it('have first what by its name is wanted', async () => {
    const named = {
      ...environment,
      datasetFields: async () => ['id', 'title', 'text', 'tags'].map((name) => ({ name })),
    };
    const first = async (key: string) => (await at(dataset(`"${key}": "|"`), named)).found.map(({ label }) => label);
    expect(await first('idField')).toEqual(['id', 'title', 'text', 'tags']);
    expect(await first('textField')).toEqual(['text', 'title', 'id', 'tags']);
    expect(await first('labelField')).toEqual(['tags', 'id', 'title', 'text']);
  });
  it('are none where there is no training file', async () => {
    expect(await labels('{ "dataset": { "textField": "|" } }')).toEqual([]);
  });
});
