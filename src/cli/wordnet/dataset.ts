import { mix32 } from '../../core/base/random.ts';
import type { Split } from '../../core/base/splits.ts';
import { ancestors, type Synset } from './synsets.ts';

/** A label covers at least this many documents … */
const LEAST_DOCUMENTS = 30;
/** … and at most this share of them: "entity" says nothing. */
const MOST_SHARE = 0.1;

export interface GlossDocument {
  id: string;
  text: string;
  labels: string[];
}

export interface GlossDataset {
  splits: Record<Split, GlossDocument[]>;
  /** Label id to name; every name occurs once. */
  names: Map<string, string>;
}

/** Glosses as documents, the synsets above them as labels. Synsets that are left without a label are dropped. */
export function buildDataset(synsets: readonly Synset[]): GlossDataset {
  const above = ancestors(synsets);
  const coverage = new Map<string, number>();
  for (const all of above.values()) for (const a of all) coverage.set(a, (coverage.get(a) ?? 0) + 1);
  const isLabel = (offset: string): boolean => {
    const n = coverage.get(offset) ?? 0;
    return n >= LEAST_DOCUMENTS && n <= MOST_SHARE * synsets.length;
  };
  const splits: GlossDataset['splits'] = { train: [], validation: [], test: [] };
  for (const { offset, gloss } of synsets) {
    const labels = [...above.get(offset)!].filter(isLabel).sort().map(labelId);
    if (labels.length) splits[splitOf(offset)].push({ id: labelId(offset), text: gloss, labels });
  }
  return {
    splits,
    names: labelNames(
      synsets.filter((s) => isLabel(s.offset)),
      synsets,
    ),
  };
}

const labelId = (offset: string): string => `n${offset}`;

/** Eight of ten to train, one each to validation and test, by a hash of the synset's number: the same on every machine. */
export function splitOf(offset: string): Split {
  const tenth = mix32(Number(offset)) % 10;
  return tenth < 8 ? 'train' : tenth === 8 ? 'validation' : 'test';
}

/** The first word of each label; where two share it, what is above them in brackets; then more words; then the number. */
function labelNames(labels: readonly Synset[], synsets: readonly Synset[]): Map<string, string> {
  const byOffset = new Map(synsets.map((s) => [s.offset, s]));
  const parent = (s: Synset): string => byOffset.get(s.hypernyms[0])?.words[0] ?? s.offset;
  const forms = [
    (s: Synset) => s.words[0],
    (s: Synset) => `${s.words[0]} (${parent(s)})`,
    (s: Synset) => `${s.words.slice(0, 3).join(', ')} (${parent(s)})`,
    (s: Synset) => `${s.words[0]} (${parent(s)}, ${s.offset})`,
  ];
  const names = new Map<string, string>();
  let open = [...labels];
  for (const form of forms) {
    const uses = new Map<string, number>();
    for (const s of open) uses.set(form(s), (uses.get(form(s)) ?? 0) + 1);
    for (const s of open) if (uses.get(form(s)) === 1) names.set(labelId(s.offset), form(s));
    open = open.filter((s) => !names.has(labelId(s.offset)));
  }
  return names;
}
