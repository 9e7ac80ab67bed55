type Numbers = Uint32Array | Float64Array;

/** Numbers appended one by one to a typed array that doubles; at most half of it is unused. */
export class Column<T extends Numbers> {
  private values: T;
  private used = 0;

  constructor(private readonly make: (length: number) => T) {
    this.values = make(1024);
  }

  get length(): number {
    return this.used;
  }

  get byteLength(): number {
    return this.values.byteLength;
  }

  push(value: number): void {
    if (this.used === this.values.length) this.grow(this.used + 1);
    this.values[this.used++] = value;
  }

  /** Undefined behaviour outside what is held. */
  at(index: number): number {
    return this.values[index];
  }

  /** Adds 1 at `index`, with zeros up to it where the column is shorter. */
  increment(index: number): void {
    if (index >= this.values.length) this.grow(index + 1);
    this.used = Math.max(this.used, index + 1);
    this.values[index]++;
  }

  private grow(least: number): void {
    const larger = this.make(Math.max(least, this.values.length * 2));
    larger.set(this.values);
    this.values = larger;
  }
}

export const uint32Column = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
export const float64Column = (): Column<Float64Array> => new Column((length) => new Float64Array(length));
