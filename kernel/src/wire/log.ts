/** Writes one line to the kernel's own log (stderr of the kernel process, shown in the terminal that runs JupyterLab). */
export type Log = (line: string) => void;

export const kernelLog: Log = (line) => {
  process.stderr.write(`[tidemark] ${line}\n`);
};
