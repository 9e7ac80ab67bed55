import { nativeEngines } from '../../core/engine/engines/folders.ts';
import type { EngineStatus } from '../../core/engine/engines/status.ts';
import { type Arguments, type Command, usage } from '../command.ts';
import { rateOf } from '../terminal/progressBar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { grouped, padEnd, sanitise } from '../terminal/text.ts';

export const engines: Command = {
  name: 'engines',
  summary: 'Show which engines work here and how fast they are, or install one',
  details:
    'An engine is what computes: wasm is part of the program and works everywhere; tensorflow and webgpu use native code that is installed beside it. ' +
    'XMLCNN_TENSORFLOW names the folder of an installed @tensorflow/tfjs-node, XMLCNN_ENGINES the folder that engines are installed to.',
  positionals: [],
  options: {
    install: { value: 'NAME', description: `Download the binaries of an engine: ${nativeEngines.join(', ')}` },
    sha256: {
      value: 'HASH',
      description: 'With --install, SHA-256 of an archive whose hash the program does not know; once for each',
      multiple: true,
    },
  },
  examples: ['xmlcnn engines', 'xmlcnn engines --json', 'xmlcnn engines --install webgpu'],
  async run(args, terminal, signal) {
    if (args.text('install') !== undefined) return { json: await install(args, terminal, signal) };
    if (args.list('sha256').length) throw usage('engines', '--sha256 goes with --install');
    const { engineStatuses } = await import('../../core/engine/engines/status.ts');
    const onStatus = (status: EngineStatus): void => terminal.print(...linesOf(status, terminal));
    return { json: { engines: await engineStatuses({ signal, onStatus }) } };
  },
};

function linesOf(status: EngineStatus, { style }: Terminal): string[] {
  const head = `${style.bold(padEnd(status.name, 12))}${status.summary}`;
  const more = (text: string): string => `${' '.repeat(12)}${sanitise(text)}`;
  if (!status.works) return [head, more(`does not work here: ${status.message}`), more(status.remedy), ''];
  const speed = `trains ${rateOf(status.documentsPerSecond, 'documents')} of a small network with made-up texts`;
  return [head, more(`works: ${status.version}`), more(speed), ''];
}

async function install(args: Arguments, terminal: Terminal, signal: AbortSignal): Promise<unknown> {
  const engine = args.oneOf('install', nativeEngines)!;
  const { installEngine } = await import('../../core/engine/install/install.ts');
  const onProgress = terminal.progress.follow(({ file = '', done }) => `${file} ${grouped(done / 1e6)} MB`);
  const folder = await installEngine(engine, { sha256: args.list('sha256'), signal, onProgress });
  terminal.progress.clear();
  terminal.print(`Installed ${engine} in ${sanitise(folder)}.`);
  return { engine, folder };
}
