import { mix32 } from '../../core/base/random.ts';
import type { GlossDocument } from './wordnetDataset.ts';
import { ancestors, type Synset } from './synsets.ts';

/** Kinds of thing that a gloss can be recognised as. A word of several synsets means the one above the most others. */
const labelWords = [
  ...['animal', 'bird', 'fish', 'insect', 'mammal', 'reptile', 'invertebrate', 'plant', 'tree', 'shrub', 'herb'],
  ...['flower', 'fungus', 'food', 'beverage', 'fruit', 'drug', 'disease', 'symptom', 'body part', 'chemical'],
  ...['person', 'scientist', 'writer', 'leader', 'performer', 'athlete', 'relative', 'deity', 'organization'],
  ...['device', 'container', 'vehicle', 'weapon', 'clothing', 'furniture', 'musical instrument', 'building', 'fabric'],
  ...['city', 'body of water', 'mountain', 'island', 'unit of measurement', 'language', 'science', 'music', 'shape'],
  ...['feeling', 'time period', 'game', 'crime', 'ship', 'war', 'law', 'color', 'money', 'tool'],
];

/** A label brings in documents until it has so many: the frequent ones would leave no room for the others. */
const enough = 122;
const sizes = { train: 5000, test: 700 };

interface Sample {
  train: GlossDocument[];
  test: GlossDocument[];
}

/** The sample dataset of the editor: small enough to be part of it and to be learnt in a minute, with labels for people. */
export function buildSample(synsets: readonly Synset[]): Sample {
  const above = ancestors(synsets);
  const names = synsetsOfLabels(synsets, above);
  const documents = shuffled(synsets, ({ offset }) => offset, 1)
    .map(({ offset, gloss }) => ({
      id: `n${offset}`,
      text: gloss,
      labels: [...above.get(offset)!].flatMap((a) => names.get(a) ?? []).sort(),
    }))
    .filter(({ labels }) => labels.length > 0);
  // those that were chosen early are not like the others: the splits are drawn from another order
  const chosen = shuffled(choose(documents), ({ id }) => id.slice(1), 2);
  return { test: chosen.slice(0, sizes.test), train: chosen.slice(sizes.test, sizes.test + sizes.train) };
}

/** The same order on every machine, another for each salt. `offsetOf` gives a thing's eight digits. */
function shuffled<T>(things: readonly T[], offsetOf: (thing: T) => string, salt: number): T[] {
  const rank = (thing: T): number => mix32(Number(offsetOf(thing)) ^ salt);
  return [...things].sort((a, b) => rank(a) - rank(b));
}

/** Offset to name. */
function synsetsOfLabels(synsets: readonly Synset[], above: Map<string, Set<string>>): Map<string, string> {
  const below = new Map<string, number>();
  for (const all of above.values()) for (const offset of all) below.set(offset, (below.get(offset) ?? 0) + 1);
  const found = new Map<string, string>();
  for (const label of labelWords) {
    const named = synsets.filter(({ words }) => words[0] === label);
    const [meant] = named.sort((a, b) => (below.get(b.offset) ?? 0) - (below.get(a.offset) ?? 0));
    if (meant) found.set(meant.offset, label);
  }
  return found;
}

/** Takes documents label by label, the rarest first. */
function choose(documents: readonly GlossDocument[]): GlossDocument[] {
  const byLabel = new Map<string, GlossDocument[]>(labelWords.map((label) => [label, []]));
  for (const document of documents) for (const label of document.labels) byLabel.get(label)!.push(document);
  const chosen = new Set<GlossDocument>();
  for (const all of [...byLabel.values()].sort((a, b) => a.length - b.length)) {
    let count = all.filter((document) => chosen.has(document)).length;
    for (const document of all) {
      if (count >= enough) break;
      if (!chosen.has(document)) count++;
      chosen.add(document);
    }
  }
  return documents.filter((document) => chosen.has(document));
}
