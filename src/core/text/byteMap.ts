/** What `get` tells of a key that is not there. */
export const absent = -0x80000000;

/**
 * Whole numbers by keys that are pieces of a byte array: a `Map<string, number>` for those who have no strings yet, and do not
 * want to make one for each word of a text. Memory: the keys' bytes and at most 40 bytes a key.
 */
export class ByteMap {
  /** Hash and number of a key side by side, open addressing; number -1 = free. */
  private slots = new Int32Array(1 << 12).fill(-1);
  private keys = new Uint8Array(1 << 13);
  /** Key i is keys[starts[i] … starts[i + 1]). */
  private starts = new Int32Array(1 << 10);
  private values = new Int32Array(1 << 10);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @param hash of bytes[from … to), by `hashByte` from 0 on */
  get(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const { slots, keys, starts } = this;
    const mask = (slots.length >> 1) - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const key = slots[2 * slot + 1];
      if (key < 0) return absent;
      if (slots[2 * slot] !== hash) continue;
      let at = starts[key];
      if (starts[key + 1] - at !== to - from) continue;
      let i = from;
      while (i < to && keys[at] === bytes[i]) {
        i++;
        at++;
      }
      if (i === to) return this.values[key];
    }
  }

  /** Adds a key that is not there. */
  add(bytes: Uint8Array, from: number, to: number, hash: number, value: number): void {
    if (this.count + 2 > this.values.length) this.grow();
    const key = this.count++;
    const start = this.starts[key];
    const end = start + to - from;
    if (end > this.keys.length) this.keys = larger(this.keys, Math.max(end, this.keys.length * 2));
    this.keys.set(bytes.subarray(from, to), start);
    this.starts[key + 1] = end;
    this.values[key] = value;
    this.place(hash, key);
  }

  private place(hash: number, key: number): void {
    const mask = (this.slots.length >> 1) - 1;
    let slot = spread(hash) & mask;
    while (this.slots[2 * slot + 1] >= 0) slot = (slot + 1) & mask;
    this.slots[2 * slot] = hash;
    this.slots[2 * slot + 1] = key;
  }

  /** Four numbers in `slots` for each key there is room for: half of the slots are free at least. */
  private grow(): void {
    this.starts = larger(this.starts, this.starts.length * 2);
    this.values = larger(this.values, this.values.length * 2);
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2).fill(-1);
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] >= 0) this.place(old[at], old[at + 1]);
  }
}

/** The hash of a key that goes on with `byte`. */
export const hashByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

const spread = (hash: number): number => hash ^ (hash >>> 15);

function larger<T extends Uint8Array | Int32Array>(array: T, length: number): T {
  const copy = new (array.constructor as new (length: number) => T)(length);
  copy.set(array);
  return copy;
}
