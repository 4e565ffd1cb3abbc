/** Where the shop mounted `fanfare.routes()`, and what its answers look like from here. */

/** What the shop tells a page about one of the browser's admissions. Times are milliseconds since the epoch. */
export interface AdmissionView {
  readonly id: string;
  readonly distributionId: string;
  readonly distributionType: string;
  readonly experienceId: string | null;
  readonly expiresAt: number | null;
  readonly state: 'open' | 'attempted' | 'expired';
}

export const ROUTES = '/fanfare';

/** The address of one of the routes. */
export function routeAt(routes: string, name: 'admission' | 'session'): string {
  return `${routes.replace(/\/$/, '')}/${name}`;
}

/** The JSON of an answer; an empty object when it has none, which is how a proxy's own pages are told apart. */
export async function jsonOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return Object(body) as Readonly<Record<string, unknown>>;
}

const LONGEST_PAUSE_SECONDS = 60;

/**
 * How long to wait before asking again: what the answer asks for, from a second to a minute, since a shopper has minutes
 * to order. A date would be read by the device's clock, so it counts as little as what cannot be read: `usual` does then.
 */
export function pauseSeconds(response: Response | undefined, usual: number): number {
  const text = response?.headers.get('Retry-After') ?? '';
  return /^\d+$/.test(text) ? Math.min(Math.max(Number(text), 1), LONGEST_PAUSE_SECONDS) : usual;
}
