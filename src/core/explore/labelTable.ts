import { ownString } from '../base/memory.ts';

/** Numbers for label names, shared by the splits of a dataset, in order of first appearance. */
export class LabelTable {
  private readonly ids = new Map<string, number>();
  readonly names: string[] = [];

  /** The label's number, a new one where it has none yet. */
  idOf(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const own = ownString(name);
    this.ids.set(own, this.names.length);
    return this.names.push(own) - 1;
  }

  /** undefined for a label that no document has. */
  find(name: string): number | undefined {
    return this.ids.get(name);
  }
}
