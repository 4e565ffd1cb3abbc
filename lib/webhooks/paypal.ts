/**
 * PayPal: its events are checked by asking PayPal, and captures are answers to the merchant's own call. So here is no receiver:
 * what the merchant knows to be true is read, and recorded.
 */
import { compact } from '../admission/compact.js';
import type { CompletedAdmission } from '../completion/late-payment.js';
import { FanfareError } from '../errors.js';
import type { OnStage } from '../middleware/backstage.js';
import { admissionsOf, type Carried, carriedInObject, type NamedAdmission } from './carried.js';
import { each } from './each.js';
import { type Fields, fieldsOf, listOf, parseObject, textOf } from './fields.js';

export interface PayPalCaptureTold {
  /** The shop's own order id; default: the capture's `invoice_id`, then its `id`. */
  readonly orderId?: string;
  /**
   * When the payment ended, as `completeAdmission` takes it; default: when the capture was made (`create_time`). One that was
   * pending at first has ended later, or not, as you see it: `latePayment` judges by this.
   */
  readonly paidAt?: string | number;
  /** The id of PayPal's event that tells of the capture; what `isNew` says then, see `completeAdmission`. */
  readonly eventId?: string;
}

/**
 * Records the order of a capture that you have from PayPal itself: the answer to your capture call (an order, with captures in
 * its purchase units), or the `resource` of a `PAYMENT.CAPTURE.COMPLETED` event that you have verified. Each completed capture
 * whose `custom_id` names admissions (`payPalCustomId`) completes them. Resolves to how many there were; what is not
 * `COMPLETED` is none. Rejects as `completeAdmission` does, when all others are recorded; safe to repeat.
 */
export async function completePayPalCapture(
  fanfare: Pick<OnStage, 'completeAdmission'>,
  captured: object,
  told: PayPalCaptureTold = {},
): Promise<readonly CompletedAdmission[]> {
  const units = capturesOf(fieldsOf(captured)).flatMap((capture) =>
    carriedBy(capture).map(({ admission }, index) => ({ capture, admission, isFirst: index === 0 })),
  );
  return each(units, (unit) => completeOne(fanfare, unit, told));
}

/** Of several admissions of one capture the first has its amount: no part of an order is told to Fanfare twice. */
interface Unit {
  readonly capture: Fields;
  readonly admission: Carried;
  readonly isFirst: boolean;
}

async function completeOne(
  fanfare: Pick<OnStage, 'completeAdmission'>,
  { capture, admission, isFirst }: Unit,
  { orderId: given, paidAt = textOf(capture['create_time']), eventId }: PayPalCaptureTold,
): Promise<CompletedAdmission> {
  const orderId = given ?? textOf(capture['invoice_id']) ?? textOf(capture['id']);
  if (orderId === undefined) {
    throw new FanfareError('INVALID_ADMISSION_DATA', {
      message: 'This capture has no id: is it from PayPal?',
    });
  }
  const money = fieldsOf(capture['amount']);
  const priced = {
    amount: isFirst ? textOf(money['value']) : undefined,
    currency: textOf(money['currency_code']),
  };
  const order = { orderId, ...compact(priced) };
  return fanfare.completeAdmission(admission, order, compact({ paidAt, eventId }));
}

/** Of an order, those of its units; a unit's `custom_id` counts for captures that do not repeat it. */
function capturesOf(captured: Fields): readonly Fields[] {
  const units = listOf(captured['purchase_units']).map(fieldsOf);
  const captures =
    units.length === 0
      ? [captured]
      : units.flatMap((unit) =>
          listOf(fieldsOf(unit['payments'])['captures']).map((capture) => ({
            ...pick(unit, ['custom_id', 'invoice_id']),
            ...fieldsOf(capture),
          })),
        );
  return captures.filter(({ status }) => status === 'COMPLETED');
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]]));
}

/** The ids of admissions, with a comma between, or the JSON that Fanfare's payment guide puts there. */
function carriedBy(capture: Fields): readonly NamedAdmission[] {
  const text = textOf(capture['custom_id']) ?? '';
  const fields = parseObject(Buffer.from(text));
  return admissionsOf(
    fields === undefined ? text.split(',').map((id) => ({ id: id.trim() })) : carriedInObject(fields),
  );
}
