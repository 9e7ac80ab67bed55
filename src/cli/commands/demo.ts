import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { loadConfig, type LoadedConfig } from '../../core/config/load.ts';
import { makeFolder, withFileErrors, writeFileAtomic } from '../../core/base/files.ts';
import type { Evaluation } from '../../core/metrics/evaluator.ts';
import { highlightsOf } from '../../core/predict/highlights.ts';
import { type ExplainedLabel, loadPredictor, type Prediction } from '../../core/predict/predictor.ts';
import { runPaths } from '../../core/training/runFolder.ts';
import { type RunResult, type Summary, unlabelledOf } from '../../core/training/runSummary.ts';
import type { Command } from '../command.ts';
import { readSplit } from '../dataset.ts';
import { openInspection } from '../../core/explore/inspection.ts';
import type { SplitInspection } from '../../core/explore/splitInspection.ts';
import { behindLinear, measuredOn, readEpochs, systemsOf } from '../figures.ts';
import type { ReportExample } from '../report/examples.ts';
import { renderReport } from '../report/runReport.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, duration, grouped, sanitise } from '../terminal/text.ts';
import {
  demoConfig,
  findWordnet,
  type GlossDataset,
  type GlossDocument,
  writeDataset,
} from '../wordnet/wordnetDataset.ts';
import { showFile } from '../inspect/showFile.ts';
import { show } from './predict.ts';
import { overridesOf, resultJson, showFigures, trainingOptions, trainOnTerminal } from './train.ts';

const FOLDER = 'demo';
const HEAD = 8;
const EXAMPLES = 3;
const TOP = 5;

export const demo: Command = {
  name: 'demo',
  summary: 'Build a dataset from WordNet, train on it, and show what was learnt, in three minutes',
  details:
    "Texts are the glosses of WordNet's nouns; labels are the kinds of thing above each. Writes data, config, run folder and a report.html that opens in any browser.",
  positionals: [],
  options: { folder: { value: 'FOLDER', description: `Where to write (default: ${FOLDER})` }, ...trainingOptions },
  examples: ['xmlcnn demo'],
  async run(args, terminal, signal) {
    const started = performance.now();
    const folder = args.text('folder') ?? FOLDER;
    const dataset = await writeDataset(findWordnet(), join(folder, 'data'));
    const config = await writeConfig(folder);
    const loaded = await loadConfig(config, overridesOf(args));
    const surveyed = await inspectSplits(folder, dataset, terminal, signal);
    const result = await trainOnTerminal(loaded, undefined, terminal, signal);
    showFigures(result, terminal);
    if (!result.summary) return { json: await resultJson(result) };
    const examples = await explainUnseen(result.folder, dataset, terminal);
    const report = join(folder, 'report.html');
    await writeFileAtomic(report, await demoReport(loaded, result, result.summary, surveyed, dataset, examples));
    const seconds = (performance.now() - started) / 1000;
    const run = sanitise(relative('.', result.folder));
    terminal.print(
      `Run folder: ${run}`,
      `Report:     ${sanitise(report)}`,
      `Your turn:  echo "a large cat with black stripes" | xmlcnn predict ${run} --explain`,
      `The demo took ${duration(seconds)}.`,
    );
    return { json: { ...((await resultJson(result)) as object), report, examples, seconds } };
  },
};

async function writeConfig(folder: string): Promise<string> {
  const path = join(folder, 'wordnet.xmlcnn.json');
  await makeFolder(folder);
  await writeFileAtomic(path, demoConfig);
  return path;
}

async function inspectSplits(
  folder: string,
  { names }: GlossDataset,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<readonly SplitInspection[]> {
  terminal.log(
    `Built a dataset of ${counted(names.size, 'label')} from WordNet's nouns in ${sanitise(join(folder, 'data'))}`,
  );
  const data = join(folder, 'data');
  const labelNames = join(data, 'label_names.tsv');
  const inspection = await openInspection({ file: data }, { format: 'jsonl', labelNames, onError: 'stop' });
  const { splits: files } = inspection;
  for (const split of files) await readSplit(split, terminal, signal);
  showFile(files[0], inspection, HEAD, terminal);
  for (const { split, statistics } of files.slice(1))
    terminal.print(`  ${terminal.style.dim(split.padEnd(12))}${counted(statistics.documents, 'document')}`);
  terminal.print('');
  return files;
}

interface Explained {
  document: GlossDocument;
  prediction: Prediction<ExplainedLabel>;
}

/** Glosses of the test split, which the model has not seen: spread over it, of some length, whatever comes out. */
async function explainUnseen(run: string, { splits, names }: GlossDataset, terminal: Terminal): Promise<Explained[]> {
  const long = splits.test.filter(({ text, labels }) => text.split(' ').length >= 10 && labels.length >= 3);
  const chosen = Array.from({ length: EXAMPLES }, (_, i) => long[Math.floor(((i + 0.5) / EXAMPLES) * long.length)]);
  const predictor = await loadPredictor(run);
  try {
    terminal.print('', terminal.style.bold('Three unseen glosses, and why'), '');
    const explained: Explained[] = [];
    for (const document of chosen) {
      const prediction = await predictor.explain(document.text, { top: TOP });
      show({ id: document.id, text: document.text, truth: document.labels }, prediction, terminal, (name) =>
        names.get(name),
      );
      explained.push({ document, prediction });
    }
    return explained;
  } finally {
    await predictor.dispose();
  }
}

async function demoReport(
  { config }: LoadedConfig,
  { folder, bestEpoch }: RunResult,
  summary: Summary,
  surveyed: readonly SplitInspection[],
  { names }: GlossDataset,
  examples: Explained[],
): Promise<string> {
  const { split, documents, metrics } = summary.evaluated!;
  const file = runPaths(folder).evaluation(split);
  const evaluation = JSON.parse(await withFileErrors(file, () => readFile(file, 'utf8'))) as Evaluation;
  const display = (name: string): string => names.get(name) ?? name;
  const { model, training, embedding } = config;
  return renderReport({
    title: 'A linear model and XML-CNN on WordNet glosses',
    subtitle: `A blend of both: ${grouped(summary.parameters)} weights, trained in ${duration(summary.seconds)} on the CPU.`,
    systems: systemsOf('blend', metrics, summary.baselines),
    measuredOn: measuredOn(split, documents),
    unlabelled: unlabelledOf(summary),
    epochs: await readEpochs(folder),
    bestEpoch,
    curves: ['P@1', 'P@3', 'P@5', 'nDCG@5'],
    statistics: surveyed.map(({ split: name, statistics }) => ({ name, statistics })),
    display,
    bands: evaluation.bands,
    examples: examples.map((e) => reportExample(e, display)),
    settings: [
      ['linear model', 'support vector machines over TF-IDF of words and word pairs'],
      ['word vectors', `${embedding.dim} dimensions, ${embedding.train ? 'trained' : 'frozen'}`],
      ['filters', `${model.filters} of each size ${model.filterSizes.join(', ')}`],
      ['pooling', `${model.pooling}, ${counted(model.pools, 'chunk')}`],
      ['hidden layer', model.hidden ? `${model.hidden} units` : 'none'],
      ['dropout', `${model.embeddingDropout} on word vectors, ${model.hiddenDropout} before the output`],
      [
        'training',
        `${counted(training.epochs, 'epoch')}, batches of ${training.batchSize}, learning rate ${training.learningRate}, seed ${training.seed}`,
      ],
      ['engine', summary.engine.build],
      ['run folder', relative('.', folder)],
    ],
    notes: [...behindLinear(metrics, summary.baselines), WORDNET_NOTE],
  });
}

const WORDNET_NOTE =
  'Texts and labels: WordNet 3.1. Copyright 2011 by Princeton University. All rights reserved. Its licence is beside the data, in data/LICENSE-WordNet.txt.';

function reportExample({ document, prediction }: Explained, display: (name: string) => string): ReportExample {
  const { text, labels } = document;
  const [first] = prediction.labels;
  return {
    text,
    highlights: first ? highlightsOf(first.explanation, text.length) : [],
    predictions: prediction.labels.map(({ name, probability }) => ({
      label: display(name),
      probability,
      correct: labels.includes(name),
    })),
    truth: labels.map(display),
  };
}
