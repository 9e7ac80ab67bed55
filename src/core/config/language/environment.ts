import type { DatasetField } from '../../data/fieldNames.ts';
import type { FileAccess } from '../fileAccess.ts';
import type { RunConfig } from '../runConfig.ts';
import type { Cursor } from './cursor.ts';

export interface FolderEntry {
  name: string;
  isFolder: boolean;
}

/** What the language knows of the world around a config. */
export interface Environment {
  /** Where the config is stored, absolute; undefined before it is saved. */
  file?: string;
  files: FileAccess;
  /** Empty where the folder cannot be read. */
  listFolder(folder: string): Promise<FolderEntry[]>;
  /** The fields of the training file's records; empty where it cannot be read. */
  datasetFields(dataset: RunConfig['dataset']): Promise<DatasetField[]>;
}

/** Where in a config a value is wanted. */
export interface ValuePlace {
  text: string;
  cursor: Cursor;
  offset: number;
  environment: Environment;
}

/** Something that may be inserted. */
export interface Proposal {
  kind: 'section' | 'key' | 'value' | 'preset' | 'field' | 'file' | 'folder' | 'config';
  label: string;
  /** A few words beside the label. */
  detail?: string;
  /** A snippet in the editor's syntax. */
  insert: string;
  /** Default: the label. */
  filter?: string;
  /** The dotted key that explains it. */
  key?: string;
  /** Explains it further. */
  text?: string;
  /** What is inserted wants completing itself. */
  goesOn?: boolean;
}

/** Text as it stands in a snippet. */
export const escapeSnippet = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

/** A value as JSON on one line. */
export const jsonLine = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);
