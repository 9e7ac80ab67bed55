import { Cancelled, UserError } from '../../core/base/errors.ts';
import { isUnwritable } from '../../core/base/files.ts';
import { writeCorrectedCopy } from '../../core/data/corrections/correctedCopy.ts';
import { addDecision, correctionsFileOf, textHash, undoDecision } from '../../core/data/corrections/correctionLog.ts';
import { type CorrectionState, isSameLabels, type JudgedCorrection } from '../../core/data/corrections/corrections.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { type DatasetFile, pathOf, type SourceOptions } from '../../core/data/document.ts';
import { fileOf } from '../../core/data/findSplits.ts';
import { openDataset } from '../../core/data/openDataset.ts';
import { readingProgress } from '../../core/data/readThrough.ts';
import { readDocument } from '../../core/explore/recordText.ts';
import { type Arguments, type Command, type Outcome, usage } from '../command.ts';
import { datasetOptions, readingBar, sourceOptions } from '../dataset.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, counted, sanitise, table } from '../terminal/text.ts';

export const corrections: Command = {
  name: 'corrections',
  summary: 'List, check and make corrections of labels beside a dataset, or write a corrected copy',
  details:
    'They stand in DATA.corrections.jsonl, and every command applies them as it reads DATA, which stays as it is. --corrections FILE keeps them elsewhere, as where the folder cannot be written.',
  positionals: [{ name: 'DATA', description: 'A file of a dataset; of a folder with splits the training file' }],
  options: {
    write: {
      value: 'COPY',
      description:
        'Write a copy of DATA with its corrections: in the same format, byte for byte the same but for the corrected records',
    },
    jsonl: { description: 'Write the copy as JSON lines, whatever the format of DATA' },
    check: { description: 'Fail where a correction is not applied, as the document has changed since, or is damaged' },
    document: { value: 'ID', description: 'Document to correct, by its id' },
    label: { value: 'LABEL', description: 'What the document is to be labelled with; several', multiple: true },
    unlabelled: { description: 'The document is to have no label' },
    reason: { value: 'TEXT', description: 'Why, for those who look at the corrections later' },
    undo: { description: 'Take back the newest correction; with --document, that of the document' },
    ...datasetOptions,
  },
  examples: [
    'xmlcnn corrections train.jsonl',
    'xmlcnn corrections train.jsonl --document 17 --label sailing',
    'xmlcnn corrections train.jsonl --write corrected.jsonl',
  ],
  async run(args, terminal, signal) {
    const dataset = await fileOf(datasetFile(args.positionals[0]));
    const options = sourceOptions(args);
    const copy = args.text('write');
    if (args.flag('jsonl') && copy === undefined) throw usage('corrections', '--jsonl needs --write');
    if (copy !== undefined && (args.flag('undo') || args.text('document') !== undefined))
      throw usage('corrections', '--write goes with neither --document nor --undo: correct first, then write');
    if (args.flag('undo')) return undo(dataset, options, args, terminal);
    if (args.text('document') !== undefined) return correct(dataset, options, args, terminal);
    if (copy !== undefined) return write(dataset, options, { copy, args, terminal, signal });
    return list(dataset, options, { args, terminal, signal });
  },
};

async function correct(
  dataset: DatasetFile,
  options: SourceOptions,
  args: Arguments,
  terminal: Terminal,
): Promise<Outcome> {
  const [id, labels] = [args.text('document') ?? '', args.list('label')];
  if (labels.length === 0 && !args.flag('unlabelled'))
    throw usage('corrections', '--document needs --label, or --unlabelled where it is to have none');
  if (labels.length > 0 && args.flag('unlabelled'))
    throw usage('corrections', '--label and --unlabelled exclude each other');
  const { document } = await readDocument({ ...dataset, options, id });
  const before = document.labels;
  const after = [
    ...before.filter((label) => labels.includes(label)),
    ...new Set(labels.filter((l) => !before.includes(l))),
  ];
  const decision = { id, text: textHash(document), before, after, reason: args.text('reason') };
  const kept = await elsewhere(() => addDecision(dataset, options, decision));
  terminal.print(`Document ${sanitise(id)}: ${labelList(before)} -> ${labelList(after)}`);
  terminal.print(`Kept in ${sanitise(correctionsFileOf(dataset, options.corrections) ?? '')}`);
  return { json: kept };
}

async function undo(
  dataset: DatasetFile,
  options: SourceOptions,
  args: Arguments,
  terminal: Terminal,
): Promise<Outcome> {
  const id = args.text('document');
  const on =
    id === undefined ? undefined : { id, text: textHash((await readDocument({ ...dataset, options, id })).document) };
  const undone = await elsewhere(() => undoDecision(dataset, options, on));
  if (undone)
    terminal.print(`Document ${sanitise(undone.id)}: ${labelList(undone.after)} -> ${labelList(undone.before)}`);
  else terminal.print('There is no correction to take back.');
  return { json: undone ?? null };
}

/** Where the folder of a dataset cannot be written, another place has to be named. */
async function elsewhere<T>(keep: () => Promise<T>): Promise<T> {
  try {
    return await keep();
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    const remedy =
      'Name another place for the corrections: --corrections FILE, and "dataset.corrections" in run configs.';
    throw new UserError(error.code, error.message, remedy, error.place, { cause: error });
  }
}

interface Face {
  args: Arguments;
  terminal: Terminal;
  signal: AbortSignal;
}

async function write(
  dataset: DatasetFile,
  options: SourceOptions,
  { copy, args, terminal, signal }: Face & { copy: string },
): Promise<Outcome> {
  const form = args.flag('jsonl') ? 'jsonl' : undefined;
  const result = await writeCorrectedCopy(dataset, options, copy, {
    ...(form && { form }),
    signal,
    onProgress: readingBar(terminal),
  });
  terminal.progress.clear();
  const { changed, documents, refused, files } = result;
  terminal.print(`${counted(changed, 'document')} of ${documents.toLocaleString('en-US')} changed.`);
  if (refused > 0)
    terminal.warn(
      `${counted(refused, 'correction')} not applied: the documents have changed since (xmlcnn corrections DATA lists them).`,
    );
  if (result.form === 'jsonl' && form === undefined)
    terminal.print('Written as JSON lines: the format of the dataset cannot be written.');
  for (const file of files) terminal.print(`Written: ${sanitise(file)}`);
  return { json: result };
}

const stateNames: Record<CorrectionState, string> = {
  applied: 'applied',
  right: 'right as it is',
  'text-changed': 'not applied: the text has changed',
  'labels-changed': 'not applied: the labels have changed',
  'no-document': 'not applied: there is no such document',
};

async function list(dataset: DatasetFile, options: SourceOptions, { args, terminal, signal }: Face): Promise<Outcome> {
  const { source } = await openDataset(dataset, { onError: 'skip', ...options });
  let documents = 0;
  const onProgress = readingBar(terminal);
  for await (const batch of source.placed()) {
    if (signal.aborted) throw new Cancelled();
    documents += batch.length;
    onProgress(readingProgress(source, 'reading', documents));
  }
  terminal.progress.clear();
  const { corrected, judgedCorrections: judged } = source;
  const file = correctionsFileOf(source, options.corrections);
  if (corrected) {
    const { applied, right, refused, damaged } = corrected;
    terminal.print(
      `${sanitise(pathOf(source))}: ${counted(documents, 'document')}, ${counted(applied, 'correction')} applied, ${right} right as they are, ${refused} not applied, ${counted(damaged, 'damaged line')}.`,
    );
    if (judged.length > 0) terminal.print('', ...rowsOf(judged));
  } else terminal.print(`There are no corrections${file === undefined ? '' : `: no file ${sanitise(file)}`}.`);
  const isSound = !corrected || corrected.refused + corrected.damaged === 0;
  const json = { file, documents, ...corrected, corrections: judged };
  return { json, exitCode: args.flag('check') && !isSound ? 1 : 0 };
}

function rowsOf(judged: readonly JudgedCorrection[]): string[] {
  const columns = ['document', 'labels', 'state', 'time', 'reason'].map((title) => ({ title }));
  const rows = judged.map(({ id, before: [first], after, state, time, reason = '' }) => [
    clip(sanitise(id), 24),
    clip(changeText(first, after), 60),
    stateNames[state],
    time.slice(0, 16).replace('T', ' '),
    clip(sanitise(reason), 40),
  ]);
  return table(columns, rows);
}

/** What came and what went. */
function changeText(before: readonly string[], after: readonly string[]): string {
  if (isSameLabels(before, after)) return labelList(after);
  const gone = before.filter((label) => !after.includes(label)).map((label) => `-${label}`);
  const come = after.filter((label) => !before.includes(label)).map((label) => `+${label}`);
  return sanitise([...gone, ...come].join(', '));
}

const labelList = (labels: readonly string[]): string =>
  labels.length === 0 ? 'no label' : sanitise(labels.join(', '));
