/** A label that documents have and that was not predicted for them, and one that was predicted for them instead. */
export interface ConfusedPair {
  missed: number;
  predicted: number;
  /** Documents for which both is so. */
  documents: number;
}

/**
 * Which labels are predicted in place of those that are missed: for each document every missed label with every false one.
 * Pairs that do not occur take no memory. Most documents first; equal ones by label ids.
 */
export class LabelConfusion {
  private readonly counts = new Map<number, number>();

  /** @param labelCount more than any label id */
  constructor(private readonly labelCount: number) {}

  /** @param truth label ids of a document; @param predicted those that are predicted for it; both without repeats */
  add(truth: ArrayLike<number>, predicted: readonly number[]): void {
    const held = new Set(Array.from(truth));
    const instead = predicted.filter((label) => !held.has(label));
    if (instead.length === 0) return;
    for (const label of predicted) held.delete(label);
    for (const missed of held)
      for (const label of instead) {
        const pair = missed * this.labelCount + label;
        this.counts.set(pair, (this.counts.get(pair) ?? 0) + 1);
      }
  }

  pairs(): ConfusedPair[] {
    const { labelCount } = this;
    return [...this.counts]
      .sort(([a, n], [b, m]) => m - n || a - b)
      .map(([pair, documents]) => ({
        missed: Math.floor(pair / labelCount),
        predicted: pair % labelCount,
        documents,
      }));
  }
}
