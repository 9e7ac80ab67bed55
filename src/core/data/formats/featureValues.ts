/** Numbers and names of features, as files of bags of words write them. */
import { Malformed } from '../record.ts';

/** A whole number below `limit`; throws `Malformed`. */
export function wholeNumber(text: string, limit: number, what: string): number {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
  if (!(value < limit)) throw new Malformed(`${JSON.stringify(text.slice(0, 30))} is no ${what} number below ${limit}`);
  return value;
}

/** Throws `Malformed`. */
export const finiteNumber = (text: string): number => requireFinite(text.trim() === '' ? NaN : Number(text), text);

/** A number that single precision holds; throws `Malformed`. */
export function requireFinite(value: number, text = String(value)): number {
  if (!Number.isFinite(Math.fround(value))) throw new Malformed(`${JSON.stringify(text.slice(0, 30))} is not a number`);
  return value;
}

/** A name that was there before is told apart by its place, from 0. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.map((name, i) => {
    let own = name;
    while (seen.has(own)) own = `${own} [${i}]`;
    seen.add(own);
    return own;
  });
}
