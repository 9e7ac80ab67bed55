import { expect, test } from 'vitest';
import { shortPaths } from '../../src/webview/amounts.ts';

test('paths are shown without the folders that they share, other values as they are', () => {
  expect(shortPaths(['"/data/eur/train.txt"', '"/data/cooking/train.txt"', null])).toEqual([
    '…/eur/train.txt',
    '…/cooking/train.txt',
    null,
  ]);
  expect(shortPaths(['"/data/a.txt"', '"/data/a.txt"'])).toEqual(['…/a.txt', '…/a.txt']);
  expect(shortPaths(['"C:\\\\data\\\\a.txt"'])).toEqual(['…/a.txt']); // values stand as JSON
  expect(shortPaths(['0.1', '"best"'])).toEqual(['0.1', '"best"']);
});
