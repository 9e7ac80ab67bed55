import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../../src/core/config/diagnostics.ts';
import {
  type ConfigSymbol,
  foldingOf,
  formatEdits,
  symbolsOf,
} from '../../../../src/core/config/language/structure.ts';
import { hoverAt } from '../../../../src/core/config/language/hover.ts';
import { linksOf, pathsOf } from '../../../../src/core/config/language/links.ts';
import { modelParts, modelSize } from '../../../../src/core/config/language/modelSize.ts';
import { nameFile, remediesOf } from '../../../../src/core/config/language/remedies.ts';
import { completeConfig } from '../../../../src/core/config/layers.ts';
import { parameterCount } from '../../../../src/core/model/network.ts';
import { presetNames } from '../../../../src/core/config/presets.ts';
import { sections } from '../../../../src/core/config/runConfig.ts';
import { shapeOf } from '../../../../src/core/config/size.ts';
import { validateText } from '../../../../src/core/config/validate.ts';
import { applyEdits, fakeFiles, rangeOf } from '../helpers.ts';
import { split } from './marked.ts';

const files = fakeFiles({
  '/d/base.json': '{ "extends": "wide", "model": { "filters": 99 } }',
  '/d/train.jsonl': '',
  '/d/vectors.txt': 'a 1 2 3\nb 1 2 3\n',
  '/d/rcv.p': '',
});
const file = '/d/x.xmlcnn.json';

describe('hover', () => {
  const hover = (marked: string) => {
    const { text, offset } = split(marked);
    return hoverAt(text, offset, { file, files });
  };
  it('explains a key, on its name and on its value', () => {
    for (const marked of ['{ "model": { "fil|ters": 3 } }', '{ "model": { "filters": 3| } }']) {
      const text = split(marked).text;
      const { offset } = split(marked);
      const found = hoverAt(text, Math.min(offset, text.indexOf('3')), { file, files });
      expect(found?.description).toMatchObject({ key: 'model.filters', default: 256, flags: ['--num_filters'] });
      expect(found?.inherited).toEqual({ value: 256, from: 'default' });
    }
    expect(hover('{ "model": { "filt|ers": 3 } }')?.range).toEqual(
      rangeOf('{ "model": { "filters": 3 } }', '"filters"'),
    );
  });
  it('knows what the extended preset or file says instead', () => {
    expect(hover('{ "extends": "wide", "model": { "filt|ers": 3 } }')?.inherited).toEqual({
      value: 512,
      from: 'preset',
      name: 'wide',
    });
    expect(hover('{ "extends": "base.json", "model": { "filt|ers": 3 } }')?.inherited).toEqual({
      value: 99,
      from: 'parent',
      name: '/d/base.json',
    });
    expect(hover('{ "extends": "base.json", "model": { "hid|den": 3 } }')?.inherited).toMatchObject({
      value: 0,
      name: 'wide',
    });
  });
  it('knows what pretrained vectors change', () => {
    const marked = '{ "extends": "paper", "embedding": { "file": "vectors.txt", "tra|in": true } }';
    expect(hover(marked)?.inherited).toEqual({ value: false, from: 'preset', name: 'paper' });
  });
  it('explains sections, entries of lists and presets', () => {
    expect(hover('{ "mod|el": {} }')?.description.key).toBe('model');
    expect(hover('{ "model": { "filterSizes": [|2] } }')?.description.key).toBe('model.filterSizes');
    expect(hover('{ "extends": "wi|de" }')?.preset).toMatchObject({ name: 'wide' });
  });
  it.each([
    '{ "mode|l2": {} }',
    '{ "model": { "x|": 1 } }',
    '{ | }',
    '|',
    '// mod|el\n{}',
    '{ "dataset": { "train": { "a|": 1 } } }',
  ])('has nothing to say about %j', (marked) => {
    expect(hover(marked)).toBeUndefined();
  });
  it('names the original flags of every key that carries one', () => {
    for (const [section, { properties }] of Object.entries(sections))
      for (const [key, { info }] of Object.entries(properties))
        for (const flag of info.flags ?? []) {
          const text = `{ "${section}": { "${key}": 1 } }`;
          const found = hoverAt(text, text.indexOf(`"${key}"`) + 1, { file, files });
          expect(found?.description.meaning, `${section}.${key}`).toContain(flag);
        }
  });
});

describe('outline', () => {
  const outline = (symbols: ConfigSymbol[]): unknown[] =>
    symbols.map(({ name, detail, kind, children }) =>
      children.length ? [name, kind, outline(children)] : [name, kind, detail],
    );
  it('has sections with their keys and values', () => {
    const text =
      '{ "extends": "wide", // c\n "model": { "pools": 2, "filterSizes": [1,\n 2], "x": { "y": null } }, "z" }';
    expect(outline(symbolsOf(text))).toEqual([
      ['extends', 'string', '"wide"'],
      [
        'model',
        'section',
        [
          ['pools', 'number', '2'],
          ['filterSizes', 'list', '[1, 2]'],
          ['x', 'section', [['y', 'null', 'null']]],
        ],
      ],
      ['z', 'null', ''],
    ]);
  });
  it.each(['', '[1]', '3', '{ "": 1 }', '{"a":'])('survives %j', (text) => {
    for (const { name, range, selection } of symbolsOf(text)) {
      expect(name).not.toBe('');
      expect(selection.end.character).toBeLessThanOrEqual(range.end.character);
    }
  });
});

describe('folding', () => {
  it('folds objects, lists and comments', () => {
    const text = '// a\n// b\n{\n  "model": {\n    "filterSizes": [\n      1\n    ]\n  }, // x\n  /* y\n  */\n}\n';
    expect(foldingOf(text)).toEqual([
      { start: 0, end: 1, isComment: true },
      { start: 2, end: 9, isComment: false },
      { start: 3, end: 6, isComment: false },
      { start: 4, end: 5, isComment: false },
      { start: 8, end: 9, isComment: true },
    ]);
  });
  it('leaves one-line and unclosed things alone', () => {
    expect(foldingOf('{ "a": [1] }')).toEqual([]);
    expect(foldingOf('{ "a": [\n1\n')).toEqual([]);
  });
});

describe('format', () => {
  const options = { tabSize: 2, insertSpaces: true, eol: '\n' } as const;
  const formatted = (text: string) => applyEdits(text, formatEdits(text, options));
  it('lays out objects, and leaves short lists on their line', () => {
    expect(formatted('{"extends":"wide",// c\n"evaluation":{"k":[1,3 ,5],"baselines":true},}')).toBe(
      '{\n  "extends": "wide", // c\n  "evaluation": {\n    "k": [1, 3, 5],\n    "baselines": true\n  },\n}',
    );
  });
  it('keeps comments in lists, strings with brackets, and lists over several lines', () => {
    expect(formatted('{ "k": [1, /* x */ 3] }')).toBe('{\n  "k": [1, /* x */ 3]\n}');
    expect(formatted('{ "textField": ["a ] , b","c"] }')).toBe('{\n  "textField": ["a ] , b", "c"]\n}');
    expect(formatted('{ "k": [\n1,\n3] }')).toBe('{\n  "k": [\n    1,\n    3\n  ]\n}');
  });
  it('changes nothing that is in order, and nothing in meaning', () => {
    const text = '// c\n{\n  "extends": "wide",\n  "evaluation": {\n    "k": [1, 3]\n  }\n}\n';
    expect(formatEdits(text, options)).toEqual([]);
  });
  it('formats a part alone', () => {
    const text = '{\n"a":1,\n"b":[1,2]\n}';
    const start = text.indexOf('"b"');
    expect(applyEdits(text, formatEdits(text, options, { start, end: text.length - 2 }))).toBe(
      '{\n"a":1,\n"b": [1, 2]\n}',
    );
  });
});

describe('links', () => {
  it('lead to the files that there are, not to presets and folders', () => {
    const text =
      '{ "extends": "base.json", "dataset": { "train": "./train.jsonl", "test": "no.jsonl" }, "output": { "folder": "." } }';
    expect(linksOf(text, file, { files }).map(({ key, path }) => [key, path])).toEqual([
      ['extends', '/d/base.json'],
      ['dataset.train', '/d/train.jsonl'],
    ]);
    expect(pathsOf(text, file).map(({ key }) => key)).toContain('dataset.test');
    const part = '{ "dataset": { "train": "rcv.p#train" }, "embedding": { "file": "rcv.p#train" } }';
    expect(linksOf(part, file, { files }).map(({ key, path }) => [key, path])).toEqual([['dataset.train', '/d/rcv.p']]);
    expect(pathsOf('{ "extends": "wide" }', file)).toEqual([]);
    expect(pathsOf('{ "dataset": { "corrections": "c.jsonl" } }', file)).toMatchObject([
      { key: 'dataset.corrections' },
    ]);
    expect(pathsOf('{ "dataset": { "corrections": false } }', file)).toEqual([]);
    expect(linksOf(text, file, { files })[1].range).toEqual(rangeOf(text, './train.jsonl'));
  });
});

describe('remedies', () => {
  const first = (text: string, code: string): Diagnostic => {
    const found = validateText(text, { file, files, checkFiles: true, facts: { labelCount: 4, vocabularySize: 9 } });
    const diagnostic = found.find((candidate) => candidate.code === code);
    if (!diagnostic) throw new Error(`${code} is not among ${found.map((candidate) => candidate.code).join(', ')}`);
    return diagnostic;
  };
  const train = '"dataset": { "train": "train.jsonl" }, ';
  it.each([
    ['syntax', `{ ${train} "model": {} "text": {} }`],
    ['duplicate-key', `{ ${train} "model": { "pools": 1, "pools": 1 } }`],
    ['unknown-key', `{ ${train} "modle": {} }`],
    ['unknown-key', `{ ${train} "nonsense": {} }`],
    ['too-few-items', `{ ${train} "evaluation": { "k": [] } }`],
    ['repeated-item', `{ ${train} "evaluation": { "k": [1, 1] } }`],
    ['out-of-range', `{ ${train} "model": { "pools": 0 } }`],
    ['not-integer', `{ ${train} "model": { "pools": 2.5 } }`],
    ['unknown-value', `{ ${train} "model": { "pooling": "dynamic-mix" } }`],
    ['empty-text', `{ ${train} "training": { "monitor": "" } }`],
    ['wrong-type', `{ ${train} "model": { "pools": "2" } }`],
    ['unknown-preset', `{ "extends": "wode", ${train} }`],
    ['file-not-found', '{ "dataset": { "train": "trian.jsonl" } }'],
    ['file-not-found', `{ "extends": "bose.json", ${train} }`],
    ['filter-longer-than-document', `{ ${train} "text": { "maxLength": 4 } }`],
    ['pools-exceed-positions', `{ ${train} "text": { "maxLength": 9 }, "model": { "pools": 99 } }`],
    ['k-exceeds-labels', `{ ${train} "evaluation": { "k": [1, 3, 5] } }`],
    ['monitor-not-computed', `{ ${train} "training": { "monitor": "P@4" }, "evaluation": { "k": [1, 3] } }`],
    ['no-validation', '{ "dataset": { "train": "train.jsonl", "validationFraction": 0 } }'],
    ['model-too-large', `{ ${train} "model": { "pooling": "seed", "hidden": 100000 }, "text": { "maxLength": 9000 } }`],
    ['embedding-dimension', `{ ${train} "embedding": { "file": "vectors.txt", "dim": 4 } }`],
  ])('%s is mended by its first edit: %s', (code, text) => {
    const diagnostic = first(text, code);
    const [remedy] = remediesOf(diagnostic, text, file);
    if (remedy?.kind !== 'edit') throw new Error(`${code} has no edit`);
    const after = validateText(applyEdits(text, remedy.edits), {
      file,
      files,
      checkFiles: true,
      facts: { vocabularySize: 9 },
    });
    expect(after.filter((other) => other.code === code && other.key === diagnostic.key)).toEqual([]);
  });
  it('offers to create or to pick a file that is not there', () => {
    const text = '{ "dataset": { "train": "data/new.jsonl" } }';
    expect(remediesOf(first(text, 'file-not-found'), text, file)).toEqual([
      { kind: 'pick', key: 'dataset.train' },
      { kind: 'create', name: 'new.jsonl', path: '/d/data/new.jsonl', content: '' },
    ]);
    const base = `{ "extends": "other/b.json", ${train} }`;
    const [, create] = remediesOf(first(base, 'file-not-found'), base, file);
    if (create.kind !== 'create') throw new Error('no file is created');
    expect(validateText(create.content.replace('{', `{ ${train}`))).toEqual([]);
  });
  it('offers no empty word vectors, and no files to a config that is not saved', () => {
    const text = `{ ${train} "embedding": { "file": "nothing-like-it.vec" } }`;
    expect(remediesOf(first(text, 'file-not-found'), text, file).map(({ kind }) => kind)).toEqual(['pick']);
    const missing = first('{}', 'missing-key');
    expect(remediesOf(missing, '{}', file)).toEqual([{ kind: 'pick', key: 'dataset.train' }]);
    expect(remediesOf(missing, '{}', undefined)).toEqual([]);
  });
  it.each([
    ['{}', 'dataset.train', '{ "dataset": { "train": "data/a.csv" } }'],
    ['{ "dataset": {} }', 'dataset.train', '{ "dataset": { "train": "data/a.csv" } }'],
    ['{ "dataset": { "train": "b" } }', 'dataset.train', '{ "dataset": { "train": "data/a.csv" } }'],
    ['{ "extends": "b.json" }', 'extends', '{ "extends": "data/a.csv" }'],
  ])('%s: a picked file is named by %s', (text, key, expected) => {
    const edit = nameFile(text, file, key, '/d/data/a.csv');
    expect(edit && applyEdits(text, [edit])).toBe(expected);
  });
  it('names no file in what is no config', () => {
    expect(nameFile('[]', file, 'dataset.train', '/d/a.csv')).toBeUndefined();
    expect(nameFile('{ "dataset": 3 }', file, 'dataset.train', '/d/a.csv')).toBeUndefined();
  });
});

describe('model size', () => {
  const config = completeConfig({ dataset: { train: 'a' } }, 'wide');
  it('is exact with the counts of the data', () => {
    const size = modelSize(config, { labels: 90, vocabulary: 20_000 });
    expect(size.parameters).toBe(parameterCount(shapeOf(config, { labelCount: 90, vocabularySize: 20_000 })));
    expect(size).toEqual({ parameters: size.parameters, bytesEach: 16, isAtMost: false }); // weight, Adam's two moments, EMA
  });
  it('names what each label and word would add', () => {
    const known = modelSize(config, { vocabulary: 1000 });
    const with7 = modelSize(config, { vocabulary: 1000, labels: 7 });
    expect(with7.parameters - known.parameters).toBe(7 * known.perLabel!);
    const open = modelSize({ ...config, text: { ...config.text, vocabularySize: null } }, { labels: 7 });
    expect(open.perWord).toBe(config.embedding.dim);
    expect(with7.parameters - open.parameters).toBe(1000 * open.perWord!);
  });
  it('is the sum of its parts', () => {
    for (const counts of [{ labels: 90, vocabulary: 20_000 }, { vocabulary: 10 }, {}]) {
      const size = modelSize(config, counts);
      const parts = modelParts(config, counts);
      const sum = (per?: string) =>
        parts.filter((part) => part.per === per).reduce((total, { parameters }) => total + parameters, 0);
      expect([sum(), sum('label'), sum('word')]).toEqual([size.parameters, size.perLabel ?? 0, size.perWord ?? 0]);
    }
  });
  it('counts a limited vocabulary at its limit', () => {
    expect(modelSize(config, { labels: 7 })).toMatchObject({
      isAtMost: true,
      parameters: modelSize(config, { labels: 7, vocabulary: 65_002 }).parameters,
    });
  });
});

it('the grammar knows every section and preset', () => {
  const grammar = JSON.parse(readFileSync('syntaxes/xmlcnn.tmLanguage.json', 'utf8')) as {
    repository: Record<string, { match: string }>;
  };
  const names = (rule: string) => /\(([\w|-]+)\)/.exec(grammar.repository[rule].match)?.[1].split('|');
  expect(names('section-name')).toEqual(Object.keys(sections));
  expect(names('preset')).toEqual([...presetNames]);
});
