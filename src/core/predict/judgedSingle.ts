import { resolve } from 'node:path';
import type { DocumentPlace } from '../data/document.ts';
import { readRecord } from '../explore/recordText.ts';
import { sourceOptions } from '../text/readSplit.ts';
import { labelSetOf } from '../training/evaluate.ts';
import type { StoredRun } from '../training/runFolder.ts';
import { readRun } from '../training/runFolder.ts';
import type { JudgedDocument, JudgedLabel, JudgedTarget, JudgedText, LabelEvidence } from './judged.ts';
import { byProbability } from './judgedRun.ts';
import { loadPredictor } from './predictor.ts';
import { splitsOf } from './splitsOfRun.ts';
import { shownDocument, TextReader } from './textReader.ts';

/** Labels told of a text. */
const shownLabels = 50;

/** A run's predictions for one text. */
export class JudgedSingle {
  private constructor(
    private readonly run: StoredRun,
    private readonly reader: TextReader,
    private readonly text: string,
    private readonly record: { id: string; place: DocumentPlace; labels: string[] } | undefined,
    readonly overview: JudgedText,
  ) {}

  /** Throws `UserError` (those of `loadPredictor` and `readRecord`) and `Cancelled`. */
  static async open(
    folder: string,
    target: Extract<JudgedTarget, { kind: 'record' | 'text' }>,
    signal?: AbortSignal,
  ): Promise<JudgedSingle> {
    const run = await readRun(folder);
    const reader = new TextReader(await loadPredictor(folder, { threads: 1 }));
    const { config, name } = run;
    const { tunedThreshold } = reader.predictor;
    const overview: JudgedText = { kind: 'text', run: name, splits: splitsOf(config), tunedThreshold };
    if (target.kind === 'text') return new JudgedSingle(run, reader, target.text, undefined, overview);
    const dataset = { file: resolve(target.file), part: target.part };
    const options = await sourceOptions(dataset, config);
    const { id, text, place, labels } = await readRecord({ ...dataset, options, line: target.line }, signal);
    const record = { id, place, labels: labels.map((label) => label.name) };
    return new JudgedSingle(run, reader, text, record, { ...overview, ...dataset, options, line: place.line });
  }

  async document(signal?: AbortSignal): Promise<JudgedDocument> {
    const { text, record } = this;
    const read = await this.reader.read(text, shownLabels, record?.labels ?? [], signal);
    const labels = read.labels.map((label): JudgedLabel => ({
      ...label,
      isTrue: record && record.labels.includes(label.name),
      trainDocuments: this.run.labels.trainCounts[label.id],
    }));
    const shown = [...labels, ...this.unknown(new Set(labels.map(({ name }) => name)))].sort(byProbability);
    return { document: 0, id: record?.id, place: record?.place, ...shownDocument(text, read), labels: shown };
  }

  /** Undefined for a label that the model has no output for. */
  evidence(label: number, signal?: AbortSignal): Promise<LabelEvidence | undefined> {
    const name = this.run.labels.names[label];
    return name === undefined ? Promise.resolve(undefined) : this.reader.evidence(this.text, name, signal);
  }

  /** True labels that the model has no output for. */
  private unknown(known: ReadonlySet<string>): JudgedLabel[] {
    const names = (this.record?.labels ?? []).filter((name) => !known.has(name));
    const all = labelSetOf(this.run).extended(names, new Map());
    return names.map((name): JudgedLabel => {
      const id = all.idOf(name);
      return { id, name, display: all.display[id], isTrue: true, trainDocuments: 0 };
    });
  }
}
