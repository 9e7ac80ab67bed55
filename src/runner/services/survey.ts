import { surveyDataset } from '../../core/explore/survey.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { DatasetFacts } from '../../core/config/createConfig.ts';
import type { DatasetFile, SourceOptions } from '../../core/data/document.ts';
import { thisMachine } from '../../core/engine/engines/speed.ts';
import type { Machine } from '../../core/model/trainingTime.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

export interface SurveyService {
  /** Reads a dataset's training file for a new config. Paths of the result are absolute; that of the dataset must be. */
  survey: Call<DatasetFile & { options: SourceOptions }, DatasetFacts, Progress>;
  /** Threads and speed, measured where they are not known yet. */
  machine: Call<Record<string, never>, Machine>;
}

export const survey: Handlers<SurveyService> = {
  survey: ({ options, ...dataset }, { signal, emit }) => surveyDataset(dataset, options, { signal, onProgress: emit }),
  machine: () => thisMachine(),
};
