import { existsSync } from 'node:fs';

/** Files that hold several splits are named with the one that is meant: `rcv.p#train`. */
export interface PartOfFile {
  file: string;
  part?: 'train' | 'test';
}

/** A file whose own name ends so is a file like any other. */
export function partOfFile(path: string): PartOfFile {
  const match = /^(.+)#(train|test)$/s.exec(path);
  if (!match || existsSync(path)) return { file: path };
  return { file: match[1], part: match[2] as PartOfFile['part'] };
}

/** The file that holds what `path` names. */
export const storedFile = (path: string): string => partOfFile(path).file;
