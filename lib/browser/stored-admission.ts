/** What the experience's page left in the session storage, in every shape that Fanfare's guides show. Pure. */

/** The body of the handoff. */
export interface Handoff {
  readonly admissionGrant: string;
  readonly consumerId?: string;
  readonly distributionId?: string;
  readonly distributionType?: string;
  /** The server judges it by its own clock. */
  readonly expiresAt?: string | number;
}

type Fields = Readonly<Record<string, unknown>>;

const KEPT_FOR_MS = 30 * 60_000;
const BESIDE = ['consumerId', 'distributionId', 'distributionType', 'expiresAt'] as const;

/** `now`: the device's clock, which also wrote `storedAt`. `undefined`: there is nothing to hand over (any more). */
export function readStored(text: string, now: number): Handoff | undefined {
  const stored = parsed(text);
  if (typeof stored === 'string') return stored === '' ? undefined : { admissionGrant: stored };
  const admissionGrant = stored['admissionGrant'] ?? stored['token'];
  if (typeof admissionGrant !== 'string' || admissionGrant === '') return undefined;
  if (Number(stored['storedAt']) < now - KEPT_FOR_MS) return undefined;
  const context = isFields(stored['context']) ? stored['context'] : {};
  const beside = BESIDE.map((name) => [name, stored[name] ?? context[name]] as const);
  return { admissionGrant, ...Object.fromEntries(beside.filter(([, value]) => isPlain(value))) };
}

/** A token may look like a number to JSON, so only objects and quoted texts count as JSON. */
function parsed(text: string): Fields | string {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) || typeof value === 'string' ? value : text.trim();
  } catch {
    // A bare token.
    return text.trim();
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
