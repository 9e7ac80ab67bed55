/** The real datasets against the table in their README. */
import { expect } from 'vitest';
import { openSource, scratch, sharedTest, splitPaths, unpackXz } from './helpers.ts';

const { write } = scratch();

async function tally(path: string, labelNames?: string) {
  const source = await openSource(path, { labelNames });
  const labels = new Set<string>();
  let documents = 0;
  let given = 0;
  let words = 0;
  for await (const document of source) {
    documents++;
    given += document.labels.length;
    words += document.text.split(/\s+/).length;
    for (const label of document.labels) labels.add(label);
  }
  return { source, labels, documents, perDocument: given / documents, words: words / documents };
}

sharedTest('Reuters', 'reuters21578-r90/train.jsonl.xz', async (path) => {
  const train = await tally(unpackXz(path, write, 'reuters-train.jsonl'));
  expect([train.documents, train.labels.size, train.source.format]).toEqual([7770, 90, 'jsonl']);
  expect(train.perDocument).toBeCloseTo(1.23, 2);
  const test = await tally(unpackXz(path.replace('train', 'test'), write, 'reuters-test.jsonl'));
  expect([test.documents, test.labels.size]).toEqual([3019, 90]);
});

sharedTest('EURLEX57K dev', 'eurlex57k/dev.jsonl.xz', async (path) => {
  const names = path.replace('dev.jsonl.xz', 'label_names.tsv');
  const { source, labels, documents, perDocument } = await tally(unpackXz(path, write, 'eurlex-dev.jsonl'), names);
  expect(documents).toBe(6000);
  expect(perDocument).toBeCloseTo(5.04, 2);
  expect([...labels].every((label) => source.labelNames.has(label))).toBe(true);
  expect(source.findings.counts).toEqual({});
});

sharedTest('Cooking', 'cooking/cooking.train', async (path) => {
  const train = await tally(path);
  const valid = await tally(path.replace('train', 'valid'));
  expect([train.documents, valid.documents, train.source.format]).toEqual([12404, 3000, 'fasttext']);
  expect(new Set([...train.labels, ...valid.labels]).size).toBe(736);
  expect(train.perDocument).toBeCloseTo(2.31, 2);
  expect(await splitPaths(path)).toEqual({ train: path, validation: path.replace('train', 'valid') });
});

sharedTest('GoEmotions, its quotes as they are', 'goemotions/train.tsv.gz', async (path) => {
  const train = await tally(path, path.replace('train.tsv.gz', 'labels.txt'));
  expect([train.documents, train.labels.size, train.source.format]).toEqual([43410, 28, 'tsv']);
  expect(train.perDocument).toBeCloseTo(1.18, 2);
  expect(train.source.labelNames.get('27')).toBe('neutral');
  let quoted = 0;
  for await (const { text } of train.source) if (text.startsWith('"')) quoted++;
  expect(quoted).toBe(1097);
  expect((await tally(path.replace('train', 'dev'))).documents).toBe(5426);
  expect((await tally(path.replace('train', 'test'))).documents).toBe(5427);
});

sharedTest('Delicious, sparse', 'delicious-xmlrepo/train.txt.gz', async (path) => {
  const train = await tally(path);
  expect([train.documents, train.labels.size, train.source.bagOfWords]).toEqual([12920, 983, true]);
  expect(train.perDocument).toBeCloseTo(19.03, 1);
  expect(train.source.findings.counts).toEqual({ unlabelled: 13 });
  expect((await tally(path.replace('train', 'test'))).documents).toBe(3185);
});

sharedTest('Mulan ARFF', 'mulan/bibtex-train.arff.gz', async (path) => {
  const bibtex = await tally(path);
  expect([bibtex.documents, bibtex.labels.size, bibtex.source.format]).toEqual([4880, 159, 'arff']);
  expect(bibtex.perDocument).toBeCloseTo(2.38, 2);
  expect((await tally(path.replace('train', 'test'))).documents).toBe(2515);
  const delicious = await tally(path.replace('bibtex', 'delicious'));
  expect([delicious.documents, delicious.labels.size]).toEqual([12920, 983]);
  for (const label of ["TAG_m\\'usica", 'TAG_c#', 'TAG_??']) expect(delicious.labels.has(label)).toBe(true);
  expect((await tally(path.replace('bibtex-train', 'delicious-test'))).documents).toBe(3185);
});
