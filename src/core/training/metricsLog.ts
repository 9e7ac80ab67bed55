import { type FileHandle, open, readFile } from 'node:fs/promises';
import { withFileErrors } from '../base/files.ts';
import { exists, runPaths } from './runFolder.ts';
import { parseHistory, type RunHistory } from './runHistory.ts';

/** Reads metrics.jsonl of a run folder; a last line that is still being written is passed over. Throws `UserError`. */
export async function readHistory(folder: string): Promise<RunHistory> {
  const path = runPaths(folder).metrics;
  if (!(await exists(path))) return { epochs: [], points: [] };
  return parseHistory(await withFileErrors(path, () => readFile(path, 'utf8')), path);
}

/** metrics.jsonl of a run: lines are appended; what a checkpoint vouches for is synced before it is written. */
export class MetricsLog {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    /** Length of the file. */
    public bytes: number,
    /** Bytes that the caller wanted kept and that are not there. */
    readonly missing: number,
  ) {}

  /** Cuts the file to its first `keep` bytes: later lines belong to work that is done again. */
  static open(path: string, keep: number): Promise<MetricsLog> {
    return withFileErrors(path, async () => {
      const handle = await open(path, 'a');
      try {
        const { size } = await handle.stat();
        const bytes = Math.min(size, keep);
        await handle.truncate(bytes);
        return new MetricsLog(path, handle, bytes, keep - bytes);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  append(record: Record<string, unknown>): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    return withFileErrors(this.path, async () => {
      await this.handle.appendFile(line);
      this.bytes += line.length;
    });
  }

  sync(): Promise<void> {
    return withFileErrors(this.path, () => this.handle.sync());
  }

  close(): Promise<void> {
    return withFileErrors(this.path, () => this.handle.close());
  }
}
