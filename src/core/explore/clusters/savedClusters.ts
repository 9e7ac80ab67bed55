import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import {
  type Infer,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  parseJson,
  part,
  string,
} from '../../base/schema.ts';
import { makeFolder, writeFileAtomic } from '../../base/files.ts';
import { type DatasetFile, pathOf } from '../../data/document.ts';
import type { ClusterFilter } from '../documentFilter.ts';
import type { ClusterSettings, ClusterWord } from './clusterApi.ts';
import type { LabelMap } from './labelMap.ts';
import { scalings } from './scaling.ts';
import type { SweepPoint } from './clusterSweep.ts';
import { UserError } from '../../base/errors.ts';
import { incidenceOf } from './labelIncidence.ts';
import type { SplitInspection } from '../splitInspection.ts';

/** Clusters of the labels, by rank, for one k. */
export interface SavedPoint extends SweepPoint {
  /** The words that mark each cluster, where they were asked for. */
  words?: ClusterWord[][];
}

/** The outcome of an exploration, as it is kept beside the dataset. */
export interface SavedClusters {
  /** Of the labels and how often they occur: another state of the dataset has another one. */
  fingerprint: string;
  settings: ClusterSettings;
  points: SavedPoint[];
  map?: LabelMap;
}

const version = 2;

/** The file beside a dataset that keeps its clusters. */
export const savedFileOf = (dataset: DatasetFile): string => `${pathOf(dataset)}.clusters.json`;

/** Where they are kept unasked: beside the dataset, or in the folder `XMLCNN_CLUSTERS`, which the editor names to write nothing there. */
export function keptFileOf(dataset: DatasetFile, folder = process.env.XMLCNN_CLUSTERS): string {
  if (!folder) return savedFileOf(dataset);
  const name = createHash('sha1')
    .update(resolve(pathOf(dataset)))
    .digest('hex');
  return join(folder, `${name}.clusters.json`);
}

/** @param names by rank */
export function fingerprintOf(names: readonly string[], counts: ArrayLike<number>, documents: number): string {
  const hash = createHash('sha1').update(`${documents}`);
  for (let label = 0; label < names.length; label++) hash.update(`\0${names[label]}\0${counts[label]}`);
  return hash.digest('hex');
}

/** Throws `UserError`. */
export async function saveClusters(
  dataset: DatasetFile,
  { points, map, ...rest }: SavedClusters,
  file = keptFileOf(dataset),
): Promise<void> {
  const content = {
    ...rest,
    points: points.map(({ assignment, ...point }) => ({ ...point, assignment: pack(Int16Array.from(assignment)) })),
    map: map && { labels: pack(map.labels), x: pack(map.x), y: pack(map.y) },
  };
  const text = JSON.stringify(content);
  await makeFolder(dirname(file));
  await writeFileAtomic(file, `${JSON.stringify({ version, digest: digestOf(text), content: text })}\n`);
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What was kept of the dataset with this fingerprint and so many labels; undefined where nothing is, or of another state, or it
 * is damaged.
 */
export const loadClusters = async (
  dataset: DatasetFile,
  fingerprint: string,
  labels: number,
): Promise<SavedClusters | undefined> => (await findClusters(dataset, fingerprint, labels))?.saved;

/** The same with the file: the newer one, where they are kept in two places. */
export async function findClusters(
  dataset: DatasetFile,
  fingerprint: string,
  labels: number,
): Promise<{ saved: SavedClusters; file: string } | undefined> {
  const places = [...new Set([keptFileOf(dataset), savedFileOf(dataset)])];
  const changed = new Map<string, number>();
  for (const file of places) changed.set(file, (await stat(file).catch(() => undefined))?.mtimeMs ?? 0);
  for (const file of places.sort((a, b) => changed.get(b)! - changed.get(a)!)) {
    const saved = await readClusters(file, fingerprint, labels);
    if (saved) return { saved, file };
  }
  return undefined;
}

async function readClusters(file: string, fingerprint: string, labels: number): Promise<SavedClusters | undefined> {
  try {
    const kept = parseJson(await readFile(file, 'utf8'), envelope);
    if (kept?.version !== version || kept.digest !== digestOf(kept.content)) return undefined;
    const content = parseJson(kept.content, contentSchema);
    return content?.fingerprint === fingerprint ? unpacked(content, labels) : undefined;
  } catch {
    return undefined; // it is made again
  }
}

// The digest shows damage alone: a file that came with a dataset may have been made to do harm.
const envelope = object(part, { version: integer(), digest: string(), content: string() });
const word = object(part, { word: string(), inGroup: number(), documents: number(), z: number() });
const contentSchema = object(part, {
  fingerprint: string(),
  settings: object(part, {
    ks: list(integer(part, { min: 2 })),
    scaling: oneOf(scalings),
    seed: integer(),
    restarts: integer(part, { min: 1 }),
  }),
  points: list(
    object(part, {
      k: integer(),
      inertia: number(),
      silhouette: optional(object(part, { value: nullable(number()), sampled: optional(integer()) })),
      assignment: string(),
      words: optional(list(list(word))),
    }),
  ),
  map: optional(object(part, { labels: string(), x: string(), y: string() })),
});

function unpacked({ points, map, ...rest }: Infer<typeof contentSchema>, labels: number): SavedClusters | undefined {
  const known = points.map(({ silhouette, assignment, ...point }): SavedPoint => ({
    ...point,
    silhouette: silhouette && { ...silhouette, value: silhouette.value ?? NaN },
    assignment: Int32Array.from(new Int16Array(unpack(assignment, 2 * labels))),
  }));
  if (!known.every((point) => isPoint(point, labels))) return undefined;
  const drawn = map && {
    labels: new Int32Array(unpack(map.labels, 4 * labels)),
    x: new Float32Array(unpack(map.x, 4 * labels)),
    y: new Float32Array(unpack(map.y, 4 * labels)),
  };
  return drawn && !isMap(drawn, labels) ? undefined : { ...rest, points: known, map: drawn };
}

const isPoint = ({ k, assignment }: SavedPoint, labels: number): boolean =>
  assignment.length === labels && assignment.every((cluster) => cluster >= 0 && cluster < k);

const isMap = ({ labels: points, x, y }: LabelMap, labels: number): boolean =>
  points.length === x.length && x.length === y.length && points.every((label) => label >= 0 && label < labels);

const pack = ({ buffer, byteOffset, byteLength }: Int16Array | Int32Array | Float32Array): string =>
  deflateSync(new Uint8Array(buffer, byteOffset, byteLength)).toString('base64');

/** Throws above `most` bytes. */
function unpack(text: string, most: number): ArrayBuffer {
  const bytes = inflateSync(Buffer.from(text, 'base64'), { maxOutputLength: Math.max(1, most) });
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** The labels of a cluster that is kept of the split's file, by their numbers in its index. Throws `UserError` `no-clusters`. */
export async function labelsOfCluster(split: SplitInspection, { k, cluster }: ClusterFilter): Promise<Set<number>> {
  const { index, file } = split;
  if (!split.isRead)
    throw new UserError('not-read', 'The documents of a cluster are known once the file is read', 'Wait for it.');
  const { names, counts, documents } = incidenceOf(index, () => undefined);
  const kept = await loadClusters(split, fingerprintOf(names, counts, documents), names.length);
  const assignment = kept?.points.find((point) => point.k === k)?.assignment;
  if (!assignment)
    throw new UserError('no-clusters', `No ${k} clusters of this dataset are kept`, 'Cluster its labels again.', {
      file,
    });
  return new Set(names.flatMap((name, rank) => (assignment[rank] === cluster ? [index.labels.find(name)!] : [])));
}
