import { ownString } from './ownString.ts';

/** Numbers strings 0, 1, … in order of first occurrence. */
export class Interner {
  readonly names: string[] = [];
  private readonly ids = new Map<string, number>();

  get size(): number {
    return this.names.length;
  }

  idOf(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const own = ownString(name);
    const id = this.names.push(own) - 1;
    this.ids.set(own, id);
    return id;
  }
}
