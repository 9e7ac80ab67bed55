import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { onlyFile } from '../data/document.ts';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import type { DecisionChoice } from '../metrics/decision.ts';
import type { EvaluatorOptions } from '../metrics/evaluator.ts';
import { evaluateStore, keptTop, ScoreStore } from '../metrics/scores.ts';
import { evaluateRun, evaluatorOptions, labelSetOf } from '../training/evaluateRun.ts';
import type { RunEvent } from '../base/events.ts';
import { exists, readRun, type StoredRun } from '../training/runFolder.ts';
import type { LabelEvidence } from './highlights.ts';
import type {
  ConfusionQuery,
  ConfusionRow,
  LabelCurve,
  ScoredDocument,
  ScoredLabel,
  ScoredLabelQuery,
  ScoredLabelRow,
  ScoredName,
  ScoredQuery,
  ScoredRow,
  ScoredSet,
  ScoredTarget,
  ScoredText,
  RecordPointer,
} from './scored.ts';
import { ScoredDocuments, sortLabels } from './scoredDocuments.ts';
import { loadPredictor } from './predictor.ts';
import { RunDocuments, type SetTarget } from './runDocuments.ts';
import { splitsOf } from '../text/drawnSplits.ts';
import { shownDocument, TextReader } from './loadedModel.ts';
import { type Content, contentOf, shownContent } from '../data/bagOfWords.ts';
import type { DocumentPlace } from '../data/document.ts';
import type { DocumentLabel } from '../explore/inspectionApi.ts';
import { readDocument } from '../explore/recordText.ts';
import { openForRun } from '../text/readSplit.ts';

interface ScoredOptions {
  /** Computes the scores even where they are there. */
  evaluate?: boolean;
  /** Threads of the evaluation; as the config says where absent. */
  threads?: number;
  /** Selects the document that stands there. */
  at?: Partial<RecordPointer>;
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

const snippetLength = 240;
/** Labels shown of a text that was not scored before. */
const shownLabels = 50;
/** Documents whose kept scores are compared with the model's before they are believed. */
const samples = 8;
/** Processors round differently; other weights or texts differ by far more. */
const tolerance = 1e-3;

export interface OtherRun {
  run: string;
  folder: string;
}

/** A run's predictions for a set of documents, beside their labels. */
export class ScoredRun {
  /** The text asked for last: its labels' evidence is asked for next. */
  private latest?: { document: number; content: Content };
  private found?: { text: string; holds: Uint8Array };
  /** Of the documents, by the run that this one is compared with. */
  private otherF1?: Float64Array;

  private constructor(
    private readonly run: StoredRun,
    private readonly documents: RunDocuments,
    private readonly scores: ScoredDocuments,
    private readonly reader: TextReader,
    readonly overview: ScoredSet,
    private readonly target: SetTarget,
  ) {}

  /**
   * Takes the scores that an evaluation has stored, if they are those of this model on these documents; else evaluates first.
   * Throws `UserError` (those of `loadPredictor`, `RunDocuments.open`, `evaluateRun`) and `Cancelled`.
   */
  static async open(folder: string, target: SetTarget, options: ScoredOptions = {}): Promise<ScoredRun> {
    const { signal, at = {}, onEvent = () => {} } = options;
    const run = await readRun(folder);
    const reader = new TextReader(await loadPredictor(folder, { threads: 1 }));
    const asked = 'file' in target ? { file: resolve(target.file), part: target.part } : target;
    const documents = await RunDocuments.open(run, asked, { signal, onEvent });
    const file = run.paths.scores(documents.name);
    const stored = options.evaluate ? undefined : await storedScores(file, documents, reader, signal);
    const store = stored ?? (await evaluated(folder, asked, file, { ...options, onEvent }));
    const { predictor } = reader;
    const { tunedThreshold } = predictor;
    const judge = evaluatorOptions(run.config, { ...run.labels, names: documents.labels.names });
    const labels = { labelCount: judge.labelCount, trainLabelCounts: judge.trainLabelCounts! };
    const scores = new ScoredDocuments(store, documents.truth, labels, (choice) => predictor.decisionOf(choice));
    const overview: ScoredSet = {
      kind: 'set',
      run: run.name,
      splits: splitsOf(run.config),
      split: 'split' in asked ? asked.split : undefined,
      ...onlyFile(documents.source),
      options: documents.options,
      documents: documents.size,
      unlabelled: documents.unlabelled,
      skipped: documents.source.findings.skipped,
      labels: judge.labelCount,
      metrics: metricsOf(scores, judge),
      k: scores.k,
      curve: scores.curve(tunedThreshold),
      tunedThreshold,
      ways: predictor.ways.map((way) => ({ ...way, metrics: scores.metricsAt(way.kind) })),
      decidesBy: predictor.decision.kind,
      selected: documents.find(at, 'file' in asked ? asked.file : undefined),
      ...(await ageOf(file, documents.source.file)),
    };
    return new ScoredRun(run, documents, scores, reader, overview, asked);
  }

  async page(query: ScoredQuery, signal?: AbortSignal): Promise<{ rows: ScoredRow[]; total: number }> {
    const among = query.search ? await this.search(query.search, signal) : undefined;
    const all = this.scores.documents(query, this.against(query, among));
    const page = all.subarray(query.offset, query.offset + query.limit);
    const read = await this.documents.read(page, signal);
    const rows = read.map(({ document: found }, i): ScoredRow => {
      const document = page[i];
      const { id } = found;
      const snippet = shownContent(contentOf(found)).slice(0, snippetLength).replace(/\s+/g, ' ').trim();
      const figures = this.scores.figures(document, query);
      const otherF1 = known(this.otherF1?.[document]);
      return { document, place: this.documents.place(document), id, snippet, ...figures, otherF1 };
    });
    return { rows, total: all.length };
  }

  /** Of `among` (of all where absent) the documents for which this run is ahead of the other one, behind it or level. */
  private against({ against, threshold }: ScoredQuery, among?: Uint8Array): Uint8Array | undefined {
    const { otherF1, scores } = this;
    if (!otherF1 || against === undefined) return among;
    return Uint8Array.from(otherF1, (other, document) => {
      if (among && !among[document]) return 0;
      const ahead = nothingToFind(scores.f1Of(document, threshold)) - nothingToFind(other);
      return (against === 'level' ? ahead === 0 : against === 'better' ? ahead > 0 : ahead < 0) ? 1 : 0;
    });
  }

  /**
   * Compares with another run on the same documents, by the F1 of each as either run decides; with none for undefined.
   * Throws as `open` does, and `UserError` `other-documents`.
   */
  async compareWith(folder: string | undefined, options: ScoredOptions = {}): Promise<OtherRun | undefined> {
    this.otherF1 = undefined;
    if (folder === undefined) return undefined;
    const other = await ScoredRun.open(folder, this.target, options);
    try {
      return { run: await this.compareWithOpen(other, options), folder };
    } finally {
      await other.reader.predictor.dispose();
    }
  }

  private async compareWithOpen(other: ScoredRun, options: ScoredOptions): Promise<string> {
    const { name } = other.run;
    if (!(await this.isOfSame(other, options.signal)))
      throw new UserError(
        'other-documents',
        `The run ${name} has other documents there, or another split of them`,
        'Choose a run of the same dataset.',
      );
    const decided =
      other.overview.decidesBy === 'one' ? (other.overview.tunedThreshold ?? 0.5) : other.overview.decidesBy;
    this.otherF1 = Float64Array.from({ length: other.documents.size }, (_, d) => other.scores.f1Of(d, decided));
    return name;
  }

  private async isOfSame(other: ScoredRun, signal?: AbortSignal): Promise<boolean> {
    const { size } = this.documents;
    if (other.documents.size !== size) return false;
    const samples = [...new Set([0, Math.floor(size / 2), size - 1])];
    const [own, others] = [await this.documents.read(samples, signal), await other.documents.read(samples, signal)];
    return own.every(({ document }, i) => {
      const same = others[i].document;
      return document.id === same.id && document.text === same.text;
    });
  }

  confusionPage({ threshold, search = '', offset, limit }: ConfusionQuery): { rows: ConfusionRow[]; total: number } {
    const missed = new Map(
      this.scores
        .labelsAt(threshold)
        .map(({ label, support, recall }) => [label, support - Math.round(recall * support)]),
    );
    const wanted = search.toLowerCase();
    const isCalled = ({ name, display = '' }: ScoredName): boolean =>
      name.toLowerCase().includes(wanted) || display.toLowerCase().includes(wanted);
    const rows = this.scores
      .confusion(threshold)
      .map((pair): ConfusionRow => ({
        missed: this.nameOf(pair.missed),
        predicted: this.nameOf(pair.predicted),
        documents: pair.documents,
        share: pair.documents / (missed.get(pair.missed) ?? pair.documents),
      }))
      .filter((row) => wanted === '' || isCalled(row.missed) || isCalled(row.predicted));
    return { rows: rows.slice(offset, offset + limit), total: rows.length };
  }

  labelCurve(label: number, choice: DecisionChoice): LabelCurve {
    const threshold = this.reader.predictor.ownThreshold(label);
    const now = this.scores.labelsAt(choice).find((figures) => figures.label === label);
    return { ...this.nameOf(label), ...this.scores.curveOf(label), now, threshold };
  }

  private nameOf(id: number): ScoredName {
    const { names, display } = this.documents.labels;
    return { id, name: names[id], display: display[id] };
  }

  /** What is predicted for a document if its text were this one; its evidence is that of this text until it is read again. */
  async edited(document: number, text: string, signal?: AbortSignal): Promise<ScoredDocument> {
    const truth = new Set(this.scores.truthOf(document));
    const { names } = this.documents.labels;
    const own = Array.from(truth, (label) => names[label]);
    const read = await this.reader.read(text, shownLabels, own, signal);
    this.latest = { document, content: text };
    const scores = new Map(read.labels.map(({ id, probability }) => [id, probability]));
    const labels = [...new Set([...scores.keys(), ...truth])].map((id) => this.label(id, scores.get(id), truth));
    return { document, ...shownDocument(text, read), labels: labels.sort(byProbability) };
  }

  async document(document: number, signal?: AbortSignal): Promise<ScoredDocument> {
    const [{ document: found }] = await this.documents.read([document], signal);
    const content = contentOf(found);
    this.latest = { document, content };
    const { labels, scores } = this.scores.store.row(document);
    const kept = new Map(Array.from(labels, (label, i) => [label, scores[i]]));
    const truth = new Set(this.scores.truthOf(document));
    const others = [...truth].filter((label) => !kept.has(label));
    const read = await this.reader.read(
      content,
      0,
      others.map((label) => this.documents.labels.names[label]),
      signal,
    );
    for (const { id: label, probability } of read.labels) kept.set(label, probability);
    const place = this.documents.place(document);
    const shown = [...new Set([...kept.keys(), ...truth])].map((label) => this.label(label, kept.get(label), truth));
    return { document, id: found.id, place, ...shownDocument(content, read), labels: shown.sort(byProbability) };
  }

  /** Undefined for a label that the model has no output for. */
  async evidence(document: number, label: number, signal?: AbortSignal): Promise<LabelEvidence | undefined> {
    if (this.latest?.document !== document) {
      const [placed] = await this.documents.read([document], signal);
      this.latest = { document, content: contentOf(placed.document) };
    }
    return this.reader.evidence(this.latest.content, this.documents.labels.names[label], signal);
  }

  labelPage(query: ScoredLabelQuery): { rows: ScoredLabelRow[]; total: number } {
    const { names, display } = this.documents.labels;
    const wanted = query.search?.toLowerCase() ?? '';
    const rows = this.scores
      .labelsAt(query.threshold)
      .map((figures): ScoredLabelRow => {
        const { label } = figures;
        return { ...figures, name: names[label], display: display[label], trainDocuments: this.trainCount(label) };
      })
      .filter(({ name, display: shown }) => [name, shown ?? ''].some((text) => text.toLowerCase().includes(wanted)));
    sortLabels(rows, query, ({ name, display: shown }) => shown ?? name);
    return { rows: rows.slice(query.offset, query.offset + query.limit), total: rows.length };
  }

  /** Of the model's outputs. */
  get labelNames(): readonly string[] {
    const { names, outputs } = this.run.labels;
    return names.slice(0, outputs);
  }

  /** Names of the labels that the run decides a document to have. */
  predicted(document: number): string[] {
    return [...this.decidedOn(document).keys()].map((label) => this.documents.labels.names[label]);
  }

  private decidedOn(document: number): Map<number, number> {
    const { decision } = this.reader.predictor;
    const { labels, scores } = this.scores.store.row(document);
    const ranked = Array.from(labels, (label, rank): [number, number] => [label, scores[rank]]);
    return new Map(ranked.filter(([label, score], rank) => decision.takes(label, score, rank)));
  }

  /** Labels that are predicted and not true, or true and not predicted, though the model has them. */
  *disagreements(): Generator<{ document: number; label: string; probability: number; isTrue: boolean }> {
    const { names } = this.documents.labels;
    for (let document = 0; document < this.documents.size; document++) {
      const predicted = this.decidedOn(document);
      const truth = [...this.scores.truthOf(document)];
      for (const [label, probability] of predicted)
        if (!truth.includes(label)) yield { document, label: names[label], probability, isTrue: false };
      const { labels, scores } = this.scores.store.row(document);
      for (const label of truth)
        if (!predicted.has(label) && label < this.run.labels.outputs)
          yield { document, label: names[label], probability: scores[labels.indexOf(label)] ?? 0, isTrue: true };
    }
  }

  /** Of the label that the model is least sure of: 1 at a probability of one half, 0 at none and at 1. */
  uncertainty(document: number): number {
    const { scores } = this.scores.store.row(document);
    return scores.reduce((most, score) => Math.max(most, 1 - Math.abs(2 * score - 1)), 0);
  }

  private async search(text: string, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.found?.text !== text) this.found = { text, holds: await this.documents.search(text, signal) };
    return this.found.holds;
  }

  private label(id: number, probability: number | undefined, truth: ReadonlySet<number>): ScoredLabel {
    const { names, display } = this.documents.labels;
    const trainDocuments = this.trainCount(id);
    const threshold = this.reader.predictor.ownThreshold(id);
    return { id, name: names[id], display: display[id], probability, isTrue: truth.has(id), threshold, trainDocuments };
  }

  private trainCount(label: number): number {
    return this.run.labels.trainCounts[label] ?? 0;
  }
}

const known = (value = NaN): number | undefined => (Number.isNaN(value) ? undefined : value);

/** A document without labels for which none is predicted is as it should be. */
const nothingToFind = (f1: number): number => (Number.isNaN(f1) ? 1 : f1);

const byProbability = (a: ScoredLabel, b: ScoredLabel): number =>
  (b.probability ?? -1) - (a.probability ?? -1) || a.id - b.id;

async function evaluated(
  folder: string,
  target: SetTarget,
  file: string,
  { threads, signal, onEvent }: ScoredOptions & { onEvent: (event: RunEvent) => void },
): Promise<ScoreStore> {
  const what = 'split' in target ? target : { data: target, isUnlabelledFine: true };
  await evaluateRun(folder, { ...what, threads, signal, onEvent });
  return ScoreStore.load(await withFileErrors(file, () => readFile(file)), file);
}

/** The stored scores where they can be believed: damaged ones, and those of other documents or weights, are computed again. */
async function storedScores(
  file: string,
  documents: RunDocuments,
  reader: TextReader,
  signal?: AbortSignal,
): Promise<ScoreStore | undefined> {
  if (!(await exists(file))) return undefined;
  const store = loaded(await withFileErrors(file, () => readFile(file)));
  if (store?.size !== documents.size || store.outputs !== reader.predictor.labels.outputs) return undefined;
  const count = Math.min(samples, documents.size);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * documents.size) / count));
  const contents = (await documents.read(chosen, signal)).map(({ document }) => contentOf(document));
  const predictions = await reader.predict(contents, keptTop, signal);
  const agrees = predictions.every(({ labels }, i) => {
    const row = store.row(chosen[i]);
    const kept = new Map(Array.from(row.labels, (label, at) => [label, row.scores[at]]));
    return labels.every(({ id, probability }) => Math.abs((kept.get(id) ?? 0) - probability) <= tolerance);
  });
  return agrees ? store : undefined;
}

function loaded(bytes: Uint8Array): ScoreStore | undefined {
  try {
    return ScoreStore.load(bytes);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function metricsOf(scores: ScoredDocuments, judge: EvaluatorOptions): ScoredSet['metrics'] {
  const ks = judge.ks.filter((k) => k <= keptTop);
  return evaluateStore(scores.store, (d) => scores.truthOf(d), { ...judge, ks }).metrics;
}

/** Scores that are older than the documents' file agreed on a sample only. */
async function ageOf(scores: string, file: string): Promise<Pick<ScoredSet, 'scoredAt' | 'stale'>> {
  const [scored, read] = await Promise.all([scores, file].map((path) => withFileErrors(path, () => stat(path))));
  return { scoredAt: scored.mtime.toISOString(), stale: read.mtimeMs > scored.mtimeMs ? 'unverified' : undefined };
}

/** A run's predictions for one text. */
export class ScoredSingle {
  /** The text that was read last. */
  private latest: Content;

  private constructor(
    private readonly run: StoredRun,
    private readonly reader: TextReader,
    private readonly content: Content,
    /** Without labels where the file has none. */
    private readonly record: { id: string; place: DocumentPlace; labels?: DocumentLabel[] } | undefined,
    readonly overview: ScoredText,
  ) {
    this.latest = content;
  }

  /** Throws `UserError` (those of `loadPredictor` and `readDocument`) and `Cancelled`. */
  static async open(
    folder: string,
    target: Extract<ScoredTarget, { kind: 'record' | 'text' }>,
    signal?: AbortSignal,
  ): Promise<ScoredSingle> {
    const run = await readRun(folder);
    const reader = new TextReader(await loadPredictor(folder, { threads: 1 }));
    const { config, name } = run;
    const { tunedThreshold, ways, decision } = reader.predictor;
    const decided = { tunedThreshold, ways, decidesBy: decision.kind };
    const overview: ScoredText = { kind: 'text', run: name, splits: splitsOf(config), ...decided };
    if (target.kind === 'text') return new ScoredSingle(run, reader, target.text, undefined, overview);
    const dataset = { file: resolve(target.file), part: target.part };
    const { options, isUnlabelled } = await openForRun(dataset, run, { isUnlabelledFine: true });
    const { line, number } = target;
    const { document, place, labels } = await readDocument({ ...dataset, options, line, number }, signal);
    const record = { id: document.id, place, labels: isUnlabelled ? undefined : labels };
    return new ScoredSingle(run, reader, contentOf(document), record, {
      ...overview,
      ...dataset,
      options,
      line: place.line,
      number,
    });
  }

  document(signal?: AbortSignal): Promise<ScoredDocument> {
    return this.read(this.content, signal);
  }

  /** What is predicted if the text were this one; evidence is that of this text until `document` is asked for. */
  edited(_: number, text: string, signal?: AbortSignal): Promise<ScoredDocument> {
    return this.read(text, signal);
  }

  private async read(content: Content, signal?: AbortSignal): Promise<ScoredDocument> {
    const { record } = this;
    this.latest = content;
    const own = record?.labels?.map(({ name }) => name);
    const read = await this.reader.read(content, shownLabels, own ?? [], signal);
    const labels = read.labels.map((label): ScoredLabel => ({
      ...label,
      isTrue: own?.includes(label.name),
      threshold: this.reader.predictor.ownThreshold(label.id),
      trainDocuments: this.run.labels.trainCounts[label.id],
    }));
    const shown = [...labels, ...this.unknown(new Set(labels.map(({ name }) => name)))].sort(byProbability);
    return { document: 0, id: record?.id, place: record?.place, ...shownDocument(content, read), labels: shown };
  }

  /** Undefined for a label that the model has no output for. */
  evidence(label: number, signal?: AbortSignal): Promise<LabelEvidence | undefined> {
    const name = this.run.labels.names[label];
    return name === undefined ? Promise.resolve(undefined) : this.reader.evidence(this.latest, name, signal);
  }

  /** True labels that the model has no output for. */
  private unknown(known: ReadonlySet<string>): ScoredLabel[] {
    const others = (this.record?.labels ?? []).filter(({ name }) => !known.has(name));
    const display = others.flatMap((label): [string, string][] => (label.display ? [[label.name, label.display]] : []));
    const names = others.map(({ name }) => name);
    const all = labelSetOf(this.run).extended(names, new Map(display));
    return others.map(({ name }): ScoredLabel => {
      const id = all.idOf(name);
      return { id, name, display: all.display[id], isTrue: true, trainDocuments: 0 };
    });
  }
}
