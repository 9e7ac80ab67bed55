import { datasetFile } from '../../core/data/datasetFile.ts';
import { onlyFile, pathOf } from '../../core/data/document.ts';
import { resolve } from 'node:path';
import { Analyses, type Gathering } from '../../core/explore/analysis/analyses.ts';
import { type OtherSet, wordMeasures } from '../../core/explore/analysis/analysisApi.ts';
import { type Inspection, openInspection } from '../../core/explore/inspection.ts';
import type { SplitInspection } from '../../core/explore/splitInspection.ts';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import { writeFileAtomic } from '../../core/base/files.ts';
import { embeddingCoverage, type EmbeddingCoverages } from '../../core/text/embeddingCoverage.ts';
import type { Arguments, Command } from '../command.ts';
import {
  datasetOptions,
  filesOf,
  readingBar,
  readSplit,
  sourceOptions,
  tokenizerOf,
  tokenizerOption,
} from '../dataset.ts';
import { lookAgainst } from '../inspect/lookAgainst.ts';
import { coverageLine, distributionOf, onlyInTrainLine, showFile } from '../inspect/showFile.ts';
import { lookAtDocument } from '../inspect/lookAtDocument.ts';
import { lookAtLabel, lookAtWords } from '../inspect/lookAtLabel.ts';
import { lookAtQuality } from '../inspect/lookAtQuality.ts';
import { type Look, type ReadDataset, showSection } from '../inspect/look.ts';
import { renderInspection } from '../report/inspectionReport.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, sanitise } from '../terminal/text.ts';

const HEAD = 15;

export const inspect: Command = {
  name: 'inspect',
  summary: 'Show what is in a dataset: counts, lengths, labels, words, and what is wrong with it',
  details:
    'Reads the data once and keeps counts, and for the looks that are asked for (--words, --label, --document, --against, --quality) ' +
    'an index of the words. Of a folder with train, validation and test files, all are shown; words and labels are those of train.',
  positionals: [{ name: 'DATA', description: 'Dataset file (plain or .gz), or a folder' }],
  options: {
    labels: { value: 'N', description: `Labels to list, most frequent first (default ${HEAD})` },
    words: { description: 'Show the words that mark the most frequent labels' },
    by: { value: 'NAME', description: 'With --words or --label: log-odds (the default) or chi-square' },
    label: { value: 'LABEL', description: 'Show one label: its words, what it occurs with, documents' },
    document: {
      value: 'ID',
      description: "Show one document: its labels and words; with --against, also the other set's nearest by labels",
    },
    against: {
      value: 'OTHER',
      description: 'Compare with another set, file or folder (with --document: for its nearest document alone)',
    },
    quality: { description: 'Look for duplicates, leakage, damaged texts and doubtful labels' },
    embeddings: { value: 'FILE', description: 'Report how many of the words a file of word vectors knows' },
    'embeddings-entry': {
      value: 'NAME',
      description: 'With --embeddings: which file of a .zip, where several hold vectors',
    },
    html: { value: 'FILE', description: 'Write all that is shown as a page that works offline' },
    ...tokenizerOption,
    ...datasetOptions,
  },
  examples: [
    'xmlcnn inspect data/train.jsonl',
    'xmlcnn inspect data --words --quality --html data.html',
    'xmlcnn inspect data/test.jsonl --against data/train.jsonl --document 32003R0001',
  ],
  async run(args, terminal, signal) {
    const path = args.positionals[0];
    const options = { onError: 'skip', ...sourceOptions(args) } as const;
    const inspection = await openInspection(datasetFile(path), options, { alone: true, tokenizer: tokenizerOf(args) });
    const analyses = new Analyses(inspection);
    const { splits } = inspection;
    const visit = analyses.gather(gatheringOf(args, splits));
    const head = args.whole('labels', 0) ?? HEAD;
    for (const split of splits) {
      await readSplit(split, terminal, signal, visit && ((document) => visit(split, document)));
      showFile(split, inspection, head, terminal);
    }
    requireDocuments(splits, path);
    const { unseen, onlyInTrain } = labelsAlone(inspection);
    for (const { split, labels } of unseen)
      terminal.print('', `${counted(labels, 'label')} of ${split} never occur${labels === 1 ? 's' : ''} in train.`);
    if (onlyInTrain) terminal.print(onlyInTrainLine(onlyInTrain));
    const coverage = await coverageOf(splits, args, terminal, signal);
    const work = { signal, onProgress: readingBar(terminal) };
    const looks = await lookDeeper({ inspection, analyses, work }, args, terminal);
    const html = args.text('html');
    if (html !== undefined) {
      const shown = { path, inspection, unseen, onlyInTrain, coverage, looks: Object.values(looks) };
      await writeFileAtomic(resolve(html), renderInspection(shown));
      terminal.print('', `Wrote ${sanitise(html)}`);
    }
    return {
      json: {
        path,
        files: splits.map((file, i) => ({ ...fileJson(file, inspection), embeddings: coverage?.coverages[i] })),
        labelsOnlyOutsideTrain: unseen,
        labelsOnlyInTrain: onlyInTrain,
        embeddings: coverage && { file: coverage.file, dim: coverage.dim, vectors: coverage.vectors },
        ...Object.fromEntries(Object.entries(looks).map(([name, { json }]) => [name, json])),
        html,
      },
    };
  },
};

function requireDocuments(splits: readonly SplitInspection[], file: string): void {
  if (splits.some(({ statistics }) => statistics.documents > 0)) return;
  const left = splits.reduce((sum, { source }) => sum + (source?.findings.skipped ?? 0), 0);
  throw new UserError(
    'no-documents',
    left > 0 ? `No document could be read: ${counted(left, 'record')} left out` : 'There is no document in it',
    'Name a dataset with at least one document, or its form with --format and the fields with --text-field and --label-field.',
    { file },
  );
}

/** What the looks that are asked for need of the documents: those of the first file, but for a document, which may be in any. */
function gatheringOf(args: Arguments, splits: readonly SplitInspection[]): Gathering {
  const [first] = splits;
  const isDocument = args.text('document') !== undefined;
  const isCompared = args.text('against') !== undefined && !isDocument;
  const needsWords = isCompared || args.flag('words') || args.text('label') !== undefined;
  return {
    words: isDocument ? splits.map(({ split }) => split) : needsWords ? [first.split] : [],
    quality: args.flag('quality'),
    compared: isCompared ? first.split : undefined,
  };
}

function fileJson(file: SplitInspection, inspection: Inspection): object {
  const { split, source, reason, options, statistics } = file;
  return {
    split,
    file: pathOf(source),
    files: source.files,
    format: source.format,
    reason,
    options,
    bagOfWords: source.bagOfWords,
    bytes: source.totalBytes,
    statistics: {
      ...statistics,
      distribution: distributionOf(statistics),
      labelCounts: statistics.labelCounts.map((l) => ({ ...l, display: inspection.displayName(l.name) })),
    },
    findings: source.findings,
  };
}

/** Shows how many words of each file a file of vectors knows. */
async function coverageOf(
  files: readonly SplitInspection[],
  args: Arguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<EmbeddingCoverages | undefined> {
  const [embeddings, entry] = [args.text('embeddings'), args.text('embeddings-entry')];
  if (embeddings === undefined) return undefined;
  const counts = files.map((file) => file.counts.wordCounts);
  const found = await embeddingCoverage(embeddings, counts, {
    entry,
    signal,
    onProgress: terminal.progress.follow(() => 'Reading word vectors'),
  });
  terminal.progress.clear();
  terminal.print('', `${sanitise(found.file)}: ${counted(found.vectors, 'vector')} of ${counted(found.dim, 'number')}`);
  found.coverages.forEach((coverage, i) => terminal.print(`  ${files[i].split}: ${coverageLine(coverage)}`));
  return found;
}

/** The looks that were asked for, one after the other, each shown when it is there. */
async function lookDeeper(dataset: ReadDataset, args: Arguments, terminal: Terminal): Promise<Record<string, Look>> {
  const looks: Record<string, Look> = {};
  const take = async (name: string, look: Promise<Look>): Promise<void> => {
    looks[name] = await look;
    if (dataset.work.signal?.aborted) throw new Cancelled(); // what was read until then is no answer here
    terminal.progress.clear();
    showSection(looks[name].section, terminal);
  };
  const [label, document] = [args.text('label'), args.text('document')];
  const measure = args.oneOf('by', wordMeasures) ?? 'log-odds';
  if (args.flag('words')) await take('words', lookAtWords(dataset, measure));
  if (label !== undefined) await take('label', lookAtLabel(dataset, label, measure));
  const other = await otherSet(args);
  if (document !== undefined) await take('document', lookAtDocument(dataset, document, other));
  else if (other) await take('against', lookAgainst(dataset, other));
  if (args.flag('quality')) await take('quality', lookAtQuality(dataset));
  return looks;
}

/** The other set: of a folder with splits its train. Read with the options of the first. */
async function otherSet(args: Arguments): Promise<OtherSet | undefined> {
  const path = args.text('against');
  if (path === undefined) return undefined;
  const [first] = await filesOf(datasetFile(path));
  return { ...onlyFile(first), options: sourceOptions(args) };
}

/** Labels of validation and test that train does not have, and of train that no other split has; undefined where there is no other. */
function labelsAlone(inspection: Inspection): { unseen: { split: string; labels: number }[]; onlyInTrain?: number } {
  const alone = inspection.labelsAlone();
  const unseen = inspection.splits
    .map(({ split }, i) => ({ split, labels: alone[i].notInTrain ?? 0 }))
    .filter(({ labels }) => labels > 0);
  const train = inspection.splits.findIndex(({ split }) => split === 'train');
  return { unseen, onlyInTrain: alone[train]?.onlyHere };
}
