import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { deflateSync, inflateSync } from 'node:zlib';
import { writeFileAtomic } from '../../base/files.ts';
import { type DatasetFile, pathOf } from '../../data/document.ts';
import type { ClusterSettings, ClusterWord } from './clustered.ts';
import type { LabelMap } from './map.ts';
import { scalings } from './scaling.ts';
import type { SweepPoint } from './sweep.ts';

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

/** The file that keeps the clusters of a dataset. */
export const savedFileOf = (dataset: DatasetFile): string => `${pathOf(dataset)}.clusters.json`;

/** @param names by rank */
export function fingerprintOf(names: readonly string[], counts: ArrayLike<number>, documents: number): string {
  const hash = createHash('sha1').update(`${documents}`);
  for (let label = 0; label < names.length; label++) hash.update(`\0${names[label]}\0${counts[label]}`);
  return hash.digest('hex');
}

/** Throws `UserError`. */
export async function saveClusters(dataset: DatasetFile, { points, map, ...rest }: SavedClusters): Promise<void> {
  const content = {
    ...rest,
    points: points.map(({ assignment, ...point }) => ({ ...point, assignment: pack(Int16Array.from(assignment)) })),
    map: map && { labels: pack(map.labels), x: pack(map.x), y: pack(map.y) },
  };
  const text = JSON.stringify(content);
  await writeFileAtomic(
    savedFileOf(dataset),
    `${JSON.stringify({ version, digest: digestOf(text), content: text })}\n`,
  );
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What was kept of the dataset with this fingerprint and so many labels; undefined where nothing is, or of another state, or it
 * is damaged.
 */
export async function loadClusters(
  dataset: DatasetFile,
  fingerprint: string,
  labels: number,
): Promise<SavedClusters | undefined> {
  try {
    const kept = JSON.parse(await readFile(savedFileOf(dataset), 'utf8')) as Record<string, unknown>;
    if (kept.version !== version || kept.digest !== digestOf(kept.content as string)) return undefined;
    return parse(JSON.parse(kept.content as string) as Record<string, unknown>, fingerprint, labels);
  } catch {
    return undefined; // it is made anew
  }
}

type Packed = { labels: string; x: string; y: string };

/** The digest tells of damage alone: a file that came with a dataset may have been made to do harm. */
function parse(content: Record<string, unknown>, fingerprint: string, labels: number): SavedClusters | undefined {
  if (content.fingerprint !== fingerprint) return undefined;
  const settings = content.settings as ClusterSettings;
  if (!settings.ks.every((k) => Number.isSafeInteger(k) && k >= 2) || !scalings.includes(settings.scaling))
    return undefined;
  const points = (content.points as (Omit<SavedPoint, 'assignment'> & { assignment: string })[]).map((point) => ({
    ...point,
    assignment: Int32Array.from(new Int16Array(unpack(point.assignment, 2 * labels))),
  }));
  if (!points.every((point) => isPoint(point, labels))) return undefined;
  const map = content.map as Packed | undefined;
  const drawn = map && {
    labels: new Int32Array(unpack(map.labels, 4 * labels)),
    x: new Float32Array(unpack(map.x, 4 * labels)),
    y: new Float32Array(unpack(map.y, 4 * labels)),
  };
  if (drawn && !isMap(drawn, labels)) return undefined;
  return { fingerprint, settings, points, map: drawn };
}

const isPoint = ({ k, inertia, silhouette, assignment, words }: SavedPoint, labels: number): boolean =>
  Number.isSafeInteger(k) &&
  typeof inertia === 'number' &&
  (silhouette === undefined || typeof silhouette === 'object') &&
  assignment.length === labels &&
  assignment.every((cluster) => cluster >= 0 && cluster < k) &&
  (words === undefined || (Array.isArray(words) && words.every((list) => Array.isArray(list) && list.every(isWord))));

const isWord = ({ word, inGroup, documents, z }: ClusterWord): boolean =>
  typeof word === 'string' && [inGroup, documents, z].every((figure) => typeof figure === 'number');

const isMap = ({ labels: points, x, y }: LabelMap, labels: number): boolean =>
  points.length === x.length && x.length === y.length && points.every((label) => label >= 0 && label < labels);

const pack = ({ buffer, byteOffset, byteLength }: Int16Array | Int32Array | Float32Array): string =>
  deflateSync(new Uint8Array(buffer, byteOffset, byteLength)).toString('base64');

/** Throws above `most` bytes. */
function unpack(text: string, most: number): ArrayBuffer {
  const bytes = inflateSync(Buffer.from(text, 'base64'), { maxOutputLength: Math.max(1, most) });
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
