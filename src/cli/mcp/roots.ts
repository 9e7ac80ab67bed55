import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { UserError } from '../../core/base/errors.ts';
import { withFileErrors } from '../../core/base/files.ts';
import { pathsOf } from '../../core/config/language/links.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import type { DatasetFile } from '../../core/data/document.ts';

/** Folders that a client may name files in. Links are followed first: what they lead to must lie in a root, too. */
export class Roots {
  private constructor(readonly folders: readonly string[]) {}

  /** Throws `UserError` where one is not there. */
  static async of(folders: readonly string[]): Promise<Roots> {
    return new Roots(await Promise.all(folders.map((folder) => withFileErrors(folder, () => realpath(folder)))));
  }

  /** The place behind a path, absolute; it counts from the first root, and need not be there. Throws `UserError` `outside-roots`. */
  async place(path: string): Promise<string> {
    const place = await behindLinks(resolve(this.folders[0], path));
    if (this.folders.some((folder) => isWithin(folder, place))) return place;
    throw new UserError(
      'outside-roots',
      'This lies outside the folders that this server may read',
      `Name something in ${this.folders.join(' or ')}, or start the server with --root.`,
      { file: path },
    );
  }

  /** The same, of a folder whose links lead nowhere else. Throws `UserError` `outside-roots`. */
  async placeOfAll(path: string): Promise<string> {
    const place = await this.place(path);
    for (const link of await linksIn(place)) await this.place(link);
    return place;
  }

  /** The same of a dataset, a file of which may be a part of: with what lies beside it and is read with it. */
  async dataset(path: string): Promise<DatasetFile> {
    const { file, part } = datasetFile(resolve(this.folders[0], path));
    const place = await this.placeOfAll(file);
    const beside = (await linksIn(dirname(place), false)).filter((link) => /label|corrections/i.test(basename(link)));
    for (const link of beside) await this.place(link);
    return { file: place, part };
  }

  /** A config's file, where all that it and the configs below it name lies in a root. Throws `UserError` `outside-roots`. */
  async config(path: string, above: readonly string[] = []): Promise<string> {
    const file = await this.place(path);
    if (above.includes(file)) return file; // a circle, which whoever reads it reports
    const text = await withFileErrors(file, () => readFile(file, 'utf8'));
    for (const { key, path: named } of pathsOf(text, file))
      if (key !== 'extends') await this.dataset(named);
      else if (existsSync(await this.place(named))) await this.config(named, [...above, file]);
    return file;
  }

  /** How a place is shown: from the first root where it lies there. */
  shown(place: string): string {
    const from = this.folders.find((folder) => isWithin(folder, place));
    return from === this.folders[0] ? relative(from, place) || '.' : place;
  }
}

function isWithin(folder: string, place: string): boolean {
  const way = relative(folder, place);
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('..\\') || isAbsolute(way));
}

/** Of what is not there, as far as there is something. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
    return join(await behindLinks(above), relative(above, path));
  }
}

async function linksIn(folder: string, recursive = true): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive });
    return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (['ENOTDIR', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return []; // a file, or nothing: whoever reads it says so
    throw error;
  }
}
