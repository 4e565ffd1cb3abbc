/** The body as it was sent, byte for byte: what a signature is about. */
import { readBytes, type Sent } from '../middleware/read-text.js';

/** Why there is no body to check. */
export type BodyTrouble = 'too_large' | 'malformed';

/**
 * Reads it, or takes what `express.raw()` has read. Throws a `TypeError` when a parser has left nothing of it, since its
 * result spells the same values in other bytes.
 */
export async function rawBody(sent: Sent, mostBytes: number): Promise<Buffer | BodyTrouble> {
  const { req } = sent;
  if (req.readableDidRead && !Buffer.isBuffer(req.body)) throw parsedBefore();
  try {
    return (await readBytes(sent, mostBytes)) ?? 'too_large';
  } catch {
    // It broke off, or came too slowly: whoever sent it sends it again.
    return 'malformed';
  }
}

function parsedBefore(): TypeError {
  return new TypeError(
    'A body parser ran before this webhook receiver, so the signature cannot be checked. Mount the receiver before app.use(express.json()) and the like, or leave its path out of them.',
  );
}
