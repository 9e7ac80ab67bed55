/** What is known of a set as a whole when it is held against another. */
export interface SetFacts {
  documents: number;
  /** Documents of each label. */
  labels: ReadonlyMap<string, number>;
  /** Documents that hold each word. */
  words: ReadonlyMap<string, number>;
}

export interface Overlap {
  first: number;
  second: number;
  both: number;
  /** both / (first + second - both). */
  jaccard: number;
}

/** A label whose share of the documents differs between the sets. */
export interface MovedLabel {
  name: string;
  first: number;
  second: number;
  /** Difference of the shares (second - first) in standard errors, pooled. */
  z: number;
}

export interface SetComparison {
  labels: Overlap;
  words: Overlap;
  /** Labels of one set alone, most frequent first, at most 1,000; the overlap tells how many there are. */
  onlyFirst: { name: string; documents: number }[];
  onlySecond: { name: string; documents: number }[];
  /** Most moved first. */
  moved: MovedLabel[];
}

const KEPT = 1000;

/** Holds two sets against each other; `top` moved labels are given. */
export function compareSets(first: SetFacts, second: SetFacts, top = 50): SetComparison {
  return {
    labels: overlap(first.labels, second.labels),
    words: overlap(first.words, second.words),
    onlyFirst: onlyIn(first.labels, second.labels),
    onlySecond: onlyIn(second.labels, first.labels),
    moved: moved(first, second).slice(0, top),
  };
}

function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Overlap {
  let both = 0;
  for (const name of a.keys()) if (b.has(name)) both++;
  const all = a.size + b.size - both;
  return { first: a.size, second: b.size, both, jaccard: all ? both / all : 1 };
}

function onlyIn(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): { name: string; documents: number }[] {
  const only = [...a].filter(([name]) => !b.has(name)).map(([name, documents]) => ({ name, documents }));
  return only.sort((x, y) => y.documents - x.documents || (x.name < y.name ? -1 : 1)).slice(0, KEPT);
}

function moved(first: SetFacts, second: SetFacts): MovedLabel[] {
  if (!first.documents || !second.documents) return [];
  const names = new Set([...first.labels.keys(), ...second.labels.keys()]);
  const all = Array.from(names, (name): MovedLabel => {
    const [a, b] = [first.labels.get(name) ?? 0, second.labels.get(name) ?? 0];
    const pooled = (a + b) / (first.documents + second.documents);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.documents + 1 / second.documents));
    const difference = b / second.documents - a / first.documents;
    return { name, first: a, second: b, z: error > 0 ? difference / error : 0 };
  });
  return all.sort((x, y) => Math.abs(y.z) - Math.abs(x.z) || (x.name < y.name ? -1 : 1));
}
