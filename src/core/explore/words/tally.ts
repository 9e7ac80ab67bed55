/** How often whole numbers from 0 occurred. */
export class Tally {
  private counts = new Int32Array(1 << 12);
  private size = 0;

  add(numbers: Int32Array): void {
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (number >= this.size) this.makeRoom(number + 1);
      this.counts[number]++;
    }
  }

  /** Occurrences of one number. */
  of(number: number): number {
    return number < this.size ? this.counts[number] : 0;
  }

  /** Numbers that occurred `count` times, above 0. */
  numbersWith(count: number): number {
    let found = 0;
    for (let number = 0; number < this.size; number++) if (this.counts[number] === count) found++;
    return found;
  }

  /** [largest number + 1] */
  result(): Int32Array {
    return this.counts.slice(0, this.size);
  }

  private makeRoom(size: number): void {
    this.size = size;
    if (size <= this.counts.length) return;
    const larger = new Int32Array(Math.max(size, this.counts.length * 2));
    larger.set(this.counts);
    this.counts = larger;
  }
}
