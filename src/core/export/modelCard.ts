import { basename } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { escapeMarkdown, formatMetric, markdownTable } from '../metrics/metricText.ts';
import type { Metrics } from '../base/metrics.ts';
import { parameterCount } from '../model/network.ts';
import { heldShares } from '../text/drawnSplits.ts';
import type { StoredModel } from '../training/readModel.ts';
import type { Summary } from '../training/runSummary.ts';

interface CardOptions {
  /** Of this program. */
  version: string;
  /** How the files beside the card are used, in Markdown. */
  use: string;
  summary?: Summary;
}

/** What a model was made from, how, how well it does and where it ends, as Markdown. */
export function modelCard(model: StoredModel, { version, use, summary }: CardOptions): string {
  const { run } = model;
  const parts = [
    `# ${escapeMarkdown(run.name)}`,
    `A multi-label text classifier (XML-CNN), trained and exported by xmlcnn ${version}. Text in, a probability for each of ${run.labels.outputs.toLocaleString('en')} labels out.`,
    '## Use',
    use,
    '## Data',
    table(dataRows(model, summary)),
    '## Settings',
    table(settingRows(model)),
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

function dataRows({ run: { config, labels, words } }: StoredModel, summary: Summary | undefined): Rows {
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

const textSettings = ({ text }: RunConfig): string =>
  [
    `tokenizer ${text.tokenizer}`,
    ...(text.segmenterVersion === undefined ? [] : [`dictionaries ${text.segmenterVersion}`]),
    text.lowercase ? 'lower case' : 'case kept',
    text.keepNumbers ? 'numbers kept' : 'numbers left out',
    ...(text.stopWords === null ? [] : [`stop words (${text.stopWords}) left out`]),
    ...(text.stem === 'none' ? [] : [`${text.stem} stems`]),
  ].join(', ');

const shown = /^(P|nDCG|PSP|R)@|^(micro|macro)F1$|^logLoss$/;

function figures({ info }: StoredModel, summary: Summary | undefined): string[] {
  const best = info.state.best;
  const columns: [title: string, metrics: Metrics][] = [
    ...(best?.validation ? [['Validation (chose the epoch)', best.validation] as [string, Metrics]] : []),
    ...(summary?.evaluated ? [[`On ${summary.evaluated.split}`, summary.evaluated.metrics] as [string, Metrics]] : []),
    ...(summary?.baselines ?? []).map(({ name, metrics }): [string, Metrics] => [`Baseline: ${name}`, metrics]),
  ];
  if (!columns.length) return ['The model was not evaluated when it was exported.'];
  const names = Object.keys(columns[columns.length - 1][1]).filter((name) => shown.test(name));
  const rows = names.map((name) => [name, ...columns.map(([, metrics]) => formatMetric(name, metrics[name]))]);
  const threshold = best?.threshold;
  return [
    markdownTable(['', ...columns.map(([title]) => escapeMarkdown(title))], rows, true),
    `In percent, but for the log loss; F1 at a threshold of 0.5.${threshold === undefined ? '' : ` The threshold tuned on validation for micro-F1 is ${threshold.toFixed(3)}.`}`,
  ];
}

function limits({ run: { labels, config }, info: { shape } }: StoredModel): string[] {
  const counts = labels.trainCounts.slice(0, labels.outputs);
  const rare = counts.filter((count) => count > 0 && count <= 5).length;
  const never = counts.filter((count) => count === 0).length;
  return [
    `It knows the labels of its training documents and no others${never ? `; ${grouped(never)} of its outputs had no training document` : ''}.`,
    ...(rare ? [`${grouped(rare)} labels had at most 5 training documents: they are learnt badly.`] : []),
    `Words beyond the ${grouped(shape.maxLength)}th of a document are not read; words outside the vocabulary count as one unknown word.`,
    ...(config.text.tokenizer === 'segmenter'
      ? [
          'Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut into words by the dictionaries of ICU (`Intl.Segmenter`): another version may cut other words, which the vocabulary does not hold.',
        ]
      : []),
    'Probabilities are not calibrated, and figures hold for documents like those of the test set only.',
    'What its training documents hold of errors and prejudice, it has learnt too.',
  ];
}
