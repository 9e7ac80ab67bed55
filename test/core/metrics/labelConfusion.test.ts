import { expect, test } from 'vitest';
import { LabelConfusion } from '../../../src/core/metrics/labelConfusion.ts';

const [cat, dog, bird, fish] = [0, 1, 2, 3];

test('counts, for each label that is missed, the labels that are predicted instead', () => {
  const confusion = new LabelConfusion(4);
  confusion.add([cat], [dog]); // cat missed, dog instead
  confusion.add([cat, bird], [dog, bird]); // the same beside a hit
  confusion.add([cat, bird], [fish, dog]); // both missed, both others false
  confusion.add([cat], [cat, dog]); // false, but nothing is missed
  confusion.add([cat], []); // missed, but nothing instead
  confusion.add([], [dog]);
  expect(confusion.pairs()).toEqual([
    { missed: cat, predicted: dog, documents: 3 },
    { missed: cat, predicted: fish, documents: 1 },
    { missed: bird, predicted: dog, documents: 1 },
    { missed: bird, predicted: fish, documents: 1 },
  ]);
});

test('pairs of the highest ids of a hundred thousand labels are told apart', () => {
  const confusion = new LabelConfusion(100_000);
  confusion.add([99_999], [0, 99_998]);
  expect(confusion.pairs().map(({ missed, predicted }) => [missed, predicted])).toEqual([
    [99_999, 0],
    [99_999, 99_998],
  ]);
});
