/** Pieces of Fanfare's documented contract, as JSON Schemas. Written from the documentation, not from the code. */

export type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string', minLength: 1 };
const time = { type: 'string', format: 'date-time' };
const uuid = { type: 'string', format: 'uuid' };
const decimal = { type: 'string', pattern: '^\\d{1,12}(\\.\\d{1,8})?$' };
const nothing = { not: {} };

/** A request: the documented fields and no other. */
function exactly(properties: Schema, optional: Schema = {}): Schema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** An answer: these fields at least, since nothing says that there are no others. */
function atLeast(properties: Schema, optional: Schema = {}): Schema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
  };
}

const word = (value: string | boolean): Schema => ({ const: value });

export const requests = {
  consumer: exactly({ consumerId: text }),
  handoff: exactly({ token: text }),
  token: exactly({ consumerId: text, token: text }),
  grant: exactly({ consumerId: text, admissionGrant: text }),
  generic: exactly({
    token: text,
    consumerId: text,
    distributionId: text,
    distributionType: { enum: ['queue', 'draw', 'auction', 'timed_release'] },
  }),
  completion: exactly(
    { consumerId: text },
    {
      metadata: {
        type: 'object',
        properties: {
          orderId: text,
          orderAmount: { anyOf: [decimal, { type: 'number' }] },
          currency: text,
          completedAt: time,
        },
      },
    },
  ),
  denial: exactly({ consumerId: text, reason: text }),
  external: exactly(
    { provider: text, issuer: text, subject: text },
    { canonicalSubject: { type: 'string', minLength: 1, maxLength: 255 }, claims: { type: 'object' } },
  ),
  checkoutByToken: exactly({
    ...{ admissionToken: text, distributionId: uuid, productId: uuid, variantId: uuid },
    ...{ quantity: { type: 'number' }, currencyCode: text },
    ...{ successUrl: text, cancelUrl: text, idempotencyKey: text },
  }),
  checkoutByClaim: exactly({
    ...{ checkoutClaim: text, mode: { enum: ['hosted', 'embedded'] } },
    ...{ successUrl: text, cancelUrl: text, idempotencyKey: text },
  }),
  cancellation: exactly({ orderId: uuid, idempotencyKey: uuid }, { reason: { type: 'string' } }),
  refund: exactly({ orderId: uuid, amount: decimal, idempotencyKey: uuid }, { reason: { type: 'string' } }),
} satisfies Record<string, Schema>;

const completedNaming = (id: string): Schema =>
  atLeast({ [id]: text, consumerId: text, status: word('COMPLETED'), completedAt: time });

const grant = { admissionGrant: text };
/** The states of the generated reference. */
const queueState = {
  anyOf: [
    atLeast({
      status: word('QUEUED'),
      position: { type: 'number' },
      estimatedWaitTimeInSeconds: { type: 'number' },
    }),
    atLeast({ status: { enum: ['NOT_QUEUED', 'LEFT'] } }),
    atLeast({ status: word('ADMITTED'), ...grant }, { expiresAt: time }),
    atLeast({ status: word('COMPLETED'), ...grant }, { completedAt: { anyOf: [time, { type: 'null' }] } }),
    atLeast({ status: word('DENIED'), reason: text }),
  ],
};
const drawState = {
  anyOf: [
    atLeast({ status: { enum: ['ENTERED', 'NOT_ENTERED'] } }),
    atLeast({ status: word('WON'), wonAt: time, ...grant }),
    atLeast({ status: word('COMPLETED'), completedAt: time, ...grant }),
    atLeast({ status: word('DENIED'), reason: text, deniedAt: time }),
  ],
};

export const answers = {
  boolean: { type: 'boolean' },
  valid: {
    anyOf: [
      atLeast({ valid: word(true) }, { expiresAt: time, error: nothing }),
      atLeast({ valid: word(false) }, { error: { type: 'string' } }),
    ],
  },
  anyObject: { type: 'object' },
  completedQueue: completedNaming('queueId'),
  completedDraw: completedNaming('drawId'),
  queueState,
  drawState,
  /** The hand-written reference shows no answer to a denial. */
  unknown: {},
  authorized: atLeast({
    exchangeCode: text,
    expiresAt: time,
    resolution: { enum: ['existing', 'linked', 'created'] },
  }),
  authorizedBefore: atLeast({ exchangeCode: text, expiresAt: time }),
  checkout: atLeast({
    ...{ orderId: text, paymentId: text, checkoutUrl: text, expiresAt: text, deadline: text },
  }),
  checkoutBefore: atLeast({ orderId: text, paymentId: text, checkoutUrl: text, expiresAt: text }),
  accepted: atLeast({ success: { type: 'boolean' } }, { refund: { type: 'object' } }),
} satisfies Record<string, Schema>;

const plainError = atLeast({ error: text });
const issue = atLeast({
  ...{ kind: text, type: text, expected: text, received: text, message: text },
  path: {
    type: 'array',
    items: atLeast({
      type: text,
      origin: text,
      input: {},
      key: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    }),
  },
});
const deviceMismatch = atLeast({
  ...{ valid: word(false), error: word('DEVICE_MISMATCH'), message: text },
  ...{ code: word('FP002'), support: atLeast({ message: text, confirmationCode: text }) },
});

/** What every operation answers when it does not do what it was asked to do. */
export const errors: Readonly<Record<number, Schema>> = {
  400: {
    anyOf: [
      atLeast({ error: word('validation_error'), issues: { type: 'array', minItems: 1, items: issue } }),
      atLeast({ error: text, message: { type: 'string', pattern: 'already completed' } }),
      plainError,
    ],
  },
  401: plainError,
  403: { anyOf: [deviceMismatch, plainError, atLeast({ valid: word(false) })] },
  404: plainError,
  409: { anyOf: [plainError, atLeast({ code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]*$' } })] },
  429: plainError,
  500: plainError,
};
