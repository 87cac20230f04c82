import type { ConnectionOptions } from 'node:tls';

/** How a broker is told who connects. */
export interface KafkaSasl {
  /** How they prove it. */
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';
  /** A text, or what gives it when it is needed: credentials belong into the environment, not into a notebook. */
  readonly username?: string | (() => string | Promise<string>);
  /** As `username`. */
  readonly password?: string | (() => string | Promise<string>);
  /** For OAUTHBEARER. */
  readonly token?: string | (() => string | Promise<string>);
}

/** How connections to brokers are secured. None of it is part of a fingerprint, a snapshot or an error. */
export interface KafkaSecurity {
  /** TLS with these options of Node's `tls.connect`: `{}`, or `{ ca }` for a certificate signed by one's own authority. */
  readonly tls?: ConnectionOptions;
  /** Who connects. */
  readonly sasl?: KafkaSasl;
}
