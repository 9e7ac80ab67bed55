import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { fileError } from '../base/files.ts';
import type { Diagnostic } from './diagnostics.ts';
import { parseOverrides } from './overrides.ts';
import type { RunConfig } from './runConfig.ts';
import { analyse } from './validate.ts';

export interface LoadedConfig {
  config: RunConfig;
  /** Warnings and remarks; errors are thrown. */
  diagnostics: Diagnostic[];
  /** The config's file, absolute. */
  file: string;
}

/** Folder of prepared data beside the config, where `output.cacheFolder` names none. */
export const defaultCacheFolder = '.xmlcnn';

/**
 * Reads a config file, follows `extends`, fills defaults, makes paths absolute (each counted from the file that states it,
 * those of `overrides` from the working directory) and validates the result.
 * @param overrides `key=value` as `--set` gives them
 * @throws UserError `config-not-found`, `undecodable`, `invalid-config`, `bad-override`, `unknown-key`
 */
export async function loadConfig(path: string, overrides: readonly string[] = []): Promise<LoadedConfig> {
  const file = resolve(path);
  const text = await readText(file);
  const { config, diagnostics } = analyse(text, {
    file,
    checkFiles: true,
    overrides: parseOverrides(overrides),
    overridesFolder: process.cwd(),
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length) throw invalidConfig(file, errors);
  config.output.cacheFolder ??= resolve(dirname(file), defaultCacheFolder);
  return { config, diagnostics, file };
}

const unreadable: Record<string, string> = {
  ENOENT: 'There is no such config',
  EISDIR: 'This is a folder, not a config file',
  EACCES: 'The config must not be read: permission denied',
};

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? '';
    const known = fileError(cause, file);
    if (!Object.hasOwn(unreadable, why) && known instanceof UserError) throw known;
    const message = unreadable[why] ?? `The config cannot be read (${why})`;
    throw new UserError(
      'config-not-found',
      message,
      'Name a *.xmlcnn.json file; `xmlcnn init DATA` writes one.',
      { file },
      { cause },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new UserError('undecodable', 'The config is not UTF-8 text', 'Save it as UTF-8.', { file }, { cause });
  }
}

function invalidConfig(file: string, errors: Diagnostic[]): UserError {
  const [first, ...rest] = errors;
  const { line, character } = first.range.start;
  const more = rest.map(
    ({ message, range }) => `\n  ${basename(file)}:${range.start.line + 1}:${range.start.character + 1}: ${message}`,
  );
  const remedy = first.fix ? `Remedy: ${first.fix.title}.` : 'Correct the config; `xmlcnn validate` checks it.';
  return new UserError('invalid-config', first.message + more.join(''), more.length ? `\n${remedy}` : remedy, {
    file,
    line: line + 1,
    column: character + 1,
  });
}
