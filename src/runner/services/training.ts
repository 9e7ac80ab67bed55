import { constants, setPriority } from 'node:os';
import { loadConfig } from '../../core/config/load.ts';
import { evaluateRun } from '../../core/training/evaluateRun.ts';
import { train } from '../../core/training/trainer.ts';
import type { RunEvent } from '../../core/base/events.ts';
import type { Metrics } from '../../core/base/metrics.ts';
import type { Split } from '../../core/base/splits.ts';
import type { DatasetFile } from '../../core/data/document.ts';
import type { RunResult } from '../../core/training/runSummary.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

export interface EvaluatedSplit {
  folder: string;
  /** The split, or the name of the evaluated file. */
  split: string;
  documents: number;
  metrics: Metrics;
}

export interface TrainingService {
  train: Call<{ configFile: string; resume?: string; overrides: string[] }, RunResult, RunEvent>;
  /** Measures a run's best weights on a split of its dataset, or on a file; the figures in full go into the run folder. */
  evaluate: Call<{ folder: string; split?: Split; data?: DatasetFile }, EvaluatedSplit, RunEvent>;
}

/** All cores are to train, but what the user sees and types comes first. */
function yieldToTheEditor(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    console.error(`The priority stays as it is: ${(error as Error).message}`); // a sandbox may forbid it
  }
}
yieldToTheEditor(); // before there are threads: they inherit it

export const training: Handlers<TrainingService> = {
  /** Trains or resumes; an aborted run ends with a checkpoint and is a result, not an error. */
  async train({ configFile, resume, overrides }, { signal, emit }) {
    const { config, file, diagnostics } = await loadConfig(configFile, overrides);
    for (const { severity, message } of diagnostics)
      if (severity === 'warning') emit({ type: 'notice', level: 'warning', message });
    return train(config, { configFile: file, resume, signal, onEvent: emit });
  },

  async evaluate({ folder, split, data }, { signal, emit }) {
    const result = await evaluateRun(folder, { split, data, signal, onEvent: emit });
    const { metrics, documents } = result.evaluation;
    return { folder: result.folder, split: result.split, documents, metrics };
  },
};
