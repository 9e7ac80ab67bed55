/** Values that a key may have: those that it is limited to, the default, what presets say, files, fields of the dataset. */
import type { DatasetField } from '../../data/fieldNames.ts';
import { hintOf } from '../../data/guess/names.ts';
import { monitorable } from '../monitor.ts';
import { presetNames, presets } from '../presets.ts';
import type { Schema } from '../../base/schema.ts';
import { analyse } from '../validate.ts';
import { type Environment, escapeSnippet, jsonLine, type Proposal, type ValuePlace } from './environment.ts';
import { inheritedValue } from './inherited.ts';
import { valueSnippet } from './keys.ts';
import { dirname, resolve } from 'node:path';
import { datasetEndings, namesEndingIn } from '../../data/datasetEndings.ts';

const fieldKeys = ['dataset.idField', 'dataset.textField', 'dataset.labelField', 'dataset.labelColumns'];
const separators = ['|', ';', ',', ' '];
const longestExample = 40;

export async function proposeValues(schema: Schema, place: ValuePlace): Promise<Proposal[]> {
  const { cursor, text, environment } = place;
  const key = cursor.path.filter((name) => typeof name === 'string').join('.');
  if (key === '') return [wholeConfig];
  if (key === 'extends') return [...proposePresets(), ...(await proposePaths(schema, key, place))];
  if (fieldKeys.includes(key)) return proposeFields(place, key);
  if (schema.kind === 'string' && schema.path) return proposePaths(schema, key, place);
  if (schema.kind === 'object') {
    const { snippet, goesOn } = valueSnippet(schema, undefined);
    return [{ kind: 'section', label: '{ … }', filter: '{', insert: snippet, key, goesOn }];
  }
  const isEntry = cursor.path.some((name) => typeof name === 'number');
  if (isEntry) return [];
  const inherited = inheritedValue(text, key, environment);
  const before = inherited.from === 'default' ? 'default' : `from ${inherited.name ?? inherited.from}`;
  return distinct([
    ...(inherited.value === undefined ? [] : [{ value: inherited.value, detail: before }]),
    ...named(schema, key, text, environment).map((value) => ({ value, detail: undefined })),
    ...ofPresets(key),
    ...(schema.absent ? [{ value: null, detail: 'none' }] : []),
  ]).map(({ value, detail }) => proposal('value', value, key, detail));
}

/** Values that the key itself names. */
function named(schema: Schema, key: string, text: string, { file, files }: Environment): unknown[] {
  if (schema.kind === 'boolean') return [true, false];
  if (schema.kind === 'string' && schema.values) return [...schema.values];
  if (key === 'dataset.labelSeparator') return separators;
  if (key === 'training.monitor') {
    const { k } = analyse(text, { file, files }).config.evaluation;
    return monitorable(k).filter((name) => name !== 'logLoss');
  }
  return [];
}

/** What presets set the key to, with their names. */
function ofPresets(key: string): { value: unknown; detail: string }[] {
  const [section, name] = key.split('.');
  return presetNames.flatMap((preset) => {
    const value = (presets[preset].values as Record<string, Record<string, unknown>>)[section]?.[name];
    return value === undefined ? [] : [{ value, detail: preset }];
  });
}

/** Equal values as one, with all that is known of it. */
function distinct(values: { value: unknown; detail?: string }[]): { value: unknown; detail?: string }[] {
  const found = new Map<string, { value: unknown; details: string[] }>();
  for (const { value, detail } of values) {
    const entry = found.get(jsonLine(value)) ?? { value, details: [] };
    if (detail !== undefined) entry.details.push(detail);
    found.set(jsonLine(value), entry);
  }
  return [...found.values()].map(({ value, details }) => ({ value, detail: details.join(', ') || undefined }));
}

function proposal(kind: Proposal['kind'], value: unknown, key: string, detail?: string): Proposal {
  const label = typeof value === 'string' ? value : jsonLine(value);
  return { kind, label, detail, insert: escapeSnippet(jsonLine(value)), key };
}

const proposePresets = (): Proposal[] =>
  presetNames.map((name) => ({
    ...proposal('preset', name, 'extends', presets[name].source),
    text: presets[name].description,
  }));

async function proposeFields({ text, cursor, environment }: ValuePlace, key: string): Promise<Proposal[]> {
  const { file, files } = environment;
  const { dataset } = analyse(text, { file, files }).config;
  if (typeof dataset.train !== 'string') return [];
  const fields = likeliestFirst(await environment.datasetFields(dataset), key);
  const isList = key === 'dataset.labelColumns' && !cursor.path.some((name) => typeof name === 'number');
  return fields.map(({ name, example }) => ({
    ...proposal('field', name, key, example && clip(example)),
    ...(isList && { insert: `[${escapeSnippet(JSON.stringify(name))}$1]`, filter: `[${JSON.stringify(name)}` }),
  }));
}

/** Fields whose names are well known for what the key wants come first. */
function likeliestFirst(fields: DatasetField[], key: string): DatasetField[] {
  const likeliness = ({ name }: DatasetField): number => {
    const { id, text, title, label } = hintOf(name);
    if (key === 'dataset.idField') return Number(id);
    if (key === 'dataset.labelField') return label;
    return key === 'dataset.textField' ? text * 2 + Number(title) : 0; // the text itself before a title
  };
  return fields.toSorted((a, b) => likeliness(b) - likeliness(a));
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longestExample ? `${line.slice(0, longestExample - 1)}…` : line;
}

const wholeConfig: Proposal = {
  kind: 'config',
  label: 'Run config',
  filter: '{',
  detail: 'a preset and a dataset',
  insert: [
    '{',
    `\t"extends": "\${1|${presetNames.join(',')}|}",`,
    '\t"dataset": {',
    '\t\t"train": "$2",',
    '\t\t"test": "$3",',
    '\t},$0',
    '}',
  ].join('\n'),
  text: 'A run of XML-CNN. Every key but dataset.train has a default.',
};

/** Files and folders that a key may name, relative to the config. */

/** Run configs and stored clusters are JSON, too. */
const datasets = new RegExp(
  `^(?!.*\\.(?:(?:xmlcnn|clusters)\\.json|corrections\\.jsonl)$).*${namesEndingIn(datasetEndings).source}`,
  'i',
);
/** Names of the files that a key most likely wants; of the others it may want any. */
const likely: Record<string, RegExp> = {
  extends: /\.json$/i,
  'dataset.train': datasets,
  'dataset.validation': datasets,
  'dataset.test': datasets,
  'dataset.labelNames': /label|name|class|Y/i,
  'dataset.labelsFile': /label|Y|\.xml$/i,
  'embedding.file': /\.(txt|vec|bin)(\.gz)?$|\.zip$/i,
  'training.resumeFrom': /\.safetensors$/i,
};
/** Keys for which other files make no sense. */
const strict = ['extends', 'training.resumeFrom'];

async function proposePaths(schema: Schema, key: string, place: ValuePlace): Promise<Proposal[]> {
  const { text, cursor, offset, environment } = place;
  if (environment.file === undefined) return [];
  const typed = text.slice(cursor.start, offset).replace(/^"/, '');
  const stated = typed.slice(0, typed.lastIndexOf('/') + 1);
  const showHidden = typed.slice(stated.length).startsWith('.');
  const wantsFolder = schema.kind === 'string' && schema.path !== undefined && !schema.path.mustExist;
  const entries = await environment.listFolder(resolve(dirname(environment.file), unescape(stated) || '.'));
  const rank = (name: string, isFolder: boolean): number => (isFolder ? 1 : likely[key]?.test(name) ? 0 : 2);
  const own = resolve(environment.file);
  return entries
    .filter(({ name }) => showHidden || !name.startsWith('.'))
    .filter(({ isFolder }) => isFolder || !wantsFolder)
    .map((entry) => ({ ...entry, rank: rank(entry.name, entry.isFolder) }))
    .filter(({ rank: found }) => found < 2 || !strict.includes(key))
    .filter(({ name }) => key !== 'extends' || resolve(dirname(own), stated, name) !== own)
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
    .map(({ name, isFolder }) => proposalOf(stated, name, isFolder, key));
}

function proposalOf(stated: string, name: string, isFolder: boolean, key: string): Proposal {
  const path = `${stated}${JSON.stringify(name).slice(1, -1)}`;
  return {
    kind: isFolder ? 'folder' : 'file',
    label: isFolder ? `${name}/` : name,
    insert: isFolder ? `"${escapeSnippet(`${path}/`)}$0"` : `"${escapeSnippet(path)}"`,
    filter: `"${path}"`,
    key,
    goesOn: isFolder,
  };
}

/** The path that the inside of a string stands for; what is no string yet is taken as it is. */
function unescape(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
