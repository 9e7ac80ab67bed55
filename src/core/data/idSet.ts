import { mix32 } from '../base/random.ts';

/** Ids beyond this many are no longer watched, so that memory has a limit (a table of 64 MiB). */
const limit = 1 << 22;

/**
 * Remembers which ids were seen by a 53-bit hash each, in 16 bytes or less per id on average.
 * Among a million different ids the chance of one false repeat is 6 in 100,000.
 */
export class IdSet {
  private slots = new Float64Array(1024); // 0 = free
  private size = 0;

  /** Adds `id`; true where it was there already. */
  seen(id: string): boolean {
    if (this.size >= limit) return false;
    if (this.size * 2 >= this.slots.length) this.grow();
    const isNew = this.place(hash53(id));
    if (isNew) this.size++;
    return !isNew;
  }

  private place(key: number): boolean {
    const mask = this.slots.length - 1;
    let slot = (key >>> 0) & mask;
    while (this.slots[slot] !== 0) {
      if (this.slots[slot] === key) return false;
      slot = (slot + 1) & mask;
    }
    this.slots[slot] = key;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Float64Array(old.length * 2);
    for (const key of old) if (key !== 0) this.place(key);
  }
}

function hash53(id: string): number {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = mix32(b + unit);
  }
  return (mix32(b) & 0x1fffff) * 4294967296 + mix32(a ^ id.length) || 1;
}
