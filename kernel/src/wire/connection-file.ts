import { readFileSync } from 'node:fs';
import { badConnectionFile } from '../errors.ts';

/** Where a kernel listens and by what key its messages are signed, as Jupyter writes it. */
export interface ConnectionInfo {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: string;
}

const PORTS = ['shell_port', 'control_port', 'iopub_port', 'stdin_port', 'hb_port'] as const;

/** Reads a connection file; throws `bad-connection-file` when it is not one. */
export function readConnectionFile(path: string): ConnectionInfo {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw badConnectionFile(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (typeof parsed !== 'object' || parsed === null) throw badConnectionFile(path, 'it holds no object');
  const file = parsed as Record<string, unknown>;
  for (const port of PORTS) {
    if (typeof file[port] !== 'number') throw badConnectionFile(path, `${port} is missing`);
  }
  if (typeof file['ip'] !== 'string') throw badConnectionFile(path, 'ip is missing');
  const scheme = file['signature_scheme'] ?? 'hmac-sha256';
  if (typeof scheme !== 'string' || !scheme.startsWith('hmac-'))
    throw badConnectionFile(path, `signature scheme ${String(scheme)} is not an hmac`);
  return {
    transport: typeof file['transport'] === 'string' ? file['transport'] : 'tcp',
    ip: file['ip'],
    shell_port: Number(file['shell_port']),
    control_port: Number(file['control_port']),
    iopub_port: Number(file['iopub_port']),
    stdin_port: Number(file['stdin_port']),
    hb_port: Number(file['hb_port']),
    key: typeof file['key'] === 'string' ? file['key'] : '',
    signature_scheme: scheme,
  };
}

/** The address of one of its sockets. */
export function endpoint(info: ConnectionInfo, port: (typeof PORTS)[number]): string {
  const separator = info.transport === 'ipc' ? '-' : ':';
  return `${info.transport}://${info.ip}${separator}${info[port]}`;
}
