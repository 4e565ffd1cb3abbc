/** Says that requests were refused, at most once a minute: a secret that does not fit must be seen, a flood must not fill the log. */
import type { Backstage } from '../middleware/backstage.js';
import type { RefusalReason } from './webhook-events.js';

const MINUTE_MS = 60_000;

const MEANING: Readonly<Record<RefusalReason, string>> = {
  unsigned: 'carry no signature, so the sender may have no secret set',
  signature: 'are signed with another secret, or by another scheme',
  timestamp: 'are too old, or a clock is wrong',
  malformed: 'are no events, or broke off',
  too_large: 'are larger than "maxBytes"',
};

export class RefusalReports {
  #requests = 0;
  #saidAt = -Infinity;

  constructor(private readonly parts: { readonly backstage: Backstage; readonly receiver: string }) {}

  count(reason: RefusalReason): void {
    const { backstage, receiver } = this.parts;
    const now = backstage.clock.now();
    this.#requests += 1;
    if (now - this.#saidAt < MINUTE_MS) return;
    const message = `The ${receiver} receiver refuses requests (${this.#requests}): they ${MEANING[reason]}.`;
    const told = { receiver, reason, requests: this.#requests };
    backstage.emit({ type: 'webhook.refused', level: 'warn', message, ...told });
    this.#saidAt = now;
    this.#requests = 0;
  }
}
