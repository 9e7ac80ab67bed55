import { UserError } from '../../core/base/errors.ts';
import type { Metrics } from '../../core/base/metrics.ts';
import { configPaths } from '../../core/config/configPaths.ts';
import { loadConfig } from '../../core/config/load.ts';
import { formatMetric } from '../../core/metrics/metricText.ts';
import { comparisonMarkdown, compareRuns } from '../../core/training/compareRuns.ts';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import { describeRun, listRuns, readComparedRun, type RunListing } from '../../core/training/runListing.ts';
import { answer, type Printed } from './answers.ts';
import type { Roots } from './roots.ts';
import type { StartedRuns } from './startedRuns.ts';
import { z } from './sdk.ts';
import { quoted, tool, type Tool } from './tool.ts';

const path = z.string().check(z.minLength(1));
const run = path.check(z.describe('Run folder, such as runs/reuters'));

/** Tools that look at trained models; `started` where runs may be started, too. */
export function runTools(roots: Roots, printed: Printed, started?: StartedRuns): Tool[] {
  return [
    ...(started ? startingTools(roots, started) : []),
    tool({
      name: 'get_run',
      title: 'Look at a run',
      description:
        'How a training run stands: status, epochs, figures on validation and test, each with its split. Use it to follow a run that start_run began, or for the figures of an old one; a folder of runs lists them.',
      input: { run },
      run: async ({ run }) => {
        const folder = await runFolder(roots, run);
        if (folder) return answer({ text: runText(await describeRun(folder), started?.standing(folder)) });
        const place = await roots.place(run);
        const failed = started?.standing(place);
        if (failed !== undefined) return answer({ text: failed });
        const listed = await listRuns(place);
        if (listed.length === 0)
          throw new UserError('run-not-found', 'There is no run here', 'Name a run folder, or a folder of them.', {
            file: run,
          });
        return answer({
          text: listed.map((one) => runText(one)).join('\n\n'),
          more: `xmlcnn runs ${quoted(roots.shown(place))}`,
        });
      },
    }),
    tool({
      name: 'compare_runs',
      title: 'Compare runs',
      description:
        'Figures of several runs side by side, by split, and the settings that differ. Use it to choose between models that were trained on the same data. Figures on different data do not compare.',
      input: { runs: z.array(run).check(z.minLength(2), z.maxLength(12)) },
      run: async ({ runs }) => {
        const folders = await Promise.all(runs.map((one) => neededRun(roots, one)));
        return answer({ text: comparisonMarkdown(compareRuns(await Promise.all(folders.map(readComparedRun)))) });
      },
    }),
    tool({
      name: 'predict_text',
      title: 'Predict the labels of a text',
      description:
        'The labels that a trained run gives a text, with probabilities and the words for and against each. Use it to try a model on an example. Not for many texts: the command line does that.',
      input: {
        run,
        text: z.string().check(z.minLength(1), z.maxLength(200_000)),
        top: z.optional(z.int().check(z.minimum(1), z.maximum(50), z.describe('Labels; 5 by default'))),
      },
      run: async ({ run, text, top = 5 }, signal) => {
        const folder = await neededRun(roots, run);
        const found = await printed('predict', [folder, `--text=${text}`, `--top=${top}`, '--explain'], signal);
        return answer({ ofDataset: found, more: `xmlcnn predict ${quoted(roots.shown(folder))} FILE --explain` });
      },
    }),
  ];
}

const startingTools = (roots: Roots, started: StartedRuns): Tool[] => [
  tool({
    name: 'start_run',
    title: 'Start a training run',
    description:
      'Trains the model of a *.xmlcnn.json run config on this machine, in the background; answers with the run folder as soon as it began. It may take from seconds to hours and keeps all cores busy: validate_config first, ask the user where it is long, follow it with get_run.',
    input: {
      config: path.check(z.describe('A *.xmlcnn.json file')),
      set: z.optional(
        z.array(z.string()).check(z.describe('Settings over those of the config, such as "training.epochs=5"')),
      ),
      resume: z.optional(run.check(z.describe('An interrupted run of this config to go on with'))),
    },
    writes: true,
    run: async ({ config, set = [], resume }) => {
      const file = await roots.config(config);
      const loaded = await loadConfig(file, set);
      for (const named of configPaths(loaded.config)) await roots.dataset(named);
      const folder = await started.start(file, set, resume === undefined ? undefined : await neededRun(roots, resume));
      return answer({
        text: `Training in ${roots.shown(folder)}. get_run tells how it stands, stop_run stops it with a checkpoint.`,
      });
    },
  }),
  tool({
    name: 'stop_run',
    title: 'Stop a training run',
    description:
      'Stops a run that start_run began; it ends with a checkpoint, and start_run goes on with it by resume.',
    input: { run },
    writes: true,
    run: async ({ run }) => {
      const place = await roots.place(run);
      await started.stop(place);
      const folder = await runFolder(roots, run);
      return answer({
        text: folder ? runText(await describeRun(folder), started.standing(folder)) : started.standing(place),
      });
    },
  }),
];

/** undefined where it is none. Throws `UserError` `outside-roots`. */
async function runFolder(roots: Roots, path: string): Promise<string | undefined> {
  const folder = await roots.placeOfAll(path);
  return (await exists(runPaths(folder).config)) ? folder : undefined;
}

async function neededRun(roots: Roots, path: string): Promise<string> {
  const folder = await runFolder(roots, path);
  if (folder) return folder;
  throw new UserError('run-not-found', 'This is no run folder', 'get_run lists the runs of a folder.', { file: path });
}

function runText(listing: RunListing, standing?: string): string {
  const { name, status, modelType, epochs, bestEpoch, evaluated, validation, problem } = listing;
  return [
    `${name}: ${status}${modelType ? `, ${modelType}` : ''}, ${epochs} epochs${bestEpoch ? ` (best: ${bestEpoch})` : ''}`,
    ...(standing ? [standing] : []),
    ...(validation ? [`validation: ${figures(validation)}`] : []),
    ...(evaluated ? [`${evaluated.split}: ${figures(evaluated.metrics)}`] : []),
    ...(listing.linearAhead ? [listing.linearAhead] : []),
    ...(problem ? [problem] : []),
  ].join('\n');
}

const shownMetrics = ['P@1', 'P@3', 'P@5', 'nDCG@5', 'microF1', 'macroF1'];

const figures = (metrics: Metrics): string =>
  shownMetrics
    .flatMap((name) => (metrics[name] === undefined ? [] : [`${name} ${formatMetric(name, metrics[name])}`]))
    .join(', ');
