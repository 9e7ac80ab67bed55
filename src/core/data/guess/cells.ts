/**
 * How a set writes the labels of a document in one string. Decided by many cells together, so that one rogue cell changes
 * nothing, and the same for all splits of a set.
 */
import { parseLiteral, type Literal } from '../../formats/literal.ts';
import { fromHalf, type OnShare, shareOf } from './shares.ts';

export const cellStyles = ['whole', 'separated', 'list', 'vector', 'brackets'] as const;
/**
 * `whole`: the cell is one label; `separated`: labels between separators; `list`: a list written as text (JSON, Python,
 * NumPy); `vector`: 0 and 1 by label position; `brackets`: `<a><b>`.
 */
export type CellStyle = (typeof cellStyles)[number];

export interface CellReading {
  style: CellStyle;
  /** Of `separated`. */
  separator?: string;
  /** Labels that hold the separator themselves. */
  wholeLabels?: readonly string[];
  /** Labels are followed by their relevance, which is not used: `17::2.0` (PECOS). */
  relevance?: boolean;
  /** Separators that occur without splitting, or split though they may not: what a reader should know. */
  doubt?: CellDoubt;
}

export interface CellDoubt {
  separator: string;
  /** Whether cells were split at it. */
  split: boolean;
  example: string;
  /** Cells that hold it. */
  cells: number;
}

const separators = ['\n', '|', ';', ',', '\t', '；', '，', '、', '/', '&', '+', ' '] as const;
type Separator = (typeof separators)[number];

/** Decides by the cells of the label field, missing ones left out. `plural`: the field's name promises several labels. */
export function readingOfCells(cells: readonly string[], plural = true): CellReading {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  if (filled.length === 0) return { style: 'whole' };
  return (
    listReading(filled) ??
    bareVectors(filled) ??
    bracketReading(filled) ??
    withRelevance(filled, separatedReading(filled, plural))
  );
}

const relevancePattern = /^([^]+)::\d+(?:\.\d+)?$/;

function withRelevance(cells: readonly string[], reading: CellReading): CellReading {
  const parts = cells.flatMap((cell) => labelsOfCell(cell, reading));
  const rated = parts.filter((part) => relevancePattern.test(part)).length;
  return rated > 0 && rated >= parts.length * agreed ? { ...reading, relevance: true } : reading;
}

/** The labels of one cell, trimmed, without empty ones. */
export function labelsOfCell(cell: string, reading: CellReading, onShare?: OnShare): string[] {
  const parts = partsOfCell(cell, reading, onShare);
  return reading.relevance ? parts.map((part) => relevancePattern.exec(part)?.[1] ?? part) : parts;
}

function partsOfCell(cell: string, reading: CellReading, onShare?: OnShare): string[] {
  const text = cell.trim();
  if (text === '') return [];
  switch (reading.style) {
    case 'whole':
      return [text];
    case 'separated':
      return split(text, reading.separator ?? ',', reading.wholeLabels);
    case 'brackets':
      return bracketed(text) ?? [text];
    case 'list':
      return listIn(text, onShare) ?? [text];
    case 'vector':
      return positionsOf(listIn(text) ?? bareBits(text), onShare) ?? [text];
  }
}

// ------------------------------------------------------------------------------------------------------------ lists

/** `'a', 'b'` and `"a"`: a list that lost its brackets. */
const looksQuoted = /^(?:'[^]*'|"[^]*")$/;
const looksListed = /^(?:\[[^]*\]|\([^]*\)|\{[^]*\}|(?:np\.)?(?:array|set|frozenset|list|tuple)\([^]*\))$/;

/** Of the cells that look like lists, this share must be lists. */
const agreed = 0.9;
/** Lists among plain words (as some exports have them) are lists from this share of the cells on. */
const mixed = 0.1;

function listReading(cells: readonly string[]): CellReading | undefined {
  if (cells.filter((cell) => looksQuoted.test(cell) && listIn(cell)).length >= cells.length * agreed)
    return { style: 'list' };
  const bracketed = cells.filter((cell) => looksListed.test(cell));
  if (bracketed.length < cells.length * mixed || bracketed.length === 0) return undefined;
  const lists = bracketed.map((cell) => listIn(cell)).filter((list) => list !== undefined);
  if (lists.length < bracketed.length * agreed) return undefined;
  const isBare = bracketed.some((cell) => parseLiteral(cell, { numbers: 'written' }) === undefined);
  if (bracketed.length < cells.length * (isBare ? agreed : mixed)) return undefined;
  return { style: bracketed.length === cells.length && isVectors(lists) ? 'vector' : 'list' };
}

/** The labels of a list that is written as text, or undefined where the text is none. */
function listIn(text: string, onShare?: OnShare): string[] | undefined {
  if (looksQuoted.test(text)) return quotedIn(text);
  if (!looksListed.test(text)) return undefined;
  const parsed = parseLiteral(text, { bareWords: true, numbers: 'written' });
  return parsed && labelsOfValue(parsed.value, onShare);
}

/** Nothing but quoted strings, with commas between them. */
function quotedIn(text: string): string[] | undefined {
  const parsed = parseLiteral(`[${text}]`, { numbers: 'written' })?.value;
  if (!Array.isArray(parsed) || !parsed.every((part) => typeof part === 'string')) return undefined;
  return labelsOfValue(parsed);
}

/** Lists within lists. */
const deepest = 20;

const nameKeys = ['name', 'label', 'title', 'prefLabel', 'text', 'value', 'tag', 'id', 'uri'];
/** Where an object holds a list of labels rather than being one. */
const listKeys = ['choices', 'labels', 'taxonomy'];

/**
 * The labels of a value of JSON or its kin: strings, numbers, lists of them, objects that name a label (by its URI where
 * it has one, so that names can differ), and objects of label to yes/no or a share (the keys that are 1, true or a share that counts).
 * undefined where the value holds no label in any of these forms; null gives none.
 */
export function labelsOfValue(value: Literal, onShare = fromHalf, depth = 0): string[] | undefined {
  if (depth > deepest) return undefined;
  if (value === null || value === '') return [];
  if (typeof value === 'string' || typeof value === 'number')
    return [String(value).trim()].filter((label) => label !== '');
  if (typeof value === 'boolean') return undefined;
  if (!Array.isArray(value)) return labelsOfObject(value, onShare, depth + 1);
  const labels: string[] = [];
  for (const item of value) {
    const found = labelsOfValue(item, onShare, depth + 1);
    if (found === undefined) return undefined;
    labels.push(...found);
  }
  return labels;
}

/** Where lists of a field called `taxonomy` are paths from the root down (Label Studio), each of them is one label. */
export function pathsOf(value: unknown, field: string | number): unknown {
  const isPath = (part: unknown): part is (string | number)[] =>
    Array.isArray(part) &&
    part.length > 0 &&
    part.every((name) => typeof name === 'string' || typeof name === 'number');
  return /(?:^|\.)taxonomy$/.test(String(field)) && Array.isArray(value) && value.every(isPath)
    ? value.map((path) => path.join(' / '))
    : value;
}

function labelsOfObject(value: { [key: string]: Literal }, onShare: OnShare, depth: number): string[] | undefined {
  const list = listKeys.find((key) => Array.isArray(value[key]));
  if (list) return labelsOfValue(value[list], onShare, depth);
  const name = labelOfObject(value);
  if (name !== undefined) return [name];
  const entries = Object.entries(value);
  const flags = entries.map(([, score]) => (typeof score === 'boolean' ? Number(score) : shareOrBit(score, onShare)));
  return flags.includes(undefined) ? undefined : entries.flatMap(([key], i) => (flags[i] === 1 ? [key] : []));
}

/** What an object or a vector says of a label; -1 is no, as in some sparse formats. */
function shareOrBit(value: Literal, onShare: OnShare): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const share = shareOf(value);
  return share !== undefined ? Number(onShare(share)) : Number(value) === -1 ? 0 : bit(value);
}

/** The label that an object names: its URI, else its name, label or title. */
export function labelOfObject(value: { [key: string]: Literal }): string | undefined {
  const key = ['uri', ...nameKeys].find((key) => typeof value[key] === 'string' && value[key] !== '');
  return key === undefined ? undefined : (value[key] as string);
}

// ---------------------------------------------------------------------------------------------------------- vectors

/** Whether all lists are 0 and 1, of one length, and cannot be lists of labels: one holds a value twice. */
export function isVectors(lists: readonly (readonly (string | number)[])[]): boolean {
  const length = lists[0]?.length ?? 0;
  if (length < 2 || !lists.every((list) => list.length === length)) return false;
  return (
    lists.every((list) => list.every((value) => bit(value) !== undefined || shareOf(value) !== undefined)) &&
    lists.some((list) => new Set(list.map((value) => bit(value) ?? shareOf(value))).size < length || list.some(shareOf))
  );
}

/** Shorter rows of digits without separators are numbers. */
const shortestRun = 4;

/** `0,1,0`, `0 1 0`, `0;1;0` and `0100`: all cells of one length. */
function bareVectors(cells: readonly string[]): CellReading | undefined {
  if (!cells.every((cell) => /^[01][\d.,;| \t]*$/.test(cell))) return undefined;
  const isRun = cells.every((cell) => /^[01]+$/.test(cell));
  if (isRun && (cells[0].length < shortestRun || !cells.some((cell) => cell.startsWith('0')))) return undefined;
  const lists = cells.map(bareBits);
  return lists[0].length > 2 && isVectors(lists) ? { style: 'vector' } : undefined;
}

const bareBits = (text: string): string[] => (/^[01]+$/.test(text) ? [...text] : text.split(/[,;|\s]+/));

/** Positions of the ones, counted from 0; undefined where something else than 0, 1 and shares stands there. */
export function positionsOf(values: readonly (string | number)[], onShare = fromHalf): string[] | undefined {
  const bits = values.map((value) => {
    const share = shareOf(value);
    return share === undefined ? bit(value) : Number(onShare(share));
  });
  if (bits.includes(undefined)) return undefined;
  return bits.flatMap((value, position) => (value === 1 ? [String(position)] : []));
}

function bit(value: string | number): 0 | 1 | undefined {
  const number = Number(value);
  return number === 1 ? 1 : number === 0 && value !== '' ? 0 : undefined;
}

// --------------------------------------------------------------------------------------------------------- brackets

function bracketReading(cells: readonly string[]): CellReading | undefined {
  const shaped = cells.filter((cell) => bracketed(cell) !== undefined).length;
  return shaped >= cells.length * agreed ? { style: 'brackets' } : undefined;
}

/** `<a><b>`, `<uri> <uri>`, with commas or bars between them at most. */
function bracketed(text: string): string[] | undefined {
  if (!/^(?:<[^<>]+>[\s,;|]*)+$/.test(text)) return undefined;
  return [...text.matchAll(/<([^<>]+)>/g)].map(([, label]) => label.trim()).filter((label) => label !== '');
}

// ------------------------------------------------------------------------------------------------------- separators

function separatedReading(cells: readonly string[], plural: boolean): CellReading {
  const trials = separators
    .map((separator) => trialOf(cells, separator))
    .filter((trial) => trial.cells > 0 && !(trial.separator === ' ' && trial.hasSigns))
    .sort((a, b) => Number(isConvincing(b, plural)) - Number(isConvincing(a, plural)) || b.cells - a.cells);
  const taken = trials.find((trial) => isConvincing(trial, plural) && !standsInside(trial, trials, cells));
  if (!taken) {
    const [likely] = trials.filter(looksLikeOne);
    return { style: 'whole', ...(likely && { doubt: doubtOf(likely, false) }) };
  }
  const wholeLabels = labelsThatHold(cells, taken.separator);
  const isUnusual = isInner(taken.separator);
  const doubt = isUnusual || taken.sharing < certain ? doubtOf(taken, true) : undefined;
  return {
    style: 'separated',
    separator: taken.separator,
    ...(wholeLabels.length && { wholeLabels }),
    ...(doubt && { doubt }),
  };
}

/** Those that stand in labels more often than between them. */
const isInner = (separator: Separator): boolean => [' ', '/', '&', '+'].includes(separator);

interface Trial {
  separator: Separator;
  /** Cells that hold it. */
  cells: number;
  share: number;
  example: string;
  /** Of the parts in split cells, the share that stands in other cells too, alone or in other company. */
  sharing: number;
  /** Distinct cells over distinct parts: above 1 where splitting makes the label set smaller. */
  gain: number;
  /** Mean number of occurrences of a part. */
  repetition: number;
  /** A part is punctuation alone: `&` in `a & b`. */
  hasSigns: boolean;
}

const certain = 0.9;

function trialOf(cells: readonly string[], separator: Separator): Trial {
  const cellsOf = new Map<string, Set<string>>(); // part -> distinct cells it stands in, up to 2
  const split: [string, string[]][] = [];
  let total = 0;
  for (const cell of cells) {
    const parts = partsOf(cell, separator);
    total += parts.length;
    if (parts.length > 1) split.push([cell, parts]);
    for (const part of parts) {
      const known = cellsOf.get(part) ?? new Set<string>();
      if (known.size < 2) known.add(cell);
      cellsOf.set(part, known);
    }
  }
  const inSplit = split.flatMap(([, parts]) => parts);
  const shared = inSplit.filter((part) => (cellsOf.get(part)?.size ?? 0) > 1).length;
  return {
    separator,
    cells: split.length,
    share: split.length / cells.length,
    example: split[0]?.[0] ?? '',
    sharing: inSplit.length ? shared / inSplit.length : 0,
    gain: new Set(cells).size / Math.max(1, cellsOf.size),
    repetition: total / Math.max(1, cellsOf.size),
    hasSigns: [...cellsOf.keys()].some((part) => /^[^\p{L}\p{N}]$/u.test(part)),
  };
}

/** Cells that a lone separator may stand in before it counts as one. */
const few = 4;

/**
 * Lines and bars part labels wherever the parts come back; commas and semicolons, where they do or where there is too
 * little to go by and the field's name is a plural; spaces and slashes stand in labels, so they part them only where a
 * small set of parts explains all cells.
 */
function isConvincing(trial: Trial, plural: boolean): boolean {
  const { separator, sharing, gain, repetition, share, cells } = trial;
  if (separator === ' ') return sharing >= certain && gain >= 1.5 && repetition >= 3 && share >= 0.3;
  if (separator === '&' || separator === '+')
    return sharing >= certain && gain >= 1.5 && repetition >= 2 && share >= 0.3;
  if (separator === '/') return sharing >= 0.8 && gain >= 1 && repetition >= 2 && share >= 0.1;
  const least = separator === '\n' || separator === '|' ? 0.2 : 0.4;
  if (sharing >= least) return true;
  const isUndecided = cells < few || repetition < 1.5; // nearly every label is new: repetition shows nothing
  return isUndecided && (share >= 0.3 || separator === '|') && (plural || separator === '\n' || separator === '|');
}

/** A space, a slash or a comma that did not convince but that a reader may know better. */
const looksLikeOne = ({ separator, sharing, share }: Trial): boolean =>
  isInner(separator) ? sharing >= 0.6 && share >= 0.2 : share >= 0.02;

const doubtOf = ({ separator, example, cells }: Trial, split: boolean): CellDoubt => ({
  separator,
  split,
  example,
  cells,
});

/** Whether the separator only stands within the parts of another convincing one: `Smith, J; Doe, K`. */
function standsInside(trial: Trial, trials: readonly Trial[], cells: readonly string[]): boolean {
  return trials.some((other) => {
    if (other === trial || !isConvincing(other, true) || isInner(other.separator)) return false;
    const parts = new Set(cells.flatMap((cell) => partsOf(cell, other.separator)));
    const both = new Set(cells.flatMap((cell) => partsOf(cell, trial.separator)));
    const torn = [...both].filter((part) => part.includes(other.separator)).length;
    const holding = [...parts].filter((part) => part.includes(trial.separator)).length;
    return torn > 0 && holding > 0 && (torn > holding || (torn === holding && other.repetition > trial.repetition));
  });
}

/** As often must two parts stand side by side, and never apart, to be one label that holds the separator. */
const together = 5;

/**
 * Labels like `Health, safety`: two neighbours that never stand without each other, are the whole of several cells, and
 * are parted by the separator and a space.
 */
function labelsThatHold(cells: readonly string[], separator: string): string[] {
  if (separator === ' ' || separator === '\n') return [];
  const occurrences = new Map<string, number>();
  const pairs = new Map<string, { count: number; alone: number; parts: [string, string] }>();
  for (const cell of cells) {
    const parts = partsOf(cell, separator);
    for (const part of parts) occurrences.set(part, (occurrences.get(part) ?? 0) + 1);
    for (let i = 1; i < parts.length; i++) {
      const label = `${parts[i - 1]}${separator} ${parts[i]}`;
      if (!cell.includes(label)) continue;
      const pair = pairs.get(label) ?? { count: 0, alone: 0, parts: [parts[i - 1], parts[i]] };
      pair.count++;
      if (parts.length === 2) pair.alone++;
      pairs.set(label, pair);
    }
  }
  const isOne = ({ count, alone, parts }: { count: number; alone: number; parts: [string, string] }): boolean =>
    count >= together && alone >= 2 && parts.every((part) => occurrences.get(part) === count);
  return [...pairs].filter(([, pair]) => isOne(pair)).map(([label]) => label);
}

function partsOf(cell: string, separator: string): string[] {
  if (!cell.includes(separator)) return [cell];
  return cell
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Splits, but for labels that hold the separator themselves. */
function split(cell: string, separator: string, wholeLabels: readonly string[] | undefined): string[] {
  const kept = wholeLabels?.filter((label) => cell.includes(label)) ?? [];
  if (kept.length === 0) return partsOf(cell, separator);
  const parts = partsOf(cell, separator);
  const labels: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const pair = `${parts[i]}${separator} ${parts[i + 1]}`;
    labels.push(kept.includes(pair) ? pair : parts[i]);
    if (kept.includes(pair)) i++;
  }
  return labels;
}
