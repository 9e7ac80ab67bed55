import type { Overlap } from './analysis/analysisApi.ts';
import { documentsOfLabels, type Incidence } from './clusters/cooccurrence.ts';

/** What is known of a set as a whole when it is compared with another. */
export interface SetFacts {
  documents: number;
  /** Documents of each label. */
  labels: ReadonlyMap<string, number>;
  /** Documents that hold each word. */
  words: ReadonlyMap<string, number>;
}

/** A label whose share of the documents differs between the sets. */
export interface MovedLabel {
  name: string;
  first: number;
  second: number;
  /** Difference of the shares (second - first) in standard errors, pooled. */
  z: number;
}

export interface SetComparison {
  labels: Overlap;
  words: Overlap;
  /** Labels of one set alone, most frequent first, at most 1,000; the overlap counts how many there are. */
  onlyFirst: { name: string; documents: number }[];
  onlySecond: { name: string; documents: number }[];
  /** Most moved first. */
  moved: MovedLabel[];
}

const KEPT = 1000;

/** Holds two sets against each other; `top` moved labels are given. */
export function compareSets(first: SetFacts, second: SetFacts, top = 50): SetComparison {
  return {
    labels: overlap(first.labels, second.labels),
    words: overlap(first.words, second.words),
    onlyFirst: onlyIn(first.labels, second.labels),
    onlySecond: onlyIn(second.labels, first.labels),
    moved: moved(first, second).slice(0, top),
  };
}

function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Overlap {
  let both = 0;
  for (const name of a.keys()) if (b.has(name)) both++;
  const all = a.size + b.size - both;
  return { first: a.size, second: b.size, both, jaccard: all ? both / all : 1 };
}

function onlyIn(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): { name: string; documents: number }[] {
  const only = [...a].filter(([name]) => !b.has(name)).map(([name, documents]) => ({ name, documents }));
  return only.sort((x, y) => y.documents - x.documents || (x.name < y.name ? -1 : 1)).slice(0, KEPT);
}

function moved(first: SetFacts, second: SetFacts): MovedLabel[] {
  if (!first.documents || !second.documents) return [];
  const names = new Set([...first.labels.keys(), ...second.labels.keys()]);
  const all = Array.from(names, (name): MovedLabel => {
    const [a, b] = [first.labels.get(name) ?? 0, second.labels.get(name) ?? 0];
    const pooled = (a + b) / (first.documents + second.documents);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.documents + 1 / second.documents));
    const difference = b / second.documents - a / first.documents;
    return { name, first: a, second: b, z: error > 0 ? difference / error : 0 };
  });
  return all.sort((x, y) => Math.abs(y.z) - Math.abs(x.z) || (x.name < y.name ? -1 : 1));
}

export interface LabelNeighbour {
  document: number;
  /** Labels that both have. */
  shared: number;
}

/** Finds, in one set, the document that shares most labels with a given list: exact, through an inverted index. */
export class NearestByLabels {
  private readonly inverted: { starts: Float64Array; documents: Int32Array };
  private readonly idOf: Map<string, number>;

  constructor(
    private readonly incidence: Incidence,
    names: readonly string[],
  ) {
    this.inverted = documentsOfLabels(incidence);
    this.idOf = new Map(names.map((name, id) => [name, id]));
  }

  /** The document with the largest overlap; of equals the one with fewer labels, then the first. Undefined where none shares a label. */
  find(labels: readonly string[]): LabelNeighbour | undefined {
    const shared = new Map<number, number>();
    for (const name of new Set(labels)) {
      const label = this.idOf.get(name);
      if (label === undefined) continue;
      for (let i = this.inverted.starts[label]; i < this.inverted.starts[label + 1]; i++) {
        const document = this.inverted.documents[i];
        shared.set(document, (shared.get(document) ?? 0) + 1);
      }
    }
    let best: LabelNeighbour | undefined;
    for (const [document, count] of shared) {
      const isBetter =
        !best ||
        count > best.shared ||
        (count === best.shared &&
          (this.labelsOf(document) - this.labelsOf(best.document) || document - best.document) < 0);
      if (isBetter) best = { document, shared: count };
    }
    return best;
  }

  private labelsOf(document: number): number {
    return this.incidence.starts[document + 1] - this.incidence.starts[document];
  }
}
