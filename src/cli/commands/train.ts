import { loadConfig, type LoadedConfig } from '../../core/config/load.ts';
import { engineNames } from '../../core/engine/createEngine.ts';
import { UserError } from '../../core/base/errors.ts';
import { readsBags } from '../../core/text/readSplit.ts';
import { exists, readTrainedReading, runPaths } from '../../core/training/runFolder.ts';
import { listRuns, runsOfConfig } from '../../core/training/runListing.ts';
import { correctedOf, modelTypeOf, type RunResult, unlabelledOf } from '../../core/training/runSummary.ts';
import { train as trainRun } from '../../core/training/trainer.ts';
import type { Arguments, Command, OptionSpec } from '../command.ts';
import {
  behindLinear,
  printPartTimes,
  measuredOn,
  printSeen,
  printSystems,
  printCorrected,
  printUnlabelled,
  readEpochs,
  systemsOf,
} from '../figures.ts';
import { RunReporter } from '../terminal/runReporter.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, duration, grouped, sanitise } from '../terminal/text.ts';

/** Options of every command that trains. */
export const trainingOptions: Record<string, OptionSpec> = {
  engine: { value: 'NAME', description: `Engine: ${engineNames.join(', ')}` },
  threads: { value: 'N', description: 'Threads (0: all cores); the result does not depend on it' },
  set: {
    value: 'KEY=VALUE',
    description: 'Another value for a key of the config, such as training.epochs=10',
    multiple: true,
  },
};

export const train: Command = {
  name: 'train',
  summary: 'Train as a run config says, evaluate, and write a run folder',
  details:
    'Ctrl-C ends the run after the present batch and saves a checkpoint; --resume goes on from there, to the very same weights as a run that was never interrupted.',
  positionals: [{ name: 'CONFIG', description: 'A *.xmlcnn.json file; with --resume, also a run folder' }],
  options: {
    resume: {
      description: 'Go on with the newest unfinished run of this config, or with the run folder that is named',
    },
    ...trainingOptions,
  },
  examples: [
    'xmlcnn train reuters.xmlcnn.json',
    'xmlcnn train reuters.xmlcnn.json --set training.epochs=30 --set output.name=long',
    'xmlcnn train reuters.xmlcnn.json --resume',
  ],
  async run(args, terminal, signal) {
    const path = args.positionals[0];
    const isRun = await exists(runPaths(path).config);
    if (isRun && !args.flag('resume'))
      throw new UserError('is-a-run', 'This is a run folder, not a config', 'Add --resume to go on with it.', {
        file: path,
      });
    const loaded = await loadConfig(isRun ? runPaths(path).config : path, overridesOf(args));
    const resume = !args.flag('resume') ? undefined : isRun ? path : await runToResume(loaded);
    const result = await trainOnTerminal(loaded, resume, terminal, signal);
    await showResult(result, terminal);
    return { json: await resultJson(result) };
  },
};

/** `--set`, and `--engine` and `--threads` as the overrides they stand for. */
export function overridesOf(args: Arguments): string[] {
  const engine = args.oneOf('engine', engineNames);
  const threads = args.whole('threads', 0);
  return [
    ...args.list('set'),
    ...(engine === undefined ? [] : [`engine.name=${engine}`]),
    ...(threads === undefined ? [] : [`engine.threads=${threads}`]),
  ];
}

/** Trains with progress on the terminal. */
export function trainOnTerminal(
  { config, diagnostics, file }: LoadedConfig,
  resume: string | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<RunResult> {
  for (const d of diagnostics) if (d.severity !== 'info') terminal.warn(sanitise(d.message));
  const { handle } = new RunReporter(terminal, config);
  return trainRun(config, { configFile: file, resume, signal, onEvent: handle });
}

/** How a run ended, with its figures, and what can be done with it. */
async function showResult(result: RunResult, terminal: Terminal): Promise<void> {
  showFigures(result, terminal);
  if (!result.summary) return;
  const folder = sanitise(result.folder);
  const use = readsBags(await readTrainedReading(result.folder))
    ? `xmlcnn predict ${folder} FILE --dataset --explain`
    : `echo "some text" | xmlcnn predict ${folder} --explain`;
  terminal.print('', `Run folder: ${folder}`, `Try it: ${use}`);
}

export function showFigures({ folder, stopped, epochs, bestEpoch, summary }: RunResult, terminal: Terminal): void {
  if (!summary) {
    terminal.print(
      '',
      `Interrupted after ${counted(epochs, 'epoch')}. Go on with: xmlcnn train ${sanitise(folder)} --resume`,
    );
    return;
  }
  const type = modelTypeOf(summary);
  const ended = stopped === 'early' ? 'stopped early' : 'finished';
  const size = `${grouped(summary.parameters)} weights, ${counted(summary.labels, 'label')}`;
  terminal.print(
    '',
    type === 'linear'
      ? `Run finished after ${duration(summary.seconds)} (${size}).`
      : `Run ${ended} after ${counted(epochs, 'epoch')} and ${duration(summary.seconds)} (best: epoch ${bestEpoch}; ${size}).`,
  );
  if (summary.evaluated) {
    terminal.print(
      '',
      `Figures on ${measuredOn(summary.evaluated.split, summary.evaluated.documents)} (percent, but for the log loss):`,
    );
    printUnlabelled(unlabelledOf(summary), terminal);
    printCorrected(correctedOf(summary), terminal);
    terminal.print('');
    printSystems(systemsOf(type, summary.evaluated.metrics, summary.baselines), terminal);
    printPartTimes(summary, terminal);
    const behind = behindLinear(summary.evaluated.metrics, summary.baselines);
    if (behind.length) terminal.print('', ...behind);
    // where the run retrained on all, nothing is evaluated on validation
    printSeen(summary.evaluated.split === 'validation' ? 'chose-epoch' : undefined, terminal);
  }
}

export async function resultJson(result: RunResult): Promise<unknown> {
  return { ...result, history: await readEpochs(result.folder) };
}

/** The newest run that was begun with this config and has not come to its end. */
async function runToResume({ config, file }: LoadedConfig): Promise<string> {
  const own = runsOfConfig(await listRuns(config.output.folder), config, file);
  const found = own.find((run) => run.status === 'interrupted') ?? own[0];
  if (found) return found.folder;
  const remedy = 'Leave out --resume to begin one, or name a run folder.';
  throw new UserError('nothing-to-resume', 'There is no run of this config', remedy, { file });
}
