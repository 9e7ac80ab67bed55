import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInspection } from '../../src/core/explore/inspection.ts';
import { call } from './memoryTerminal.ts';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

const evil = '<b onload="x">&\x1b[31m';
type Row = [id: string, text: string, labels: string[]];
const train: Row[] = [
  ['a1', 'apple pear juice in a glass of water', ['fruit', 'food']],
  ['a2', 'apple plum juice in a glass of water', ['fruit', 'food']],
  ['a3', 'apple apple cherry pie of my old aunt', ['fruit', 'food', evil]],
  ['b1', 'iron copper bolts in a box of wood', ['metal']],
  ['b2', 'iron zinc nuts in a box of wood', ['metal', 'hardware']],
  ['b3', 'iron tin cans in a box of paper', ['metal', 'hardware', 'Hard ware']],
  ['b4', 'iron tin cans in a box of paper', ['fruit']],
  ['c1', 'word', []],
];
const test: Row[] = [
  ['t1', 'IRON tin  cans in a box of paper', ['metal', 'hardware', 'new']],
  ['t2', 'plum cake with cream and with sugar', ['fruit']],
];
const jsonl = (rows: Row[]): string =>
  rows.map(([id, text, labels]) => `${JSON.stringify({ id, text, labels })}\n`).join('');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-inspect-'));
  await writeFile(at('train.jsonl'), jsonl(train));
  await writeFile(at('test.jsonl'), jsonl(test));
  await writeFile(at('names.tsv'), 'fruit\tFruit & nuts\n');
  await writeFile(at('bag.svm'), '3 4 2\n0 0:1.5 2:1\n0,1 1:1\n1 1:1 3:2\n');
  await writeFile(at('vectors.txt'), '4 2\napple 1 2\niron 3 4\nnowhere 5 6\niron 7 8\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inspect = async <T>(...args: string[]): Promise<T> => {
  const { code, err, json } = await call(['inspect', ...args, '--json']);
  expect([code, err]).toEqual([0, '']);
  return json<T>();
};

describe('inspect, the first view', () => {
  it('tells how labels are spread and what maximum lengths cut off', async () => {
    await writeFile(
      at('long.jsonl'),
      jsonl([
        ['l', 'w '.repeat(600), ['x']],
        ['s', 'w', ['x', 'y']],
      ]),
    );
    const { out } = await call(['inspect', at('long.jsonl')]);
    await rm(at('long.jsonl'));
    expect(out).toContain('entropy 0.92 bits, evenness 0.92');
    expect(out).toContain('at 500 words: 1 document (50.0%) cut, 16.6% of the words lost');
    expect(out).toContain('at 1,000 words: none');
    expect(out).toContain(`0 █${' '.repeat(29)}█ 620, 20 to a column`);
    expect(out).toContain('0  ██ 2');
    const { files } = await inspect<{
      files: { statistics: { distribution: { entropy: number; parts: unknown[] } } }[];
    }>(at('train.jsonl'));
    const counts = [4, 3, 3, 2, 1, 1];
    const entropy = counts.reduce((sum, n) => sum - (n / 14) * Math.log2(n / 14), 0);
    expect(files[0].statistics.distribution.entropy).toBeCloseTo(entropy, 10);
    expect(files[0].statistics.distribution.parts).toHaveLength(3);
  });

  it('tells which labels one file alone has', async () => {
    const told = await inspect<Record<string, unknown>>(folder);
    expect(told).toMatchObject({ labelsOnlyOutsideTrain: [{ split: 'test', labels: 1 }], labelsOnlyInTrain: 3 });
    const { out } = await call(['inspect', folder]);
    expect(out).toContain('1 label of test never occurs in train.');
    expect(out).toContain('3 labels of train occur nowhere else.');
    expect(await inspect<Record<string, unknown>>(at('train.jsonl'))).not.toHaveProperty('labelsOnlyInTrain');
  });

  it('tells what vectors know, by words and by occurrences', async () => {
    type Told = { embeddings: { words: number; wordsFound: number; tokens: number; tokensFound: number } };
    const { files, embeddings } = await inspect<{ files: Told[]; embeddings: unknown }>(
      folder,
      '--embeddings',
      at('vectors.txt'),
    );
    expect(embeddings).toEqual({ file: at('vectors.txt'), dim: 2, vectors: 4 });
    expect(files[0].embeddings).toMatchObject({ wordsFound: 2, tokensFound: 8 });
    expect(files[1].embeddings).toMatchObject({ wordsFound: 1, tokensFound: 1, tokens: 15 });
    const { out } = await call(['inspect', folder, '--embeddings', at('vectors.txt')]);
    expect(out).toContain('4 vectors of 2 numbers');
    const wrong = await call(['inspect', folder, '--embeddings', at('none.txt')]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('No such file')]);
  });
});

it('labels are called what a file beside the data calls them, by every face', async () => {
  const named = await mkdtemp(join(tmpdir(), 'xmlcnn-named-'));
  await writeFile(join(named, 'train.jsonl'), jsonl(train));
  await writeFile(join(named, 'label_names.tsv'), 'fruit\tFruit & nuts\n');
  const { files } = await inspect<{ files: { statistics: { labelCounts: { name: string; display?: string }[] } }[] }>(
    join(named, 'train.jsonl'),
  );
  const ofFruit = files[0].statistics.labelCounts.find(({ name }) => name === 'fruit');
  const inspection = await openInspection({ file: join(named, 'train.jsonl') });
  await inspection.read(() => {}, new AbortController().signal);
  expect([ofFruit?.display, inspection.displayName('fruit')]).toEqual(['Fruit & nuts', 'Fruit & nuts']);
  await rm(named, { recursive: true });
});

describe('inspect, the looks that are asked for', () => {
  it('names the words that mark labels', async () => {
    const { words } = await inspect<{ words: { labels: { label: string; words: { word: string }[] }[] } }>(
      folder,
      '--words',
    );
    const food = words.labels.find(({ label }) => label === 'food')!;
    expect(food.words[0].word).toBe('apple');
    const { out } = await call(['inspect', folder, '--words']);
    expect(out).toMatch(/metal +3 +(.*, )?iron/);
    expect(out).not.toContain('\x1b');
  });

  it('holds words against labels by chi-square, too', async () => {
    type Told = { label: { measure: string; words: { word: string; score: number }[] } };
    const { label } = await inspect<Told>(folder, '--label', 'fruit', '--by', 'chi-square');
    // of 8 documents 4 are fruit; all 3 with "apple" are: 8 (3 x 4 - 0 x 1)^2 / (4 x 4 x 3 x 5)
    const { score } = label.words.find(({ word }) => word === 'apple')!;
    expect([label.measure, score]).toEqual(['chi-square', (8 * 12 ** 2) / (4 * 4 * 3 * 5)]);
    const { out } = await call(['inspect', folder, '--words', '--by', 'chi-square']);
    expect(out).toContain('Pearson’s chi-square');
  });

  it('shows a label by its id or its name', async () => {
    const names = ['--label-names', at('names.tsv')];
    const { label } = await inspect<{
      label: { label: string; documents: number; together: unknown[]; examples: { id: string; line: number }[] };
    }>(folder, ...names, '--label', 'Fruit & nuts');
    expect(label).toMatchObject({ label: 'fruit', documents: 4 });
    expect(label.together).toEqual([
      { label: 'food', together: 3, documents: 3 },
      { label: evil, together: 1, documents: 1 },
    ]);
    expect(label.examples.map(({ id, line }) => [id, line])).toEqual([
      ['a1', 1],
      ['a2', 2],
      ['a3', 3],
      ['b4', 7],
    ]);
    const wrong = await call(['inspect', folder, '--label', 'friut']);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('Did you mean "fruit"?')]);
  });

  it('shows a document, and the nearest of another set', async () => {
    type Told = { document: { id: string; labels: string[]; words: { word: string }[]; nearest: unknown } };
    const { document } = await inspect<Told>(at('test.jsonl'), '--document', 't1', '--against', folder);
    expect(document).toMatchObject({
      labels: ['metal', 'hardware', 'new'],
      nearest: { id: 'b2', line: 5, shared: 2, labels: ['metal', 'hardware'] },
    });
    const alone = await inspect<Told>(folder, '--document', 't2');
    expect(alone.document.words[0].word).toBe('with');
    expect(alone.document.nearest).toBeUndefined();
    const wrong = await call(['inspect', folder, '--document', 'T22']);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('"t2"')]);
  });

  it('compares two sets', async () => {
    const { against } = await inspect<{ against: Record<string, unknown> }>(
      at('train.jsonl'),
      '--against',
      at('test.jsonl'),
    );
    expect(against).toMatchObject({
      first: { documents: 8 },
      second: { documents: 2 },
      labels: { first: 6, second: 4, both: 3 },
      onlySecond: [{ name: 'new', documents: 1 }],
      duplicates: { exact: 1 },
    });
  });

  it('finds what is wrong with documents and labels', async () => {
    const { quality } = await inspect<{ quality: Record<string, unknown> }>(folder, '--quality');
    expect(quality).toMatchObject({
      documents: 10,
      repeated: { count: 1, surplus: 2, contradictory: 1 },
      leakage: [{ set: 1, exact: 1 }],
      oneWord: { count: 1, first: [{ id: 'c1', line: 8 }] },
      labels: { variants: { count: 1 }, alwaysTogether: { count: 0 } },
    });
    const { out } = await call(['inspect', folder, '--quality']);
    expect(out).toContain('1 document of test has a text of train');
    expect(out).toContain('Hard ware');
  });

  it('says what a bag of words has not', async () => {
    const bag = ['inspect', at('bag.svm'), '--format', 'xmlrepo-sparse'];
    const { code, out } = await call([
      ...bag,
      '--words',
      '--quality',
      '--against',
      at('train.jsonl'),
      '--format',
      'xmlrepo-sparse',
    ]);
    expect([code, out]).toEqual([1, expect.stringContaining('features, by number, stand for words')]);
    const alike = await call([...bag, '--quality', '--against', at('bag.svm')]);
    expect(alike.code).toBe(0);
    expect(alike.out).toContain('A bag of words has no texts');
    expect(alike.out).toContain('Duplicates across them need texts');
  });

  it('stops when it is told to', async () => {
    const { code } = await call(['inspect', folder, '--quality'], { signal: AbortSignal.abort() });
    expect(code).toBe(130);
  });
});

describe('pages', () => {
  const offline = (html: string): void => {
    expect(html).not.toMatch(/<script|https?:|src=|href=|url\(|NaN|undefined|<b onload/);
    expect(html).toContain("default-src 'none'");
    for (const tag of ['section', 'table', 'svg', 'p', 'tr', 'figure', 'article'])
      expect(html.split(`<${tag}>`).length + html.split(`<${tag} `).length - 1, tag).toBe(
        html.split(`</${tag}>`).length,
      );
  };

  it('hold all that was asked for', async () => {
    const all = ['--words', '--quality', '--label', 'fruit', '--against', at('test.jsonl')];
    const { code } = await call(['inspect', folder, ...all, '--html', at('page.html')]);
    expect(code).toBe(0);
    const html = await readFile(at('page.html'), 'utf8');
    offline(html);
    for (const title of [
      'Figures',
      'Label frequencies',
      'Lengths',
      'Words that mark labels (train)',
      'Label fruit (train)',
      'Quality',
    ])
      expect(html).toContain(`<h2>${title}</h2>`);
    expect(html).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;');
  });

  it('show clusters and a map', async () => {
    const { code, err } = await call(['clusters', folder, '--k', '2,3', '--html', at('clusters.html'), '--map']);
    expect([code, err]).toEqual([0, '']);
    const html = await readFile(at('clusters.html'), 'utf8');
    offline(html);
    expect(html.match(/<circle /g)).toHaveLength(6);
    expect(html).toContain('<title>fruit: 4 documents, cluster ');
    expect(html).toContain('<title id="inertia-t">Inertia</title>');
    expect(html).toMatch(/<h2>Hierarchy<\/h2>.*joined at/s);
    const without = await call(['clusters', folder, '--map']);
    expect([without.code, without.err]).toEqual([1, expect.stringContaining('--html')]);
  });
});

describe('clusters', () => {
  const kept = (): string => at('train.jsonl.clusters.json');

  it('are kept beside the dataset, and found there', async () => {
    await rm(kept(), { force: true });
    const alone = await call(['clusters', folder, '--k', '2,3', '--no-save']);
    expect([alone.code, existsSync(kept())]).toEqual([0, false]);
    const first = await call(['clusters', folder, '--k', '2,3']);
    expect(first.out).toContain(`Kept in ${kept()}`);
    const again = await call(['clusters', folder, '--k', '3', '--choose', '2', '--json']);
    expect(again.json()).toMatchObject({ restored: true, k: 2, curve: [{ k: 2 }, { k: 3 }] });
    expect(existsSync(kept())).toBe(true);
  });

  it('are shown one by one, and written as files and as a dataset', async () => {
    const args = ['clusters', folder, '--k', '2', '--output', at('out')];
    const { code, out } = await call([...args, '--cluster', '1', '--subset', at('part.jsonl')]);
    expect(code).toBe(0);
    expect(out).toContain('Cluster 1 of 2');
    expect(out).toContain('Its first documents');
    const lines = (await readFile(at('part.jsonl'), 'utf8')).trimEnd().split('\n');
    const { clusters: found } = JSON.parse(await readFile(at('out/clusters.json'), 'utf8')) as {
      clusters: { cluster: number; top: { name: string }[]; words: unknown[] }[];
    };
    const own = found.find(({ cluster }) => cluster === 1)!.top.map(({ name }) => name);
    const expected = train.filter(([, , labels]) => labels.some((label) => own.includes(label)));
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(expected.map(([id]) => id));
    for (const name of ['labels.csv', 'cooccurrence.npz', 'cooccurrence.mat'])
      expect(existsSync(at(`out/${name}`)), name).toBe(true);
  });

  it('tells numbers that cannot be', async () => {
    const many = await call(['clusters', folder, '--k', '2,1000000000']);
    expect([many.code, many.err]).toEqual([
      1,
      expect.stringContaining('1000000000 clusters cannot be made of 6 labels'),
    ]);
    const wrong = await call(['clusters', folder, '--k', '2', '--cluster', '7']);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('There is no cluster 7 of 2')]);
    const alone = await call(['clusters', folder, '--subset', at('x.jsonl')]);
    expect([alone.code, alone.err]).toEqual([1, expect.stringContaining('--cluster')]);
  });
});
