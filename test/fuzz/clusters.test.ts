import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SavedClusters } from '../../src/core/explore/clusters/savedClusters.ts';
import { loadClusters, savedFileOf, saveClusters } from '../../src/core/explore/clusters/savedClusters.ts';
import { scratch } from '../core/data/helpers.ts';
import { fuzz } from './fuzz.ts';

const { folder } = scratch();
const dataset = join(folder, 'train.jsonl');
const saved: SavedClusters = {
  fingerprint: 'f',
  settings: { ks: [2, 3], scaling: 'cosine', seed: 1, restarts: 2 },
  points: [
    { k: 2, inertia: 1.5, silhouette: { value: 0.25 }, assignment: Int32Array.of(0, 1, 1, 0) },
    {
      ...{ k: 3, inertia: 1, assignment: Int32Array.of(2, 1, 0, 0) },
      words: [[], [], [{ word: 'fish', inGroup: 3, documents: 4, z: 2.5 }]],
    },
  ],
  map: { labels: Int32Array.of(0, 3), x: Float32Array.of(1, 2), y: Float32Array.of(0.5, -1) },
};

describe('clusters that are kept beside a dataset', () => {
  it('are as they were saved, or made anew', async () => {
    await saveClusters({ file: dataset }, saved);
    expect(await loadClusters({ file: dataset }, 'f', 4)).toEqual(saved);
    const whole = readFileSync(savedFileOf({ file: dataset }));
    await fuzz([whole], 1000, async (bytes) => {
      writeFileSync(savedFileOf({ file: dataset }), bytes);
      const loaded = await loadClusters({ file: dataset }, 'f', 4);
      if (loaded) expect(loaded).toEqual(saved); // a blank more, say
    });
  }, 3_600_000);

  it('are not believed where somebody sealed what cannot be', async () => {
    await saveClusters({ file: dataset }, saved);
    const kept = JSON.parse(readFileSync(savedFileOf({ file: dataset }), 'utf8')) as {
      version: number;
      content: string;
    };
    const sealed = (content: string): void => {
      const digest = createHash('sha256').update(content).digest('hex');
      writeFileSync(savedFileOf({ file: dataset }), JSON.stringify({ ...kept, digest, content }));
    };
    const packed = (values: Int16Array): string => deflateSync(new Uint8Array(values.buffer)).toString('base64');
    const [assignment] = /"assignment":"[^"]*"/.exec(kept.content)!;
    for (const [from, to] of [
      [assignment, `"assignment":"${packed(new Int16Array(100_000_000))}"`], // unpacks to 200 MB
      [assignment, `"assignment":"${packed(Int16Array.of(0, 1, 1, 2))}"`],
      [assignment, `"assignment":"${packed(Int16Array.of(0, 1, -1, 0))}"`],
      [assignment, `"assignment":"${packed(Int16Array.of(0, 1, 1))}"`],
      ['"ks":[2,3]', '"ks":[2,"3"]'],
      ['"ks":[2,3]', '"ks":[2,1e9,0.5]'],
      ['"cosine"', '"other"'],
      ['"word":"fish"', '"word":["fish"]'],
      ['"k":2', '"k":"2"'],
    ]) {
      expect(kept.content).toContain(from);
      sealed(kept.content.replace(from, () => to));
      expect(await loadClusters({ file: dataset }, 'f', 4), to.slice(0, 60)).toBeUndefined();
    }
    sealed(kept.content);
    expect(await loadClusters({ file: dataset }, 'f', 4)).toEqual(saved);
  });
});
