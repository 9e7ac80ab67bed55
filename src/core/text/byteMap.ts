/** What `get` tells of a key that is not there. */
export const absent = -0x80000000;

/** Numbers of a slot, side by side so that a look-up goes to the memory but twice: hash, start, length (0 = free), value. */
const WIDTH = 1 << 2;

/**
 * Whole numbers by keys that are pieces of a byte array: a `Map<string, number>` for those who have no strings yet, and do not
 * want to make one for each word of a text. Memory: the keys' bytes and at most 64 bytes a key.
 */
export class ByteMap {
  /** Open addressing, half of them free at least; as many as a power of two. */
  private slots = new Int32Array(WIDTH << 11);
  private keys = new Uint8Array(1 << 13);
  private used = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @param hash of bytes[from … to), not empty, by `hashByte` from 0 on */
  get(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const { slots, keys } = this;
    const last = slots.length - WIDTH;
    for (let slot = slotOf(hash) & last; ; slot = (slot + WIDTH) & last) {
      const length = slots[slot + 2];
      if (length === 0) return absent;
      if (slots[slot] !== hash || length !== to - from) continue;
      let at = slots[slot + 1];
      let i = from;
      while (i < to && keys[at] === bytes[i]) {
        i++;
        at++;
      }
      if (i === to) return slots[slot + 3];
    }
  }

  /** Adds a key that is not there. */
  add(bytes: Uint8Array, from: number, to: number, hash: number, value: number): void {
    if (2 * WIDTH * ++this.count > this.slots.length) this.grow();
    const start = this.used;
    this.used += to - from;
    if (this.used > this.keys.length) {
      const larger = new Uint8Array(Math.max(this.used, this.keys.length * 2));
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys.set(bytes.subarray(from, to), start);
    this.slots.set([hash, start, to - from, value], this.freeSlot(hash));
  }

  private freeSlot(hash: number): number {
    const last = this.slots.length - WIDTH;
    let slot = slotOf(hash) & last;
    while (this.slots[slot + 2] !== 0) slot = (slot + WIDTH) & last;
    return slot;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WIDTH)
      if (old[at + 2] !== 0) this.slots.set(old.subarray(at, at + WIDTH), this.freeSlot(old[at]));
  }
}

/** The hash of a key that goes on with `byte`. */
export const hashByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

/** Its upper bits are mixed into the lower ones, which choose the slot. */
const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) << 2;
