import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { deflateSync, inflateSync } from 'node:zlib';
import { writeFileAtomic } from '../../files.ts';
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

const version = 1;

/** The file that keeps the clusters of a dataset. */
export const savedFileOf = (dataset: string): string => `${dataset}.clusters.json`;

/** @param names by rank */
export function fingerprintOf(names: readonly string[], counts: ArrayLike<number>, documents: number): string {
  const hash = createHash('sha1').update(`${documents}`);
  for (let label = 0; label < names.length; label++) hash.update(`\0${names[label]}\0${counts[label]}`);
  return hash.digest('hex');
}

/** Throws `UserError`. */
export async function saveClusters(dataset: string, { points, map, ...rest }: SavedClusters): Promise<void> {
  const content = {
    version,
    ...rest,
    points: points.map(({ assignment, ...point }) => ({ ...point, assignment: pack(Int16Array.from(assignment)) })),
    map: map && { labels: pack(map.labels), x: pack(map.x), y: pack(map.y) },
  };
  await writeFileAtomic(savedFileOf(dataset), `${JSON.stringify(content)}\n`);
}

/** What was kept of the dataset with this fingerprint; undefined where nothing is, or of another state, or it is damaged. */
export async function loadClusters(
  dataset: string,
  fingerprint: string,
  labels: number,
): Promise<SavedClusters | undefined> {
  try {
    const content = JSON.parse(await readFile(savedFileOf(dataset), 'utf8')) as Record<string, unknown>;
    const kept = parse(content, fingerprint);
    return kept?.points.every((point) => isWhole(point, labels)) ? kept : undefined;
  } catch {
    return undefined; // it is made anew
  }
}

/** Whether every label is in one of the clusters. */
const isWhole = ({ assignment, k }: SavedPoint, labels: number): boolean =>
  assignment.length === labels && assignment.every((cluster) => cluster >= 0 && cluster < k);

type Packed = { labels: string; x: string; y: string };

function parse(content: Record<string, unknown>, fingerprint: string): SavedClusters | undefined {
  if (content.version !== version || content.fingerprint !== fingerprint) return undefined;
  const settings = content.settings as ClusterSettings;
  if (!Array.isArray(settings.ks) || !scalings.includes(settings.scaling)) return undefined;
  const points = (content.points as (Omit<SavedPoint, 'assignment'> & { assignment: string })[]).map((point) => ({
    ...point,
    assignment: Int32Array.from(new Int16Array(unpack(point.assignment))),
  }));
  const map = content.map as Packed | undefined;
  return {
    fingerprint,
    settings,
    points,
    map: map && {
      labels: new Int32Array(unpack(map.labels)),
      x: new Float32Array(unpack(map.x)),
      y: new Float32Array(unpack(map.y)),
    },
  };
}

const pack = ({ buffer, byteOffset, byteLength }: Int16Array | Int32Array | Float32Array): string =>
  deflateSync(new Uint8Array(buffer, byteOffset, byteLength)).toString('base64');

function unpack(text: string): ArrayBuffer {
  const bytes = inflateSync(Buffer.from(text, 'base64'));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
