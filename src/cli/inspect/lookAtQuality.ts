import { pathOf } from '../../core/data/document.ts';
import { nearError, nearThreshold } from '../../core/explore/quality/nearDuplicates.ts';
import type { DocumentRef, Listed, QualityReport } from '../../core/explore/quality/documentQuality.ts';
import { countedLabel } from '../../core/explore/clusters/labelIncidence.ts';
import type { QualityOfSplits } from '../../core/explore/analysis/qualityOfSplits.ts';
import type { SplitInspection } from '../../core/explore/splitInspection.ts';
import { counted, grouped } from '../terminal/text.ts';
import { labelText, left, type Look, nameOf, type ReadDataset, right, type SectionTable } from './look.ts';

const SHOWN = 8;
/** Entries of a list in JSON. */
const LISTED = 100;
/** Documents of a group, and labels of one, that a line names. */
const NAMED = 6;

/** What may be wrong with documents and labels. Documents of all splits, the first of which is trained on; labels of the first. */
export async function lookAtQuality({ analyses, work }: ReadDataset): Promise<Look> {
  await analyses.readQuality(work);
  const { quality } = analyses;
  const { report, splits, variants, together } = quality;
  return {
    json: { ...(report ? documentJson(report, splits) : { bagOfWords: true }), labels: labelJson(quality) },
    section: {
      title: 'Quality',
      lines: [
        ...(report
          ? documentLines(report, splits)
          : ['A bag of words has no texts: its documents cannot be compared.']),
        `${counted(variants.length, 'label')} of ${nameOf(splits[0])} ${verb(variants.length, 'look')} like another's spelling; ${counted(together.length, 'group')} of labels always ${verb(together.length, 'occur')} together.`,
      ],
      tables: [...(report ? documentTables(report, splits) : []), ...labelTables(quality)],
    },
  };
}

const labelJson = ({ variants, together, labels: { names, counts } }: QualityOfSplits): unknown => ({
  variants: listed(variants, ({ first, second, kind }) => ({ first: names[first], second: names[second], kind })),
  alwaysTogether: listed(together, (group) => ({
    labels: group.map((label) => names[label]),
    documents: counts[group[0]],
  })),
});

const listed = <T, U>(all: readonly T[], jsonOf: (item: T) => U): Listed<U> => ({
  count: all.length,
  first: all.slice(0, LISTED).map(jsonOf),
});

function documentJson(report: QualityReport, splits: readonly SplitInspection[]): Record<string, unknown> {
  const short = <T>({ first, ...counts }: Listed<T>): unknown => ({ ...counts, first: first.slice(0, LISTED) });
  return {
    sets: splits.map((split) => ({ split: split.split, file: pathOf(split) })),
    documents: report.documents,
    repeated: short(report.repeated),
    near: { threshold: nearThreshold, standardError: nearError, ...(short(report.near) as object) },
    leakage: report.leakage,
    empty: short(report.empty),
    oneWord: short(report.oneWord),
    suspicious: Object.fromEntries(Object.entries(report.suspicious).map(([kind, list]) => [kind, short(list)])),
  };
}

function documentLines(report: QualityReport, splits: readonly SplitInspection[]): string[] {
  const { repeated, near, leakage, empty, oneWord } = report;
  return [
    `${counted(report.documents, 'document')}: ${counted(repeated.count, 'text')} ${verb(repeated.count, 'occur')} more than once (${counted(repeated.surplus, 'document')} too many), ${grouped(repeated.contradictory)} of them with different labels.`,
    `${counted(near.count, 'document')} nearly ${verb(near.count, 'repeat')} an earlier one (similarity of word 5-grams at least ${nearThreshold}, estimated with a standard error of at most ${nearError}).`,
    ...leakage.map(
      ({ set, exact, near }) =>
        `${counted(exact, 'document')} of ${nameOf(splits[set])} ${exact === 1 ? 'has' : 'have'} a text of ${nameOf(splits[0])}, ${grouped(near)} more nearly so.`,
    ),
    `${counted(empty.count, 'document')} without a word, ${grouped(oneWord.count)} with one word.`,
  ];
}

function documentTables(report: QualityReport, splits: readonly SplitInspection[]): SectionTable[] {
  const place = ({ set, id, line }: DocumentRef): string =>
    `${splits.length > 1 ? `${nameOf(splits[set])} ` : ''}${line ? `line ${line}` : id}`;
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

function labelTables({ variants, together, labels }: QualityOfSplits): SectionTable[] {
  const text = (label: number): string => labelText(countedLabel(labels, label));
  return [
    {
      caption: 'Labels that look like variants',
      columns: [left('label'), left('looks like'), left('differs by')],
      rows: variants
        .slice(0, SHOWN)
        .map(({ first, second, kind }) => [
          text(second),
          text(first),
          kind === 'edit' ? 'one letter' : 'case, accents or punctuation',
        ]),
    },
    {
      caption: 'Labels that always occur together',
      columns: [right('documents'), left('labels')],
      rows: together.slice(0, SHOWN).map((group) => [grouped(labels.counts[group[0]]), some(group.map(text))]),
    },
  ];
}

const verb = (n: number, plural: string): string => (n === 1 ? `${plural}s` : plural);

/** The first of a list, and how many there are more. */
function some(items: readonly string[], count = items.length): string {
  const named = items.slice(0, NAMED).join(', ');
  return count > NAMED ? `${named} and ${grouped(count - NAMED)} more` : named;
}
