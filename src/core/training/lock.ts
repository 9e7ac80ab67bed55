import { open, readFile, rename, rm } from 'node:fs/promises';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { UserError } from '../base/errors.ts';
import { integer, object, optional, parseJson, part, string, type Infer } from '../base/schema.ts';
import { fileError, withFileErrors } from '../base/files.ts';

const ownerSchema = object(part, {
  pid: integer(),
  host: string(),
  /** When the process began, as far as the system says: a pid may be given to another process later. */
  started: optional(string()),
  /** This start of the system and its set of pids, where it names them: a host may get another name. */
  boot: optional(string()),
  pids: optional(string()),
});
type Owner = Infer<typeof ownerSchema>;

/** Lock files this process holds or is taking: in a container the same pid need not be the same process. */
const held = new Set<string>();

/**
 * Takes a run folder's lock file, so that two processes never train in one folder. A lock whose process is gone is taken over.
 * @returns releases it
 * Throws `UserError` `run-locked`.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  if (held.has(path)) throw locked(path, me());
  held.add(path); // at once: from here on a lock file with this pid is an earlier process's
  try {
    await withFileErrors(path, () => acquire(path));
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return async () => {
    // where it cannot be removed, as on a drive that is gone, it is a dead one's
    if ((await readOwner(path).catch(() => undefined))?.pid === process.pid)
      await rm(path, { force: true }).catch(() => {});
    held.delete(path);
  };
}

async function acquire(path: string): Promise<void> {
  for (let attempt = 0; !(await create(path)); attempt++) {
    const owner = await readOwner(path);
    if (owner && (attempt >= 10 || isOtherAlive(owner))) throw locked(path, owner);
    if (owner || attempt >= 2) await takeAway(path);
    else await new Promise((done) => setTimeout(done, 100)); // being written this moment, or torn
  }
}

/** Whether a living process holds the lock. */
export async function isLocked(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  return owner !== undefined && (owner.pid === process.pid ? held.has(path) : isOtherAlive(owner));
}

const me = (): Owner => ({
  pid: process.pid,
  host: hostname(),
  started: startOf(process.pid),
  boot: bootId(),
  pids: pidsId(),
});

const create = (path: string): Promise<boolean> =>
  withFileErrors(path, async () => {
    const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    });
    if (!file) return false;
    try {
      await file.writeFile(JSON.stringify(me())).finally(() => file.close());
      return true;
    } catch (error) {
      await rm(path, { force: true }).catch(() => {}); // the disk is full, say
      throw error;
    }
  });

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return parseJson(await readFile(path, 'utf8'), ownerSchema); // undefined where it is not yet written
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}

/** Renames first: of two processes that find the same dead lock, one moves it and the other looks again. */
async function takeAway(path: string): Promise<void> {
  const moved = `${path}.${process.pid}`;
  try {
    await rename(path, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const owner = await readOwner(moved);
  const wasQuicker = owner !== undefined && isOtherAlive(owner); // another process, whose lock we must give back
  await (wasQuicker ? rename(moved, path) : rm(moved, { force: true }));
}

/** Whether the process lives and is not this one. */
function isOtherAlive(owner: Owner): boolean {
  const wasRenamed = owner.boot !== undefined && owner.boot === bootId() && owner.pids === pidsId();
  if (owner.host !== hostname() && !wasRenamed) return true; // cannot be known
  if (owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(owner.pid);
  return started === undefined || owner.started === undefined || started === owner.started;
}

/** Start time of a process in clock ticks since the boot (field 22 of its stat file), where the system has one. */
function startOf(pid: number): string | undefined {
  return ifKnown(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  });
}

/** Linux gives each start of the system an id, and each set of pids (a container has its own) another. */
const bootId = (): string | undefined => ifKnown(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
const pidsId = (): string | undefined => ifKnown(() => readlinkSync('/proc/self/ns/pid'));

function ifKnown(look: () => string): string | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

const locked = (file: string, { pid, host }: Owner): UserError =>
  new UserError(
    'run-locked',
    `Process ${pid} on ${host} is working in this run folder`,
    'Wait for it or stop it. If it is long gone, delete the lock file.',
    { file },
  );
