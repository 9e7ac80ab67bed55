import type * as vscode from 'vscode';
import { AssistantServer } from './assistants/assistantServer.ts';
import { createServices } from './base/services.ts';
import { Clusters } from './clusters/clusters.ts';
import { Compare } from './compare/compare.ts';
import { Datasets } from './datasets/datasets.ts';
import { EnginesFeature } from './engines/showEngines.ts';
import { ExportFeature } from './export/exportModel.ts';
import { PredictionsExport } from './export/exportPredictions.ts';
import { ActiveModel } from './hover/activeModel.ts';
import { HoverFeature } from './hover/hoverFeature.ts';
import { Metrics } from './metrics/metrics.ts';
import { Predictions } from './predictions/predictions.ts';
import { Review } from './review/review.ts';
import { RunConfigFeature } from './runConfig/runConfigFeature.ts';
import { RunsFeature } from './runs/runsFeature.ts';
import { RunStore } from './runs/runStore.ts';
import { RunsTable } from './runsTable/runsTable.ts';
import { Sample } from './sample/openSample.ts';

/** Wires the features to the editor; each lives in a folder of its own. */
export function activate(context: vscode.ExtensionContext): void {
  const services = createServices(context);
  const runs = new RunStore(services.log);
  context.subscriptions.push(runs);
  const training = new RunsFeature(services, runs);
  context.subscriptions.push(training);
  context.subscriptions.push(new Metrics(services, runs, training.jobs));
  context.subscriptions.push(new Compare(services, runs));
  context.subscriptions.push(new RunsTable(services, runs));
  context.subscriptions.push(new EnginesFeature(services));
  context.subscriptions.push(new ExportFeature(services, runs));
  context.subscriptions.push(new Sample(services));
  context.subscriptions.push(new AssistantServer(services));
  const datasets = new Datasets(services);
  context.subscriptions.push(datasets);
  context.subscriptions.push(new Clusters(services));
  context.subscriptions.push(new Review(services, runs));
  const predictions = new Predictions(services, runs);
  context.subscriptions.push(predictions);
  const model = new ActiveModel(services, runs);
  context.subscriptions.push(model);
  context.subscriptions.push(new PredictionsExport(services, runs, model, predictions));
  context.subscriptions.push(new HoverFeature(services, runs, model, datasets.records));
  context.subscriptions.push(new RunConfigFeature(services, runs, training.jobs, training.times));
}
