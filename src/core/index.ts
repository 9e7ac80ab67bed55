/** The library: everything that the command line and the editor do, without either. */
export { UserError, Cancelled, type Place } from './base/errors.ts';
export type { DatasetFile, DatasetFormat, Document, DocumentSource, Finding, SourceOptions } from './data/document.ts';
export { datasetFile } from './data/datasetFile.ts';
export { addDecision, type Decision, textHash, undoDecision } from './data/corrections/correctionLog.ts';
export { openDataset, type OpenedDataset } from './data/openDataset.ts';
export { findSplits } from './data/findSplits.ts';
export type { Diagnostic } from './config/diagnostics.ts';
export { jsonSchema } from './config/jsonSchema.ts';
export { loadConfig } from './config/load.ts';
export { presetNames } from './config/presets.ts';
export type { RunConfig } from './config/runConfig.ts';
export { validateText } from './config/validate.ts';
export type { Engine, EngineOptions } from './engine/engine.ts';
export { createEngine } from './engine/createEngine.ts';
export type { Metrics } from './base/metrics.ts';
export { Evaluator } from './metrics/evaluator.ts';
export type { ExportFormat, ExportOptions, ExportResult } from './export/exportModel.ts';
export { exportModel } from './export/exportModel.ts';
export type { Contribution, Explanation } from './predict/explain.ts';
export type { Model, ModelLabel, ModelOptions } from './predict/loadedModel.ts';
export { loadModel } from './predict/loadedModel.ts';
export type {
  ExplainedLabel,
  ExplainOptions,
  PredictedLabel,
  Prediction,
  PredictOptions,
} from './predict/predictor.ts';
export { loadPredictor } from './predict/predictor.ts';
export { evaluateRun } from './training/evaluateRun.ts';
export type { RunEvent } from './base/events.ts';
export { listRuns } from './training/runListing.ts';
export { train } from './training/trainer.ts';
