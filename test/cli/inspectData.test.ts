import { execFileSync } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call } from './memoryTerminal.ts';

const shared = resolve('../shared/data');

interface Told {
  files: {
    split: string;
    statistics: {
      documents: number;
      unlabelled: number;
      labels: number;
      labelCounts: { name: string }[];
      labelsPerDocument: { mean: number };
      rareLabels: { one: number; atMostFive: number };
    };
  }[];
  labelsOnlyOutsideTrain: { split: string; labels: number }[];
  quality?: { leakage: { set: number; exact: number }[] };
  against?: { duplicates: { exact: number }; labels: { first: number; second: number; both: number } };
}

interface Clustered {
  documents: number;
  labels: number;
  clusters: { labels: number; meanDocuments: number; rare: { one: number; atMostFive: number } }[];
}

async function inspect(...args: string[]): Promise<Told> {
  const { code, json } = await call(['inspect', ...args, '--json']);
  expect(code).toBe(0);
  return json<Told>();
}

const shapes = ({ files }: Told): unknown[] =>
  files.map(({ statistics: s }) => [s.documents, s.labels, Number(s.labelsPerDocument.mean.toFixed(2))]);

/** Says so and passes over a test whose data is not there. */
function dataTest(name: string, path: string, run: (path: string) => Promise<void>): void {
  const full = join(shared, path);
  const there = existsSync(full);
  if (!there) console.log(`skipped: ${name}: ${full} not found`);
  it.skipIf(!there)(name, () => run(full), 120_000);
}

describe('inspect on real data', () => {
  dataTest('cooking', 'cooking', async (path) => {
    const [train, valid] = [join(path, 'cooking.train'), join(path, 'cooking.valid')];
    expect(shapes(await inspect(train, '--words', '--quality'))).toEqual([[12_404, 735, 2.31]]);
    const { files, against } = await inspect(valid, '--against', train);
    expect(files[0].statistics.documents).toBe(3000);
    const { first, second, both } = against!.labels;
    expect(first + second - both).toBe(736);
  });

  dataTest('GoEmotions: 42 test texts also occur in train', 'goemotions', async (path) => {
    const told = await inspect(path, '--quality');
    expect(shapes(told)).toEqual([
      [43_410, 28, 1.18],
      [5426, 28, 1.18],
      [5427, 28, 1.17],
    ]);
    expect(told.quality!.leakage.find(({ set }) => set === 2)!.exact).toBe(42);
    const compared = await inspect(join(path, 'train.tsv.gz'), '--against', join(path, 'test.tsv.gz'));
    expect(compared.against).toMatchObject({ duplicates: { exact: 42 }, labels: { both: 28 } });
  });

  dataTest('Delicious, sparse: 13 documents without a label', 'delicious-xmlrepo', async (path) => {
    const told = await inspect(path, '--words', '--quality');
    expect(told.files.map(({ statistics }) => statistics.documents)).toEqual([12_920, 3185]);
    expect(told.files[0].statistics).toMatchObject({ labels: 983, unlabelled: 13 });
    expect(told.files[0].statistics.labelsPerDocument.mean).toBeCloseTo(19, 0);
  });

  dataTest('Delicious, ARFF', 'mulan', async (path) => {
    const [train] = shapes(await inspect(join(path, 'delicious-train.arff.gz')));
    expect(train).toEqual([12_920, 983, 19.05]);
    const { files } = await inspect(join(path, 'delicious-test.arff.gz'));
    expect(files[0].statistics.documents).toBe(3185);
  });

  dataTest('bibtex, ARFF', 'mulan', async (path) => {
    expect(shapes(await inspect(join(path, 'bibtex-train.arff.gz'), '--words'))).toEqual([[4880, 159, 2.38]]);
    expect(shapes(await inspect(join(path, 'bibtex-test.arff.gz')))).toEqual([[2515, 159, 2.44]]);
  });
});

describe('inspect on packed data', () => {
  unpackedTest(
    'Reuters: 4 test texts also occur in train, but for case and spaces',
    'reuters21578-r90',
    ['train', 'test'],
    async (folder) => {
      const told = await inspect(folder, '--quality');
      expect(shapes(told)).toEqual([
        [7770, 90, 1.23],
        [3019, 90, 1.24],
      ]);
      expect(told.quality!.leakage).toMatchObject([{ set: 1, exact: 4 }]);
    },
  );

  unpackedTest('EURLEX57K', 'eurlex57k', ['train', 'dev', 'test'], async (folder) => {
    const told = await inspect(folder);
    expect(shapes(told)[0]).toEqual([45_000, 4108, 5.07]);
    expect(told.files.map(({ statistics }) => statistics.documents)).toEqual([45_000, 6000, 6000]);
    expect(told.files[0].statistics.rareLabels).toMatchObject({ one: 709, atMostFive: 1767 });
    expect(told.labelsOnlyOutsideTrain).toContainEqual({ split: 'test', labels: 85 });
    const names = told.files.flatMap(({ statistics }) => statistics.labelCounts.map(({ name }) => name));
    expect(new Set(names).size).toBe(4271);
    const { code, json } = await call([
      'clusters',
      join(folder, 'train.jsonl'),
      '--k',
      '8',
      '--restarts',
      '1',
      '--json',
    ]);
    expect(code).toBe(0);
    const { documents, labels, clusters } = json<Clustered>();
    expect([documents, labels]).toEqual([45_000, 4108]);
    const sum = (of: (cluster: Clustered['clusters'][number]) => number): number =>
      clusters.reduce((total, cluster) => total + of(cluster), 0);
    expect(sum((cluster) => cluster.labels)).toBe(4108);
    expect([sum(({ rare }) => rare.one), sum(({ rare }) => rare.atMostFive)]).toEqual([709, 1767]);
    expect(sum((cluster) => cluster.labels * cluster.meanDocuments) / documents).toBeCloseTo(5.07, 2);
  });
});

/** A test on a folder whose files are packed with xz. */
function unpackedTest(name: string, path: string, splits: string[], run: (folder: string) => Promise<void>): void {
  const packed = join(shared, path);
  const missing = existsSync(packed) ? (hasXz() ? '' : 'xz') : packed;
  if (missing) console.log(`skipped: ${name}: ${missing} not found`);
  it.skipIf(missing)(
    name,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-data-'));
      try {
        for (const split of splits) {
          const out = openSync(join(folder, `${split}.jsonl`), 'wx');
          execFileSync('xz', ['-dc', join(packed, `${split}.jsonl.xz`)], { stdio: ['ignore', out, 'inherit'] });
          closeSync(out);
        }
        await run(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    300_000,
  );
}

function hasXz(): boolean {
  try {
    execFileSync('xz', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
