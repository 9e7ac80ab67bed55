import type { Document } from '../../data/document.ts';
import { readingProgress } from '../../data/readThrough.ts';
import type { OnProgress, WorkOptions } from '../../base/progress.ts';
import { UserError } from '../../base/errors.ts';
import type { SplitInspection } from '../splitInspection.ts';

/** Documents between two words about progress. */
const breath = 64;

/** Counts the passes of an analysis, and reports them. */
export class Passes {
  private pass = 0;

  constructor(
    private readonly passes: number,
    readonly work: WorkOptions,
  ) {}

  /** Begins a pass; what is returned is called along the way. */
  begin(): OnProgress {
    const pass = ++this.pass;
    return (progress) => this.work.onProgress?.({ ...progress, pass, passes: this.passes });
  }
}

/**
 * Reads the documents of a split's index once more, until the signal.
 * Returns how many were read. Throws `UserError` (`file-changed` where the file is not what was indexed).
 */
export async function readAgain(
  split: SplitInspection,
  visit: (document: Document) => void,
  passes: Passes,
): Promise<number> {
  const report = passes.begin();
  const { signal } = passes.work;
  const { length } = split.index;
  let read = 0;
  if (length === 0 || signal?.aborted) return 0;
  const source = await split.reopen();
  report({ ...readingProgress(source, 'reading', 0), done: 0 });
  for await (const document of source) {
    if (document.line !== split.index.place(read).line) break;
    visit(document);
    if (++read === length) return read;
    if (read % breath !== 0) continue;
    report(readingProgress(source, 'reading', read));
    if (signal?.aborted) return read;
  }
  throw new UserError('file-changed', 'The file has changed since it was read', 'Read it again.', { file: split.file });
}
