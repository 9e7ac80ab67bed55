import { bagOfWordsFormats, type DatasetFormat } from '../data/document.ts';
import type { ReadAs } from '../data/readAs.ts';
import { isSpaceless, percentOf, type Script, spacelessTokenizers, tokenizerWarning } from '../base/scripts.ts';
import { UserError } from '../base/errors.ts';
import { completeConfig } from './layers.ts';
import { pathFrom } from './configText.ts';
import { type PresetName, presets } from './presets.ts';
import type { ModelType, RunConfig } from './runConfig.ts';
import { memoryLimit } from '../base/memory.ts';
import { trainingBytes, usesTree } from './size.ts';
import { type Machine, roughTime } from '../model/trainingTime.ts';
import { estimateTraining } from './trainingEstimate.ts';
import { analyse } from './validate.ts';
import { availableParallelism } from 'node:os';

/** A file that by its name is of a split, and is not used. */
export interface LeftOut {
  split: 'validation' | 'test';
  file: string;
  why: string;
}

/** What was found out about a dataset. Paths are as the config is to state them. */
export interface DatasetFacts {
  train: string;
  validation?: string;
  test?: string;
  /** Of the training file. */
  documents: number;
  labels: number;
  meanWords: number;
  p95Words: number;
  labelsPerDocument: number;
  /** Where texts have letters of a script without spaces. */
  script?: Script;
  /** Of the words counted, where one was asked for. */
  tokenizer?: RunConfig['text']['tokenizer'];
  format: DatasetFormat;
  readAs?: ReadAs;
  /** Records of the training file that cannot be read. */
  skipped?: number;
  leftOut?: LeftOut[];
  /** How to read the files, where their content alone does not show it. */
  fields?: Partial<
    Pick<
      RunConfig['dataset'],
      | 'idField'
      | 'textField'
      | 'labelField'
      | 'labelColumns'
      | 'labelSeparator'
      | 'labelStyle'
      | 'wholeLabels'
      | 'missing'
      | 'wholeNumbers'
      | 'labelPrefix'
      | 'delimiter'
      | 'header'
      | 'quoting'
      | 'encoding'
      | 'labelNames'
      | 'labelsFile'
    >
  >;
}

/** The same facts with the paths as a config in `folder` states them. */
export function factsFrom(folder: string, { fields, ...facts }: DatasetFacts): DatasetFacts {
  const from = (path: string | undefined): string | undefined => path && pathFrom(folder, path);
  return {
    ...facts,
    train: pathFrom(folder, facts.train),
    validation: from(facts.validation),
    test: from(facts.test),
    leftOut: facts.leftOut?.map((one) => ({ ...one, file: pathFrom(folder, one.file) })),
    fields: { ...fields, labelNames: from(fields?.labelNames), labelsFile: from(fields?.labelsFile) },
  };
}

/** A key of the new config, with the reason for its value. */
export type Line = [key: string, value: unknown, why?: string];
export type Section = [name: string, lines: Line[]];

const count = (n: number): string => Math.round(n).toLocaleString('en-US');
const holdsBags = ({ format }: DatasetFacts): boolean => bagOfWordsFormats.includes(format);

/** Below this many documents an epoch is short, and held-out documents must be drawn with care. */
const smallSet = 20_000;
/** Seconds that a run may take which is proposed to somebody who did not ask for a preset. */
const longestSeconds = 30 * 60;
/** Words in the vocabulary where the preset sets no limit. */
const vocabularyLimit = 100_000;

/**
 * Writes a commented config that suits a dataset; it validates without diagnostics.
 * @param preset what to build on; by the size of the dataset, and the time that it takes on this machine, where absent
 * @throws UserError `no-labels`, `no-documents`: nothing to learn from; `bag-of-words` where the preset is a network
 */
export function createConfigText(facts: DatasetFacts, preset?: PresetName, machine: Machine = thisMachine()): string {
  refuse(facts, preset);
  const choice = preset === undefined ? choosePreset(facts, machine) : statedPreset(facts, preset);
  const isAsPublished = !adaptable.includes(choice.preset);
  const sections: Section[] = [
    ['dataset', datasetLines(facts, choice)],
    ['text', isAsPublished ? tokenizerLines(facts) : textLines(facts, choice)],
    ['model', choice.hidden === undefined ? [] : [['hidden', choice.hidden, choice.hiddenWhy]]],
    ['linear', linearLines(facts, choice)],
    ['training', [...(isAsPublished ? [] : trainingLines(facts, choice)), ...retrainingLines(facts, choice)]],
    ['evaluation', evaluationLines(facts)],
  ];
  const head = `${count(facts.documents)} documents, ${count(facts.labels)} labels, ${facts.labelsPerDocument.toFixed(2)} labels and ${count(facts.meanWords)} ${holdsBags(facts) ? 'features' : 'words'} per document`;
  const comment = (time: string): string[] => [
    `Run config for ${facts.train}: ${head}.`,
    'Start it with: xmlcnn train <this file>. Every key has a default, so that only what differs stands here.',
    ...(time ? [time] : []),
  ];
  const { config } = analyse(layOut(comment(''), choice, sections));
  return layOut(comment(timeText(config, facts, machine)), choice, sections);
}

/** This one with the speed of the machine that the rates are of. */
const thisMachine = (): Machine => ({ threads: availableParallelism(), speed: 1 });

function timeText(config: RunConfig, facts: DatasetFacts, machine: Machine): string {
  const { seconds, epochSeconds } = estimateTraining(config, facts, machine);
  const each = epochSeconds === undefined ? '' : `, ${roughTime(epochSeconds)} per epoch`;
  return `Training takes about ${roughTime(seconds)} on this machine${each}.`;
}

/** A config as a person would write it: comments, a preset and why it was chosen, and sections. */
export function layOut(
  comment: readonly string[],
  { preset, why }: { preset: PresetName; why: string },
  sections: readonly Section[],
): string {
  return [
    ...comment.map((line) => `// ${oneLine(line)}`),
    '{',
    `  // ${oneLine(why)}`,
    `  "extends": ${JSON.stringify(preset)},`,
    ...sections.filter(([, lines]) => lines.length).flatMap(sectionText),
    '}',
    '',
  ].join('\n');
}

function refuse(facts: DatasetFacts, preset?: PresetName): void {
  const { train, format, labels, documents } = facts;
  const place = { file: train };
  const isLinear = preset === undefined || typeOf(preset) === 'linear';
  if (holdsBags(facts) && !isLinear) {
    throw new UserError(
      'bag-of-words',
      `A set of format ${format} holds bags of words: without word order XML-CNN's filters have nothing to find`,
      'Take the preset "linear", or the raw texts of this dataset.',
      place,
    );
  }
  if (documents < 1)
    throw new UserError('no-documents', 'There is no document to train on', 'Name another file.', place);
  if (labels < 1) {
    throw new UserError(
      'no-labels',
      'No document has a label',
      'Name the field that holds the labels in dataset.labelField.',
      place,
    );
  }
}

const sectionText = ([name, lines]: Section): string[] => [
  `  ${JSON.stringify(name)}: {`,
  ...lines.flatMap(([key, value, why]) => [
    ...(why ? [`    // ${oneLine(why)}`] : []),
    `    ${JSON.stringify(key)}: ${Array.isArray(value) ? listText(value) : JSON.stringify(value)},`,
  ]),
  '  },',
];

const listText = (values: unknown[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
/** A comment ends with its line, whatever a file name holds. */
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ');

interface Choice {
  preset: PresetName;
  why: string;
  hidden?: number;
  hiddenWhy?: string;
}

function choosePreset(facts: DatasetFacts, machine: Machine): Choice {
  if (holdsBags(facts))
    return {
      preset: 'linear',
      why: 'linear: bags of words have no word order, which networks need; a linear model needs none.',
    };
  if (usesTree('auto', facts.labels))
    return {
      preset: 'linear',
      why: `linear: with ${count(facts.labels)} labels, by a label tree. Networks ("libmultilabel") need memory for every label, and hours.`,
    };
  return linearOrBoth(facts, machine);
}

/** The blend where its network does not take long, else its linear model alone; with the time of either. */
function linearOrBoth(facts: DatasetFacts, machine: Machine): Choice {
  const { linear, both } = estimatedSeconds(facts, machine);
  const alone = roughTime(linear);
  if (!fits('best', facts))
    return {
      preset: 'linear',
      why: `linear: about ${alone} on this machine. The network of "best" does not fit beside ${count(facts.labels)} labels.`,
    };
  if (both > longestSeconds)
    return {
      preset: 'linear',
      why: `linear: about ${alone} on this machine, and ahead of networks on most sets. "best", which adds a network to it, would take about ${roughTime(both)}.`,
    };
  return {
    preset: 'best',
    why: `best: a linear model and a network, weighed on validation: about ${roughTime(both)} on this machine. "linear" alone takes about ${alone}, and does as well where texts are long.`,
  };
}

/** Of training by the presets `linear` and `best`. */
function estimatedSeconds(facts: DatasetFacts, machine: Machine): { linear: number; both: number } {
  const { train, validation } = shares(facts);
  const of = (preset: PresetName): number => {
    const { dataset, training, ...config } = completeConfig({ dataset: { train: facts.train } }, preset);
    const held = { ...dataset, validationFraction: validation / Math.max(1, train + validation), testFraction: 0 };
    const asWritten = { ...config, dataset: held, training: { ...training, epochs: epochsFor(facts) } };
    return estimateTraining(asWritten, { ...facts, documents: train + validation }, machine).seconds;
  };
  return { linear: of('linear'), both: of('best') };
}

const epochsFor = ({ documents }: DatasetFacts): number => (documents < smallSet ? 30 : 15);

/** The others stand for experiments that were published: their values are left as they are. */
const adaptable: readonly PresetName[] = ['wide', 'wider', 'best', 'kim-bce', 'libmultilabel'];

/** Recipes with many filters, a whole schedule and averaged weights. */
const isWide = (preset: PresetName): boolean => ['wide', 'wider', 'best'].includes(preset);

function statedPreset(facts: DatasetFacts, preset: PresetName): Choice {
  const why = `${preset}: ${presets[preset].description}`;
  return { preset, why, ...(preset === 'libmultilabel' && hiddenLayer(facts)) };
}

function hiddenLayer(facts: DatasetFacts): Pick<Choice, 'hidden' | 'hiddenWhy'> {
  let hidden = 512;
  while (hidden > 1 && !fits('libmultilabel', facts, hidden)) hidden /= 2;
  const hiddenWhy = `${count(facts.labels)} labels x ${hidden} units, with Adam's moments, fit into half of a WebAssembly memory.`;
  return { hidden, hiddenWhy };
}

/** Whether weights and optimiser state take at most half of the memory; batches and kernels need room too. */
function fits(preset: PresetName, facts: DatasetFacts, hidden?: number): boolean {
  const config = completeConfig({ dataset: { train: facts.train }, ...(hidden && { model: { hidden } }) }, preset);
  const known = { labelCount: facts.labels, vocabularySize: config.text.vocabularySize ?? vocabularyLimit };
  return trainingBytes(config, known) <= memoryLimit / 2;
}

/** Share of the documents held out for a split: enough to distinguish epochs, or models, no more. */
const heldFraction = ({ documents }: DatasetFacts): number =>
  documents < 2000 ? 0.2 : documents > 200_000 ? 0.02 : 0.1;

/** Documents of the training file by split; a share is held out for test only where the file stands alone. */
function shares(facts: DatasetFacts): { fraction: number; train: number; validation: number; test: number } {
  const fraction = heldFraction(facts);
  const test = facts.test === undefined && facts.validation === undefined ? facts.documents * fraction : 0;
  const validation = facts.validation === undefined ? (facts.documents - test) * fraction : 0;
  return { fraction, train: facts.documents - test - validation, validation, test };
}

const typeOf = (preset: PresetName): ModelType => presets[preset].values.model?.type ?? 'xml-cnn';

/** What validation documents are for. */
const purposeOf = ({ preset }: Choice): string => purposes[typeOf(preset)];

const purposes: Record<ModelType, string> = {
  'xml-cnn': 'chooses the best epoch',
  linear: 'fits the probabilities and the threshold',
  blend: 'chooses the best epoch and weighs network and linear model',
};

function datasetLines(facts: DatasetFacts, choice: Choice): Line[] {
  const purpose = purposeOf(choice);
  const { documents, fields = {} } = facts;
  const small = documents < smallSet;
  const { fraction, ...held } = shares(facts);
  const share = `${fraction * 100}%`;
  const about = (n: number): string => `(about ${count(n)} documents)`;
  const ofRest = held.test > 0 ? `${share} of the others` : share;
  const validation: Line[] = facts.validation
    ? [['validation', facts.validation, `${purpose.charAt(0).toUpperCase()}${purpose.slice(1)}.`]]
    : [
        ['validationFraction', fraction, `${ofRest} ${about(held.validation)} ${purpose}; the rest is trained on.`],
        [
          'split',
          small ? 'stratified' : 'random',
          small
            ? 'In a set this small chance could leave labels without a held-out document.'
            : 'In a set this large a random draw is fair to all but the rarest labels.',
        ],
      ];
  const drawn = `${share} ${about(held.test)}, drawn by training.seed, is looked at once, after training.`;
  const test: Line[] = facts.test
    ? [['test', facts.test, 'Looked at once, after training.']]
    : held.test > 0
      ? [['testFraction', fraction, drawn]]
      : [];
  return [
    ['train', facts.train, facts.leftOut?.map(leftOutText).join(' ') || undefined],
    ...test,
    ...validation,
    ['format', facts.format, foundText(facts)],
    ...skipLines(facts),
    ...Object.entries(fields).filter(([, value]) => value !== undefined),
  ];
}

/** How the file is read without a word about it, and what changes that. */
function foundText({ readAs }: DatasetFacts): string {
  if (!readAs?.parts.length) return 'As found in the file.';
  const listed = (parts: ReadAs['parts']): string => parts.map(({ option, text }) => `${text} (${option})`).join('; ');
  const doubts = readAs.doubts.length > 0 ? ` Doubtful: ${listed(readAs.doubts)}.` : '';
  return `As found in the file, each with the key that changes it: ${listed(readAs.parts)}.${doubts}`;
}

/** Why a file is not used, for comments and the terminal. */
export const leftOutText = ({ split, file, why }: LeftOut): string => `${file} is not used for ${split}: ${why}.`;

const skipLines = ({ skipped = 0 }: DatasetFacts): Line[] =>
  skipped > 0
    ? [
        [
          'onError',
          'skip',
          `${count(skipped)} ${skipped === 1 ? 'record' : 'records'} cannot be read: left out and counted. "stop" would name the first.`,
        ],
      ]
    : [];

/** Scripts without spaces need a tokenizer that knows them; others only what was asked for. */
function tokenizerLines({ script, tokenizer }: DatasetFacts): Line[] {
  const [better, other] = spacelessTokenizers;
  if (!script || !isSpaceless(script))
    return tokenizer === undefined ? [] : [['tokenizer', tokenizer, 'As it was asked for.']];
  const unfit = tokenizer && tokenizerWarning(script, tokenizer);
  if (unfit) return [['tokenizer', tokenizer, unfit]];
  const chosen = tokenizer ?? better;
  const instead = chosen === better ? other : better;
  const why = `${percentOf(script)} of the letters are ${script.name}, without spaces between words. "${chosen}": ${tokenizerWords[chosen as typeof better]}; "${instead}": ${tokenizerWords[instead]}.`;
  return [['tokenizer', chosen, why]];
}

const tokenizerWords = {
  segmenter: 'words as the dictionaries of this platform cut them',
  character: 'each letter is a word, which needs no dictionary and makes texts longer',
};

function textLines(facts: DatasetFacts, { preset }: Choice): Line[] {
  const { p95Words } = facts;
  const cap = isWide(preset) ? 1000 : 500;
  const least = 16; // twice the largest filter
  const step = p95Words > 100 ? 50 : 10;
  const enough = Math.max(least, Math.ceil((p95Words || 0) / step) * step);
  const isBlend = typeOf(preset) === 'blend';
  const ofLonger = isBlend ? 'of longer ones the network reads the beginning' : 'the longer ones are cut';
  const why =
    enough > cap
      ? `95% of the documents have at most ${count(p95Words)} words; more than ${count(cap)} cost time and hardly help.`
      : `95% of the documents have at most ${count(p95Words || 0)} words; ${ofLonger}.`;
  const vocabulary: Line[] = isWide(preset)
    ? []
    : [['vocabularySize', vocabularyLimit, 'The most frequent words; bounds the memory that word vectors take.']];
  return [...tokenizerLines(facts), ['maxLength', Math.min(cap, enough), why], ...vocabulary];
}

function trainingLines(facts: DatasetFacts, { preset }: Choice): Line[] {
  const { train: trained } = shares(facts);
  const small = facts.documents < smallSet;
  if (!isWide(preset))
    return [
      ['epochs', small ? 30 : 10, 'Large sets need few passes; raise it while the validation figure still climbs.'],
      ['patience', 3, 'Stops when 3 epochs in a row bring nothing.'],
    ];
  const batchSize = facts.documents < 2000 ? 16 : 64;
  const epochs = epochsFor(facts);
  const steps = Math.ceil(trained / batchSize) * epochs;
  const warmupSteps = Math.min(500, Math.round(steps / 10));
  const lines: Line[] = [
    [
      'epochs',
      epochs,
      small ? 'Small sets gain from 30 epochs (Reuters: 0.9 points of P@1 over 15).' : 'As measured on EURLEX57K.',
    ],
  ];
  if (batchSize !== 64) lines.push(['batchSize', batchSize, 'Small batches give so small a set enough steps.']);
  if (warmupSteps !== 500) lines.push(['warmupSteps', warmupSteps, `A tenth of about ${count(steps)} steps in all.`]);
  if (facts.labels < 5) lines.push(['monitor', 'P@1', 'P@5 needs five labels.']);
  return lines;
}

/** Words of a single document are features too where few words come back. */
function linearLines({ documents }: DatasetFacts, { preset }: Choice): Line[] {
  if (typeOf(preset) === 'xml-cnn' || documents >= 200) return [];
  return [['minDocuments', 1, 'In a set this small few words stand in two documents.']];
}

/** Validation documents that were trained on in the end judge nothing. */
function retrainingLines(facts: DatasetFacts, { preset }: Choice): Line[] {
  const { validation, test } = facts;
  if (!presets[preset].values.training?.retrainOnAll) return [];
  if (validation === undefined && shares(facts).validation < 1)
    return [['retrainOnAll', false, 'So few documents leave none to hold out: all of them are trained on at once.']];
  if (validation === undefined || test !== undefined) return [];
  return [['retrainOnAll', false, 'There is no test file: the figures are those on the validation documents.']];
}

function evaluationLines({ labels, labelsPerDocument }: DatasetFacts): Line[] {
  const k = [1, 3, 5].filter((cutoff) => cutoff <= labels);
  const why = `At most the ${count(labels)} labels there are; documents have ${labelsPerDocument.toFixed(1)} on average.`;
  return [['k', k, why]];
}
