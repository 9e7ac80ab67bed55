import { documentsOfLabels, type Incidence } from '../clusters/cooccurrence.ts';
import { mix32 } from '../../base/random.ts';

/** Two labels whose names look like spellings of one. */
export interface LabelVariant {
  first: number;
  second: number;
  /** `spelling`: equal but for case, accents, spaces, punctuation; `edit`: one letter inserted, left out or changed. */
  kind: 'spelling' | 'edit';
}

/** Shorter names are a letter apart too easily ("cat", "hat"). */
const LEAST_LETTERS = 6;
/** Labels beyond these, the most frequent first, are compared by spelling only: the search keeps every name less one letter. */
export const editLimit = 100_000;

/** Pairs of labels that look like variants of each other; each label with the first that it looks like. */
export function labelVariants(names: readonly string[]): LabelVariant[] {
  const firstOf = new Map<string, number>();
  const variants: LabelVariant[] = [];
  const distinct: [label: number, plain: string][] = [];
  names.forEach((name, label) => {
    const plain = plainName(name);
    const first = firstOf.get(plain);
    if (first === undefined) {
      firstOf.set(plain, label);
      distinct.push([label, plain]);
    } else if (plain !== '') variants.push({ first, second: label, kind: 'spelling' });
  });
  return [...variants, ...oneLetterApart(distinct.slice(0, editLimit))];
}

/** Lower case, without accents, spaces and punctuation. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

/** Names that become equal when one letter is left out of one or of both at the same place. Digits distinguish names. */
function oneLetterApart(names: [label: number, plain: string][]): LabelVariant[] {
  const found: LabelVariant[] = [];
  const seen = new Map<string, number>();
  for (const [label, plain] of names) {
    if (plain.length < LEAST_LETTERS || /\p{N}/u.test(plain)) continue;
    const keys = [plain, ...Array.from(plain, (_, i) => `${i} ${plain.slice(0, i)}${plain.slice(i + 1)}`)];
    // a name that is another's with a letter left out meets it under that other's deletion, whatever the place
    const shorter = keys.slice(1).map((key) => key.slice(key.indexOf(' ') + 1));
    const first = [...keys, ...shorter].map((key) => seen.get(key)).find((other) => other !== undefined);
    if (first !== undefined) found.push({ first, second: label, kind: 'edit' });
    for (const key of [...keys, ...shorter.map((key) => `-${key}`)]) if (!seen.has(key)) seen.set(key, label);
    const longer = seen.get(`-${plain}`);
    if (first === undefined && longer !== undefined && longer !== label)
      found.push({ first: longer, second: label, kind: 'edit' });
  }
  return found;
}

/**
 * Labels that occur in the very same documents: a model cannot distinguish them. Groups of two or more, the most frequent first.
 * Time and memory are those of the labels of all documents.
 */
export function alwaysTogether(incidence: Incidence, leastDocuments = 2): number[][] {
  const { starts, documents } = documentsOfLabels(incidence);
  const listOf = (label: number): Int32Array => documents.subarray(starts[label], starts[label + 1]);
  const byKey = new Map<string, number[][]>();
  for (let label = 0; label < incidence.labels; label++) {
    const own = listOf(label);
    if (own.length < leastDocuments) continue;
    const key = `${own.length} ${own.reduce((hash, document) => mix32((hash ^ document) + 0x6d2b79f5), 0)}`;
    const groups = byKey.get(key) ?? [];
    if (groups.length === 0) byKey.set(key, groups);
    const group = groups.find(([first]) => listOf(first).every((document, i) => document === own[i]));
    if (group) group.push(label);
    else groups.push([label]);
  }
  const size = (label: number): number => starts[label + 1] - starts[label];
  return [...byKey.values()]
    .flat()
    .filter(({ length }) => length > 1)
    .sort((a, b) => size(b[0]) - size(a[0]) || a[0] - b[0]);
}
