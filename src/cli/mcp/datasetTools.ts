import { stat } from 'node:fs/promises';
import { type DatasetFile, pathOf } from '../../core/data/document.ts';
import type { DocumentPage } from '../../core/explore/inspectionApi.ts';
import { type Inspection, openInspection } from '../../core/explore/inspection.ts';
import { Cancelled } from '../../core/base/errors.ts';
import { splitNames } from '../../core/base/splits.ts';
import { counted } from '../terminal/text.ts';
import { answer, type Printed } from './answers.ts';
import type { Roots } from './roots.ts';
import { z } from './sdk.ts';
import { quoted, tool, type Tool } from './tool.ts';

const path = z.string().check(z.minLength(1));
const dataset = path.check(z.describe('Dataset file or folder, from the first root or absolute'));
const labels = z.optional(z.array(z.string()));

/** Tools that look at datasets and configs; they write nothing. */
export function datasetTools(roots: Roots, printed: Printed): Tool[] {
  const kept = new KeptInspection();
  return [
    tool({
      name: 'inspect_dataset',
      title: 'Inspect a dataset',
      description:
        'Counts of documents, labels and words, the most frequent labels, and what is wrong with a labelled text dataset (JSONL, CSV, TSV, fastText, LibMultiLabel, ARFF, LibSVM, Parquet, folders and more). Use it first, before a config is written or a model is chosen. Not for single documents: find_documents.',
      input: {
        path: dataset,
        labels: z.optional(z.int().check(z.minimum(0), z.maximum(100), z.describe('Labels to list; 15 by default'))),
      },
      run: async ({ path, labels = 15 }, signal) => {
        const place = pathOf(await roots.dataset(path));
        return answer({
          ofDataset: await printed('inspect', [place, `--labels=${labels}`], signal),
          more: `xmlcnn inspect ${quoted(roots.shown(place))} --words --quality`,
        });
      },
    }),
    tool({
      name: 'find_documents',
      title: 'Find documents',
      description:
        'Documents of a dataset by their labels and text, with their ids, lines, labels and the beginning of each text. Use it to read examples of a label or to check a suspicion. Not for counts of a whole dataset: inspect_dataset.',
      input: {
        path: dataset,
        split: z.optional(z.enum(['all', ...splitNames])),
        labels_all: labels,
        labels_any: labels,
        labels_none: labels,
        text: z.optional(z.string().check(z.minLength(1), z.describe('Text to look for, without regard to case'))),
        is_pattern: z.optional(z.boolean().check(z.describe('Take text as a regular expression'))),
        offset: z.optional(z.int().check(z.minimum(0))),
        limit: z.optional(z.int().check(z.minimum(1), z.maximum(50), z.describe('10 by default'))),
      },
      run: async (asked, signal) => {
        const inspection = await kept.open(await roots.dataset(asked.path), signal);
        const split = asked.split ?? inspection.splits[0].split;
        const { offset = 0, limit = 10 } = asked;
        const page = await inspection.documentPage(
          {
            split,
            labels: { all: asked.labels_all, any: asked.labels_any, none: asked.labels_none },
            ...(asked.text !== undefined && { text: { text: asked.text, isPattern: asked.is_pattern } }),
            offset,
            limit,
          },
          signal,
        );
        return answer({ ofDataset: pageText(page, split, offset) });
      },
    }),
    tool({
      name: 'validate_config',
      title: 'Validate a run config',
      description:
        'Errors, warnings and remarks of a *.xmlcnn.json run config, each with its line and a fix. Use it after writing or changing one, and before start_run.',
      input: { path: path.check(z.describe('A *.xmlcnn.json file')) },
      run: async ({ path }, signal) => {
        const place = await roots.config(path);
        const text = await printed('validate', [place], signal);
        return answer({ text, more: `xmlcnn validate ${quoted(roots.shown(place))} --data` });
      },
    }),
  ];
}

function pageText({ rows, total, unsearched }: DocumentPage, split: string, offset: number): string {
  const reach = unsearched > 0 ? `at least ${counted(total, 'document')} (offset goes on)` : counted(total, 'document');
  const shown = rows.map(({ id, place, labels, snippet }) =>
    JSON.stringify({
      id,
      ...(place.file !== undefined && { file: place.file }),
      line: place.line,
      labels: labels.map(({ name, display }) => display ?? name),
      text: snippet,
    }),
  );
  return [`${split}: ${reach}; from ${offset + 1}:`, ...shown].join('\n');
}

/** The dataset that was read last, until its files change: the next page of it costs nothing. */
class KeptInspection {
  private last?: { place: string; stamp: string; inspection: Inspection };

  async open(dataset: DatasetFile, signal: AbortSignal): Promise<Inspection> {
    const place = pathOf(dataset);
    if (this.last?.place === place && (await stampOf(this.last.inspection)) === this.last.stamp)
      return this.last.inspection;
    this.last = undefined;
    const inspection = await openInspection(dataset, { onError: 'skip' }, { alone: true });
    for (const split of inspection.splits) await split.readWhole({ signal });
    if (signal.aborted) throw new Cancelled();
    this.last = { place, stamp: await stampOf(inspection), inspection };
    return inspection;
  }
}

async function stampOf({ splits }: Inspection): Promise<string> {
  const files = await Promise.all(splits.map(({ file }) => stat(file)));
  return files.map(({ mtimeMs, size }) => `${mtimeMs} ${size}`).join();
}
