import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '../tfjs/backend.ts';
import { registered } from '../tfjs/backend.ts';
import { engineFolder, installedFiles, versions } from './folders.ts';
import { EngineUnavailable, reasonOf } from './unavailable.ts';

/** What TensorFlow's add-on is loaded from. */
type Found =
  /** The npm package, with its own JavaScript. */
  | { kind: 'package'; name: string; version: string; folder: string; addOn: string }
  /** Binaries that this program installed; the JavaScript is its own. */
  | { kind: 'installed'; addOn: string };

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** N-API versions that the package's add-on is built for. */
const newestNapi = 8;

const install =
  'Use "xmlcnn engines --install tensorflow" or XML-CNN: Install Engine, or name the folder of an installed @tensorflow/tfjs-node in XMLCNN_TENSORFLOW.';

/** Loads native TensorFlow. Throws `EngineUnavailable`. */
export async function openTensorflow(env: NodeJS.ProcessEnv = process.env): Promise<Backend> {
  const found = findTensorflow(env);
  if (!existsSync(found.addOn)) throw noAddOn(found);
  mendUtil();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'; // what it says of itself has no place among our messages; warnings have
  try {
    const binding = found.kind === 'package' ? loadPackage(found) : await loadInstalled(found);
    const name = found.kind === 'package' ? found.name.replace('@tensorflow/', '') : 'tfjs-node';
    const backend = registered(
      'tensorflow',
      'tensorflow',
      `${name} ${versions.tensorflow}, TensorFlow ${binding.TF_Version}, ${process.arch}`,
    );
    await backend.use();
    return backend;
  } catch (error) {
    throw new EngineUnavailable(
      'tensorflow',
      'add-on-fails',
      `TensorFlow's add-on ${found.addOn} does not load: ${reasonOf(error)}`,
      'Install it again; its processor family and operating system must be those of this machine.',
      { cause: error },
    );
  }
}

/** What there is to load, whether or not it works. Throws `EngineUnavailable` where there is nothing. */
function findTensorflow(env: NodeJS.ProcessEnv = process.env): Found {
  const named = env.XMLCNN_TENSORFLOW;
  if (named) return findNamed(named);
  const installed = join(engineFolder('tensorflow'), installedFiles.tensorflow);
  if (existsSync(installed)) return { kind: 'installed', addOn: installed };
  // from where this program lies, never from the folder that is worked in: what a workspace holds is not to be run
  const own = createRequire(import.meta.url);
  for (const name of packages) {
    const found = packageAt(folderOf(own, name));
    if (found) return found;
  }
  throw new EngineUnavailable('tensorflow', 'absent', 'TensorFlow (@tensorflow/tfjs-node) is not installed', install);
}

function findNamed(path: string): Found {
  const places = [path, ...packages.flatMap((name) => [join(path, 'node_modules', name), join(path, name)])];
  for (const place of isAbsolute(path) ? places : []) {
    const found = packageAt(place);
    if (found) return found;
    const addOn = join(place, installedFiles.tensorflow);
    if (existsSync(addOn)) return { kind: 'installed', addOn };
  }
  throw new EngineUnavailable(
    'tensorflow',
    'absent',
    `${path}, which XMLCNN_TENSORFLOW or the setting xmlcnn.tensorflowPath names, holds no @tensorflow/tfjs-node`,
    'Name the absolute path of the package, or of the folder whose node_modules holds it.',
  );
}

function folderOf(from: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(from.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function packageAt(folder: string | undefined): Found | undefined {
  if (folder === undefined || !existsSync(join(folder, 'package.json'))) return undefined;
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  if (!packages.some((known) => known === name)) return undefined;
  const napi = Math.min(newestNapi, Number(process.versions.napi));
  const addOn = join(folder, 'lib', `napi-v${napi}`, 'tfjs_binding.node');
  return { kind: 'package', name, version, folder, addOn };
}

function noAddOn(found: Found): EngineUnavailable {
  const what = found.kind === 'package' ? `${found.name} ${found.version}` : 'TensorFlow';
  const rebuild =
    found.kind === 'package' ? `Run "node scripts/install.js" in ${found.folder}, which downloads it. ` : '';
  return new EngineUnavailable(
    'tensorflow',
    'no-add-on',
    `${what} is there, but its add-on is not (${found.addOn})`,
    `${rebuild}${install}`,
  );
}

/** Node 23 removed two functions that tfjs-node calls. */
function mendUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

interface Binding {
  TF_Version: string;
}

/** The package registers its backend with the tfjs-core that this program holds: they share one engine in `globalThis`. */
function loadPackage({ folder, addOn }: Found & { kind: 'package' }): Binding {
  const load = createRequire(join(folder, 'package.json'));
  load(folder);
  return load(addOn) as Binding;
}

async function loadInstalled({ addOn }: Found & { kind: 'installed' }): Promise<Binding> {
  const binding = createRequire(import.meta.url)(addOn) as Binding;
  await registerBinding(binding);
  return binding;
}

/** The JavaScript of tfjs-node, without what it needs a package manager for, over a loaded add-on. */
async function registerBinding(binding: unknown): Promise<void> {
  if (tf.findBackendFactory('tensorflow')) return;
  await import('@tensorflow/tfjs-node/dist/register_all_kernels.js');
  // a bundle gives no names of a CommonJS module, only the whole
  const { default: backend } = (await import('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js')) as {
    default: { NodeJSKernelBackend: new (binding: unknown, name: string) => tf.KernelBackend };
  };
  const { NodeJSKernelBackend } = backend;
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 0);
}
