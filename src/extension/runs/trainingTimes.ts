/** How long configs train on this machine, told before they do. */
import { stat, access, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { createConfigText, type DatasetFacts, factsFrom } from '../../core/config/createConfig.ts';
import { completeConfig } from '../../core/config/layers.ts';
import type { PresetName } from '../../core/config/presets.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import { estimateTraining, type TrainingEstimate } from '../../core/config/trainingEstimate.ts';
import { analyse } from '../../core/config/validate.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { bagOfWordsFormats, pathOf, type SourceOptions } from '../../core/data/document.ts';
import { pickReading } from '../../core/data/sharedReading.ts';
import type { Machine } from '../../core/model/trainingTime.ts';
import { UserError } from '../../core/base/errors.ts';
import { hasSameData, listRuns, readRunFacts, type RunFacts, runsOfConfig } from '../../core/training/runListing.ts';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import { timeText } from './jobText.ts';

const factsKey = 'xmlcnn.countedData';
const askedKey = 'xmlcnn.askedAboutTime';
/** Datasets whose figures are remembered. */
const mostKept = 20;
/** Presets that are proposed in the place of one that takes long. */
const quickPresets: readonly PresetName[] = ['linear', 'kim-bce'];

/** A quick way to train on the same data. */
export interface Quicker extends TrainingEstimate {
  preset: PresetName;
  /** The config that would be written. */
  text: string;
}

/** What is known of a config's training file, and of what computes. */
interface Known {
  facts: DatasetFacts;
  machine: Machine;
}

export class TrainingTimes extends Disposable {
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  /** An estimate was made that was not there before. */
  readonly onDidChange = this.changed.event;
  private readonly known = new Map<string, Promise<Known | undefined>>();

  constructor(private readonly services: Services) {
    super();
  }

  /** What is known of the training file of a config: it is read once, by a process of its own. undefined where it cannot be. */
  async dataOf(config: RunConfig, file: string, mayRead = true): Promise<Known | undefined> {
    if (typeof config.dataset.train !== 'string' || !vscode.workspace.isTrusted) return undefined;
    const dataset = datasetFile(resolve(dirname(file), config.dataset.train));
    const found = await stat(dataset.file).catch(() => undefined); // the config's diagnostics say that it is not there
    if (!found) return undefined;
    const options: SourceOptions = { ...statedReading(config), onError: 'skip' };
    const key = JSON.stringify([pathOf(dataset), found.size, found.mtimeMs, options]);
    if (mayRead && !this.known.has(key)) this.known.set(key, this.read(key, dataset, options));
    return this.known.get(key);
  }

  /**
   * The same, and undefined at once where it is being read; `onDidChange` tells of it.
   * @param mayRead not while a config is typed: each letter may name other fields, and a dataset is read for all
   */
  async dataAtHand(config: RunConfig, file: string, mayRead: boolean): Promise<Known | undefined> {
    let isLate = false;
    const data = this.dataOf(config, file, mayRead);
    void data.then((known) => isLate && known && this.changed.fire());
    const waited = new Promise<undefined>((done) => setTimeout(() => done(undefined), 300));
    const first = await Promise.race([data, waited]);
    isLate = first === undefined;
    return first;
  }

  private async read(
    key: string,
    dataset: ReturnType<typeof datasetFile>,
    options: SourceOptions,
  ): Promise<Known | undefined> {
    const { workspaceState } = this.services.context;
    const kept = workspaceState.get<Record<string, DatasetFacts>>(factsKey, {});
    const client = this.services.startRunner('survey');
    try {
      const machine = await client.call('machine', {});
      const facts = kept[key] ?? (await client.call('survey', { ...dataset, options }));
      if (resolve(facts.train) !== resolve(pathOf(dataset))) return undefined; // that of a file beside it
      const others = Object.entries(kept).filter(([other]) => other !== key);
      await workspaceState.update(factsKey, Object.fromEntries([...others.slice(1 - mostKept), [key, facts]]));
      return { facts, machine };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.services.log.info(`No estimate of the time of training: ${error.describe()}`); // training will say it
      return undefined;
    } finally {
      client.dispose();
    }
  }

  /** Asks about a run that takes long, once for each config. The config to train with; undefined: none. */
  async settle(file: string, config: RunConfig): Promise<string | undefined> {
    const { workspaceState } = this.services.context;
    const minutes = vscode.workspace.getConfiguration('xmlcnn', vscode.Uri.file(file)).get('askBeforeMinutes', 30);
    const asked = workspaceState.get<string[]>(askedKey, []);
    if (minutes <= 0 || asked.includes(file)) return file;
    const { t } = vscode.l10n;
    const location = vscode.ProgressLocation.Window;
    const title = t('Estimating how long it takes');
    const known = await vscode.window.withProgress({ location, title }, () => this.dataOf(config, file));
    if (!known) return file;
    const { facts, machine } = known;
    const { seconds } = estimateTraining(config, facts, machine, await lastPace(config, file));
    if (seconds <= minutes * 60) return file;
    const ways = quickerWays(config, file, known).filter((way) => way.seconds < seconds / 2);
    const train = t('Train');
    const buttons = ways.map((way) => t('{0}: about {1}', way.preset, timeText(way.seconds, t)));
    const question = t('{0} takes about {1} on this machine. Train with it?', basename(file), timeText(seconds, t));
    const detail = ways.length > 0 ? t('Quicker on the same data, each with a config of its own beside this one:') : '';
    const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, train, ...buttons);
    if (chosen === undefined) return undefined;
    if (chosen !== train) return this.write(file, ways[buttons.indexOf(chosen)]);
    await workspaceState.update(askedKey, [...asked, file]);
    return file;
  }

  /** Lets the user take a quicker way; the config to train with, if any. */
  async choose(file: string, config: RunConfig): Promise<string | undefined> {
    const { t } = vscode.l10n;
    const known = await this.dataOf(config, file);
    const items = (known ? quickerWays(config, file, known) : []).map((way) => ({
      label: way.preset,
      description: t('about {0}', timeText(way.seconds, t)),
      way,
    }));
    const placeHolder = t('Train on the same data, with a config of its own');
    const chosen = await vscode.window.showQuickPick(items, { placeHolder });
    return chosen && this.write(file, chosen.way);
  }

  /** Beside the config; one of this name that is there is taken as it is. */
  private async write(file: string, { preset, text }: Quicker): Promise<string> {
    const target = file.replace(/(\.xmlcnn)?\.jsonc?$/i, `-${preset}.xmlcnn.json`);
    const isThere = await access(target).then(
      () => true,
      () => false,
    );
    if (!isThere) await writeFile(target, text, { flag: 'wx' });
    await vscode.window.showTextDocument(vscode.Uri.file(target), { preview: false });
    return target;
  }
}

/** Configs of the quick presets on the data of a config, the quickest first. */
export function quickerWays({ dataset }: RunConfig, file: string, { facts, machine }: Known): Quicker[] {
  const folder = dirname(file);
  const from = (path: string | undefined): string | undefined => path && resolve(folder, path);
  const own = factsFrom(folder, { ...facts, validation: from(dataset.validation), test: from(dataset.test) });
  const isBags = bagOfWordsFormats.includes(facts.format);
  return quickPresets
    .filter((preset) => preset === 'linear' || !isBags)
    .map((preset) => {
      const text = createConfigText(own, preset, machine);
      return { preset, text, ...estimateTraining(analyse(text, { file }).config, facts, machine) };
    })
    .sort((a, b) => a.seconds - b.seconds);
}

/** How a config says that its files are read; what it leaves open is found again. */
function statedReading({ dataset }: RunConfig): SourceOptions {
  const open: Record<string, unknown> = { ...completeConfig({ dataset: { train: '' } }).dataset };
  const stated = Object.entries(pickReading(dataset)).filter(([key, value]) => !isDeepStrictEqual(value, open[key]));
  return Object.fromEntries(stated);
}

/** Seconds of an epoch in the newest run of a config that trained the same network on the same data. */
async function lastPace(config: RunConfig, file: string): Promise<number | undefined> {
  const folder = resolve(dirname(file), config.output.folder);
  const [newest] = runsOfConfig(await listRuns(folder), config, file).filter(({ status }) => status !== 'damaged');
  return newest && paceOf(await readRunFacts(newest.folder), config);
}

/** Seconds of an epoch of a run, where they are those of the config too. */
export const paceOf = (facts: RunFacts | undefined, config: RunConfig): number | undefined =>
  facts && hasSameData(facts.config, config) && isDeepStrictEqual(facts.config.model, config.model)
    ? facts.epochSeconds
    : undefined;
