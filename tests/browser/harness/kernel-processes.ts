import { execFileSync } from 'node:child_process';

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function allProcesses(): ProcessInfo[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 32 << 20,
  });
  return table.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match === null
      ? []
      : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }];
  });
}

/** The process of the kernel with this id: the one that was given its connection file. */
export function kernelProcess(kernelId: string): ProcessInfo {
  const all = allProcesses();
  const candidates = all.filter(({ command }) => command.includes(`kernel-${kernelId}.json`));
  // A child may be started with the connection file as well; the kernel is the one whose parent is not among them.
  const found = candidates.find(({ parent }) => !candidates.some(({ pid }) => pid === parent));
  if (found === undefined) throw new Error(`no process runs kernel ${kernelId}`);
  return found;
}

/** The kernel's session process, which runs the user's cells: the Node child of the kernel process. */
export function sessionProcess(kernelId: string): ProcessInfo {
  const kernel = kernelProcess(kernelId);
  const children = allProcesses().filter(({ parent }) => parent === kernel.pid);
  const session = children.find(({ command }) => /[/\\]session[/\\]/.test(command));
  if (session === undefined) {
    throw new Error(`kernel process ${kernel.pid} has no session process among ${JSON.stringify(children)}`);
  }
  return session;
}

/** Ends the process that runs the user's cells as a crash would (kill -9); answers with its pid. */
export function killSessionProcess(kernelId: string): number {
  const { pid } = sessionProcess(kernelId);
  process.kill(pid, 'SIGKILL');
  return pid;
}
