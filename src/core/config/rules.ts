import { isAbsolute } from 'node:path';
import { matrices, remediesText } from '../model/nearestFit.ts';
import { pooledSize } from '../model/network.ts';
import type { Severity } from './diagnostics.ts';
import type { FileAccess } from './fileAccess.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { bagOfWordsFormats } from '../data/document.ts';
import { UserError } from '../base/errors.ts';
import { monitorable } from './monitor.ts';
import { nearestFile } from './layers.ts';
import type { RunConfig } from './runConfig.ts';
import { namesDataset, sections } from './runConfig.ts';
import { isRunName, runNameLike } from './runName.ts';
import type { Facts } from './size.ts';
import { spacelessTokenizers, tokenizerWarning } from '../base/scripts.ts';
import { kernelRoom, megabytes, memoryLimit } from '../base/memory.ts';
import { fittingChanges, shapeOf, trainingBytes } from './size.ts';
import { nearest } from './spelling.ts';

/** Something that several keys together, or a key and the world, have wrong. */
export interface Violation {
  severity: Severity;
  code: string;
  message: string;
  /** Keys it is about, the likeliest to be at fault first; an entry of a list as `key.index`. */
  keys: string[];
  /** Setting this key to this value fixes it. */
  set?: { key: string; value: unknown };
}

interface RuleContext {
  /** Resolved; `dataset.train` alone may be missing. */
  config: RunConfig;
  facts: Facts;
  /** Set where files are to be looked at. */
  files?: FileAccess;
  /** The value as the config's own text has it (a path before it was made absolute); undefined where it comes from elsewhere. */
  stated(key: string): unknown;
}

type Rule = (context: RuleContext) => Violation[];

const count = (n: number): string => n.toLocaleString('en-US');
const error = (code: string, keys: string[], message: string, set?: Violation['set']): Violation => ({
  severity: 'error',
  code,
  keys,
  message,
  set,
});
const warning = (...args: Parameters<typeof error>): Violation => ({ ...error(...args), severity: 'warning' });

const trainGiven: Rule = ({ config }) =>
  config.dataset.train === undefined
    ? [error('missing-key', ['dataset.train'], 'dataset.train is missing: name the file of training documents.')]
    : [];

const holdsBags = ({ dataset: { format } }: RunConfig): boolean =>
  format !== undefined && bagOfWordsFormats.includes(format);
const wordOrder: Rule = ({ config }) =>
  holdsBags(config) && config.model.type !== 'linear'
    ? [
        error(
          'bag-of-words',
          ['dataset.format'],
          `dataset.format ${config.dataset.format} holds bags of words: they have no word order, which XML-CNN's filters need. A linear model takes them: model.type "linear".`,
          { key: 'model.type', value: 'linear' },
        ),
      ]
    : [];

const filtersFit: Rule = ({ config: { model, text } }) => {
  const fitting = model.filterSizes.filter((size) => size <= text.maxLength);
  return model.filterSizes.flatMap((size, i) =>
    size <= text.maxLength
      ? []
      : [
          error(
            'filter-longer-than-document',
            [`model.filterSizes.${i}`, 'text.maxLength'],
            `model.filterSizes: a filter over ${size} words never fits into a document cut at text.maxLength ${text.maxLength}.`,
            fitting.length ? { key: 'model.filterSizes', value: fitting } : { key: 'text.maxLength', value: size },
          ),
        ],
  );
};

const poolsFit: Rule = ({ config: { model, text } }) => {
  const largest = Math.max(...model.filterSizes);
  const positions = model.padding === 'overhang' ? text.maxLength : text.maxLength - largest + 1;
  if (model.pooling === 'seed' || positions < 1 || model.pools <= positions) return [];
  return [
    error(
      'pools-exceed-positions',
      ['model.pools', 'text.maxLength', 'model.filterSizes'],
      `model.pools ${model.pools} exceeds the ${positions} positions that a filter over ${largest} words has in text.maxLength ${text.maxLength} words.`,
      { key: 'model.pools', value: positions },
    ),
  ];
};

const cutoffsFit: Rule = ({ config: { evaluation }, facts: { labelCount } }) => {
  if (labelCount === undefined) return [];
  const fitting = evaluation.k.filter((k) => k <= labelCount);
  return evaluation.k.flatMap((k, i) =>
    k <= labelCount
      ? []
      : [
          error(
            'k-exceeds-labels',
            [`evaluation.k.${i}`],
            `evaluation.k ${k} exceeds the ${count(labelCount)} labels of the data.`,
            { key: 'evaluation.k', value: fitting.length ? fitting : [Math.max(1, labelCount)] },
          ),
        ],
  );
};

const monitorComputed: Rule = ({ config: { training, evaluation } }) => {
  const known = monitorable(evaluation.k);
  const terms = training.monitor.split('+').map((term) => term.trim());
  const violation = (message: string, better?: string): Violation[] => [
    error(
      'monitor-not-computed',
      ['training.monitor', 'evaluation.k'],
      message,
      better === undefined ? undefined : { key: 'training.monitor', value: better },
    ),
  ];
  if (terms.length > 1 && terms.some((term) => /loss$/i.test(term))) {
    return violation(
      'training.monitor: loss falls where the other figures rise, so it cannot be part of a sum.',
      'loss',
    );
  }
  const unknown = terms.find((term) => !known.includes(term));
  if (unknown === undefined) return [];
  const near = nearestMetric(unknown, known);
  const hint = near
    ? `Did you mean ${near}?`
    : `Computed are ${known.filter((name) => name !== 'logLoss').join(', ')}.`;
  return violation(
    `training.monitor: ${unknown || 'an empty term'} is not computed with evaluation.k [${evaluation.k.join(', ')}]. ${hint}`,
    near && terms.map((term) => (term === unknown ? near : term)).join('+'),
  );
};

/** A metric of the same family with the nearest cut-off, else the nearest name. */
function nearestMetric(term: string, known: string[]): string | undefined {
  const [, family, k] = /^(\w+)@(\d+)$/.exec(term) ?? [];
  const siblings = known.filter((name) => family && name.toLowerCase().startsWith(`${family.toLowerCase()}@`));
  const distance = (name: string): number => Math.abs(Number(name.split('@')[1]) - Number(k));
  if (siblings.length) return siblings.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return nearest(term, known);
}

const validationThere: Rule = ({ config: { dataset, training, evaluation } }) => {
  const found: Violation[] = [];
  const hasValidation = dataset.validation !== undefined || dataset.validationFraction > 0;
  if (evaluation.split === 'test' && dataset.test === undefined && dataset.testFraction === 0) {
    const none = 'there are no test documents (dataset.test, dataset.testFraction)';
    found.push(error('split-missing', ['evaluation.split'], `evaluation.split is "test", but ${none}.`));
  }
  if (dataset.test !== undefined && dataset.testFraction > 0) {
    const unused = 'dataset.testFraction has no effect: dataset.test names a file.';
    found.push(warning('unused-fraction', ['dataset.testFraction'], unused, { key: 'dataset.testFraction', value: 0 }));
  }
  if (hasValidation) return found;
  const nothing = 'there are no validation documents (dataset.validation, dataset.validationFraction)';
  if (evaluation.split === 'validation') {
    found.push(error('split-missing', ['evaluation.split'], `evaluation.split is "validation", but ${nothing}.`));
  }
  if (training.retrainOnAll) {
    found.push(
      warning(
        'no-validation',
        ['training.retrainOnAll', 'dataset.validationFraction'],
        `training.retrainOnAll has no effect: ${nothing}.`,
      ),
    );
  } else if (training.patience > 0) {
    found.push(
      warning(
        'no-validation',
        ['dataset.validationFraction', 'training.patience'],
        `training.patience ${training.patience} cannot stop early: ${nothing}. The last epoch counts.`,
        { key: 'training.patience', value: 0 },
      ),
    );
  }
  return found;
};

const decisionTuned: Rule = ({ config: { dataset, evaluation }, stated }) => {
  const { thresholds, topK } = evaluation;
  if (thresholds !== 'top-k' && stated('evaluation.topK') !== undefined)
    return [
      warning(
        'no-effect',
        ['evaluation.topK'],
        `evaluation.topK chooses no labels: evaluation.thresholds is "${thresholds}".`,
        {
          key: 'evaluation.thresholds',
          value: 'top-k',
        },
      ),
    ];
  const hasValidation = dataset.validation !== undefined || dataset.validationFraction > 0;
  if (hasValidation || thresholds === 'one' || (thresholds === 'top-k' && topK !== undefined)) return [];
  return [
    warning(
      'no-validation',
      ['evaluation.thresholds', 'dataset.validationFraction'],
      `evaluation.thresholds "${thresholds}" has no effect: there are no validation documents to tune on. Labels above 0.5 are predicted.`,
    ),
  ];
};

const splitsDiffer: Rule = ({ config: { dataset } }) => {
  const splits = [
    ['dataset.train', dataset.train],
    ['dataset.validation', dataset.validation],
    ['dataset.test', dataset.test],
  ] as const;
  return splits.flatMap(([key, path], i) => {
    const same = path === undefined ? undefined : splits.slice(0, i).find(([, earlier]) => earlier === path);
    if (!same) return [];
    return [
      warning(
        'same-file',
        [key],
        `${key} is the same file as ${same[0]}: its figures will say nothing about new documents.`,
      ),
    ];
  });
};

const fitsMemory: Rule = ({ config, facts }) => {
  const bytes = trainingBytes(config, facts) + kernelRoom;
  if (bytes <= memoryLimit) return [];
  const shape = shapeOf(config, facts);
  const [{ what, rows, columns }] = matrices(shape);
  const original = config.model.pooling === 'seed';
  const units = original ? `Pooling "seed" gives ${count(pooledSize(shape))} pooled units: ` : '';
  const message = `${units}the ${what} alone needs ${count(rows)} x ${count(columns)} weights; training needs ${megabytes(bytes)}, more than the 4,096 MB of a WebAssembly memory.`;
  const keys = original
    ? ['model.pooling', 'text.maxLength', 'model.hidden']
    : ['model.hidden', 'model.filters', 'model.pools'];
  const changes = original ? [] : fittingChanges(config, facts);
  const fit = changes.length > 0 ? ` It fits with ${remediesText(changes)}.` : '';
  return [
    error(
      'model-too-large',
      keys,
      message.charAt(0).toUpperCase() + message.slice(1) + fit,
      original ? { key: 'model.pooling', value: 'dynamic-max' } : changes[0],
    ),
  ];
};

const nameIsNoPath: Rule = ({ config: { output } }) =>
  output.name === undefined || isRunName(output.name)
    ? []
    : [
        error(
          'bad-run-name',
          ['output.name'],
          `output.name ${JSON.stringify(output.name)} cannot be the name of a folder: it must be one plain name, not a path.`,
          { key: 'output.name', value: runNameLike(output.name) },
        ),
      ];

const filesExist: Rule = ({ config, files, stated }) => {
  if (!files) return [];
  const violations: Violation[] = [];
  for (const [name, { properties }] of Object.entries(sections)) {
    for (const [key, schema] of Object.entries(properties)) {
      const path = (config as unknown as Record<string, Record<string, unknown>>)[name][key];
      if (schema.kind !== 'string' || !schema.path?.mustExist || typeof path !== 'string' || !isAbsolute(path))
        continue;
      const full = `${name}.${key}`;
      if (files.kind(path) || (namesDataset(full) && files.kind(datasetFile(path).file))) continue;
      const own = stated(full);
      const near = typeof own === 'string' ? nearestFile(own, path, files) : undefined;
      const hint = near ? ` Did you mean ${near}?` : '';
      violations.push(
        error(
          'file-not-found',
          [full],
          `${full}: there is no file ${path}.${hint}`,
          near ? { key: full, value: near } : undefined,
        ),
      );
    }
  }
  return violations;
};

const vectorsAgree: Rule = ({ config: { embedding }, files, facts }) => {
  const { file, dim, entry } = embedding;
  if (file === undefined) return [];
  let found = facts.embeddingDim;
  if (found === undefined) {
    if (!files || !isAbsolute(file) || !files.kind(file)) return []; // a missing file was reported already
    const probed = files.vectorDim(file, dim, entry);
    if (probed instanceof UserError) return [vectorsUnreadable(file, probed)];
    found = probed;
  }
  if (found === dim) return [];
  return [
    error(
      'embedding-dimension',
      ['embedding.dim', 'embedding.file'],
      `embedding.dim is ${dim}, but the vectors of embedding.file have ${found} dimensions.`,
      { key: 'embedding.dim', value: found },
    ),
  ];
};

const oneStart: Rule = ({ config: { embedding, word2vec } }) => [
  ...(embedding.word2vec && embedding.file !== undefined
    ? [
        error(
          'two-starts',
          ['embedding.word2vec', 'embedding.file'],
          'embedding.word2vec and embedding.file both say where the word vectors start.',
          { key: 'embedding.word2vec', value: false },
        ),
      ]
    : []),
  ...(word2vec.finalLearningRate > word2vec.learningRate
    ? [
        error(
          'learning-rate-rises',
          ['word2vec.finalLearningRate', 'word2vec.learningRate'],
          'word2vec.finalLearningRate is above word2vec.learningRate.',
          { key: 'word2vec.finalLearningRate', value: word2vec.learningRate },
        ),
      ]
    : []),
];

const wordsFound: Rule = ({ config: { dataset, text }, files, facts }) => {
  const isStandIn = spacelessTokenizers.some((name) => name === text.tokenizer);
  if (isStandIn || dataset.train === undefined) return [];
  const looks = files !== undefined && isAbsolute(dataset.train);
  const script = facts.script ?? (looks ? files.script(datasetFile(dataset.train).file, dataset.encoding) : undefined);
  const message = tokenizerWarning(script, text.tokenizer);
  const set = { key: 'text.tokenizer', value: spacelessTokenizers[0] };
  return message === undefined
    ? []
    : [warning('sentences-as-words', ['text.tokenizer', 'dataset.train'], message, set)];
};

function vectorsUnreadable(file: string, { code, message, remedy }: UserError): Violation {
  const key = code === 'embedding-entry' ? 'embedding.entry' : 'embedding.file';
  return error(
    code === 'embedding-entry' ? code : 'embedding-unreadable',
    [key, 'embedding.file'],
    `${key}: ${file}: ${message}. ${remedy}`,
  );
}

const ofNetworks: readonly string[] = ['model', 'embedding', 'word2vec', 'training'];
/** What counts for a linear model too. */
const ofBoth: readonly string[] = [
  'model.type',
  'training.labelWeights',
  'training.monitor',
  'training.seed',
  'training.seeds', // refused
  'training.retrainOnAll',
  'training.save',
  'training.resumeFrom', // refused where a run begins
];

const keysCount: Rule = ({ config, stated }) => {
  if (config.model.type === 'blend') return [];
  const isLinear = config.model.type === 'linear';
  const keys = Object.entries(sections).flatMap(([name, { properties }]) =>
    Object.keys(properties).map((key) => `${name}.${key}`),
  );
  const idle = isLinear
    ? (key: string) =>
        (ofNetworks.includes(key.split('.')[0]) && !ofBoth.includes(key)) ||
        ['text.maxLength', 'engine.name'].includes(key)
    : (key: string) => key.startsWith('linear.') || key === 'text.ngrams';
  const why = isLinear ? 'it is for networks, and model.type is "linear"' : 'it is for linear models (model.type)';
  return keys
    .filter((key) => idle(key) && stated(key) !== undefined)
    .map((key) => warning('no-effect', [key], `${key} has no effect: ${why}.`));
};

/** Of a linear model, alone or in a blend: what counts for texts alone, or for bags of words alone. */
const contentKeysCount: Rule = ({ config, stated }) => {
  const { format } = config.dataset;
  if (config.model.type === 'xml-cnn' || format === undefined) return [];
  const isBag = holdsBags(config);
  const { features } = config.linear;
  const isTfidf = features === 'tfidf' || features === 'auto';
  const ofTexts = [...Object.keys(sections.text.properties).map((key) => `text.${key}`), 'linear.minWordLength'];
  const idle = isBag ? [...ofTexts, ...(isTfidf ? [] : ['linear.sublinear'])] : ['linear.features'];
  const why = (key: string): string =>
    key === 'linear.sublinear'
      ? `linear.features is "${features}"`
      : `it is for ${isBag ? 'texts' : 'bags of words'}, and dataset.format is "${format}"`;
  return idle
    .filter((key) => stated(key) !== undefined && key !== 'text.maxLength') // which no linear model heeds
    .map((key) => warning('no-effect', [key], `${key} has no effect: ${why(key)}.`));
};

const seedsDiffer: Rule = ({ config: { model, training } }) => {
  if (training.seeds === 1) return [];
  const set = { key: 'training.seeds', value: 1 };
  const refused = (message: string, ...keys: string[]): Violation[] => [
    error('no-seeds', ['training.seeds', ...keys], `training.seeds ${training.seeds}: ${message}`, set),
  ];
  if (model.type === 'linear')
    return refused('a linear model has no chance in it, every seed would train the same.', 'model.type');
  if (!training.save) return refused('their mean is that of checkpoints, and training.save is off.', 'training.save');
  if (training.resumeFrom === undefined) return [];
  return refused('several runs cannot begin with the weights of one (training.resumeFrom).', 'training.resumeFrom');
};

const rules: Rule[] = [
  trainGiven,
  wordOrder,
  cutoffsFit,
  monitorComputed,
  validationThere,
  decisionTuned,
  splitsDiffer,
  nameIsNoPath,
  filesExist,
  wordsFound,
  keysCount,
  contentKeysCount,
  seedsDiffer,
];
/** What holds for networks alone. */
const networkRules: Rule[] = [filtersFit, poolsFit, fitsMemory, vectorsAgree, oneStart];

export const applyRules = (context: RuleContext): Violation[] =>
  [...rules, ...(context.config.model.type === 'linear' ? [] : networkRules)].flatMap((rule) => rule(context));
