import type { NativeEngine } from '../engines/folders.ts';
import { dawnPlatform, versions } from '../engines/folders.ts';

/** One archive (tar, gzipped) that holds binaries of an engine. */
export interface Download {
  url: string;
  /** Hexadecimal SHA-256 of the archive; absent where it is not known to this program. */
  sha256?: string;
  /** The folder of the archive that is taken, `*` for any one name, and its place in the engine's folder. */
  take: { from: string; to: string };
}

/** Where archives come from; `XMLCNN_NPM` and `XMLCNN_TENSORFLOW_HOST` name mirrors with the same paths. */
const hosts = (env: NodeJS.ProcessEnv) => ({
  npm: env.XMLCNN_NPM ?? 'https://registry.npmjs.org',
  google: env.XMLCNN_TENSORFLOW_HOST ?? 'https://storage.googleapis.com',
});

/** The archives of an engine for a platform such as `linux-x64`; none where it has none. */
export function downloadsOf(
  engine: NativeEngine,
  { platform = process.platform as string, arch = process.arch as string, env = process.env } = {},
): Download[] {
  return engine === 'webgpu' ? webgpu(env) : tensorflow(`${platform}-${arch}`, env);
}

/** One archive of the npm registry holds the add-ons of all platforms. */
function webgpu(env: NodeJS.ProcessEnv): Download[] {
  const from = `package/dist/${dawnPlatform()}/`;
  return [
    {
      url: `${hosts(env).npm}/webgpu/-/webgpu-${versions.webgpu}.tgz`,
      sha256: '77a6be6513b9f7c2e94425620ce603efb38cdc5d0393e1b31a1b0c8479330ffd',
      take: { from, to: '' },
    },
  ];
}

interface TensorflowArchives {
  library: string;
  /** Of the library's archive, as public build files (Nix, Bazel, CMake) pin it independently of each other. */
  sha256: string;
  addOn: string;
}

/** Names that tfjs-node's own install script puts together: libtensorflow 2.9.1, and the add-on for N-API 8. */
const tensorflowPlatforms: Record<string, TensorflowArchives | undefined> = {
  'linux-x64': {
    library: 'libtensorflow-cpu-linux-x86_64-2.9.1',
    sha256: '7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173',
    addOn: 'CPU-linux-4.22.0',
  },
  'darwin-x64': {
    library: 'libtensorflow-cpu-darwin-x86_64-2.9.1',
    sha256: '56f83d3320ba0f69aaafd6c058645e1b7fbc75fb9a3fc36d6be98de1291ca226',
    addOn: 'CPU-darwin-4.22.0',
  },
};

/**
 * The hash of the add-on is not known to this program: whoever installs names it, having got it from where they trust
 * (`node scripts/pinEngines.mjs` prints those of the present downloads).
 */
function tensorflow(platform: string, env: NodeJS.ProcessEnv): Download[] {
  const names = tensorflowPlatforms[platform];
  if (!names) return [];
  const host = hosts(env).google;
  return [
    {
      url: `${host}/tensorflow/libtensorflow/${names.library}.tar.gz`,
      sha256: names.sha256,
      take: { from: 'lib/', to: 'deps/lib/' },
    },
    {
      url: `${host}/tf-builds/pre-built-binary/napi-v8/${versions.tensorflow}/${names.addOn}.tar.gz`,
      // the add-on looks for the library in ../../deps/lib
      take: { from: '*/', to: 'lib/napi/' },
    },
  ];
}
