/** Whether an exchange keeps to the documented contract; a flaw is a sentence. */
import { Ajv, type ValidateFunction } from 'ajv';
import { type DocumentedOperation, operations } from './operations.js';
import type { Exchange } from './recorder.js';
import { errors, type Schema } from './schemas.js';

const ajv = new Ajv({ allErrors: true });
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/);

const compiled = new Map<Schema, ValidateFunction>();

/** Every way in which `value` is not what `schema` says. */
export function flawsOf(value: unknown, schema: Schema): readonly string[] {
  const check = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, check);
  return check(value) ? [] : (check.errors ?? []).map((flaw) => `${flaw.instancePath} ${flaw.message ?? ''}`);
}

/** The operations documented at a path: two where generations differ in what they take. */
function documentedAt(path: string): readonly DocumentedOperation[] {
  return operations.filter((operation) => operation.path.test(path));
}

/** The documented operation that this request is one of. */
export function operationOf({ path, request }: Exchange): DocumentedOperation | undefined {
  return documentedAt(path).find((operation) => flawsOf(request, operation.request).length === 0);
}

/** Both ways: the request by what the documentation takes, the answer by what it shows. */
export function flawsIn(exchange: Exchange): readonly string[] {
  const documented = documentedAt(exchange.path);
  if (documented.length === 0) return [`nothing is documented at ${exchange.path}`];
  const fitting = operationOf(exchange);
  if (fitting === undefined) {
    return documented
      .flatMap(({ request }) => flawsOf(exchange.request, request))
      .map(at(exchange, 'request'));
  }
  return [
    ...credentialFlaws(exchange, fitting),
    ...answerFlaws(exchange, fitting).map(at(exchange, `answer ${exchange.status}`)),
  ];
}

/** Only the answer: for requests that are wrong on purpose. */
export function flawsInAnswer(exchange: Exchange): readonly string[] {
  const [first] = documentedAt(exchange.path);
  return first === undefined ? [`nothing is documented at ${exchange.path}`] : answerFlaws(exchange, first);
}

function answerFlaws({ status, answer }: Exchange, operation: DocumentedOperation): readonly string[] {
  const schema = status === 200 ? operation.answer : errors[status];
  return schema === undefined ? [`the status ${String(status)} is not documented`] : flawsOf(answer, schema);
}

function credentialFlaws({ path, headers }: Exchange, { by }: DocumentedOperation): readonly string[] {
  const bearer = /^Bearer sk_/.test(headers.authorization ?? '');
  const own = headers['x-secret-key'] !== undefined && headers['x-organization-id'] !== undefined;
  const fits = by === 'bearer' ? bearer && !own : own && !bearer;
  return fits ? [] : [`${path}: must prove who calls by ${by}`];
}

function at({ path }: Exchange, side: string): (flaw: string) => string {
  return (flaw) => `${path}, ${side}: ${flaw}`;
}
