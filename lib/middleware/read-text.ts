/** Reading a body that no parser has made anything of. */
import type { Clock } from '../clock.js';
import { within } from '../completion/time-limit.js';
import { FanfareError } from '../errors.js';
import type { Request, Response } from './http.js';

/** A body on its way, and the answer that it will get. */
export interface Sent {
  readonly req: Request;
  readonly res: Response;
  readonly clock: Clock;
}

/** Bodies here are small, and whoever sends a byte now and then does so to keep us busy. */
const LONGEST_MS = 10_000;
/** What is too long is read and dropped so far, so that the answer reaches a client that is still sending. */
const MOST_DROPPED_BYTES = 4_194_304;

/**
 * Whether no parser has made anything of the body: it is on its way, or lies there as a text or as bytes. Express 4's leave
 * an empty object where they have left the body alone.
 */
export function isUnread({ body, readableDidRead }: Request): boolean {
  if (isRead(body)) return true;
  if (typeof body !== 'object' || body === null) return body === undefined;
  return Object.keys(body).length === 0 && !readableDidRead;
}

function isRead(body: unknown): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

/**
 * The body, byte for byte; `undefined` when it is longer than `mostBytes`. Rejects when it breaks off, or is not there
 * within 10 seconds.
 */
export async function readBytes({ req, res, clock }: Sent, mostBytes: number): Promise<Buffer | undefined> {
  if (isRead(req.body)) {
    const bytes = Buffer.from(req.body as string);
    return bytes.length > mostBytes ? undefined : bytes;
  }
  let body: Buffer | undefined;
  try {
    body = await within(clock, LONGEST_MS, 'Whoever sends the body', () => collect(req, mostBytes));
    return body;
  } finally {
    // There may be more of it to come without end, so the connection ends with the answer.
    if (body === undefined && !res.headersSent) res.setHeader('Connection', 'close');
  }
}

async function collect(req: Request, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
    else if (bytes > mostBytes + MOST_DROPPED_BYTES) break;
  }
  return bytes > mostBytes ? undefined : Buffer.concat(chunks);
}

/**
 * The body as a text. Rejects with `INVALID_ADMISSION_DATA` when it breaks off, comes too slowly or is longer than so many
 * kilobytes.
 */
export async function readText(sent: Sent, mostKilobytes: number): Promise<string> {
  const bytes = await readBytes(sent, mostKilobytes * 1_024).catch((cause: unknown) => {
    throw damaged('the body broke off, or came too slowly', cause);
  });
  if (bytes === undefined) throw damaged(`the body is longer than ${mostKilobytes} KB`);
  return bytes.toString('utf8');
}

export function damaged(message: string, cause?: unknown): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message, cause });
}
