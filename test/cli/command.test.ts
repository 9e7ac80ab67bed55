import { describe, expect, it } from 'vitest';
import { type Command, parseArguments } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { Cancelled, UserError } from '../../src/core/base/errors.ts';
import { call } from './memoryTerminal.ts';

const command = (work: Command['run']): Command => ({
  name: 'work',
  summary: 'Work',
  positionals: [{ name: 'DATA', description: 'Data' }],
  options: {
    top: { value: 'K', description: 'Labels', short: 'k' },
    set: { value: 'KEY=VALUE', description: 'Key', multiple: true },
    resume: { description: 'Go on' },
  },
  examples: ['xmlcnn work x'],
  run: work,
});
const idle = command(() => Promise.resolve({ json: {} }));

describe('arguments', () => {
  it('takes options anywhere, repeats, short names and what follows --', () => {
    const args = parseArguments(idle, ['--set', 'a=1', '-k', '3', '--resume', '--set=b=-2', '--', '--odd']);
    expect(args.positionals).toEqual(['--odd']);
    expect(args.list('set')).toEqual(['a=1', 'b=-2']);
    expect(args.whole('top')).toBe(3);
    expect(args.flag('resume')).toBe(true);
    expect(parseArguments(idle, ['-']).positionals).toEqual(['-']);
  });

  it.each([
    [['x', '--topp', '3'], 'Unknown option "--topp". Did you mean "--top"?'],
    [['x', '--zzzzz'], 'Unknown option "--zzzzz". "xmlcnn work --help" shows'],
    [['x', '--top'], '--top needs a value: --top K'],
    [['x', '--top', '--resume'], '--top needs a value'],
    [['x', '--resume=yes'], '--resume takes no value'],
    [['x', 'y'], 'Unexpected argument "y"'],
    [[], 'DATA is missing'],
  ])('%j is refused', (argv, message) => {
    const error = (() => {
      try {
        parseArguments(idle, argv);
      } catch (e) {
        return e;
      }
    })();
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).describe()).toContain(message);
  });

  it('refuses values of the wrong kind', () => {
    const top = (value: string) => () => parseArguments(idle, ['x', `--top=${value}`]).whole('top');
    for (const bad of ['0', '-1', '1.5', 'x', '']) expect(top(bad)).toThrow('whole number of at least 1');
    expect(() => parseArguments(idle, ['x', '--top=firs']).oneOf('top', ['first', 'last'])).toThrow(
      'not one of first, last',
    );
    expect(() => parseArguments(idle, ['x', '--top=1.2']).number('top', 0, 1)).toThrow('from 0 to 1');
  });
});

describe('a call of the tool', () => {
  const failing = (error: unknown) => [command(() => Promise.reject(error))];

  it('ends with 1, a remedy and no stack for bad input', async () => {
    const error = new UserError('torn-line', 'The line is torn', 'Mend it.', { file: 'a\x1b[2Jb.jsonl', line: 3 });
    const { code, out, err } = await call(['work', 'x'], { commands: failing(error) });
    expect([code, out, err]).toEqual([1, '', 'error: a␛[2Jb.jsonl:3: The line is torn. Mend it.\n']);
    const json = await call(['work', 'x', '--json'], { commands: failing(error) });
    expect(json.code).toBe(1);
    expect(json.json()).toEqual({
      error: { code: 'torn-line', message: 'The line is torn', remedy: 'Mend it.', file: 'a\x1b[2Jb.jsonl', line: 3 },
    });
  });

  it('ends with 2, says whose fault it is and gives the stack for anything else', async () => {
    const { code, err } = await call(['work', 'x'], { commands: failing(new TypeError('x is not a function')) });
    expect(code).toBe(2);
    expect(err).toContain('This is a fault in xmlcnn, not in your input');
    expect(err).toMatch(/TypeError: x is not a function\n\s+at /);
  });

  it('ends with 130 when interrupted, also where the command ended well', async () => {
    expect((await call(['work', 'x'], { commands: failing(new Cancelled()) })).code).toBe(130);
    const result = await call(['work', 'x', '--json'], { commands: [idle], signal: AbortSignal.abort() });
    expect([result.code, result.out]).toEqual([130, '{}\n']);
  });

  it('names the nearest command', async () => {
    const { code, err } = await call(['trian', 'x']);
    expect(code).toBe(1);
    expect(err).toContain('Unknown command "trian". Did you mean "train"?');
  });

  it('has help with an example for every command', async () => {
    const overview = await call(['--help']);
    for (const { name, examples } of commands) {
      expect(overview.out).toContain(`  ${name} `);
      const help = await call([name, '--help']);
      expect(help.code).toBe(0);
      expect(help.out).toContain(examples[0]);
      expect(help.out.split('\n').every((line) => line.length <= 100)).toBe(true);
      expect((await call(['help', name])).out).toBe(help.out);
    }
  });

  it('tells its version', async () => {
    expect((await call(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
