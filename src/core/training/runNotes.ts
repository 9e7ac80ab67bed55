/**
 * notes.json of a run folder: what people call a run and write beside it. The folder keeps its name, by which a config, a resume
 * and predictions know the run; nothing that trains reads this file or writes it.
 */
import { readFile } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { removeFile, withFileErrors, writeFileAtomic } from '../base/files.ts';
import { boolean, type Infer, list, object, optional, parseJson, part, string } from '../base/schema.ts';
import { exists, runPaths } from './runFolder.ts';

const notesSchema = object(part, {
  /** What it is called in the place of its folder's name. */
  title: optional(string()),
  note: optional(string()),
  tags: optional(list(string())),
  /** Listed before others. */
  pinned: optional(boolean()),
});
export type RunNotes = Infer<typeof notesSchema>;

/** None where there is no such file. Throws `UserError` `damaged-notes`. */
export async function readNotes(folder: string): Promise<RunNotes> {
  const file = runPaths(folder).notes;
  if (!(await exists(file))) return {};
  const found = parseJson(await withFileErrors(file, () => readFile(file, 'utf8')), notesSchema);
  if (found) return tidy(found);
  const why = 'This file does not hold the name and the notes of a run';
  throw new UserError('damaged-notes', why, 'Correct or remove it; the run itself does not need it.', { file });
}

/** Changes some of the notes and leaves the others; a file of none is removed. Throws `UserError` `run-not-found`, `damaged-notes`. */
export async function changeNotes(folder: string, change: RunNotes): Promise<RunNotes> {
  const { config, notes: file } = runPaths(folder);
  if (!(await exists(config)))
    throw new UserError('run-not-found', 'This is not a run folder', '`xmlcnn runs` lists the runs there are.', {
      file: folder,
    });
  const notes = tidy({ ...(await readNotes(folder)), ...change });
  if (Object.keys(notes).length === 0) await removeFile(file);
  else await writeFileAtomic(file, `${JSON.stringify(notes, null, 2)}\n`);
  return notes;
}

/** Without what is empty; each tag once. */
function tidy({ title, note, tags = [], pinned }: RunNotes): RunNotes {
  const [name, text] = [title?.trim(), note?.trim()];
  const known = [...new Set(tags.map((tag) => tag.trim()))].filter((tag) => tag !== '');
  return {
    ...(name && { title: name }),
    ...(text && { note: text }),
    ...(known.length > 0 && { tags: known }),
    ...(pinned && { pinned }),
  };
}
