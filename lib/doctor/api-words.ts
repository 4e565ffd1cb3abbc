/** How far a call to Fanfare got, in words. Pure. */

/** By the short names of faults, in the order in which a call gets that far. */
const STAGES: readonly (readonly [RegExp, string])[] = [
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    'the name of its host is not found (DNS): see to the address, and to the name servers of this machine',
  ],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    'its host takes no connection (TCP): see to the port and the firewall',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_SSL|^ERR_TLS|^EPROTO$/,
    'no safe connection came about (TLS): see to its certificate, and to a proxy on the way out',
  ],
];
const NO_ANSWER =
  'it takes the connection and gives no HTTP answer: see to the address, and to what stands in between';

/** Where and why a call ended. */
export function wordsOfFault(host: string, fault: string): string {
  const [, words = NO_ANSWER] = STAGES.find(([names]) => names.test(fault)) ?? [];
  return `Fanfare at ${host} cannot be reached: ${words}. It failed with "${fault}".`;
}
