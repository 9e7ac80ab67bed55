/** The services there are, each in a process of its own: its interface stands with what implements it. */
import type { ClustersService } from './services/clusters.ts';
import type { DatasetService } from './services/dataset.ts';
import type { EnginesService } from './services/engines.ts';
import type { ExporterService } from './services/exporter.ts';
import type { PredictionsService } from './services/predictions.ts';
import type { PredictorService } from './services/predictor.ts';
import type { ReviewService } from './services/review.ts';
import type { SurveyService } from './services/survey.ts';
import type { TrainingService } from './services/training.ts';

export interface Services {
  clusters: ClustersService;
  dataset: DatasetService;
  engines: EnginesService;
  exporter: ExporterService;
  predictions: PredictionsService;
  predictor: PredictorService;
  review: ReviewService;
  survey: SurveyService;
  training: TrainingService;
}

export type ServiceName = keyof Services;
