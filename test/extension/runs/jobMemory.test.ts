import { expect, it } from 'vitest';
import { JobMemory } from '../../../src/extension/runs/jobMemory.ts';
import type { Memory, RememberedJob } from '../../../src/extension/runs/jobMemory.ts';

function memento(): Memory {
  const values = new Map<string, string>();
  return {
    get: <T>(key: string, fallback: T): T => (values.has(key) ? (JSON.parse(values.get(key)!) as T) : fallback),
    update: async (key, value) => void values.set(key, JSON.stringify(value)),
  };
}

const job = (id: string, folder?: string): RememberedJob => ({
  ...{ id, title: id, folder },
  task: { kind: 'train', configFile: '/w/a.xmlcnn.json', overrides: [] },
});

it('keeps jobs for the next window, and what is learnt of them later', async () => {
  const kept = memento();
  await new JobMemory(kept).keep(job('a'));
  await new JobMemory(kept).keep(job('b', '/w/runs/b'));
  await new JobMemory(kept).keep(job('a', '/w/runs/a'));
  expect(new JobMemory(kept).all).toEqual([job('b', '/w/runs/b'), job('a', '/w/runs/a')]);
  await new JobMemory(kept).forget('b');
  expect(new JobMemory(kept).all).toEqual([job('a', '/w/runs/a')]);
});

it('forgets an earlier job of a run that has a new one', async () => {
  const memory = new JobMemory(memento());
  await memory.keep(job('old', '/w/runs/a'));
  await memory.keep(job('unknown'));
  await memory.keep(job('new', '/w/runs/a'));
  expect(memory.all.map(({ id }) => id)).toEqual(['unknown', 'new']);
});
