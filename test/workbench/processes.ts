import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  /** The command line, in its arguments. */
  readonly command: readonly string[];
}

/** The living processes of a process group, as Linux has them in /proc. */
export function groupMembers(group: number): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      // "pid (name, which may hold anything) state ppid pgrp …"
      const [state, , processGroup] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      if (Number(processGroup) !== group || state === 'Z') return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      return [{ pid: Number(pid), command }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}
