/** What a secret key is for, as its prefix tells. Pure. */
export type KeyKind = 'live' | 'test' | 'other';

export function kindOfKey(key: string): KeyKind {
  if (key.startsWith('sk_live_')) return 'live';
  return key.startsWith('sk_test_') ? 'test' : 'other';
}
