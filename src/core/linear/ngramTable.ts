const smallest = 1 << 12;

/**
 * Numbers for pairs of a node and a word, given in the order in which the pairs come up: an n-gram is the node of its first n - 1
 * words and its last word. 16 bytes a place, at most two thirds of them taken.
 */
export class NgramTable {
  private keys = new Float64Array(smallest).fill(-1);
  private numbers = new Int32Array(smallest);
  private count = 0;

  /** @param words how many word ids there are */
  constructor(private readonly words: number) {}

  get size(): number {
    return this.count;
  }

  /** -1 where the pair has no number. */
  find(node: number, word: number): number {
    const place = this.placeOf(node * this.words + word);
    return this.keys[place] < 0 ? -1 : this.numbers[place];
  }

  /** The pair's number, a new one where it has none. */
  add(node: number, word: number): number {
    const key = node * this.words + word;
    let place = this.placeOf(key);
    if (this.keys[place] >= 0) return this.numbers[place];
    if (3 * (this.count + 1) > 2 * this.keys.length) {
      this.grow();
      place = this.placeOf(key);
    }
    this.keys[place] = key;
    return (this.numbers[place] = this.count++);
  }

  private placeOf(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    let place = hash(key) & mask;
    while (keys[place] >= 0 && keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const { keys, numbers } = this;
    this.keys = new Float64Array(keys.length * 2).fill(-1);
    this.numbers = new Int32Array(numbers.length * 2);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] < 0) continue;
      const place = this.placeOf(keys[i]);
      this.keys[place] = keys[i];
      this.numbers[place] = numbers[i];
    }
  }
}

function hash(key: number): number {
  const high = Math.floor(key / 4294967296);
  let x = (key | 0) ^ Math.imul(high, 0x9e3779b1); // `| 0` takes the lower 32 bits
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
