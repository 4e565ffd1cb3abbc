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
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** The pause that an answer asks for; `undefined` when it asks for none. */
export function retryAfterSeconds({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
