import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { runPaths } from '../../core/training/runFolder.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { ExplainedText, ModelFile, ModelInfo } from '../../runner/services/predictor.ts';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';

/** Milliseconds without a question after which the process ends. */
const idle = 5 * 60_000;
/** Answers that are kept. */
const mostKept = 100;
/** Models see some hundred words; the rest of a longer text would only be carried about. */
const longestText = 1_000_000;

/** A process that holds the active model, started when it is first needed, and the answers it gave last. */
export class WarmPredictor extends Disposable {
  private runner: RunnerClient<'predictor'> | undefined;
  private folder: string | undefined;
  private ending: NodeJS.Timeout | undefined;
  private opened: { key: string; info: Promise<ModelInfo> } | undefined;
  private readonly answers = new Map<string, ExplainedText>();

  constructor(private readonly services: Services) {
    super();
  }

  /** Throws `UserError` where the run cannot predict. */
  async open(folder: string): Promise<ModelInfo> {
    const model = await modelFile(folder);
    const key = JSON.stringify(model);
    if (this.opened?.key !== key || this.runner?.hasEnded !== false) {
      const info = this.process(folder).call('open', model);
      this.opened = { key, info };
      info.catch(() => (this.opened = undefined));
    }
    this.stayAwake();
    return this.opened.info;
  }

  /** Throws `UserError`, and `Cancelled` where the signal was aborted before the turn of this text came. */
  async explain(
    folder: string,
    whole: string,
    { top, truth = [], signal }: { top: number; truth?: readonly string[]; signal?: AbortSignal },
  ): Promise<ExplainedText> {
    const model = await modelFile(folder);
    const text = whole.slice(0, longestText);
    const key = createHash('sha256')
      .update(JSON.stringify([model, top, truth]))
      .update(text)
      .digest('base64');
    const known = this.answers.get(key);
    const answer = known ?? (await this.process(folder).call('explain', { model, text, top, truth }, { signal }));
    this.stayAwake();
    this.answers.delete(key); // the latest stands last
    this.answers.set(key, answer);
    for (const oldest of this.answers.keys()) if (this.answers.size > mostKept) this.answers.delete(oldest);
    return answer;
  }

  /** Lets the process go; it is started again when needed. */
  end(): void {
    clearTimeout(this.ending);
    this.runner?.dispose();
    this.runner = undefined;
    this.opened = undefined;
  }

  override dispose(): void {
    this.end();
    super.dispose();
  }

  private process(folder: string): RunnerClient<'predictor'> {
    if (this.folder !== folder) this.end();
    this.folder = folder;
    if (this.runner?.hasEnded !== false) this.runner = this.services.startRunner('predictor');
    return this.runner;
  }

  private stayAwake(): void {
    clearTimeout(this.ending);
    this.ending = setTimeout(() => this.end(), idle);
  }
}

/** A checkpoint that is not there is reported by the process that opens it. */
async function modelFile(folder: string): Promise<ModelFile> {
  const found = await stat(runPaths(folder).checkpoint('best')).catch(() => undefined);
  return { folder, stamp: found ? `${found.mtimeMs} ${found.size}` : '' };
}
