/** What can be done about a diagnostic. */
import { basename, dirname } from 'node:path';
import { checkText } from '../check.ts';
import { configFileSchema } from '../configFile.ts';
import { ConfigText, pathFrom, setKey } from '../configText.ts';
import type { Diagnostic, Edit } from '../diagnostics.ts';
import { pathsOf } from './links.ts';

export type Remedy =
  | { kind: 'edit'; title: string; edits: Edit[] }
  /** Writes a new file at `path`. */
  | { kind: 'create'; name: string; path: string; content: string }
  /** Asks for a file that the key is to name. */
  | { kind: 'pick'; key: string };

/** Codes of diagnostics that another file would fix. */
const fileCodes = ['file-not-found', 'embedding-unreadable', 'missing-key', 'same-file', 'bag-of-words'];
const creatable = /^(extends|dataset\.(train|validation|test|labelNames|labelsFile))$/;

/** The likeliest first. `file` is where the config is stored; before it is, no file can be named. */
export function remediesOf({ code, key, fix }: Diagnostic, text: string, file: string | undefined): Remedy[] {
  const remedies: Remedy[] = fix ? [{ kind: 'edit', ...fix }] : [];
  if (file === undefined || !key || !fileCodes.includes(code)) return remedies;
  const named = key === 'dataset.format' ? 'dataset.train' : key;
  remedies.push({ kind: 'pick', key: named });
  const missing = code === 'file-not-found' ? pathsOf(text, file).find((path) => path.key === key) : undefined;
  if (missing && creatable.test(key)) {
    const content = key === 'extends' ? '{\n  // keys that several configs share\n}\n' : '';
    remedies.push({ kind: 'create', name: basename(missing.path), path: missing.path, content });
  }
  return remedies;
}

/** The edit that lets a key name a file; undefined where the text is too broken for it. */
export function nameFile(text: string, file: string, key: string, path: string): Edit | undefined {
  const source = new ConfigText(text);
  const { nodes } = checkText(source, configFileSchema);
  return setKey(source, nodes, key, pathFrom(dirname(file), path));
}
