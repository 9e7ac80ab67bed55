import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ahead, blocks } from '../../../src/core/base/pipeline.ts';

async function* numbers(count: number, made: string[], failsAt = -1): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) {
      if (i === failsAt) throw new Error('broken off');
      made.push(`made ${i}`);
      yield i;
    }
  } finally {
    made.push('ended');
  }
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

it('makes one item while the one before it is worked on, and no more', async () => {
  const made: string[] = [];
  const found: number[] = [];
  for await (const i of ahead(numbers(4, made))) {
    await setTimeout(1);
    found.push(i);
    expect(made.filter((what) => what !== 'ended')).toHaveLength(Math.min(4, i + 2));
  }
  expect(found).toEqual([0, 1, 2, 3]);
});

it('throws what making throws, behind the items before it, and ends the source where the work is left', async () => {
  const made: string[] = [];
  const found: number[] = [];
  const work = async (): Promise<void> => {
    for await (const i of ahead(numbers(4, made, 2))) found.push(i);
  };
  await expect(work()).rejects.toThrow('broken off');
  expect(found).toEqual([0, 1]);
  const left: string[] = [];
  for await (const i of ahead(numbers(9, left))) if (i === 1) break;
  expect(left.at(-1)).toBe('ended');
  expect(left.length).toBeLessThan(6);
});

it('cuts items into blocks', async () => {
  expect(await all(blocks(numbers(5, []), 2))).toEqual([[0, 1], [2, 3], [4]]);
});
