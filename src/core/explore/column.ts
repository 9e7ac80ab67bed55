type Numbers = Uint32Array | Float64Array;

const chunkBits = 14;
const chunkSize = 1 << chunkBits;

/** Numbers appended one by one, in chunks of typed arrays: growing copies nothing, and less than a chunk is unused. */
export class Column<T extends Numbers> {
  private readonly chunks: T[] = [];
  private used = 0;

  constructor(private readonly make: (length: number) => T) {}

  get length(): number {
    return this.used;
  }

  get byteLength(): number {
    return this.chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  push(value: number): void {
    this.growTo(this.used + 1);
    const last = this.used - 1;
    this.chunks[last >>> chunkBits][last & (chunkSize - 1)] = value;
  }

  /** Undefined behaviour outside what is held. */
  at(index: number): number {
    return this.chunks[index >>> chunkBits][index & (chunkSize - 1)];
  }

  /** Adds 1 at `index`, with zeros up to it where the column is shorter. */
  increment(index: number): void {
    if (index >= this.used) this.growTo(index + 1);
    this.chunks[index >>> chunkBits][index & (chunkSize - 1)]++;
  }

  private growTo(length: number): void {
    while (this.chunks.length * chunkSize < length) this.chunks.push(this.make(chunkSize));
    this.used = length;
  }
}

export const uint32Column = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
export const float64Column = (): Column<Float64Array> => new Column((length) => new Float64Array(length));
