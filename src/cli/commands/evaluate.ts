import { datasetFile } from '../../core/data/datasetFile.ts';
import { splitNames } from '../../core/base/splits.ts';
import { createEngine, engineNames } from '../../core/engine/createEngine.ts';
import type { Band } from '../../core/metrics/labelCounts.ts';
import { evaluateToMatrices, type MatrixFiles } from '../../core/export/scoreMatrices.ts';
import { type EvaluateOptions, evaluateRun } from '../../core/training/evaluateRun.ts';
import { type Arguments, type Command, usage } from '../command.ts';
import { datasetOptions, sourceOptions } from '../dataset.ts';
import {
  behindLinear,
  decisionTitle,
  measuredOn,
  printCorrected,
  printSeen,
  printSystems,
  printUnlabelled,
  systemsOf,
  thresholdChoice,
} from '../figures.ts';
import { RunReporter } from '../terminal/runReporter.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { grouped, sanitise, table } from '../terminal/text.ts';
import { trainingOptions } from './train.ts';

/** Scores of a document that a matrix keeps, unless asked otherwise. */
const TOP = 100;

export const evaluate: Command = {
  name: 'evaluate',
  summary: "Measure a run's best weights on a split of its dataset, or on another file",
  details: 'The full evaluation, label by label, and the scores are written into the run folder.',
  positionals: [
    { name: 'RUN', description: 'Run folder' },
    {
      name: 'DATA',
      description: 'A file with the fields of the dataset (default: a split of the dataset)',
      optional: true,
    },
  ],
  options: {
    split: { value: 'NAME', description: 'train, validation or test (default: test)' },
    baselines: {
      description:
        'Also measure the most frequent labels, TF-IDF 20-NN and, where it is quick, a linear model on the same documents',
    },
    scores: {
      value: 'FILE',
      description: 'Write the probabilities as a matrix: .npz (scipy) or .mat (MATLAB, Octave)',
    },
    truth: { value: 'FILE', description: 'Write the labels of the documents as a matrix of the same shape' },
    top: { value: 'K', description: `Best scores of a document that --scores keeps (default: ${TOP})` },
    above: { value: 'P', description: 'Keep all scores above P instead' },
    threshold: {
      value: 'P',
      description:
        'Also measure at this threshold, or by what was tuned on validation: "one", "per-label", "top-k" or "tuned", and give the figures by number of training documents there',
    },
    engine: trainingOptions.engine,
    threads: trainingOptions.threads,
    ...datasetOptions,
  },
  examples: [
    'xmlcnn evaluate runs/reuters',
    'xmlcnn evaluate runs/reuters other.jsonl --baselines',
    'xmlcnn evaluate runs/reuters --scores score_matrix.mat --truth ty.mat',
  ],
  async run(args, terminal, signal) {
    const [folder, data] = args.positionals;
    const engine = args.oneOf('engine', engineNames);
    const matrices = matrixFiles(args);
    const options: EvaluateOptions = {
      data: data === undefined ? undefined : datasetFile(data),
      reading: sourceOptions(args),
      split: args.oneOf('split', splitNames),
      threshold: thresholdChoice(args),
      threads: args.whole('threads', 0),
      baselines: args.flag('baselines'),
      signal,
      onEvent: new RunReporter(terminal).handle,
      ...(engine && { makeEngine: (o) => createEngine(engine, o) }),
    };
    const result = await (matrices ? evaluateToMatrices(folder, options, matrices) : evaluateRun(folder, options));
    const { evaluation, split, baselines } = result;
    terminal.print(`Figures on ${measuredOn(sanitise(split), evaluation.documents)} (percent, but for the log loss):`);
    printUnlabelled(evaluation.unlabelledDocuments, terminal);
    printCorrected(result.corrected, terminal);
    if (evaluation.testOnlyLabels)
      terminal.print(`${grouped(evaluation.testOnlyLabels)} of their labels never occur in train and count as misses.`);
    terminal.print('');
    printSystems(systemsOf(result.modelType, evaluation.metrics, baselines), terminal);
    const behind = behindLinear(evaluation.metrics, baselines);
    if (behind.length) terminal.print('', ...behind);
    printSeen(result.seen, terminal);
    const decided = args.text('threshold');
    const at = decided === undefined ? '' : ` (${decisionTitle(`@${decided === 'one' ? 'tuned' : decided}`)})`;
    terminal.print('', `By number of training documents per label${at}:`, '');
    printBands((evaluation.asked ?? evaluation).bands, terminal);
    const written = [result.evaluationFile, matrices?.scores, matrices?.truth].filter((file) => file !== undefined);
    terminal.print('', ...written.map((file) => `Written: ${sanitise(file)}`));
    return { json: { ...result, scores: matrices?.scores, truth: matrices?.truth } };
  },
};

function matrixFiles(args: Arguments): MatrixFiles | undefined {
  const [scores, truth] = [args.text('scores'), args.text('truth')];
  const [top, above] = [args.whole('top'), args.number('above', 0, 1)];
  if (top !== undefined && above !== undefined) throw usage('evaluate', '--top and --above exclude each other');
  if (scores === undefined && (top ?? above) !== undefined)
    throw usage('evaluate', `--${top === undefined ? 'above' : 'top'} needs --scores`);
  if (scores === undefined && truth === undefined) return undefined;
  return { scores, truth, kept: above === undefined ? { top: top ?? TOP } : { above } };
}

function printBands(bands: Band[], terminal: Terminal): void {
  const right = ['labels', 'true', 'predicted', 'precision', 'recall', 'F1', 'macro-F1'];
  const [titles, ...rows] = table(
    [{ title: 'documents' }, ...right.map((title) => ({ title, align: 'right' as const }))],
    bands
      .filter((b) => b.labels > 0)
      .map((b) => [
        b.name === '0' ? 'none' : b.name,
        ...[b.labels, b.support, b.predicted].map((n) => grouped(n)),
        ...[b.precision, b.recall, b.f1, b.macroF1].map((share) => (share * 100).toFixed(2)),
      ]),
  );
  terminal.print(terminal.style.bold(titles), ...rows);
}
