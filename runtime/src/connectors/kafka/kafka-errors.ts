import { TidemarkError } from '../../errors.ts';
import { similarNames } from '../similar-names.ts';

/** Names of topics in an error. */
const SHOWN_NAMES = 10;

/** What Kafka's client says, with what caused it, outermost first. */
export function errorsIn(error: unknown): readonly Error[] {
  const found: Error[] = [];
  const visit = (one: unknown): void => {
    if (!(one instanceof Error) || found.includes(one)) return;
    found.push(one);
    if (one instanceof AggregateError) one.errors.forEach(visit);
    visit(one.cause);
  };
  visit(error);
  return found;
}

/** Names of errors in Kafka's protocol, and codes of the operating system's, in what a client has thrown. */
export function reasonsIn(error: unknown): readonly string[] {
  return errorsIn(error).flatMap((one) => {
    const { apiId, code } = one as { apiId?: unknown; code?: unknown };
    return [apiId, code].filter((reason) => typeof reason === 'string');
  });
}

/** A text of what went wrong in the end. */
export function lastReason(error: unknown): string {
  const innermost = errorsIn(error).at(-1);
  if (innermost === undefined) return String(error);
  const { apiId, code } = innermost as { apiId?: unknown; code?: unknown };
  const name = typeof apiId === 'string' ? apiId : typeof code === 'string' ? code : undefined;
  return name === undefined || innermost.message.includes(name)
    ? innermost.message
    : `${innermost.message} (${name})`;
}

export function kafkaOptionInvalid(
  what: string,
  option: string,
  value: unknown,
  rule: string,
): TidemarkError {
  const shown = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return new TidemarkError('kafka-option-invalid', `${what}(): ${option} ${rule}; it is ${shown}.`, {
    details: { what, option, value: shown },
  });
}

/** @param waited for, as streams do; a request by hand fails */
export function kafkaUnreachable(cluster: string, cause: unknown, waited = true): TidemarkError {
  const reason = lastReason(cause);
  const hungUp = /closed|ECONNRESET/.test(reason)
    ? ' A listener for SASL or TLS hangs up like this on whoever comes without: give sasl or tls.'
    : '';
  return new TidemarkError(
    'kafka-unreachable',
    `Kafka at ${cluster} cannot be reached: ${reason}. ` +
      (waited ? 'It is tried again until it answers, and nothing is lost meanwhile. ' : '') +
      `Check that it runs and that brokers names host and port.${hungUp} ` +
      "A broker on this machine is started by 'npm run kafka'; " +
      "brokers: 'embedded' needs none.",
    { details: { cluster, reason }, cause },
  );
}

export function kafkaLogBusy(path: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'kafka-log-busy',
    `Another process is writing to the embedded log ${path} and does not let go of it. It is waited for, and nothing is lost meanwhile. ` +
      'If it stays like that, end what has the file open.',
    { details: { path }, cause },
  );
}

export function kafkaSlow(cluster: string, ms: number): TidemarkError {
  return new TidemarkError(
    'kafka-slow',
    `Kafka at ${cluster} has not answered for ${ms / 1000} s. It is waited for, and nothing is lost meanwhile. If it stays like that, look at the ` +
      "broker's load and log, and at the network between.",
    { details: { cluster, ms } },
  );
}

export function kafkaNotReady(cluster: string, cause: unknown): TidemarkError {
  const reason = lastReason(cause);
  return new TidemarkError(
    'kafka-not-ready',
    `Kafka at ${cluster} cannot do what is asked for now: ${reason}. Probably a partition has no leader, or another one, because a broker ` +
      'has gone. It is tried again until it can, and nothing is lost meanwhile.',
    { details: { cluster, reason }, cause },
  );
}

export function kafkaAuthenticationFailed(cluster: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'kafka-authentication-failed',
    `Kafka at ${cluster} refuses these credentials: ${lastReason(cause)}. Check sasl: its mechanism, username and password, ` +
      'and that the listener behind this port is one for SASL.',
    { details: { cluster }, cause },
  );
}

export function kafkaTlsFailed(cluster: string, cause: unknown): TidemarkError {
  // OpenSSL's whole line names its own source files.
  const { reason = lastReason(cause) } = (errorsIn(cause).at(-1) ?? {}) as { readonly reason?: string };
  return new TidemarkError(
    'kafka-tls-failed',
    `No secure connection to Kafka at ${cluster}: ${reason}. Check that the listener behind this port is one for TLS, give the ` +
      'certificate of whoever signed its own, tls: { ca }, and, where it asks for one, yours: tls: { cert, key }.',
    { details: { cluster, reason }, cause },
  );
}

export function kafkaForbidden(cluster: string, what: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'kafka-forbidden',
    `Kafka at ${cluster} does not let this user ${what} (${lastReason(cause)}). Ask for the right, or use another user in sasl.`,
    { details: { cluster, what, reason: lastReason(cause) }, cause },
  );
}

export function kafkaRequestFailed(cluster: string, what: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'kafka-request-failed',
    `Kafka at ${cluster} refused to ${what}: ${lastReason(cause)}. The error's cause says which request it was; ` +
      'brokers older than 3.1 do not know some of them.',
    { details: { cluster, what, reasons: reasonsIn(cause) }, cause },
  );
}

export function kafkaTopicUnknown(cluster: string, topic: string, known: readonly string[]): TidemarkError {
  const near = similarNames(topic, known);
  const names = [...near, ...known.filter((name) => !near.includes(name))];
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  const others =
    names.length === 0
      ? 'It has no topics yet.'
      : `It has: ${names.slice(0, SHOWN_NAMES).join(', ')}${more}.`;
  return new TidemarkError(
    'kafka-topic-unknown',
    `Kafka at ${cluster} has no topic '${topic}'. ${others} Check the name, or make it: await kafkaTopic({ brokers, topic }).create().`,
    { details: { cluster, topic, known } },
  );
}

export function kafkaTopicGone(cluster: string, topic: string): TidemarkError {
  return new TidemarkError(
    'kafka-topic-gone',
    `Topic '${topic}' of Kafka at ${cluster} is not there any more: it was deleted, or made anew, while it was used. ` +
      'Make it again and re-run the cell; what was read of the old one cannot be read again.',
    { details: { cluster, topic } },
  );
}

export function kafkaOffsetGone(
  cluster: string,
  topic: string,
  partition: number,
  offset: number,
  earliest: number,
  latest: number,
): TidemarkError {
  return new TidemarkError(
    'kafka-offset-gone',
    `Partition ${partition} of topic '${topic}' of Kafka at ${cluster} has no record ${offset}: it holds ${earliest} to ${latest}. ` +
      "Its retention has removed what was to be read next, or the topic was made anew. Re-run the cell with startFrom: 'earliest' to go on with what is there.",
    { details: { cluster, topic, partition, offset, earliest, latest } },
  );
}

export function kafkaRecordTooLarge(topic: string, bytes: number, limit: number | undefined): TidemarkError {
  const most = limit === undefined ? 'more than its broker takes' : `and at most ${limit} are taken`;
  return new TidemarkError(
    'kafka-record-too-large',
    `A record for topic '${topic}' has ${bytes} bytes, ${most}. Make records smaller, or raise max.message.bytes of the topic and maxRequestSize of kafkaSink().`,
    { details: { topic, bytes, limit } },
  );
}

export function kafkaFenced(
  cluster: string,
  transactionalId: string,
  prefix: string,
  cause?: unknown,
): TidemarkError {
  return new TidemarkError(
    'kafka-transaction-fenced',
    `The transaction ${transactionalId} at Kafka ${cluster} was ended by somebody else. Probably another job, or another copy of ` +
      `this one, uses transactionalIdPrefix '${prefix}', or it stayed open longer than transactionTimeout. Give each sink a prefix of its own and run this cell again: it goes on from its last snapshot.`,
    { details: { cluster, transactionalId, prefix }, cause },
  );
}

export function kafkaTransactionLost(cluster: string, transactionalId: string): TidemarkError {
  return new TidemarkError(
    'kafka-transaction-lost',
    `Kafka at ${cluster} has aborted the transaction ${transactionalId}, which a snapshot had still to commit: it was gone on from ` +
      'later than transactionTimeout after it was taken. Its records are not in the topic. Run the cell with an edit, so that they are computed again, ' +
      'and give kafkaSink() a longer transactionTimeout (the broker allows up to its transaction.max.timeout.ms).',
    { details: { cluster, transactionalId } },
  );
}

export function kafkaPrefixTaken(cluster: string, prefix: string): TidemarkError {
  return new TidemarkError(
    'kafka-prefix-taken',
    `Another kafkaSink() of this session already writes to Kafka at ${cluster} with transactionalIdPrefix '${prefix}': each would abort the other's transactions. ` +
      'Give each sink a prefix of its own.',
    { details: { cluster, prefix } },
  );
}

export function kafkaPrefixInUse(cluster: string, prefix: string, owner: string): TidemarkError {
  return new TidemarkError(
    'kafka-prefix-taken',
    `Another session on this machine (${owner}) writes to Kafka at ${cluster} with transactionalIdPrefix '${prefix}': each would abort the other's ` +
      'transactions. Give this sink a prefix of its own, or end the other session and run this cell again.',
    { details: { cluster, prefix, owner } },
  );
}

/** Where a record is, for errors. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export function kafkaRecordNotParsed(
  place: RecordPlace,
  format: string,
  reason: string,
  text: string,
  cause: unknown,
): TidemarkError {
  return new TidemarkError(
    'kafka-record-not-parsed',
    `Topic '${place.topic}', partition ${place.partition}, offset ${place.offset}: this record is not valid ${format}: ${reason}\n  ${text}\n` +
      "Have such records sent to a side output and go on: onBadRecord: 'dead-letter', then stream.getSideOutput(deadLetters).",
    { details: { ...place, format, reason, text }, cause },
  );
}

export function kafkaValueNotWritten(
  topic: string,
  format: string,
  reason: string,
  cause: unknown,
): TidemarkError {
  return new TidemarkError(
    'kafka-value-not-written',
    `A record for topic '${topic}' cannot be written as ${format}: ${reason}. Correct it in a map() before sinkTo(), or use another format.`,
    { details: { topic, format, reason }, cause },
  );
}

export function formatHasNoMessages(format: string, use: string): TidemarkError {
  return new TidemarkError(
    'format-without-messages',
    `The format ${format}() cannot ${use} single messages. Use json(), csv({ header: [names] }), raw(), avro(schema), or a function.`,
    { details: { format } },
  );
}

export function schemaRegistryFailed(url: string, path: string, reason: string): TidemarkError {
  return new TidemarkError(
    'schema-registry-failed',
    `The schema registry at ${url} refused ${path}: ${reason}. Check its address, its credentials and that the schema is there.`,
    { details: { url, path, reason } },
  );
}

export function schemaRegistryAway(url: string, path: string, reason: string): TidemarkError {
  return new TidemarkError(
    'schema-registry-unreachable',
    `The schema registry at ${url} did not answer ${path}: ${reason}. It is asked again until it does, and nothing is lost meanwhile. ` +
      'Check that it runs, and its address.',
    { details: { url, path, reason } },
  );
}
