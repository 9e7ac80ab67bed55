import { createEngine, engineNames } from '../../core/engine/create.ts';
import type { Band } from '../../core/metrics/labelCounts.ts';
import { evaluateRun } from '../../core/training/evaluate.ts';
import type { Command } from '../command.ts';
import { measuredOn, printSystems, systemsOf } from '../results.ts';
import { RunReporter } from '../terminal/runReporter.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { grouped, sanitise, table } from '../terminal/text.ts';
import { trainingOptions } from './train.ts';

export const evaluate: Command = {
  name: 'evaluate',
  summary: "Measure a run's best weights on a split of its dataset, or on another file",
  details: 'The full evaluation, label by label, and the scores are written into the run folder.',
  positionals: [
    { name: 'RUN', description: 'Run folder' },
    {
      name: 'DATA',
      description: 'A file in the format of the dataset (default: a split of the dataset)',
      optional: true,
    },
  ],
  options: {
    split: { value: 'NAME', description: 'train, validation or test (default: test)' },
    baselines: { description: 'Also measure the most frequent labels and TF-IDF 20-NN on the same documents' },
    engine: trainingOptions.engine,
    threads: trainingOptions.threads,
  },
  examples: ['xmlcnn evaluate runs/reuters', 'xmlcnn evaluate runs/reuters other.jsonl --baselines'],
  async run(args, terminal, signal) {
    const [folder, data] = args.positionals;
    const engine = args.oneOf('engine', engineNames);
    const result = await evaluateRun(folder, {
      data,
      split: args.oneOf('split', ['train', 'validation', 'test'] as const),
      threads: args.whole('threads', 0),
      baselines: args.flag('baselines'),
      signal,
      onEvent: new RunReporter(terminal).handle,
      ...(engine && { makeEngine: (options) => createEngine(engine, options) }),
    });
    const { evaluation, split, baselines } = result;
    terminal.print(`Figures on ${measuredOn(sanitise(split), evaluation.documents)} (percent, but for the log loss):`);
    if (evaluation.unlabelledDocuments)
      terminal.print(`${grouped(evaluation.unlabelledDocuments)} of them have no label and count 0.`);
    if (evaluation.testOnlyLabels)
      terminal.print(`${grouped(evaluation.testOnlyLabels)} of their labels never occur in train and count as misses.`);
    terminal.print('');
    printSystems(systemsOf(evaluation.metrics, baselines), terminal);
    terminal.print('', 'By number of training documents per label:', '');
    printBands(evaluation.bands, terminal);
    terminal.print('', `Written: ${sanitise(result.evaluationFile)}`);
    return { json: result };
  },
};

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
