import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '../tfjs/backend.ts';
import { registered } from '../tfjs/backend.ts';
import { dawnPlatform, engineFolder, installedFiles, versions } from './folders.ts';
import { EngineUnavailable, reasonOf } from './unavailable.ts';

interface Adapter {
  info: { vendor: string; architecture: string; description: string };
  limits: Record<(typeof limitNames)[number], number>;
  requestDevice(descriptor: object): Promise<Device>;
}

interface Device {
  destroy(): void;
}

interface Dawn {
  create(options: string[]): { requestAdapter(options: object): Promise<Adapter | null> };
  globals: object;
}

/** Limits of the adapter that tfjs uses in full; a device has the least ones otherwise. */
const limitNames = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** One device serves all engines of the process, and goes with the last of them: while it lives, Node does not exit. */
let open: { backend: Omit<Backend, 'release'>; device: Device; users: number } | undefined;

/** Dawn's instance, and every adapter and device there was: collected as garbage, they may bring the process down. */
let gpu: ReturnType<Dawn['create']> | undefined;
const kept: object[] = [];

/** Loads Dawn and asks for an adapter, the first there is. Throws `EngineUnavailable`. */
export async function openWebgpu(): Promise<Backend> {
  open ??= await start();
  open.users++;
  return { ...open.backend, release };
}

async function release(): Promise<void> {
  if (!open || --open.users > 0) return;
  tf.removeBackend('webgpu');
  open.device.destroy();
  open = undefined;
}

async function start(): Promise<NonNullable<typeof open>> {
  gpu ??= createInstance();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw noAdapter();
  const requiredLimits = Object.fromEntries(limitNames.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits });
  kept.push(adapter, device);
  await whileNavigatorHas(gpu, async () => {
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
    const create = WebGPUBackend as unknown as new (device: Device, info: object) => tf.KernelBackend;
    const backend = new create(device, adapter.info);
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => backend, 0);
    await tf.setBackend('webgpu');
  });
  const { vendor, architecture, description } = adapter.info;
  const what = description || [vendor, architecture].filter(Boolean).join(' ') || 'unknown adapter';
  const build = `tfjs ${versions.tensorflow}, webgpu ${versions.webgpu}, ${what}`;
  const isEmulated = /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${description}`);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const largestBuffer = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return { backend: { ...registered('webgpu', 'webgpu', build), isEmulated, largestBuffer }, device, users: 0 };
}

function createInstance(): ReturnType<Dawn['create']> {
  const { create, globals } = loadDawn();
  Object.assign(globalThis, globals);
  return create([]);
}

function loadDawn(): Dawn {
  const file = findDawn();
  try {
    return createRequire(import.meta.url)(file) as Dawn;
  } catch (error) {
    throw new EngineUnavailable(
      'webgpu',
      'add-on-fails',
      `Dawn's add-on ${file} does not load: ${reasonOf(error)}`,
      'Install it again; its processor family and operating system must be those of this machine.',
      { cause: error },
    );
  }
}

function findDawn(): string {
  const installed = join(engineFolder('webgpu'), installedFiles.webgpu);
  if (existsSync(installed)) return installed;
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve('webgpu/package.json'));
  } catch {
    throw new EngineUnavailable(
      'webgpu',
      'absent',
      'WebGPU (the npm package webgpu) is not installed',
      'Run "xmlcnn engines --install webgpu", or XML-CNN: Install Engine.',
    );
  }
  const file = join(folder, 'dist', dawnPlatform(), 'dawn.node');
  if (existsSync(file)) return file;
  throw new EngineUnavailable(
    'webgpu',
    'no-add-on',
    `The npm package webgpu is there, but it has no add-on for ${dawnPlatform()} (${file})`,
    'Install the package again, or run "xmlcnn engines --install webgpu".',
  );
}

/** tfjs looks for `navigator.gpu` when it is loaded and when its backend is made; left there, it would keep Node from exiting. */
async function whileNavigatorHas(gpu: object, work: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    await work();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete (globalThis as { navigator?: unknown }).navigator;
  }
}

const noAdapter = (): EngineUnavailable =>
  new EngineUnavailable(
    'webgpu',
    'no-adapter',
    'WebGPU loads, but it finds no graphics adapter',
    process.platform === 'linux'
      ? 'Install a Vulkan driver for the graphics card and libvulkan1 (of the software ones, lavapipe is refused and SwiftShader works).'
      : 'Install a current driver for the graphics card.',
  );
