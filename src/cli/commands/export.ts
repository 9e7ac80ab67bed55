import { basename } from 'node:path';
import { type ExportFormat, exportFormats, exportModel } from '../../core/export/exportModel.ts';
import { type Command, usage } from '../command.ts';
import { sanitise } from '../terminal/text.ts';

const titles: Record<ExportFormat, string> = {
  safetensors: "safetensors with LibMultiLabel's parameter names",
  onnx: 'ONNX',
  tfjs: 'a TensorFlow.js graph model',
};

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a model for other programs: PyTorch (LibMultiLabel), ONNX, TensorFlow.js',
  details: 'Vocabulary, labels, config and a model card (README.md) are written beside the model.',
  positionals: [{ name: 'RUN', description: 'Run folder' }],
  options: {
    format: { value: 'NAME', description: `${exportFormats.join(', ')}` },
    output: {
      short: 'o',
      value: 'FOLDER',
      description: 'Where to write (default: exports/<format> in the run folder)',
    },
    checkpoint: { value: 'NAME', description: 'best (default) or last' },
  },
  examples: ['xmlcnn export runs/reuters --format onnx', 'xmlcnn export runs/reuters --format safetensors -o model'],
  async run(args, terminal, signal) {
    const [run] = args.positionals;
    const format = args.oneOf('format', exportFormats);
    if (!format) throw usage('export', `--format is missing: ${exportFormats.join(', ')}`);
    const result = await exportModel(run, {
      format,
      folder: args.text('output'),
      checkpoint: args.oneOf('checkpoint', ['best', 'last'] as const),
      signal,
      onProgress: terminal.progress.follow(() => `Exporting ${sanitise(basename(run))}`),
    });
    terminal.print(`Exported as ${titles[format]}, ${(result.bytes / 1e6).toFixed(1)} MB:`);
    terminal.print(`${sanitise(result.folder)}: ${result.files.map(sanitise).join(', ')}`);
    return { json: result };
  },
};
