import { pathOf } from '../../core/data/document.ts';
import { readingBar } from '../dataset.ts';
import { alwaysTogether, labelVariants } from '../../core/explore/quality/labelQuality.ts';
import { nearThreshold } from '../../core/explore/quality/nearDuplicates.ts';
import {
  collectQuality,
  type DocumentRef,
  type Listed,
  type QualityReport,
} from '../../core/explore/quality/documentQuality.ts';
import { counted, grouped } from '../terminal/text.ts';
import { labelText, type LookContext, type OpenedFile } from './opened.ts';
import { left, type Look, right, type SectionTable } from './look.ts';

const SHOWN = 8;
/** Entries of a list in JSON. */
const LISTED = 100;
/** Documents of a group, and labels of one, that a line names. */
const NAMED = 6;

/** What may be wrong with documents and labels. Documents of all files, the first of which is trained on; labels of the first. */
export async function lookAtQuality(files: readonly OpenedFile[], context: LookContext): Promise<Look> {
  const report = await documentQuality(files, context);
  const labels = await labelQuality(files[0]);
  return {
    json: { ...(report ? documentJson(report, files) : { bagOfWords: true }), labels: labelJson(labels) },
    section: {
      title: 'Quality',
      lines: [
        ...(report ? documentLines(report, files) : ['A bag of words has no texts: its documents cannot be compared.']),
        `${counted(labels.variants.length, 'label')} of ${files[0].name} ${verb(labels.variants.length, 'look')} like another's spelling; ${counted(labels.together.length, 'group')} of labels always ${verb(labels.together.length, 'occur')} together.`,
      ],
      tables: [...(report ? documentTables(report, files) : []), ...labelTables(labels, files[0])],
    },
  };
}

async function documentQuality(
  files: readonly OpenedFile[],
  { tokenizer, terminal, signal }: LookContext,
): Promise<QualityReport | undefined> {
  if (files.some(({ source }) => source.bagOfWords)) return undefined;
  const report = await collectQuality(
    files.map(({ source }) => source),
    tokenizer,
    { signal, onProgress: readingBar(terminal, 'Checking') },
  );
  terminal.progress.clear();
  return report;
}

interface LabelQuality {
  variants: { first: string; second: string; kind: string }[];
  together: { labels: string[]; documents: number }[];
}

async function labelQuality(file: OpenedFile): Promise<LabelQuality> {
  const incidence = await file.labels();
  const { names, counts } = incidence;
  const variants = labelVariants(names.map((name) => file.display(name)));
  const together = alwaysTogether(incidence);
  return {
    variants: variants.map(({ first, second, kind }) => ({ first: names[first], second: names[second], kind })),
    together: together.map((group) => ({ labels: group.map((id) => names[id]), documents: counts[group[0]] })),
  };
}

const labelJson = ({ variants, together }: LabelQuality): unknown => ({
  variants: listed(variants),
  alwaysTogether: listed(together),
});

const listed = <T>(all: readonly T[]): Listed<T> => ({ count: all.length, first: all.slice(0, LISTED) });

function documentJson(report: QualityReport, files: readonly OpenedFile[]): Record<string, unknown> {
  const short = <T>({ first, ...counts }: Listed<T>): unknown => ({ ...counts, first: first.slice(0, LISTED) });
  return {
    sets: files.map(({ surveyed, source }) => ({ split: surveyed.split, file: pathOf(source) })),
    documents: report.documents,
    repeated: short(report.repeated),
    near: { threshold: nearThreshold, standardError: 0.045, ...(short(report.near) as object) },
    leakage: report.leakage,
    empty: short(report.empty),
    oneWord: short(report.oneWord),
    suspicious: Object.fromEntries(Object.entries(report.suspicious).map(([kind, list]) => [kind, short(list)])),
  };
}

function documentLines(report: QualityReport, files: readonly OpenedFile[]): string[] {
  const { repeated, near, leakage, empty, oneWord } = report;
  return [
    `${counted(report.documents, 'document')}: ${counted(repeated.count, 'text')} ${verb(repeated.count, 'occur')} more than once (${counted(repeated.surplus, 'document')} too many), ${grouped(repeated.contradictory)} of them with different labels.`,
    `${counted(near.count, 'document')} nearly ${verb(near.count, 'repeat')} an earlier one (similarity of word 5-grams at least ${nearThreshold}, estimated with a standard error of at most 0.045).`,
    ...leakage.map(
      ({ set, exact, near }) =>
        `${counted(exact, 'document')} of ${files[set].name} ${exact === 1 ? 'has' : 'have'} a text of ${files[0].name}, ${grouped(near)} more nearly so.`,
    ),
    `${counted(empty.count, 'document')} without a word, ${grouped(oneWord.count)} with one word.`,
  ];
}

function documentTables(report: QualityReport, files: readonly OpenedFile[]): SectionTable[] {
  const place = ({ set, id, line }: DocumentRef): string =>
    `${files.length > 1 ? `${files[set].name} ` : ''}${line ? `line ${line}` : id}`;
  return [
    {
      caption: 'Repeated texts, those with different labels first',
      columns: [right('documents'), left('labels'), left('where')],
      rows: report.repeated.first
        .slice(0, SHOWN)
        .map(({ documents, contradictory }) => [
          grouped(documents.length),
          contradictory ? 'differ' : 'same',
          some(documents.map(place)),
        ]),
    },
    {
      caption: 'Nearly repeated',
      columns: [right('similarity'), left('document'), left('earlier one')],
      rows: report.near.first
        .slice(0, SHOWN)
        .map(({ first, second, similarity }) => [similarity.toFixed(2), place(second), place(first)]),
    },
    {
      caption: 'Suspicious characters',
      columns: [left('kind'), right('documents'), left('first')],
      rows: Object.entries(report.suspicious).map(([kind, { count, first }]) => [
        kind,
        grouped(count),
        some(first.slice(0, NAMED).map(place), count),
      ]),
    },
  ];
}

function labelTables({ variants, together }: LabelQuality, file: OpenedFile): SectionTable[] {
  return [
    {
      caption: 'Labels that look like variants',
      columns: [left('label'), left('looks like'), left('differs by')],
      rows: variants
        .slice(0, SHOWN)
        .map(({ first, second, kind }) => [
          labelText(file, second),
          labelText(file, first),
          kind === 'edit' ? 'one letter' : 'case, accents or punctuation',
        ]),
    },
    {
      caption: 'Labels that always occur together',
      columns: [right('documents'), left('labels')],
      rows: together
        .slice(0, SHOWN)
        .map(({ labels, documents }) => [grouped(documents), some(labels.map((label) => labelText(file, label)))]),
    },
  ];
}

const verb = (n: number, plural: string): string => (n === 1 ? `${plural}s` : plural);

/** The first of a list, and how many there are more. */
function some(items: readonly string[], count = items.length): string {
  const named = items.slice(0, NAMED).join(', ');
  return count > NAMED ? `${named} and ${grouped(count - NAMED)} more` : named;
}
