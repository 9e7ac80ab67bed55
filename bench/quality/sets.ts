import type { PartialConfig, PresetName } from '../../src/core/config/presets.ts';

/** What somebody else reached on the test split, in percent. */
export interface Peer {
  who: string;
  /** P@1, P@3, P@5. */
  precision: [number | string, number | string, number | string];
  more: string;
}

export interface QualitySet {
  name: string;
  /** As the tables call it. */
  title: string;
  /** Folder and file of each split in the data folder; `.xz` is unpacked first. */
  folder: string;
  files: { train: string; validation?: string; test: string; labelNames?: string };
  /** What a config needs besides its preset and its files. */
  values: PartialConfig;
  /** Word vectors that the set is run with, by length; random ones where absent. */
  vectors?: number;
  /** Where the set asks for something else than the preset. */
  changes?: { [P in PresetName]?: PartialConfig };
  peers: Peer[];
}

const evaluation = { baselines: false };

/** Public datasets, with what others reach on these splits (LibMultiLabel's published logs; re-runs in PyTorch 1.13). */
export const qualitySets: readonly QualitySet[] = [
  {
    name: 'reuters',
    title: 'Reuters-21578 R90 (title and text, 10% of train held out, random 300-d vectors)',
    folder: 'reuters21578-r90',
    files: { train: 'train.jsonl.xz', test: 'test.jsonl.xz' },
    values: { dataset: { textField: ['title', 'text'], validationFraction: 0.1 }, evaluation },
    changes: {
      wide: { training: { epochs: 30 } },
      wider: { training: { epochs: 30 } },
      best: { training: { epochs: 30 } },
    },
    peers: [
      {
        who: 'PyTorch, `libmultilabel` settings, random 300-d',
        precision: ['90.5-91.6', 36.6, 22.8],
        more: 'micro-F1 84.7-85.2',
      },
      {
        who: 'PyTorch, `wide` settings, random 300-d, 15 epochs',
        precision: ['91.9-92.3', '-', '-'],
        more: 'micro-F1 86.2-86.6',
      },
      { who: 'the same, 30 epochs', precision: ['92.9-93.2', '-', '-'], more: 'micro-F1 87.3-87.7' },
      { who: 'TF-IDF cosine 20-NN', precision: [89.3, 36.4, 22.8], more: 'micro-F1 81.6' },
    ],
  },
  {
    name: 'cooking',
    title: 'Stack Exchange cooking (10% of train held out, random 300-d vectors)',
    folder: 'cooking',
    files: { train: 'cooking.train', test: 'cooking.valid' },
    values: { dataset: { validationFraction: 0.1 }, evaluation },
    peers: [
      {
        who: 'PyTorch, `libmultilabel` settings, random 300-d',
        precision: ['62.1-63.4', 37, 25],
        more: 'micro-F1 43-46',
      },
      { who: 'PyTorch, `wide` settings, random 300-d', precision: [68.8, 42.3, 29.1], more: 'micro-F1 47' },
      { who: "fastText's tutorial, best", precision: [59.9, '-', '-'], more: '-' },
      { who: 'TF-IDF cosine 20-NN', precision: [62.5, 39.2, 27.3], more: '-' },
    ],
  },
  {
    name: 'goemotions',
    title: 'GoEmotions (dev as validation, random 300-d vectors)',
    folder: 'goemotions',
    files: { train: 'train.tsv.gz', validation: 'dev.tsv.gz', test: 'test.tsv.gz', labelNames: 'labels.txt' },
    values: { dataset: { textField: 0, labelField: 1, idField: 2, labelSeparator: ',' }, evaluation },
    peers: [{ who: 'TF-IDF cosine 20-NN', precision: [50.8, 26.0, 17.6], more: '-' }],
  },
  {
    name: 'eurlex57k',
    title: 'EURLEX57K (text, dev as validation, GloVe 100-d vectors)',
    folder: 'eurlex57k',
    files: {
      train: 'train.jsonl.xz',
      validation: 'dev.jsonl.xz',
      test: 'test.jsonl.xz',
      labelNames: 'label_names.tsv',
    },
    values: { evaluation },
    vectors: 100,
    peers: [
      {
        who: "Kim-CNN, LibMultiLabel's published run (GloVe 300-d)",
        precision: [90.78, '-', 66.87],
        more: 'RP@5 77.53, nDCG@5 80.35, micro-F1 69.91, macro-F1 20.08',
      },
      { who: 'CNN-LWAN, same source', precision: [89.82, '-', 67.31], more: 'RP@5 78.03, micro-F1 71.69' },
      { who: 'BiGRU-LWAN, same source', precision: [90.73, '-', 67.08], more: 'RP@5 77.75, micro-F1 71.32' },
      {
        who: 'PyTorch, `libmultilabel` settings, best of 30 epochs',
        precision: [89.2, 78.4, 65.3],
        more: 'RP@5 75.7, nDCG@5 78.6, micro-F1 68.9',
      },
      {
        who: 'PyTorch, no hidden layer, p 1, hidden dropout .4, lr 1e-3, dropout by word',
        precision: [90.2, 79.1, 65.9],
        more: 'RP@5 76.4, micro-F1 70.0',
      },
      {
        who: 'PyTorch, `wide` settings',
        precision: [90.5, 80.0, 66.9],
        more: 'RP@5 77.5, nDCG@5 80.3, micro-F1 70.0',
      },
      { who: 'TF-IDF cosine 20-NN', precision: [88.5, 75.7, 62.6], more: 'micro-F1 62.5' },
    ],
  },
];
