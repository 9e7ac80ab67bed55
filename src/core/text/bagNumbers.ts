import { type BagOfWords, featureName } from '../data/bagOfWords.ts';

/** Bags of words as numbers of words, which features are by their names, and their values. */
export class BagNumbers {
  private names: readonly string[] | undefined;
  private numbers = new Map<number, number>();

  constructor(private readonly wordId: (name: string) => number) {}

  /** By feature ascending, each once, without values of 0. */
  of(bag: BagOfWords): { words: Int32Array; values: Float32Array } {
    if (bag.names !== this.names) {
      this.names = bag.names;
      this.numbers = new Map();
    }
    const sums = new Map<number, number>();
    bag.indices.forEach((feature, i) => sums.set(feature, (sums.get(feature) ?? 0) + bag.values[i]));
    const entries = [...sums].filter(([, value]) => value !== 0).sort(([a], [b]) => a - b);
    const words = Int32Array.from(entries, ([feature]) => this.numberOf(bag, feature));
    return { words, values: Float32Array.from(entries, ([, value]) => value) };
  }

  private numberOf(bag: BagOfWords, feature: number): number {
    let number = this.numbers.get(feature);
    if (number === undefined) this.numbers.set(feature, (number = this.wordId(featureName(bag, feature))));
    return number;
  }
}
