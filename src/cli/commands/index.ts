import type { Command } from '../command.ts';
import { clusters } from './clusters.ts';
import { config } from './config.ts';
import { corrections } from './corrections.ts';
import { demo } from './demo.ts';
import { embed } from './embed.ts';
import { engines } from './engines.ts';
import { evaluate } from './evaluate.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { init } from './init.ts';
import { inspect } from './inspect.ts';
import { mcp } from './mcp.ts';
import { predict } from './predict.ts';
import { runs } from './runs.ts';
import { train } from './train.ts';
import { validate } from './validate.ts';
import { word2vec } from './word2vec.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  inspect,
  clusters,
  corrections,
  init,
  config,
  validate,
  train,
  evaluate,
  predict,
  embed,
  exportCommand,
  importCommand,
  runs,
  engines,
  word2vec,
  mcp,
  demo,
];
