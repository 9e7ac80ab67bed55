import { homedir } from 'node:os';
import { join } from 'node:path';

/** Versions that this program was written and tested with. */
export const versions = { tensorflow: '4.22.0', webgpu: '0.6.2' } as const;

/** Engines that are not part of the program: too large for it, and native. */
export const nativeEngines = ['tensorflow', 'webgpu'] as const;
export type NativeEngine = (typeof nativeEngines)[number];

/** Where engines are installed to: `XMLCNN_ENGINES`, else the user's folder for data of programs. */
export function enginesFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.XMLCNN_ENGINES) return env.XMLCNN_ENGINES;
  if (process.platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'xmlcnn', 'engines');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'xmlcnn', 'engines');
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'xmlcnn', 'engines');
}

/** The folder of one installed engine; another version gets another folder. */
export const engineFolder = (engine: NativeEngine, folder = enginesFolder()): string =>
  join(folder, `${engine}-${versions[engine]}`);

/** The files of an installed engine that are loaded. */
export const installedFiles = {
  webgpu: 'dawn.node',
  tensorflow: join('lib', 'napi', 'tfjs_binding.node'),
} as const;

/** The folder of the package `webgpu` that holds this platform's add-on. */
export const dawnPlatform = (): string =>
  `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
