/** Files and folders that a key may name, relative to the config. */
import { dirname, resolve } from 'node:path';
import type { Schema } from '../../base/schema.ts';
import { datasetEndings, namesEndingIn } from '../../data/datasetEndings.ts';
import type { ValuePlace } from './environment.ts';
import { escapeSnippet, type Proposal } from './proposal.ts';

const datasets = namesEndingIn(datasetEndings);
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

export async function proposePaths(schema: Schema, key: string, place: ValuePlace): Promise<Proposal[]> {
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
