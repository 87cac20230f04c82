import { writeSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { FromSession } from './ipc.ts';
import { OUTBOX_FD } from './ipc.ts';
import { hostSection } from './host-section.ts';

let deliver: (message: FromSession) => void = writeFrame;

/** Sends one message to the kernel process, or to whoever has taken its place. */
export function postToKernel(message: FromSession): void {
  hostSection(() => deliver(message));
}

/** In a job there is no kernel process: what cells say is received right here. */
export function receiveInstead(receive: (message: FromSession) => void): void {
  deliver = receive;
}

/**
 * The write is blocking and complete when it returns: what a cell says arrives in order, also from a loop that never
 * yields, and a termination cannot lose half of it.
 */
function writeFrame(message: FromSession): void {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, 4);
  for (let at = 0; at < frame.length;) at += writeSome(frame, at);
}

function writeSome(frame: Buffer, at: number): number {
  try {
    return writeSync(OUTBOX_FD, frame, at);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EAGAIN' || code === 'EINTR') return 0;
    // The kernel process is gone; nothing this process says can reach anyone.
    process.kill(process.pid, 'SIGKILL');
    throw error;
  }
}
