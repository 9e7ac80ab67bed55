/** The EUR-Lex join: a small ARFF in the form of the published ones, with real and with made qrels. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { importEurlex } from '../../../../src/core/data/eurlex/importEurlex.ts';
import { readIdMap } from '../../../../src/core/data/eurlex/idMap.ts';
import { readQrels } from '../../../../src/core/data/eurlex/qrels.ts';
import { readAll, scratch, sharedTest, splitPaths, userError } from '../helpers.ts';

const { write, folder } = scratch();

const head = `@relation 'eurlex: -C 3'
@attribute ID numeric
@attribute fish numeric
@attribute 'd\\'etat' numeric
@attribute 1998 numeric
@attribute council numeric

@data
`;
const train = write('eurlex_CV1-10_train.arff', `${head}{0 14,1 0.5,4 1.25}\n{0 2}\n{0 999999,3 3}\n`);
const tests = write('eurlex_CV1-10_test.arff', `${head}1,0,2,0,0\n14,0,0,0,1\n`);
const qrels = write(
  'made.qrels',
  "pollution 14 1\nrhine_valley 14 1\nfish's 1 1\npollution 1 1\npollution 14 1\nnone 2 0\n",
);
const ids = write('ids.csv', '\ufeffFilename,CelexID,DocID,remove\na,21953A0704(01),1,1\n"b,c",31973D0101,14,0\n');

describe('made files', () => {
  test('what is written, and read again as a dataset', async () => {
    const out = join(folder, 'out');
    const made = await importEurlex({ arff: train, qrels, ids }, { folder: out });
    expect(made).toMatchObject({
      documents: 3,
      features: 4,
      labels: 4,
      unlabelled: 2,
      withoutCelex: 2,
      dataset: join(out, 'x_tr.npz'),
    });
    expect((await importEurlex({ arff: tests, qrels, ids }, { folder: out })).dataset).toBe(join(out, 'x_te.npz'));
    const text = (name: string) => readFileSync(join(out, name), 'utf8');
    expect(text('feature_names.txt')).toBe("0:fish\n1:d'etat\n2:1998\n3:council\n");
    expect(text('label_set.txt')).toBe("0:pollution\n1:rhine_valley\n2:fish's\n3:none\n");
    expect(text('y_tr_named.txt')).toBe("0:['pollution', 'rhine_valley']\n");
    expect(text('y_te_named.txt')).toBe("0:[\"fish's\", 'pollution']\n1:['pollution', 'rhine_valley']\n");

    expect(await splitPaths(out)).toEqual({ train: join(out, 'x_tr.npz'), test: join(out, 'x_te.npz') });
    const { documents, source } = await readAll(join(out, 'x_tr.npz'));
    expect(
      documents.map(({ id, labels, features }) => [
        id,
        labels,
        [...(features?.indices ?? [])],
        [...(features?.values ?? [])],
      ]),
    ).toEqual([
      ['31973D0101', ['0', '1'], [0, 3], [0.5, 1.25]],
      ['2', [], [], []],
      ['999999', [], [2], [3]],
    ]);
    expect([source.labelNames.get('2'), source.featureNames?.[1]]).toEqual(["fish's", "d'etat"]);
    const second = await readAll(join(out, 'x_te.npz'));
    expect(second.documents.map(({ id, labels }) => [id, labels])).toEqual([
      ['21953A0704(01)', ['0', '2']],
      ['31973D0101', ['0', '1']],
    ]);
  });

  test('what is wrong is told with its place', async () => {
    const out = join(folder, 'wrong');
    const failing = (arff: string, judgements = qrels, map = ids) =>
      userError(importEurlex({ arff: write('bad.arff', arff), qrels: judgements, ids: map }, { folder: out }));
    expect(await failing(`${head}{0 14,1 0.5\n`)).toMatchObject({ code: 'malformed-record', place: { line: 9 } });
    expect(await failing(`${head}14,1,2\n`)).toMatchObject({ code: 'malformed-record', place: { line: 9 } });
    expect(await failing(`${head}{0 1.5}\n`)).toMatchObject({ code: 'malformed-record' });
    expect(await failing(`${head}{0 1,7 1}\n`)).toMatchObject({ code: 'malformed-record' });
    expect(await failing(head, write('bad.qrels', 'a 1 1\nb x 1\n'))).toMatchObject({
      code: 'malformed-record',
      place: { line: 2 },
    });
    expect(await failing(head, qrels, write('bad.csv', 'a,b\n'))).toMatchObject({ code: 'unknown-field' });
    await importEurlex({ arff: train, qrels }, { folder: out });
    expect(await failing(`${head.replace('fish', 'cod')}{0 1}\n`)).toMatchObject({ code: 'features-differ' });
  });

  test('packed qrels without relevance', async () => {
    const found = await readQrels(write('packed.qrels.gz', gzipSync('a 1\nb 1\na 2\n')));
    expect([found.labels, [...found.byDocument]]).toEqual([
      ['a', 'b'],
      [
        [1, [0, 1]],
        [2, [0]],
      ],
    ]);
  });
});

sharedTest('the real qrels and id map', 'eurlex4k-qrels/id2class_eurlex_eurovoc.qrels.gz', async (path) => {
  const real = await readQrels(path);
  const pairs = [...real.byDocument.values()].reduce((sum, labels) => sum + labels.length, 0);
  expect([real.labels.length, real.byDocument.size]).toEqual([3956, 19_314]);
  expect(pairs / 19_314).toBeCloseTo(5.32, 1);
  expect(real.labels.slice(0, 2)).toEqual(['environmental_protection', 'pollution_control_measures']);
  const map = path.replace(/[^/]*$/, 'eurlex_ID_mappings.csv');
  const celex = await readIdMap(map);
  expect([celex.get(1), [...real.byDocument.keys()].every((document) => celex.has(document))]).toEqual([
    '21953A0704(01)',
    true,
  ]);
  const out = join(folder, 'real');
  const made = await importEurlex({ arff: train, qrels: path, ids: map }, { folder: out });
  expect(made).toMatchObject({ documents: 3, labels: 3956 });
  const { documents, source } = await readAll(made.dataset);
  const [first] = documents;
  expect(first.id).toBe(celex.get(14));
  expect(first.labels.map((label) => source.labelNames.get(label))).toEqual([
    'environmental_protection',
    'pollution_control_measures',
    'environmental_cooperation',
    'rhine_valley',
    'ec_agreement',
  ]);
});
