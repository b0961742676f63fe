/** The settings in force for the operator's eyes, without what is or may hold a secret. Pure. */
import { CONFIG_KEYS, type ConnectorConfig, type Origin, type Origins } from './connector-config.ts';

/** Addresses may have a password or a token in them. */
const SECRETS: readonly (keyof ConnectorConfig)[] = [
  'database',
  'smtp_url',
  'operator_webhook_url',
  'operator_webhook_secret',
  'otlp_url',
];

export interface ShownSetting {
  name: string;
  /** Absent where it may hold a secret. */
  value?: ConnectorConfig[keyof ConnectorConfig];
  secret: boolean;
  /** It is not empty. */
  set: boolean;
  from?: Origin;
}

/** @param origins left out where nobody knows */
export function shownSettings(config: ConnectorConfig, origins?: Origins): ShownSetting[] {
  return CONFIG_KEYS.map((name): ShownSetting => {
    const value = config[name];
    const secret = SECRETS.includes(name);
    return {
      name,
      ...(!secret && { value }),
      secret,
      set: typeof value === 'number' || value.length > 0,
      ...(origins !== undefined && { from: origins[name] }),
    };
  });
}
