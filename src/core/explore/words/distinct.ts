/** The distinct numbers of one list after another, without a map being made for each. */
export class Distinct {
  private readonly numbers: number[] = [];
  /** Occurrences in the present list; 0 for all numbers between two lists. */
  private occurrences = new Int32Array(1 << 12);

  /** The distinct numbers in order of first occurrence, and how often each occurs. */
  of(list: Int32Array): { numbers: Int32Array; counts: Int32Array } {
    const { numbers } = this;
    numbers.length = 0;
    for (let i = 0; i < list.length; i++) {
      const number = list[i];
      if (number >= this.occurrences.length) this.makeRoom(number + 1);
      if (this.occurrences[number]++ === 0) numbers.push(number);
    }
    const counts = Int32Array.from(numbers, (number) => this.occurrences[number]);
    for (const number of numbers) this.occurrences[number] = 0;
    return { numbers: Int32Array.from(numbers), counts };
  }

  private makeRoom(size: number): void {
    const larger = new Int32Array(Math.max(size, this.occurrences.length * 2));
    larger.set(this.occurrences);
    this.occurrences = larger;
  }
}
