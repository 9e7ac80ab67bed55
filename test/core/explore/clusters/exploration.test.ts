import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Progress } from '../../../../src/core/base/progress.ts';
import type { ClusterPhase, ClusterSettings } from '../../../../src/core/explore/clusters/clusterApi.ts';
import { ClusterExploration } from '../../../../src/core/explore/clusters/exploration.ts';
import { countLabels } from '../../../../src/core/explore/clusters/countLabels.ts';
import { kMeans } from '../../../../src/core/explore/clusters/kmeans.ts';
import { describeClusters } from '../../../../src/core/explore/clusters/describeClusters.ts';
import { scaled } from '../../../../src/core/explore/clusters/scaling.ts';
import { silhouettes } from '../../../../src/core/explore/clusters/silhouette.ts';
import { logOdds } from '../../../../src/core/explore/words/markingWords.ts';
import { openInspection } from '../../../../src/core/explore/inspection.ts';
import { Cancelled } from '../../../../src/core/base/errors.ts';
import { scratch, splitPaths, userError } from '../../data/helpers.ts';

const { write, folder } = scratch();
const never = { signal: new AbortController().signal };
const settings: ClusterSettings = { ks: [2, 3, 4, 400], scaling: 'min-max', seed: 1, restarts: 3 };

/** Three themes of labels that never mix, and a word for each. */
const themes = [
  ['cat', 'dog', 'cow', 'pig'],
  ['oak', 'elm', 'ash'],
  ['car', 'bus', 'tram', 'bike', 'ship'],
];
function dataset(name: string): string {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const theme = themes[i % 3];
    const labels = [theme[i % theme.length], theme[(i + 1 + (i % 2)) % theme.length]];
    return JSON.stringify({ id: `d${i}`, text: `theme${i % 3} text ${i}`, labels });
  });
  return write(`${name}/train.jsonl`, `${lines.join('\n')}\n`);
}
const open = async (path: string, given: ClusterSettings = settings, context = never) =>
  ClusterExploration.open(await countLabels({ file: path, options: {} }, context), { settings: given }, context);

describe('an exploration of label clusters', () => {
  test('has the k-means, silhouettes and descriptions of each number of clusters', async () => {
    const path = dataset('same');
    const exploration = await open(path);
    const { curve, suggested, missing, unmeasured, restored, savedAs } = exploration.overview();
    expect([missing, unmeasured, restored, savedAs]).toEqual([[], false, false, `${path}.clusters.json`]);
    const even = curve.filter(({ largest }) => largest <= 6);
    const best = even.sort((a, b) => b.silhouette! - a.silhouette!)[0];
    expect(suggested).toBe(best.k);
    const { incidence, adjacency } = await countLabels({ file: path, options: {} }, never);
    const matrix = scaled(adjacency, 'min-max');
    for (const point of curve) {
      const result = await kMeans(matrix, { k: point.k, restarts: 3, seed: 1 });
      const [{ value }] = await silhouettes(matrix, [result.assignment]);
      expect(point).toEqual({
        k: point.k,
        inertia: result.inertia,
        silhouette: value,
        largest: Math.max(...result.sizes),
      });
      const rounded = ({ cohesion, ...rest }: { cohesion: number }) => ({ ...rest, cohesion: cohesion.toFixed(9) });
      expect(exploration.clusters(point.k).clusters.map(rounded)).toEqual(
        describeClusters(incidence, matrix, result).map(rounded),
      );
    }
    const { clusters, tree } = exploration.clusters(3);
    expect(clusters.map(({ labels }) => labels)).toEqual([5, 4, 3]);
    expect(tree.at(-1)?.labels).toBe(12);
  });

  test('is kept beside the dataset, which stays one dataset, and read from there', async () => {
    const path = dataset('kept');
    const first = await open(path);
    const words = await first.words(3, never);
    const map = await first.map(3, 'all', never);
    const phases = new Set<string>();
    const again = await open(path, settings, {
      ...never,
      onProgress: (p: Progress<ClusterPhase>) => phases.add(p.phase),
    } as typeof never);
    expect(phases).not.toContain('clustering');
    expect({ ...again.overview(), restored: false }).toEqual(first.overview());
    expect(again.clusters(3)).toEqual(first.clusters(3));
    expect(await again.words(3, never)).toEqual(words);
    expect((await again.map(3, 'all', never)).points).toEqual(map.points);
    expect(await splitPaths(join(folder, 'kept'))).toEqual({ train: path });
    expect((await open(path, { ...settings, scaling: 'cosine' })).overview().restored).toBe(false);
  });

  test('opens as it was made where no settings are asked for, though new ones are made by other settings', async () => {
    const path = dataset('old');
    await open(path);
    const counted = await countLabels({ file: path, options: {} }, never);
    const old = (await ClusterExploration.open(counted, {}, never)).overview();
    expect([old.restored, old.settings]).toEqual([true, settings]);
    const made = (await ClusterExploration.open(counted, { again: true }, never)).overview();
    expect([made.restored, made.settings.scaling]).toEqual([false, 'cosine']);
  });

  test('takes what is kept where it was made alike, and computes only the rest', async () => {
    const path = dataset('more');
    const first = await open(path, { ...settings, ks: [2, 3, 4] });
    const tried: number[] = [];
    const onProgress = ({ phase, done }: Progress<ClusterPhase>) =>
      phase === 'clustering' && tried.push(Math.floor(done));
    const more = await open(path, { ...settings, ks: [3, 4, 5] }, { ...never, onProgress } as typeof never);
    expect(new Set(tried)).toEqual(new Set([2]));
    const curve = (exploration: ClusterExploration) => exploration.overview().curve;
    expect(curve(more).slice(0, 2)).toEqual(curve(first).slice(1));
    expect(curve(more)).toEqual(curve(await open(dataset('whole'), { ...settings, ks: [3, 4, 5] })));
  });

  test('is made anew where the dataset has changed, or the file is damaged', async () => {
    const path = dataset('changed');
    await open(path);
    writeFileSync(`${path}.clusters.json`, '{"version":1,');
    expect((await open(path)).overview().restored).toBe(false);
    expect((await open(path)).overview().restored).toBe(true);
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"text":"x","labels":["cat"]}\n`);
    expect((await open(path)).overview().restored).toBe(false);
  });

  test('stopped, it keeps the numbers of clusters it tried, and goes on from there', async () => {
    const path = dataset('stopped');
    const stop = new AbortController();
    const onProgress = ({ phase, done }: Progress<ClusterPhase>) => {
      if (phase === 'clustering' && done === 1) stop.abort();
    };
    const partial = await open(path, settings, { signal: stop.signal, onProgress } as typeof never);
    expect(partial.overview()).toMatchObject({ curve: [{ k: 2 }], missing: [3, 4] });
    expect((await open(path)).overview()).toMatchObject({ curve: [{ k: 2 }, { k: 3 }, { k: 4 }], missing: [] });
  });

  test('words mark the clusters, the map has every label, pages search', async () => {
    const exploration = await open(dataset('words'));
    const words = await exploration.words(3, never);
    for (const { cluster, top } of exploration.clusters(3).clusters) {
      const theme = themes.findIndex((names) => names.includes(top[0].name));
      expect(words[cluster][0]).toMatchObject({ word: `theme${theme}`, inGroup: 100, documents: 100 });
      expect(words[cluster][0].z).toBeCloseTo(logOdds(100, 100, 0, 200, 100 / 300), 12);
    }
    const { points, of } = await exploration.map(3, 'all', never);
    expect([points.length, of]).toEqual([12, 12]);
    const { rows, total } = exploration.labelPage({ k: 3, search: 'A', offset: 0, limit: 2 });
    expect([rows.length, total]).toBeDefined();
    expect(total).toBe(themes.flat().filter((name) => name.includes('a')).length);
    const oak = exploration.labelPage({ k: 3, search: 'oak', offset: 0, limit: 1 }).rows[0];
    const own = exploration.labelPage({ k: 3, clusters: [oak.cluster], offset: 0, limit: 9 }).rows;
    expect(own.map(({ name }) => name).sort()).toEqual([...themes[1]].sort());
    expect(exploration.labelPage({ k: 3, among: [oak.id], offset: 0, limit: 9 }).rows).toEqual([oak]);
  });

  test('exports, a sub-dataset, and a filter of the documents', async () => {
    const path = dataset('out');
    const exploration = await open(path);
    for (const kind of ['csv', 'json', 'npz', 'mat'] as const) await exploration.export(3, kind, `${path}.${kind}`);
    expect(readFileSync(`${path}.csv`, 'utf8').split('\r\n')).toHaveLength(14);
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({ labels: 12, k: 3 });
    for (const kind of ['npz', 'mat']) expect(existsSync(`${path}.${kind}`)).toBe(true);

    const { cluster } = exploration.labelPage({ k: 3, search: 'oak', offset: 0, limit: 1 }).rows[0];
    expect(await exploration.writeSubset(3, cluster, `${path}.part`, never)).toBe(100);
    const lines = readFileSync(`${path}.part`, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(100);
    expect(JSON.parse(lines[0])).toEqual({ id: 'd1', text: 'theme1 text 1', labels: ['elm', 'oak'] });

    const inspection = await openInspection({ file: path });
    const query = { split: 'all' as const, offset: 0, limit: 3, cluster: { file: path, k: 3, cluster } };
    expect((await userError(inspection.documentPage(query))).code).toBe('not-read');
    await inspection.read(() => {}, never.signal);
    const page = await inspection.documentPage(query);
    expect([page.total, page.rows.map(({ id }) => id)]).toEqual([100, ['d1', 'd4', 'd7']]);
    expect((await inspection.documentPage({ ...query, labels: { all: ['cat'] } })).total).toBe(0);
    expect((await inspection.documentPage({ ...query, text: { text: 'text 13' } })).rows[0].id).toBe('d13');
    expect((await userError(inspection.documentPage({ ...query, cluster: { ...query.cluster, k: 9 } }))).code).toBe(
      'no-clusters',
    );
  });

  test('more labels than a map takes are drawn as clusters, those of one as labels', async () => {
    const line = (i: number) => {
      const small = i % 30 === 0;
      const labels = small ? ['few', `few${(i / 30) % 12}`] : [`theme${i % 2}`, `rare${i * 2}`, `rare${i * 2 + 1}`];
      return JSON.stringify({ text: `text ${i}`, labels });
    };
    const path = write('many/train.jsonl', `${Array.from({ length: 2700 }, (_, i) => line(i)).join('\n')}\n`);
    const exploration = await open(path, { ...settings, ks: [3], scaling: 'cosine', restarts: 1 });
    const map = await exploration.map(3, 'all', never);
    expect(map).toMatchObject({ shows: 'clusters', of: 2 + 2610 * 2 + 13 });
    expect(map.points.map(({ cluster }) => cluster)).toEqual([0, 1, 2]);
    const { cluster, labels, top } = exploration.clusters(3).clusters[2];
    const own = await exploration.map(3, cluster, never);
    expect(own).toMatchObject({ shows: 'labels', of: labels });
    expect(own.points).toHaveLength(labels);
    expect(own.points[0]).toMatchObject({ name: top[0].name, cluster });
    await expect(exploration.map(3, 'head', { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  }, 60_000);

  test('one cluster gives its documents', async () => {
    const exploration = await open(dataset('documents'));
    const { cluster } = exploration.labelPage({ k: 3, search: 'oak', offset: 0, limit: 1 }).rows[0];
    const { rows, total } = await exploration.documents(3, cluster, 2, never);
    expect([rows.map(({ id }) => id), total]).toEqual([['d1', 'd4'], 100]);
    expect((await userError(exploration.documents(3, 9, 2, never))).code).toBe('no-such-cluster');
    const { file } = exploration.overview();
    expect((await userError(exploration.writeSubset(3, cluster, file, never))).code).toBe('same-file');
  });

  test('kept in a folder of its own it leaves nothing beside the dataset until it is saved there', async () => {
    const path = dataset('looked-at');
    const beside = `${path}.clusters.json`;
    vi.stubEnv('XMLCNN_CLUSTERS', join(folder, 'storage'));
    try {
      const first = await open(path);
      await first.words(3, never);
      expect([first.overview().savedAs, existsSync(beside)]).toEqual([undefined, false]);
      expect((await open(path)).overview()).toMatchObject({ restored: true, savedAs: undefined });
      expect(await first.saveBeside()).toBe(beside);
      vi.stubEnv('XMLCNN_CLUSTERS', '');
      expect((await open(path)).overview()).toMatchObject({ restored: true, savedAs: beside });
      vi.stubEnv('XMLCNN_CLUSTERS', join(folder, 'other'));
      expect((await open(path)).overview()).toMatchObject({ restored: true, savedAs: beside });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('is not kept where that is not wanted', async () => {
    const path = dataset('alone');
    const exploration = await ClusterExploration.open(
      await countLabels({ file: path, options: {} }, never),
      { settings, keep: false },
      never,
    );
    expect(exploration.overview().savedAs).toBeUndefined();
    expect(existsSync(`${path}.clusters.json`)).toBe(false);
  });

  test('a dataset of one label has no clusters', async () => {
    const path = write('one/train.jsonl', '{"text":"a","labels":["x"]}\n');
    expect((await userError(open(path))).code).toBe('no-labels');
  });
});
