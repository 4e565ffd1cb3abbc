/** Reading a body that no parser has read. */
import { FanfareError } from '../errors.js';
import type { Request } from './http.js';

/** Whether no parser has read the body. Express 4's leave an empty object where they have left the body alone. */
export function isUnread({ body, readableDidRead }: Request): boolean {
  if (typeof body !== 'object' || body === null) return body === undefined;
  return Object.keys(body).length === 0 && !readableDidRead;
}

/** The body, byte for byte; `undefined` when it is longer than `mostBytes`. Rejects when it breaks off. */
export async function readBytes(req: Request, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the answer reaches a client that is still sending.
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return bytes > mostBytes ? undefined : Buffer.concat(chunks);
}

/** The body as a text. Rejects with `INVALID_ADMISSION_DATA` when it breaks off or is longer than so many kilobytes. */
export async function readText(req: Request, mostKilobytes: number): Promise<string> {
  const bytes = await readBytes(req, mostKilobytes * 1_024).catch((cause: unknown) => {
    throw damaged('the body broke off', cause);
  });
  if (bytes === undefined) throw damaged(`the body is longer than ${mostKilobytes} KB`);
  return bytes.toString('utf8');
}

export function damaged(message: string, cause?: unknown): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message, cause });
}
