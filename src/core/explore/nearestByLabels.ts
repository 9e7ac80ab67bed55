import type { Incidence } from './clusters/cooccurrence.ts';
import { documentsOfLabels } from './clusters/cooccurrence.ts';

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
