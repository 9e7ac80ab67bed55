import { basename } from 'node:path';
import { type BagOfWords, contentOf, shownContent } from '../../core/data/bagOfWords.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { createEngine, engineNames } from '../../core/engine/createEngine.ts';
import { UserError } from '../../core/base/errors.ts';
import { ahead, blocks } from '../../core/base/pipeline.ts';
import { type BulkOptions, exportPredictions, predictTexts } from '../../core/predict/predictDataset.ts';
import { type BulkDocument, predictionFormat } from '../../core/predict/predictionRows.ts';
import { openForRun, type TrainedReading } from '../../core/text/readSplit.ts';
import { showFindings } from '../inspect/showFile.ts';
import {
  type ExplainedLabel,
  loadPredictor,
  type PredictedLabel,
  type Prediction,
  type Predictor,
} from '../../core/predict/predictor.ts';
import { type Arguments, type Command, usage } from '../command.ts';
import { datasetOptions, sourceOptions } from '../dataset.ts';
import { thresholdChoice, thresholdOption } from '../figures.ts';
import type { DecisionChoice } from '../../core/metrics/decision.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, clip, counted, padStart, percent, sanitise } from '../terminal/text.ts';
import { trainingOptions } from './train.ts';
import { TextDecoder } from 'node:util';
import { readLines } from '../../core/formats/bytes.ts';
import type { DatasetFile, DatasetFormat, SourceOptions } from '../../core/data/document.ts';
import { formatOf } from '../../core/data/sharedReading.ts';
import { statOf } from '../../core/base/files.ts';

const TOP = 5;
/** Texts that are scored together where they are typed in or come through a pipe, and where they are there already. */
const piped = 256;
const mostTogether = 8192;
const SHOWN_FOR = 5;
const SHOWN_AGAINST = 2;

export const predict: Command = {
  name: 'predict',
  summary: 'Predict the labels of texts, and say which words carried each',
  details:
    'Every line of FILE, or of standard input where FILE is - or absent, is a text. A FILE of records (JSON, CSV, TSV, fastText, Parquet and the like), and any FILE with --dataset or --output, is read as the dataset of the run is, by the names of its fields; --lines takes the lines of any FILE as texts, --whole the file as one. --dataset marks the labels that it holds; --output writes all its columns and the labels into a file.',
  positionals: [
    { name: 'RUN', description: 'Run folder' },
    { name: 'FILE', description: 'Texts, one a line; - is standard input (default)', optional: true },
  ],
  options: {
    top: { short: 'k', value: 'K', description: `Labels per text (default ${TOP})` },
    explain: { description: 'Name the words and n-grams that carried each label, and those that spoke against it' },
    threshold: thresholdOption,
    text: { value: 'TEXT', description: 'A text to predict, instead of FILE', multiple: true },
    output: {
      short: 'o',
      value: 'OUT',
      description: 'Write the predictions to OUT.csv or OUT.jsonl, beside the columns of FILE',
    },
    whole: { description: 'Take FILE as one text' },
    dataset: { description: "Read FILE by the fields of the run's dataset" },
    lines: { description: 'Take every line of FILE as a text, whatever it holds' },
    checkpoint: { value: 'NAME', description: 'best (default) or last' },
    engine: trainingOptions.engine,
    threads: trainingOptions.threads,
    ...datasetOptions,
  },
  examples: [
    'echo "Wheat exports rose in March" | xmlcnn predict runs/reuters --explain',
    'xmlcnn predict runs/reuters texts.txt --top 3 --json',
    'xmlcnn predict runs/reuters new.csv --output predicted.csv',
  ],
  async run(args, terminal, signal) {
    const [folder] = args.positionals;
    const engine = args.oneOf('engine', engineNames);
    const settings = readSettings(args);
    const load = (): Promise<Predictor> =>
      loadPredictor(folder, {
        checkpoint: args.oneOf('checkpoint', ['best', 'last'] as const),
        threads: args.whole('threads', 0),
        isBulk: !settings.explain && !args.list('text').length && !readsStdin(args),
        ...(engine && { makeEngine: (options) => createEngine(engine, options) }),
      });
    const hasRecords = await holdsRecords(args);
    const call: Call = { predictor: await load(), args, settings, terminal, signal, hasRecords };
    if (hasRecords)
      terminal.warn(`${sanitise(args.positionals[1])} is read by its fields; --lines takes its lines as texts.`);
    const { warning } = call.predictor;
    if (warning !== undefined) terminal.warn(sanitise(warning));
    if (terminal.json && settings.output === undefined) return { json: await jsonOf(call) };
    try {
      if (settings.output !== undefined) return { json: await predictToFile(call, settings.output) };
      const displayOf = titlesOf(call);
      for await (const [input, prediction] of predictions(call)) show(input, prediction, terminal, displayOf);
      if (signal.aborted) terminal.log('Interrupted.');
      return { json: undefined };
    } finally {
      await call.predictor.dispose();
    }
  },
};

/** What the parts of one call share. */
interface Call {
  predictor: Predictor;
  args: Arguments;
  settings: Settings;
  terminal: Terminal;
  signal: AbortSignal;
  /** FILE is read by its fields though nothing was said. */
  hasRecords: boolean;
}

interface Settings {
  top?: number;
  threshold?: DecisionChoice;
  explain: boolean;
  output?: string;
}

function readSettings(args: Arguments): Settings {
  const from = ['text', 'whole', 'dataset', 'lines'].filter((name) => args.flag(name) || args.list(name).length > 0);
  if (from.length > 1) throw usage('predict', `--${from[0]} and --${from[1]} exclude each other`);
  if (args.list('text').length && args.positionals[1] !== undefined)
    throw usage('predict', '--text and FILE exclude each other');
  const output = args.text('output');
  if (output !== undefined) predictionFormat(output);
  return { top: args.whole('top'), threshold: thresholdChoice(args), explain: args.flag('explain'), output };
}

/** What is asked for, resolved: a number where one threshold decides. Throws `UserError` `no-tuned-threshold`. */
function thresholdOf({ threshold }: Settings, predictor: Predictor): DecisionChoice | undefined {
  if (threshold === undefined) return undefined;
  const decision = predictor.decisionOf(threshold);
  return decision.kind === 'one' ? decision.threshold : decision.kind;
}

/** Five labels, or as many as the run has tuned. */
function usualTop({ threshold }: Settings, predictor: Predictor): number {
  const { k } = threshold === undefined ? { k: Infinity } : predictor.decisionOf(threshold);
  return Number.isFinite(k) ? k : TOP;
}

const optionsOf = ({ predictor, settings, signal }: Call) => ({
  top: Math.min(settings.top ?? usualTop(settings, predictor), predictor.labels.outputs),
  threshold: thresholdOf(settings, predictor),
  signal,
});

type AnyPrediction = Prediction<PredictedLabel | ExplainedLabel>;

/** The result as a program gets it: predictions come as they are made, and the last ends the model. */
async function jsonOf(call: Call): Promise<unknown> {
  const { predictor, args, settings } = call;
  async function* all(): AsyncGenerator<unknown> {
    try {
      for await (const [{ id, text, truth }, prediction] of predictions(call)) yield { id, text, ...prediction, truth };
    } finally {
      await predictor.dispose();
    }
  }
  try {
    return { run: args.positionals[0], threshold: thresholdOf(settings, predictor), predictions: all() };
  } catch (error) {
    await predictor.dispose();
    throw error;
  }
}

async function* predictions(call: Call): AsyncGenerator<[InputText, AnyPrediction]> {
  const { predictor, args, settings, terminal, signal } = call;
  const options = optionsOf(call);
  const isTyped = readsStdin(args) && terminal.stdin.isTTY === true;
  if (isTyped) terminal.log('Type a text and press Enter; Ctrl-D ends.');
  const size = isTyped ? 1 : readsStdin(args) || settings.explain ? piped : mostTogether;
  async function* predicted(): AsyncGenerator<[InputText[], AnyPrediction[]]> {
    for await (const inputs of blocks(inputsOf(call), size)) {
      const texts = inputs.map(({ text, features }) => features ?? text);
      const found: AnyPrediction[] = settings.explain
        ? await inTurn(texts, (text) => predictor.explain(text, options), signal)
        : await predictor.predict(texts, options);
      yield [inputs, found];
    }
  }
  for await (const [inputs, found] of size === mostTogether ? ahead(predicted()) : predicted())
    for (const [i, prediction] of found.entries()) yield [inputs[i], prediction];
}

function titlesOf({ predictor }: Call): (name: string) => string | undefined {
  const { names, display } = predictor.labels;
  const titles = new Map(names.map((name, l) => [name, display[l] ?? undefined]));
  return (name) => titles.get(name);
}

/** Into a file, beside the columns of the input. */
async function predictToFile(call: Call, output: string): Promise<unknown> {
  const { predictor, args, settings, terminal } = call;
  const options: BulkOptions = { ...optionsOf(call), explain: settings.explain };
  const file = args.positionals[1] ?? '-';
  const isDataset = !args.list('text').length && file !== '-' && !args.flag('whole') && !args.flag('lines');
  options.onProgress = terminal.progress.follow(() => `Predicting ${sanitise(basename(file))}`);
  const result = isDataset
    ? await exportPredictions(predictor, datasetFile(file), output, { ...options, given: sourceOptions(args) })
    : await predictTexts(predictor, columned(inputsOf(call)), output, options);
  terminal.progress.clear();
  const { documents, without, added, separator, skipped, findings } = result;
  terminal.print(
    `${counted(documents, 'document')}, with the labels in ${added.map((name) => `"${name}"`).join(', ')}.`,
  );
  if (separator !== undefined) terminal.print(`Labels are separated by ${JSON.stringify(separator)}.`);
  if (without) terminal.print(`${counted(without, 'document')} without a label above the threshold.`);
  if (findings?.skipped) showFindings(findings, file, terminal);
  terminal.print(`Written: ${sanitise(output)}`);
  return {
    run: args.positionals[0],
    threshold: options.threshold,
    output,
    documents,
    without,
    added,
    separator,
    skipped,
  };
}

async function* columned(inputs: AsyncIterable<InputText>): AsyncGenerator<BulkDocument[]> {
  const names = ['id', 'text'];
  for await (const block of blocks(inputs, piped))
    yield block.map(({ id, text }) => ({ content: text, columns: { names, values: [id, text] } }));
}

const readsStdin = (args: Arguments): boolean => !args.list('text').length && (args.positionals[1] ?? '-') === '-';

/** What plain texts can look like. */
const ofLines: readonly (DatasetFormat | undefined)[] = [undefined, 'libmultilabel', 'xmlrepo-raw'];

/** Whether nothing is said of how FILE is read, and its content is records: a table of texts is one by its ending, too. */
async function holdsRecords(args: Arguments): Promise<boolean> {
  const file = args.positionals[1];
  const isSaid = ['whole', 'dataset', 'lines'].some((name) => args.flag(name)) || args.text('output') !== undefined;
  if (isSaid || readsStdin(args) || file === undefined) return false;
  const found = await statOf(file);
  if (!found || found.isFIFO()) return false; // a pipe is read once
  const format = args.text('format') ?? (await formatOf(file));
  if (format === 'csv' || format === 'tsv') return /\.(?:csv|tsv|tab)(?:\.gz)?$/i.test(file);
  return !ofLines.some((one) => one === format);
}

function inputsOf({ args, predictor, terminal, signal, hasRecords }: Call): AsyncIterable<InputText> {
  const given = args.list('text');
  if (given.length) return each(given.map((text, i) => ({ id: String(i + 1), text })));
  const file = args.positionals[1] ?? '-';
  if (file === '-') {
    if (args.flag('whole') || args.flag('dataset'))
      throw usage('predict', `--${args.flag('whole') ? 'whole' : 'dataset'} needs a FILE`);
    signal.addEventListener('abort', () => terminal.stdin.destroy(), { once: true });
    return untilAborted(linesOf(terminal.stdin, 'standard input'), signal);
  }
  if (args.flag('dataset') || hasRecords) return documentsOf(datasetFile(file), predictor, sourceOptions(args));
  if (args.flag('whole')) return each([wholeFile(file)]);
  return fileLines(file);
}

async function* each(texts: (InputText | Promise<InputText>)[]): AsyncGenerator<InputText> {
  for (const text of texts) yield await text;
}

/** A stream that is destroyed because of an abort is at its end, not in error. */
async function* untilAborted(lines: AsyncIterable<InputText>, signal: AbortSignal): AsyncGenerator<InputText> {
  try {
    yield* lines;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function inTurn<T, R>(items: T[], work: (item: T) => Promise<R>, signal: AbortSignal): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) {
    if (signal.aborted) break;
    results.push(await work(item));
  }
  return results;
}

/** One text's labels, and where asked for what carried them. */
export function show(
  input: InputText,
  prediction: AnyPrediction,
  terminal: Terminal,
  displayOf: (name: string) => string | undefined,
): void {
  const { style, columns } = terminal;
  const { words, unknownWords, truncated, labels } = prediction;
  const notes = [
    counted(words, 'word'),
    ...(unknownWords ? [`${unknownWords} unknown`] : []),
    ...(truncated ? ['cut at the maximum length'] : []),
  ].join(', ');
  const text = clip(sanitise(input.text.replace(/\s+/g, ' ').trim()), Math.max(20, columns - notes.length - 4));
  const lines = [`${style.bold(text)}  ${style.dim(`(${notes})`)}`];
  const truth = new Set(input.truth);
  for (const label of labels) {
    const mark = input.truth ? (truth.has(label.name) ? style.green('✓ ') : '  ') : '';
    const share = padStart(percent(label.probability), 6);
    lines.push(
      `  ${mark}${share}  ${style.cyan(bar(label.probability, 16).padEnd(16))}  ${labelTitle(label, terminal)}`,
    );
    if ('explanation' in label) lines.push(...explanationLines(label, terminal).map((line) => `        ${line}`));
  }
  if (!labels.length) lines.push(style.dim('  no label above the threshold'));
  const missed = input.truth?.filter((name) => !labels.some((l) => l.name === name)) ?? [];
  if (missed.length)
    lines.push(style.dim(`  not among these: ${missed.map((name) => sanitise(displayOf(name) ?? name)).join(', ')}`));
  terminal.print(...lines, '');
}

function labelTitle({ name, display }: PredictedLabel, { style }: Terminal): string {
  return display === undefined ? sanitise(name) : `${sanitise(display)} ${style.dim(`(${sanitise(name)})`)}`;
}

/** `for: "net profit" +2.31  "quarter" +1.20`, in units of the logit. */
function explanationLines(
  { explanation: { contributions, parts = [] } }: ExplainedLabel,
  { style }: Terminal,
): string[] {
  const positive = contributions.filter((c) => c.contribution > 0).slice(0, SHOWN_FOR);
  const negative = contributions
    .filter((c) => c.contribution < 0)
    .slice(-SHOWN_AGAINST)
    .reverse();
  const item = ({ text, contribution }: (typeof contributions)[number]): string =>
    `"${clip(sanitise(text.replace(/\s+/g, ' ')), 40)}" ${contribution > 0 ? '+' : '−'}${Math.abs(contribution).toFixed(2)}`;
  const shares = parts.map(
    ({ name, weight, probability }) => `${weight.toFixed(2)} × ${percent(probability)} (${name})`,
  );
  return [
    ...(shares.length ? [style.dim(shares.join(' + '))] : []),
    ...(positive.length ? [`${style.green('for')}      ${positive.map(item).join('  ')}`] : []),
    ...(negative.length ? [`${style.red('against')}  ${negative.map(item).join('  ')}`] : []),
  ];
}

/** A text to predict, with what is known of it. */
interface InputText {
  text: string;
  /** Of a bag of words, which `text` shows. */
  features?: BagOfWords;
  /** Document id, or the line it is from. */
  id: string;
  /** The labels it has, where it comes from a dataset. */
  truth?: string[];
}

/** The lines of a stream of bytes, in UTF-8, that are not blank; each is a text. */
async function* linesOf(chunks: AsyncIterable<Uint8Array | string>, name: string): AsyncGenerator<InputText> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  const take = function* (isLast: boolean): Generator<InputText> {
    const lines = rest.split('\n');
    rest = isLast ? '' : lines.pop()!;
    for (const text of lines) {
      line++;
      if (text.trim()) yield { id: String(line), text: text.replace(/\r$/, '') };
    }
  };
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decode(decoder, chunk, name, line);
    if (rest.includes('\n')) yield* take(false);
  }
  rest += decode(decoder, undefined, name, line);
  yield* take(true);
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined, file: string, line: number): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new UserError(
      'undecodable',
      `This is not UTF-8 text, at or after line ${line + 1}`,
      'Convert it to UTF-8 (iconv does it).',
      { file },
      { cause },
    );
  }
}

/** The lines of a file that are not blank; .gz is read as it is. */
async function* fileLines(path: string): AsyncGenerator<InputText> {
  for await (const batch of readLines(path))
    for (const { text, number } of batch) if (text?.trim()) yield { id: String(number), text };
}

/** A whole file as one text. */
async function wholeFile(path: string): Promise<InputText> {
  const lines: string[] = [];
  for await (const batch of readLines(path)) for (const { text = '' } of batch) lines.push(text);
  return { id: path, text: lines.join('\n') };
}

/** The documents of a dataset file, read by the names that the run was trained on. */
async function* documentsOf(file: DatasetFile, run: TrainedReading, given: SourceOptions): AsyncGenerator<InputText> {
  const { source, isUnlabelled } = await openForRun(file, run, { isUnlabelledFine: true, given });
  for await (const document of source) {
    const { id, features, labels } = document;
    const text = shownContent(contentOf(document));
    yield { id, text, ...(features && { features }), ...(!isUnlabelled && { truth: labels }) };
  }
}
