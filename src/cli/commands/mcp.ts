import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from '../command.ts';
import { Roots } from '../mcp/roots.ts';
import { inspect } from './inspect.ts';
import { predict } from './predict.ts';
import { validate } from './validate.ts';

/** `runner`: the bundled `runner/main.ts`, from the program's folder. */
export const serverCommand = (runner: string): Command => ({
  name: 'mcp',
  summary: 'Serve assistants by the Model Context Protocol: look, train, compare, predict',
  details:
    'Speaks the protocol on standard input and output, for editors and assistants that start it. It reads below the roots alone, after following links, and starts training runs only with --allow-runs.',
  positionals: [],
  options: {
    root: { value: 'FOLDER', description: 'Folder that may be read (default: the working folder)', multiple: true },
    'allow-runs': { description: 'Offer tools that start and stop training runs' },
  },
  examples: ['xmlcnn mcp --root data --root runs', 'xmlcnn mcp --allow-runs'],
  async run(args, _, signal) {
    const named = args.list('root');
    const roots = await Roots.of(named.length > 0 ? named : ['.']);
    const { serve } = await import('../mcp/server.ts'); // not for the other commands
    const script = join(dirname(await realpath(process.argv[1])), runner);
    const allowed = args.flag('allow-runs') && { runner: script };
    await serve({ roots, commands: { inspect, validate, predict }, ...allowed }, signal);
    return { json: undefined };
  },
});

export const mcp = serverCommand('runner/main.js');
