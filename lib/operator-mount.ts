/** The operator's page, which most processes never mount. */
import type { Work } from './completion/work.js';
import type { EventTap } from './event-tap.js';
import type { Fanfare } from './fanfare.js';
import type { Ledger } from './ledger/ledger.js';
import type { Context } from './middleware/context.js';
import type * as OperatorPage from './operator/operator-page.js';

interface Parts {
  readonly ledger: Ledger;
  readonly context: Context;
  readonly work: Work;
  readonly listen: EventTap['listen'];
}

export function operatorMount(parts: Parts): Pick<Fanfare, 'operatorPage'> {
  return {
    operatorPage: (options) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who mount it, not at import
      const { createOperatorPage } = require('./operator/operator-page.js') as typeof OperatorPage;
      return createOperatorPage(parts, options);
    },
  };
}
