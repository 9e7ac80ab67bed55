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
