import { datasetGlob } from '../../../src/core/data/datasetEndings.ts';
import { describe, expect, test } from 'vitest';
import { pointerOf, recordUriParts } from '../../../src/extension/datasets/recordUri.ts';
import { groupDatasets, placeOf } from '../../../src/extension/datasets/workspaceDatasets.ts';

describe('datasets of a workspace', () => {
  test('splits are put together, companions left out', () => {
    const paths = [
      '/w/eur/train.jsonl',
      '/w/eur/test.jsonl',
      '/w/eur/dev.jsonl',
      '/w/eur/label_names.tsv',
      '/w/cooking.train',
      '/w/cooking.valid',
      '/w/README.txt',
      '/w/mulan/bibtex-test.arff.gz',
      '/w/mulan/bibtex-train.arff.gz',
      '/w/mulan/alone.csv',
      '/w/mulan/alone.csv.gz',
      '/w/raw/trn_raw_texts.txt',
      '/w/raw/trn_labels.txt',
    ];
    expect(
      groupDatasets(paths).map(({ name, folder, files }) => [name, folder, files.map(({ split }) => split)]),
    ).toEqual([
      ['cooking', '/w', ['train', 'validation']],
      ['eur', '/w/eur', ['train', 'validation', 'test']],
      ['alone.csv', '/w/mulan', ['all']],
      ['alone.csv.gz', '/w/mulan', ['all']],
      ['bibtex', '/w/mulan', ['train', 'test']],
      ['raw', '/w/raw', ['all']],
    ]);
  });

  test('a pickle, and matrices without their companions', () => {
    const matrices = [
      'x_tr.npy',
      'x_te.npy',
      'y_tr.npy',
      'y_te.npy',
      'vocab.npy',
      'label_set.txt',
      'feature_names.txt',
    ];
    expect(groupDatasets(['/w/rcv.p', ...matrices.map((name) => `/w/eurlex/${name}`)])).toEqual([
      { name: 'rcv.p', folder: '/w', files: [{ split: 'all', file: '/w/rcv.p' }] },
      {
        name: 'eurlex',
        folder: '/w/eurlex',
        files: [
          { split: 'train', file: '/w/eurlex/x_tr.npy' },
          { split: 'test', file: '/w/eurlex/x_te.npy' },
        ],
      },
    ]);
  });

  test('one list of endings: what is found is listed', () => {
    const names = ['data.ndjson', 'data.pkl', 'data.pickle.gz', 'data.tab', 'my_x.npz', 'y.npz', 'vocab.npy', 'a.txt'];
    const found = groupDatasets(names.map((name) => `/w/${name}`)).map(({ name }) => name);
    expect(found).toEqual(['data.ndjson', 'data.pickle.gz', 'data.pkl', 'data.tab', 'my_x.npz']);
    const endings = /\{(.*)\}/.exec(datasetGlob)![1].split(',');
    expect(names.filter((name) => !endings.includes(name.split('.').pop()!))).toEqual([]);
  });

  test('folders of texts that are splits', () => {
    const paths = [
      '/w/mails/train/1.txt',
      '/w/mails/train/2.txt',
      '/w/mails/test/3.txt',
      '/w/mails/test/4.txt',
      '/w/notes/a.txt',
    ];
    expect(groupDatasets(paths)).toEqual([
      {
        name: 'mails',
        folder: '/w/mails',
        files: [
          { split: 'train', file: '/w/mails/train' },
          { split: 'test', file: '/w/mails/test' },
        ],
      },
    ]);
  });
});

describe('addresses of records', () => {
  test('hold all that is needed, whatever the names', () => {
    const pointer = {
      file: '/tmp/a b/träin #1?.jsonl.gz',
      options: { encoding: 'latin1' as const },
      place: { number: 3, line: 4, byte: 2 ** 33, stop: 2 ** 33 + 7 },
    };
    const { path, query } = recordUriParts(pointer);
    expect(path).toBe('/träin #1?.jsonl.gz:4');
    expect(pointerOf(query)).toEqual(pointer);
  });

  test('anything else is none of ours', () => {
    expect(['', '{', '[]', '{"file":1}', 'null'].map(pointerOf)).toEqual(Array(5).fill(undefined));
  });
});

test('a dataset that is called like its folder is named once', () => {
  expect(placeOf({ name: 'cooking', folder: '/w/cooking' }, ['/w'])).toBe('');
  expect(placeOf({ name: 'cooking', folder: '/w/sets/cooking' }, ['/w'])).toBe('/w/sets');
  expect(placeOf({ name: 'cooking', folder: '/w/sets' }, ['/w'])).toBe('/w/sets');
  expect(placeOf({ name: 'cooking', folder: '/w' }, ['/w'])).toBe('');
});
