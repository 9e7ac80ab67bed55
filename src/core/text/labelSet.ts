import type { DocumentBuffer } from './documentBuffer.ts';

/** Labels of train first, in ascending code-point order; then those that only other splits have. */
export class LabelSet {
  private readonly ids: Map<string, number>;

  /**
   * @param names as they stand in the data; the model's outputs are in this order
   * @param display names for people, from a label-name file
   * @param trainCounts training documents of each label
   */
  constructor(
    readonly names: string[],
    readonly display: (string | undefined)[],
    readonly trainCounts: Uint32Array,
  ) {
    this.ids = new Map(names.map((name, id) => [name, id]));
  }

  get size(): number {
    return this.names.length;
  }

  /** Labels that occur in train; they come first. */
  get trainSize(): number {
    const end = this.trainCounts.indexOf(0);
    return end < 0 ? this.size : end;
  }

  /** The label's id, -1 if it is unknown. */
  idOf(name: string): number {
    return this.ids.get(name) ?? -1;
  }

  /** With those of `names` that are new, after the others, in ascending code-point order. Known ids stay. */
  extended(names: Iterable<string>, display: ReadonlyMap<string, string>): LabelSet {
    const added = [...new Set(names)].filter((name) => !this.ids.has(name)).sort(byCodePoint);
    if (added.length === 0) return this;
    const trainCounts = new Uint32Array(this.size + added.length);
    trainCounts.set(this.trainCounts);
    return new LabelSet(
      [...this.names, ...added],
      [...this.display, ...added.map((name) => display.get(name))],
      trainCounts,
    );
  }
}

/** The labels of the chosen documents of train. */
export function trainLabels(
  buffer: DocumentBuffer,
  includes: (document: number) => boolean,
  display: ReadonlyMap<string, string>,
): LabelSet {
  const found = buffer.labelNames.names;
  const counts = new Uint32Array(found.length);
  buffer.forEachLabel(includes, (label) => counts[label]++);
  const order = [...found.keys()].filter((i) => counts[i] > 0).sort((a, b) => byCodePoint(found[a], found[b]));
  const names = order.map((i) => found[i]);
  return new LabelSet(
    names,
    names.map((name) => display.get(name)),
    Uint32Array.from(order, (i) => counts[i]),
  );
}

/** Label numbers of a buffer -> label ids; -1 for labels that the set does not hold. */
export function labelMap(buffer: DocumentBuffer, labels: LabelSet): Int32Array {
  return Int32Array.from(buffer.labelNames.names, (name) => labels.idOf(name));
}

/** Ascending code points; `<` on strings compares UTF-16 units, which puts U+E000 … U+FFFF after the astral planes. */
export function byCodePoint(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  let i = 0;
  while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === n) return a.length - b.length;
  // where the two differ in the second half of a pair, the halves compare as the pairs do
  return a.codePointAt(i)! - b.codePointAt(i)!;
}
