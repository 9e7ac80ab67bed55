/**
 * How long training takes, about: for proposals before a document is read twice. The rates are those of two cores of a laptop-like
 * machine on EURLEX57K, Reuters, cooking and GoEmotions (bench/RESULTS.md); figures are right within a factor of two there. Those of
 * another machine follow by its speed, which is measured.
 */
import { featureSize, type NetworkShape, pooledSize } from './network.ts';

/** What computes. */
export interface Machine {
  threads: number;
  /** As a multiple of that of the machine which the rates are of. */
  speed: number;
}

/** What decides how long it takes. */
export interface TrainingWork extends Machine {
  documents: number;
  /** Read of a document, mean. */
  words: number;
  labels: number;
  labelsPerDocument: number;
}

/** Sweeps over the documents that a label's dual lists, scorings of all documents, and values of a word with its pair. */
const [sweeps, rounds, valuesOfWord] = [26, 4, 1.5];

/**
 * Seconds of a linear model: documents listed and looked at one by one, all documents scored for 32 labels at a time, features found.
 */
export function linearSeconds({ documents, words, labels, labelsPerDocument, threads, speed }: TrainingWork): number {
  const values = documents * words * valuesOfWord;
  const visits = sweeps * (1000 * labels + 3 * documents * labelsPerDocument);
  const solving = visits * (4e-8 + (4e-9 * values) / Math.max(1, documents));
  const scoring = (labels / 32) * rounds * (values * 1e-8 + documents * 4e-8);
  return ((solving + scoring) / threads + documents * words * 1e-6) / speed;
}

/** Multiplications a second and thread, and what a document takes besides them. */
const [rate, secondsOfDocument] = [22e9, 2e-4];

/** Seconds of a network's epochs: words of a batch projected once each, winners' words sent back, the layers behind both ways. */
export function networkSeconds(
  shape: NetworkShape,
  { documents, words, threads, speed }: Omit<TrainingWork, 'labels' | 'labelsPerDocument'>,
  { epochs, batchSize }: { epochs: number; batchSize: number },
): number {
  const positions = shape.filterSizes.reduce((sum, k) => sum + k * shape.filters, 0);
  const projected = words * distinctShare(batchSize * words) * shape.dim * positions;
  const hidden = shape.hidden * pooledSize(shape);
  const output = shape.labels * featureSize(shape);
  const multiplications = 1.3 * projected + 3 * (hidden + output);
  return (epochs * documents * (multiplications / rate / threads + secondsOfDocument)) / speed;
}

/** Share of the words of a batch that stand in it for the first time. */
const distinctShare = (words: number): number => Math.min(1, 2.4 * Math.max(1, words) ** -0.25);

/** `40 seconds`, `5 minutes`, `3 hours`: as exact as an estimate is. */
export function roughTime(seconds: number): string {
  if (seconds < 90) return plural(Math.max(10, Math.ceil(seconds / 10) * 10), 'second');
  if (seconds < 90 * 60) return plural(Math.ceil(seconds / 60), 'minute');
  return plural(Math.ceil(seconds / 3600), 'hour');
}

const plural = (count: number, unit: string): string =>
  `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
