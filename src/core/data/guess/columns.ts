/**
 * Which fields hold text, labels and ids: decided by what many records hold, names being a hint. Texts are long, seldom
 * repeated and made of words; labels are short and come back; flags are 0 and 1.
 */
import { labelsOfCell, readingOfCells, type CellReading } from './cells.ts';
import { missingIn, missingWords } from './missing.ts';
import { hintOf, isPlural, normalName, withoutNumber, type NameHint } from './names.ts';
import { shareOf } from './shares.ts';

/** A field and the values of it that were seen, as strings, '' where absent. Values of one record stand at one index. */
export interface SampledField {
  name: string | number;
  values: readonly string[];
  /** Labels of each record where the values are lists, vectors or objects already (JSON); then `values` are not read as cells. */
  lists?: readonly (readonly string[])[];
  /** Strings that stand where others have lists. */
  cells?: readonly string[];
  /** What stands beside a label in objects and says how sure it is: `score`. */
  beside?: string;
}

export interface GuessedFields {
  id?: string | number;
  text: (string | number)[];
  label?: string | number;
  /** One column of 0 and 1 a label; or columns that hold a label each, like `label1` and `label2`. */
  labelColumns: (string | number)[];
  /** The label columns hold labels, not 0 and 1. */
  areCells: boolean;
  /** A text field that was left out although it is longer than what was taken, with its mean number of characters. */
  longerText?: { name: string | number; meanLength: number; takenLength: number };
  /** Columns of 0 and 1 that were not taken for labels. */
  otherFlags: (string | number)[];
  /** The label field where it is one for want of others: by its name a flag. */
  loneFlag?: string | number;
  /** Fields that could as well hold the labels. */
  rivals: (string | number)[];
}

export interface Profile {
  field: SampledField;
  hint: NameHint;
  /** Non-empty values. */
  filled: number;
  distinct: number;
  meanLength: number;
  meanWords: number;
  /** Share of the values that are numbers, dates, URLs or identifiers. */
  numeric: number;
  opaque: number;
  flagStyle?: FlagStyle;
  /** Occurrences of labels over distinct ones, if it were the label field. */
  labels?: { distinct: number; occurrences: number; meanLength: number; isNumeric: boolean; isSpaced: boolean };
}

type FlagStyle = 'digits' | 'decimals' | 'words' | 'ones' | 'answers' | 'shares';

const numberPattern = /^[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?$/;
const opaquePattern =
  /^(?:https?:\/\/\S+|\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-fA-F]{24,64}|\S+@\S+\.\w+)$/;

export function profileOf(field: SampledField): Profile {
  const values = field.values.filter((value) => value !== '');
  const sum = (count: (value: string) => number): number => values.reduce((total, value) => total + count(value), 0);
  const share = (pattern: RegExp): number =>
    values.length ? sum((v) => Number(pattern.test(v.trim()))) / values.length : 0;
  return {
    field,
    hint: hintOf(field.name),
    filled: values.length,
    distinct: new Set(values).size,
    meanLength: values.length ? sum((value) => value.length) / values.length : 0,
    meanWords: values.length ? sum(wordsIn) / values.length : 0,
    numeric: share(numberPattern),
    opaque: share(opaquePattern),
    flagStyle: field.lists ? undefined : flagStyleOf(field.values),
  };
}

/** Words, a run of a script without spaces counted as one for every two characters. */
function wordsIn(text: string): number {
  const spaced = text.split(/\s+/).filter(Boolean).length;
  const dense = text.match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu,
  );
  return spaced + (dense ? dense.length / 2 : 0);
}

const flagValues: readonly [FlagStyle, ReadonlySet<string>][] = [
  ['digits', new Set(['0', '1'])],
  ['ones', new Set(['', '1', '1.0', 'x', '✓', '✔'])],
  ['decimals', new Set(['0.0', '1.0', '0', '1', ''])],
  ['words', new Set(['true', 'false', ''])],
  ...[
    ['1', '-1'],
    ['1,0', '0,0'],
    ['wahr', 'falsch'],
    ['vrai', 'faux'],
    ['verdadero', 'falso'],
    ['vero', 'falso'],
    ['prawda', 'fałsz'],
    ['истина', 'ложь'],
    ['yes', 'no'],
    ['y', 'n'],
    ['t', 'f'],
    ['ja', 'nein'],
    ['oui', 'non'],
    ['sí', 'no'],
    ['si', 'no'],
    ['sim', 'não'],
    ['да', 'нет'],
    ['是', '否'],
  ].map((pair): [FlagStyle, ReadonlySet<string>] => ['answers', new Set(pair)]),
];

/** A lone column of yes and no names two classes; several are flags. */
function withoutLoneAnswers(profiles: readonly Profile[]): readonly Profile[] {
  const answers = profiles.filter(({ flagStyle }) => flagStyle === 'answers');
  return answers.length > 1
    ? profiles
    : profiles.map((p) => (p.flagStyle === 'answers' ? { ...p, flagStyle: undefined } : p));
}

function flagStyleOf(values: readonly string[]): FlagStyle | undefined {
  const distinct = new Set(values.map((value) => value.trim().toLowerCase()));
  if (distinct.size === 0 || (distinct.size === 1 && distinct.has(''))) return undefined;
  const found = flagValues.find(([, allowed]) => [...distinct].every((value) => allowed.has(value)))?.[0];
  return found ?? (isShares([...distinct]) ? 'shares' : undefined);
}

/** 0, 1 and numbers between them, what is missing left aside. */
function isShares(values: readonly string[]): boolean {
  const said = values.filter((value) => value !== '' && !missingWords.includes(value));
  const isWhole = (value: string): boolean => /^[01](?:[.,]0+)?$/.test(value);
  return said.some(shareOf) && said.every((value) => shareOf(value) !== undefined || isWhole(value));
}

// ------------------------------------------------------------------------------------------------------------- text

/** How much a field looks like the text: 0 for numbers, flags and the like. */
function textScore({
  filled,
  distinct,
  meanWords,
  meanLength,
  numeric,
  opaque,
  flagStyle,
  hint,
  field,
}: Profile): number {
  if (filled === 0 || numeric > 0.5 || opaque > 0.5 || flagStyle || field.lists) return 0;
  const variety = distinct / filled;
  const size = Math.min(1, Math.log1p(meanWords) / Math.log1p(12)) * (meanLength > 2 ? 1 : 0.2);
  const content = size * Math.sqrt(variety);
  const name = hint.text > 0 ? 0.5 : hint.label > 0 ? -0.15 : hint.other > 0 ? -0.35 : 0;
  return Math.max(0, content + name);
}

const isNamedText = ({ hint }: Profile): boolean => hint.text > 0 || hint.title;

/** The text fields in their order: titles first. `known` are those of other roles. */
function guessText(profiles: readonly Profile[], known: ReadonlySet<string | number>): Profile[] {
  const candidates = profiles.filter(({ field }) => !known.has(field.name));
  const scored = candidates
    .map((profile) => ({ profile, score: textScore(profile) }))
    .filter(({ profile, score }) => score > (isNamedText(profile) ? 0.2 : 0.35)); // a word alone is no text
  scored.sort((a, b) => b.score - a.score || b.profile.meanLength - a.profile.meanLength);
  const [best] = scored;
  if (!best)
    return candidates
      .filter(isNamedText)
      .sort((a, b) => b.hint.text - a.hint.text)
      .slice(0, 1);
  const isPart = isNamedText;
  const parts = scored.filter(
    ({ profile, score }) =>
      profile !== best.profile &&
      ((isPart(profile) && belongsTo(profile, best.profile)) || isNamelessPart(profile, score)),
  );
  const taken = [best.profile, ...parts.map(({ profile }) => profile)];
  const order = (profile: Profile): number =>
    (profile.hint.title ? -1 : 0) * profiles.length + profiles.indexOf(profile);
  return taken.sort((a, b) => order(a) - order(b));
}

/** Of a table without a header: class, title, description. */
const isNamelessPart = ({ field, meanWords }: Profile, score: number): boolean =>
  typeof field.name === 'number' && meanWords >= 2 && score > 0.5;

/** A title goes before a text; several bodies of one record (`header`, `recitals`, `main_body`) go together. */
function belongsTo(part: Profile, best: Profile): boolean {
  if (part.hint.title || best.hint.title) return true;
  return part.hint.section && best.hint.section;
}

// ----------------------------------------------------------------------------------------------------------- labels

/** What the field's labels would be. */
export function withLabels(profile: Profile): Profile {
  const { field } = profile;
  const filled = field.values.filter((value) => value.trim() !== '');
  const missing = missingIn(filled);
  const cells = filled.filter((value) => !missing.has(value.trim().toLowerCase()));
  const reading: CellReading = field.lists ? { style: 'whole' } : readingOfCells(cells, isPlural(field.name));
  const counts = new Map<string, number>();
  for (const labels of field.lists ?? cells.map((cell) => labelsOfCell(cell, reading)))
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const names = [...counts.keys()];
  const occurrences = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    ...profile,
    labels: {
      distinct: names.length,
      occurrences,
      meanLength: names.reduce((sum, name) => sum + name.length, 0) / Math.max(1, names.length),
      isNumeric: names.length > 0 && names.every((name) => numberPattern.test(name)),
      isSpaced: reading.separator === ' ',
    },
  };
}

/** How much a field looks like the labels of documents. Below 0.2 it does not. */
function labelScore(profile: Profile, records: number): number {
  const { labels, hint, opaque, field, meanWords } = profile;
  if (!labels || labels.distinct === 0) return 0;
  const { distinct, occurrences, meanLength, isNumeric, isSpaced } = labels;
  const name = hint.label > 0 ? 0.6 : hint.other > 0 ? -0.6 : hint.text > 0 || hint.title ? -0.3 : 0;
  if (opaque > 0.5 && !field.lists && !hint.label) return 0;
  const repetition = occurrences / distinct;
  const comesBack = Math.min(1, Math.max(0, (repetition - 1) / 2));
  const isConstant = distinct === 1 && occurrences > 1 && records > 1;
  const isSentence = !field.lists && meanWords > 12;
  const isLong = Math.min(1, 40 / Math.max(40, meanLength));
  const content =
    comesBack *
    isLong *
    (isNumeric ? 0.6 : 1) *
    (isConstant ? 0.2 : 1) *
    (isSentence ? 0.3 : 1) *
    (isSpaced ? 0.35 : 1); // words of a title come back as well
  const several = field.lists || (occurrences > records && !isSpaced) ? 0.15 : 0; // several labels a document: a label field, not a code
  return content * 0.6 + name + (content > 0 || hint.label ? several : 0);
}

// ---------------------------------------------------------------------------------------------------------- together

/** What the user has said of the fields. */
export interface GivenFields {
  id?: string | number;
  text?: (string | number)[];
  label?: string | number;
  labelColumns?: (string | number)[];
}

/** Roles of the fields, what is given being kept. `text` is empty, and `label` absent, where nothing looks like one. */
export function guessFields(fields: readonly SampledField[], given: GivenFields = {}): GuessedFields {
  const profiles = withoutLoneAnswers(fields.map(profileOf));
  const records = fields[0]?.values.length ?? 0;
  const id = given.id ?? idField(profiles, records);
  const taken = new Set<string | number>([...(given.text ?? []), ...(given.labelColumns ?? [])]);
  if (given.label !== undefined) taken.add(given.label);
  if (id !== undefined) taken.add(id);
  const asked = given.label !== undefined || given.labelColumns !== undefined;
  const rest = (): Profile[] => profiles.filter(({ field }) => !taken.has(field.name));
  const ranked = asked ? [] : rankedLabels(rest(), records, given.text === undefined);
  const flags = asked ? [] : flagFields(rest());
  const named = ranked.find(({ profile }) => profile.hint.label > 0 && !flags.includes(profile.field.name));
  const areShares = profiles.some(({ field, flagStyle }) => flagStyle === 'shares' && flags.includes(field.name));
  // shares can be measures: a field of words comes before them, ids and numbers do not
  const holdsWords = ({ profile: { hint, labels } }: Ranked): boolean => !hint.id && labels?.isNumeric !== true;
  const isSure = flags.length > 1 && !(areShares && ranked.some(holdsWords));
  const useFlags = flags.length > 0 && !named && (isSure || ranked.length === 0);
  const likeliest = useFlags ? undefined : (named ?? ranked[0])?.profile.field.name;
  const numbered = asked || likeliest === undefined ? [] : numberedColumns(likeliest, rest());
  const lone = asked || useFlags || likeliest !== undefined ? undefined : loneFlag(rest());
  const label = given.label ?? (numbered.length ? undefined : (likeliest ?? lone));
  const labelColumns = given.labelColumns ?? (useFlags ? flags : numbered);
  if (label !== undefined) taken.add(label);
  for (const column of labelColumns) taken.add(column);
  const text = given.text ?? guessText(profiles, taken).map(({ field }) => field.name);
  const idName = id ?? namelessId(profiles, records, new Set([...taken, ...text]));
  const isOther = ({ profile }: { profile: Profile }): boolean =>
    profile.field.name !== label && !text.includes(profile.field.name);
  const others = ranked.filter(isOther);
  const best = ranked.find(({ profile }) => profile.field.name === label);
  return {
    id: idName,
    text,
    label,
    labelColumns,
    areCells: holdLabels(profiles, labelColumns),
    longerText: longerText(profiles, text, taken),
    otherFlags: flagged(profiles).filter((name) => !taken.has(name)),
    loneFlag: lone,
    rivals: useFlags
      ? others.filter(({ profile }) => !profile.flagStyle).map(nameOf)
      : best && best.profile.hint.label === 0
        ? others.filter((o) => o.score > best.score - 0.1).map(nameOf)
        : [],
  };
}

/** Columns called as a label column is but for a number, `tag_1` and `tag_2`, that hold the same kind of values; none where it stands alone. */
function numberedColumns(label: string | number, profiles: readonly Profile[]): (string | number)[] {
  const stem = ({ field }: Profile): string => withoutNumber(normalName(String(field.name)));
  const own = profiles.find(({ field }) => field.name === label);
  if (!own || typeof label === 'number' || stem(own) === normalName(label)) return [];
  const values = new Set(own.field.values.filter((value) => value.trim() !== ''));
  const isAlike = (p: Profile): boolean =>
    own.hint.label > 0 ? p.meanWords <= 12 : p.field.values.some((value) => values.has(value));
  const family = profiles.filter(
    (p) => stem(p) === stem(own) && !p.flagStyle && p.filled > 0 && (p === own || isAlike(p)),
  );
  return family.length > 1 ? family.map(({ field }) => field.name) : [];
}

/** `is_spam` beside nothing that could be labels: the classes are 0 and 1. */
function loneFlag(profiles: readonly Profile[]): string | number | undefined {
  const found = profiles.filter(
    ({ field, flagStyle, distinct }) =>
      flagStyle && distinct > 1 && /^(?:is|has)_/.test(normalName(String(field.name))),
  );
  return found.length === 1 && flagged(profiles).length === 1 ? found[0].field.name : undefined;
}

const anyFlag = new Set(flagValues.flatMap(([, words]) => [...words]));

/** Whether nearly no value of the columns is a 0, a 1 or the like. */
function holdLabels(profiles: readonly Profile[], columns: readonly (string | number)[]): boolean {
  const own = profiles.filter(({ field }) => columns.includes(field.name) && !field.lists);
  const said = (value: string): boolean => value.trim() !== '' && !missingWords.includes(value.trim().toLowerCase());
  const values = own.flatMap(({ field }) => field.values).filter(said);
  const isFlag = (value: string): boolean => anyFlag.has(value) || shareOf(value) !== undefined;
  const flags = values.filter((value) => isFlag(value.trim().toLowerCase())).length;
  return flags < values.length * 0.1;
}

const nameOf = ({ profile }: { profile: Profile }): string | number => profile.field.name;

function idField(profiles: readonly Profile[], records: number): string | number | undefined {
  const isUnique = ({ filled, distinct }: Profile): boolean => filled === records && distinct === records;
  const named = profiles.filter(({ hint, field }) => hint.id && hint.other === 0 && !field.lists);
  const unnamed = profiles.filter(({ field }) => field.name === '');
  return (named.find(isUnique) ?? named[0] ?? unnamed.find(isUnique))?.field.name;
}

/** Of a table without a header: the one column left whose values are single words, all different. */
function namelessId(
  profiles: readonly Profile[],
  records: number,
  taken: ReadonlySet<string | number>,
): string | number | undefined {
  const found = profiles.filter(
    ({ field, distinct, meanWords, meanLength }) =>
      typeof field.name === 'number' &&
      !taken.has(field.name) &&
      distinct === records &&
      records > 1 &&
      meanWords <= 1.1 &&
      meanLength < 64,
  );
  return found.length === 1 ? found[0].field.name : undefined;
}

interface Ranked {
  profile: Profile;
  score: number;
}

/** Fields that can hold the labels, best first; the field that is most of all the text is none, unless it is named as labels. */
function rankedLabels(profiles: readonly Profile[], records: number, findText: boolean): Ranked[] {
  const texts = findText ? [...profiles].sort((a, b) => textScore(b) - textScore(a)) : [];
  const best = texts.length && textScore(texts[0]) > 0.2 ? texts[0] : undefined;
  const flags = profiles.filter((profile) => profile !== best && profile.flagStyle);
  return profiles
    .filter((profile) => profile !== best && !profile.flagStyle && profile.filled > 0)
    .concat(flags.filter((p) => p.flagStyle !== 'shares' && (p.hint.label > 0 || isNamelessClass(flags))))
    .map((profile) => withLabels(profile))
    .map((profile) => ({ profile, score: labelScore(profile, records) }))
    .filter(({ score }) => score > 0.2)
    .sort((a, b) => b.score - a.score);
}

const flagged = (profiles: readonly Profile[]): (string | number)[] =>
  profiles.filter(({ flagStyle }) => flagStyle).map(({ field }) => field.name);

/** Of a table without a header: a lone column of 0 and 1 has no name that could be the label. */
const isNamelessClass = (flags: readonly Profile[]): boolean =>
  flags.length === 1 && typeof flags[0].field.name === 'number';

/** Numbers between 0 and 1 in one column or two are measures as likely as labels. */
const fewestShares = 3;

/** Columns of 0 and 1, or of shares, that can be labels: of the style that most have, not the same in all records, not named as something else. */
function flagFields(profiles: readonly Profile[]): (string | number)[] {
  const candidates = profiles.filter(
    ({ flagStyle, hint, distinct, filled, field }) =>
      flagStyle && hint.other === 0 && !hint.id && (distinct > 1 || filled < field.values.length),
  );
  const styles = new Map<string, Profile[]>();
  const areShares = candidates.filter(({ flagStyle }) => flagStyle === 'shares').length >= fewestShares;
  for (const profile of candidates) {
    const { flagStyle } = profile;
    const isOwn = flagStyle === 'words' || flagStyle === 'answers' || flagStyle === 'shares';
    const style = isOwn ? flagStyle : areShares && flagStyle === 'decimals' ? 'shares' : 'numbers';
    styles.set(style, [...(styles.get(style) ?? []), profile]);
  }
  const groups = [...styles.values()].sort((a, b) => b.length - a.length);
  const group = groups[0] ?? [];
  const areMeasured = group.some(({ flagStyle }) => flagStyle === 'shares');
  if (areMeasured) return group.length < fewestShares ? [] : group.map(({ field }) => field.name);
  const named = group.filter(({ hint }) => hint.label > 0);
  if (named.length === 1 || isNamelessClass(group)) return []; // the label column itself, of the classes 0 and 1
  return (named.length > 1 ? named : group).map(({ field }) => field.name);
}

function longerText(
  profiles: readonly Profile[],
  text: readonly (string | number)[],
  taken: ReadonlySet<string | number>,
): GuessedFields['longerText'] {
  const lengths = profiles.filter(({ field }) => text.includes(field.name)).map(({ meanLength }) => meanLength);
  const takenLength = Math.max(0, ...lengths);
  const longer = profiles
    .filter(
      ({ field, ...p }) =>
        !text.includes(field.name) && !taken.has(field.name) && !field.lists && p.numeric < 0.5 && p.opaque < 0.5,
    )
    .filter(({ meanLength, meanWords }) => meanLength > takenLength * 1.2 && meanWords >= 3)
    .sort((a, b) => b.meanLength - a.meanLength)[0];
  return longer && { name: longer.field.name, meanLength: longer.meanLength, takenLength };
}
