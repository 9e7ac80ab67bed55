import { execFileSync } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './memoryTerminal.ts';

const shared = resolve('../shared/data');

interface Told {
  files: {
    split: string;
    statistics: {
      documents: number;
      labels: number;
      labelsPerDocument: { mean: number };
      rareLabels: { one: number; atMostFive: number };
    };
  }[];
  labelsOnlyOutsideTrain: { split: string; labels: number }[];
  quality?: { leakage: { set: number; exact: number }[] };
  against?: { duplicates: { exact: number }; labels: { both: number } };
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
    const train = await inspect(join(path, 'cooking.train'), '--words', '--quality');
    expect(shapes(train)).toEqual([[12_404, 735, 2.31]]);
    const valid = await inspect(join(path, 'cooking.valid'));
    expect(valid.files[0].statistics.documents).toBe(3000);
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

  dataTest('Delicious', 'delicious-xmlrepo', async (path) => {
    const told = await inspect(path, '--words', '--quality');
    expect(told.files.map(({ statistics }) => statistics.documents)).toEqual([12_920, 3185]);
    expect(told.files[0].statistics.labels).toBe(983);
    expect(told.files[0].statistics.labelsPerDocument.mean).toBeCloseTo(19, 0);
  });

  dataTest('bibtex', 'mulan/bibtex-train.arff.gz', async (path) => {
    expect(shapes(await inspect(path, '--words'))).toEqual([[4880, 159, 2.38]]);
  });
});

describe('inspect on EURLEX57K', () => {
  const packed = join(shared, 'eurlex57k');
  const missing = existsSync(packed) ? (hasXz() ? '' : 'xz') : packed;
  if (missing) console.log(`skipped: EURLEX57K: ${missing} not found`);
  let folder = '';

  beforeAll(async () => {
    if (missing) return;
    folder = await mkdtemp(join(tmpdir(), 'xmlcnn-eurlex-'));
    for (const split of ['train', 'test']) {
      const out = openSync(join(folder, `${split}.jsonl`), 'wx');
      execFileSync('xz', ['-dc', join(packed, `${split}.jsonl.xz`)], { stdio: ['ignore', out, 'inherit'] });
      closeSync(out);
    }
  }, 120_000);
  afterAll(() => (folder ? rm(folder, { recursive: true, force: true }) : undefined));

  it.skipIf(missing)(
    'has the figures that are known of it',
    async () => {
      const told = await inspect(folder);
      expect(shapes(told)[0]).toEqual([45_000, 4108, 5.07]);
      expect(told.files[1].statistics.documents).toBe(6000);
      expect(told.files[0].statistics.rareLabels).toMatchObject({ one: 709, atMostFive: 1767 });
      expect(told.labelsOnlyOutsideTrain).toEqual([{ split: 'test', labels: 85 }]);
    },
    300_000,
  );
});

function hasXz(): boolean {
  try {
    execFileSync('xz', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
