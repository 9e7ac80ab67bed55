// Node 20 has resizable buffers; TypeScript's library declares them from ES2024 on.
interface ResizableBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}
const Resizable = ArrayBuffer as unknown as new (
  byteLength: number,
  options: { maxByteLength: number },
) => ResizableBuffer;

/**
 * Numbers appended one by one, in chunks: growing never copies what is there, and reading them out gives the memory back
 * chunk by chunk, at once and not when the collector comes by, so that filling the final array does not double it.
 */
class GrowingNumbers<A extends Int32Array | Float32Array> {
  private readonly chunks: (A | undefined)[] = [];
  private last: A;
  private used = 0;
  private taken = 0;
  private count = 0;

  /** @param chunkSize numbers per chunk */
  constructor(
    private readonly kind: new (buffer: ArrayBuffer, start: number, length: number) => A,
    private readonly chunkSize = 1 << 16,
  ) {
    this.last = new kind(new ArrayBuffer(0), 0, 0);
  }

  get length(): number {
    return this.count;
  }

  push(value: number): void {
    if (this.used === this.last.length) {
      const bytes = this.chunkSize * 4;
      const buffer: ArrayBuffer = new Resizable(bytes, { maxByteLength: bytes });
      this.last = new this.kind(buffer, 0, this.chunkSize);
      this.chunks.push(this.last);
      this.used = 0;
    }
    this.last[this.used++] = value;
    this.count++;
  }

  /** Value at `index`; undefined behaviour outside what is held. */
  at(index: number): number {
    const chunk = Math.floor(index / this.chunkSize);
    return this.chunks[chunk]![index - chunk * this.chunkSize];
  }

  /** Moves the next `count` values to target[at …], through `map` if given. Chunks that are moved in full are let go. */
  take(count: number, target: A, at: number, map?: Int32Array): void {
    for (let left = count; left > 0;) {
      const chunk = Math.floor(this.taken / this.chunkSize);
      const from = this.taken - chunk * this.chunkSize;
      const n = Math.min(left, this.chunkSize - from);
      const values = this.chunks[chunk]!;
      if (map) for (let i = 0; i < n; i++) target[at + i] = map[values[from + i]];
      else target.set(values.subarray(from, from + n), at);
      if (from + n === this.chunkSize) this.release(chunk);
      this.taken += n;
      at += n;
      left -= n;
    }
  }

  private release(chunk: number): void {
    (this.chunks[chunk]!.buffer as ResizableBuffer).resize(0);
    this.chunks[chunk] = undefined;
  }

  /** Chunks in memory now. */
  get held(): number {
    return this.chunks.filter((chunk) => chunk !== undefined).length;
  }
}

export class GrowingInts extends GrowingNumbers<Int32Array> {
  constructor(chunkSize?: number) {
    super(Int32Array, chunkSize);
  }
}

export class GrowingFloats extends GrowingNumbers<Float32Array> {
  constructor(chunkSize?: number) {
    super(Float32Array, chunkSize);
  }
}

type Growing = Int32Array | Float32Array | Float64Array;

/** The array itself, or a copy at least twice as long where it has no room for `needed` elements. */
export function withRoom<T extends Growing>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}
