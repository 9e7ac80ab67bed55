import { spawnSync } from 'node:child_process';

/** The first of the Pythons there are that has the modules; undefined where none has. */
export function pythonWith(...modules: string[]): string | undefined {
  const script = modules.map((name) => `import ${name}`).join('; ');
  return ['python3', '/usr/bin/python3'].find((python) => spawnSync(python, ['-c', script]).status === 0);
}

/** Output of a program, without the white space around it. Throws with what it complained of. */
export function outputOf(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', cwd, maxBuffer: 1 << 28 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr || stdout}`);
  return stdout.trim();
}

export const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

/** Says on the console what a test cannot do here. */
export function skipped(what: string): true {
  console.log(`skipped: ${what} not found`);
  return true;
}
