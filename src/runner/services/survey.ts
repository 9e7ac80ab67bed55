import { throttled } from '../../core/base/progress.ts';
import { surveyDataset } from '../../core/explore/survey.ts';
import type { Handlers } from '../protocol.ts';

export const survey: Handlers<'survey'> = {
  survey: ({ options, ...dataset }, { signal, emit }) =>
    surveyDataset(dataset, options, { signal, onProgress: throttled(emit) }),
};
