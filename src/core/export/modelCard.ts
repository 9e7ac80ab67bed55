import { basename } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { escapeMarkdown, formatMetric, markdownTable, unlabelledText } from '../metrics/metricText.ts';
import type { Metrics } from '../base/metrics.ts';
import { parameterCount } from '../model/network.ts';
import { heldShares } from '../text/drawnSplits.ts';
import { depthOf, nodesOf, pruneInTree } from '../linear/labelTree.ts';
import type { LinearScorer } from '../linear/linearModel.ts';
import { readsBags } from '../text/readSplit.ts';
import { type BlendInfo, weightText } from '../training/blendModel.ts';
import type { LinearInfo } from '../training/linearCheckpoint.ts';
import type { StoredModel } from '../training/readModel.ts';
import type { StoredRun } from '../training/runFolder.ts';
import type { Summary } from '../training/runSummary.ts';
import type { Best } from '../training/trainingState.ts';

interface CardOptions {
  /** Of this program. */
  version: string;
  /** How the files beside the card are used, in Markdown. */
  use: string;
  summary?: Summary;
}

/** What a card says of a model of any kind. */
interface CardFacts {
  run: StoredRun;
  kind: string;
  best: Best | undefined;
  settings: Rows;
  /** How much of a document the model takes in. */
  reads: string;
}

/** The card of a network. */
export const modelCard = (model: StoredModel, options: CardOptions): string =>
  card(
    {
      run: model.run,
      kind: model.run.config.training.seeds > 1 ? `the mean of ${model.run.config.training.seeds} XML-CNN` : 'XML-CNN',
      best: model.info.state.best,
      settings: settingRows(model),
      reads: `Words beyond the ${grouped(model.info.shape.maxLength)}th of a document are not read; words outside the vocabulary count as one unknown word.`,
    },
    options,
  );

/** The card of a linear model. */
export const linearModelCard = (
  run: StoredRun,
  { model, info }: { model: LinearScorer; info: LinearInfo },
  options: CardOptions,
): string =>
  card(
    {
      run,
      kind: 'a linear support vector machine for each label',
      best: info.state.best,
      settings: linearRows(run, model),
      reads: isOfBags(model)
        ? 'Features that the model does not know count for nothing.'
        : 'Documents are read whole; words and word sequences that are no features of the model count for nothing.',
    },
    options,
  );

const isOfBags = ({ features }: LinearScorer): boolean => features.settings.values !== undefined;

/** The card of a blend. */
export const blendCard = (
  network: StoredModel,
  { linear, info }: { linear: LinearScorer; info: BlendInfo },
  options: CardOptions,
): string => {
  const named = (part: string, rows: Rows): Rows => rows.map(([title, value]) => [`${part}: ${title}`, value]);
  const [text, ...ofLinear] = linearRows(network.run, linear);
  return card(
    {
      run: network.run,
      kind: 'a blend of a linear support vector machine for each label and XML-CNN',
      best: info.best,
      settings: [
        text,
        ['Weights', `${weightText(info)}, of the mean of both probabilities; found on validation`],
        ...named('Linear model', ofLinear),
        ...named('Network', settingRows(network).slice(1)),
      ],
      reads: `The linear model reads documents whole, the network their first ${grouped(network.info.shape.maxLength)} words, and of the vocabulary the ${grouped(network.info.shape.vocabulary)} words that stand first.`,
    },
    options,
  );
};

/** What a model was made from, how, how well it does and where it ends, as Markdown. */
function card(model: CardFacts, { version, use, summary }: CardOptions): string {
  const { run } = model;
  const parts = [
    `# ${escapeMarkdown(run.name)}`,
    `A multi-label text classifier (${model.kind}), trained and exported by xmlcnn ${version}. ${readsBags(run) ? 'A bag of words' : 'Text'} in, a probability for each of ${run.labels.outputs.toLocaleString('en')} labels out.`,
    '## Use',
    use,
    '## Data',
    table(dataRows(model, summary)),
    '## Settings',
    table(model.settings),
    '## Figures',
    ...figures(model, summary),
    '## Limits',
    limits(model)
      .map((line) => `- ${line}`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

type Rows = [title: string, value: string | undefined][];

const table = (rows: Rows): string =>
  markdownTable(
    ['', ''],
    rows.flatMap(([title, value]) => (value === undefined ? [] : [[title, escapeMarkdown(value)]])),
  );

const grouped = (n: number): string => n.toLocaleString('en');
const fileName = (path: string | undefined): string | undefined => path && basename(path);

function dataRows({ run: { config, labels, words } }: CardFacts, summary: Summary | undefined): Rows {
  const { dataset } = config;
  const counts = summary?.documents;
  const heldOf = (split: 'validation' | 'test'): string | undefined =>
    dataset[split] === undefined ? `${heldShares(config)[split]} of train` : fileName(dataset[split]);
  return [
    ['Training documents', grouped(labels.trainDocuments)],
    ['Training file', fileName(dataset.train)],
    ['Validation', counts?.validation ? `${grouped(counts.validation)} documents, ${heldOf('validation')}` : undefined],
    ['Test', counts?.test ? `${grouped(counts.test)} documents, ${heldOf('test')}` : undefined],
    ['Labels', grouped(labels.outputs)],
    ['Labels per training document', perDocument(labels)],
    ['Vocabulary', `${grouped(words.length)} words, the padding and the unknown word included`],
  ];
}

function perDocument({ trainCounts, trainDocuments }: StoredModel['run']['labels']): string | undefined {
  const total = trainCounts.reduce((sum, count) => sum + count, 0);
  return trainDocuments ? (total / trainDocuments).toFixed(2) : undefined;
}

function settingRows({ run: { config }, info }: StoredModel): Rows {
  const { model: m, training: t } = config;
  const { shape } = info;
  return [
    ['Text', textSettings(config)],
    ['Words read of a document', grouped(shape.maxLength)],
    ['Word vectors', `${shape.dim} numbers, ${config.embedding.file ? `begun from ${fileName(config.embedding.file)}` : 'begun at random'}, ${config.embedding.train ? 'trained' : 'frozen'}`],
    ['Filters', `${shape.filters} of each size: ${shape.filterSizes.join(', ')} words`],
    ['Pooling', shape.pooling === 'seed' ? 'seed' : `${shape.pooling}, ${shape.pools} chunk${shape.pools === 1 ? '' : 's'}, padding ${shape.padding ?? 'fit'}`],
    ['Hidden layer', shape.hidden ? `${shape.hidden} units` : 'none'],
    ['Weights', grouped(parameterCount(shape))],
    ['Dropout', `${m.embeddingDropout} of word vectors, ${m.hiddenDropout} before the output`],
    ['Training', `Adam, learning rate ${t.learningRate}, ${t.schedule}, batches of ${t.batchSize}, ${t.loss}, seed ${t.seed}${t.ema ? `, weights averaged (${t.ema})` : ''}`],
    ['Best epoch', info.state.best ? `${info.state.best.epoch}, by ${t.monitor}` : undefined],
  ]; // prettier-ignore
}

function linearRows({ config }: StoredRun, model: LinearScorer): Rows {
  const { features, parameters, slope, tree } = model;
  const { text, linear } = config;
  const { values = 'tfidf', sublinear } = features.settings;
  const tfidf = `${sublinear ? '1 + ln tf' : 'tf'} times ln((1 + N) / (1 + df)) + 1, documents scaled to length 1`;
  const given = `as given${values === 'unit-length' ? ', documents scaled to length 1' : ''}`;
  const ofWords = `words${text.ngrams > 1 ? ` and sequences of up to ${text.ngrams}` : ''} in at least ${linear.minDocuments} training documents, of words of at least ${linear.minWordLength} characters`;
  return [
    ['Text', isOfBags(model) ? undefined : textSettings(config)],
    ['Features', `${grouped(features.size)}: ${isOfBags(model) ? `those of a bag of words, in at least ${linear.minDocuments} training documents` : ofWords}`],
    ['Values', values === 'tfidf' ? tfidf : given],
    ['Weights', `${grouped(parameters)}, those of at most ${tree ? Number((pruneInTree * linear.prune).toPrecision(3)) : linear.prune} left out`],
    ['Label tree', tree && `${grouped(nodesOf(tree))} nodes, ${depthOf(tree)} deep; ${linear.beam} of a depth are looked into. A label's z is 1 less the root of the sum of max(0, 1 - z)² over the steps to it`],
    ['Training', `squared hinge loss, C ${linear.c}, bias as one more feature of 1`],
    ['Probabilities', `sigmoid(${slope} z)`],
  ]; // prettier-ignore
}

const textSettings = ({ text }: RunConfig): string =>
  [
    `tokenizer ${text.tokenizer}`,
    ...(text.segmenterVersion === undefined ? [] : [`dictionaries ${text.segmenterVersion}`]),
    text.lowercase ? 'lower case' : 'case kept',
    text.keepNumbers ? 'numbers kept' : 'numbers left out',
    ...(text.stopWords === null ? [] : [`stop words (${text.stopWords}) left out`]),
    ...(text.stem === 'none' ? [] : [`${text.stem} stems`]),
  ].join(', ');

const shown = /^(P|nDCG|PSP|R)@|^(micro|macro)F1(?:@(?:tuned|per-label|top-k))?$|^logLoss$/;

const validationTitles: Record<RunConfig['model']['type'], string> = {
  'xml-cnn': 'Validation (chose the epoch)',
  linear: 'Validation',
  blend: 'Validation (chose epoch and weights)',
};

const partTitles: Record<string, string> = { 'linear-part': 'Its linear model', 'network-part': 'Its network' };

function figures({ best, run }: CardFacts, summary: Summary | undefined): string[] {
  const chosen = validationTitles[run.config.model.type];
  const columns: [title: string, metrics: Metrics][] = [
    ...(best?.validation ? [[chosen, best.validation] as [string, Metrics]] : []),
    ...(summary?.evaluated ? [[`On ${summary.evaluated.split}`, summary.evaluated.metrics] as [string, Metrics]] : []),
    ...(summary?.baselines ?? []).map(({ name, metrics }): [string, Metrics] => [
      partTitles[name] ?? `Baseline: ${name}`,
      metrics,
    ]),
  ];
  if (!columns.length) return ['The model was not evaluated when it was exported.'];
  const notes = (['validation', 'test'] as const).flatMap((split) => {
    const [documents, unlabelled] = [summary?.documents[split] ?? 0, summary?.unlabelled?.[split] ?? 0];
    return unlabelled > 0 ? [`${grouped(documents)} ${split} documents: ${unlabelledText(unlabelled)}`] : [];
  });
  const all = new Set(columns.flatMap(([, metrics]) => Object.keys(metrics)));
  const names = [...all].filter((name) => shown.test(name));
  const rows = names.map((name) => [name, ...columns.map(([, metrics]) => formatMetric(name, metrics[name]))]);
  return [
    markdownTable(['', ...columns.map(([title]) => escapeMarkdown(title))], rows, true),
    `In percent, but for the log loss; F1 at a threshold of 0.5.${decisionText(best, run.config)}`,
    ...notes,
  ];
}

/** What was tuned on validation, and which of it the run decides by. */
function decisionText(best: Best | undefined, { evaluation }: RunConfig): string {
  const { threshold, own } = best ?? {};
  const k = evaluation.topK ?? best?.topK;
  if (threshold === undefined) return '';
  const one = ` The threshold tuned on validation for micro-F1 is ${threshold.toFixed(3)} (\`@tuned\`).`;
  if (!own || k === undefined) return one;
  const chosen = { one: 'one threshold', 'per-label': 'a threshold per label', 'top-k': `the ${k} best` };
  return `${one} ${grouped(own.labels.length)} labels have a threshold of their own beside it (\`@per-label\`, in the metadata of the model under \`best\` or \`state\`); \`@top-k\` predicts the ${k} best. The run decides by ${chosen[evaluation.thresholds]}.`;
}

function limits({ run: { labels, config }, reads }: CardFacts): string[] {
  const counts = labels.trainCounts.slice(0, labels.outputs);
  const rare = counts.filter((count) => count > 0 && count <= 5).length;
  const never = counts.filter((count) => count === 0).length;
  return [
    `It knows the labels of its training documents and no others${never ? `; ${grouped(never)} of its outputs had no training document` : ''}.`,
    ...(rare ? [`${grouped(rare)} labels had at most 5 training documents: they are learnt badly.`] : []),
    reads,
    ...(config.text.tokenizer === 'segmenter'
      ? [
          'Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut into words by the dictionaries of ICU (`Intl.Segmenter`): another version may cut other words, which the vocabulary does not hold.',
        ]
      : []),
    'Probabilities are not calibrated, and figures hold for documents like those of the test set only.',
    'What its training documents hold of errors and prejudice, it has learnt too.',
  ];
}
