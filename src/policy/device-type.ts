/** The seed's thirteen device types, and how a phone's own name tells which one it is. */
export const DEVICE_TYPES = [
  'MOBILE',
  'SOFT',
  'DESKTOP',
  'FXS',
  'EXTERNAL_PBX',
  'FAX',
  'VOICEMAIL',
  'EXTERNAL',
  'MOBILE_EXT',
  'CONFERENCE',
  'QUEUE',
  'MOBILE_VOIP',
  'WEB',
] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** First match wins: what names itself narrowly stands before what names itself broadly. */
const BY_USER_AGENT: readonly (readonly [RegExp, DeviceType])[] = [
  [/transport=wss?\b|sip\.?js|jssip|webrtc|sipml5|mozilla\//i, 'WEB'],
  [
    /(android|iphone|ios|mobile).*(zoiper|linphone|bria|groundwire|acrobits|softphone|pjsua|cloudsoftphone)/i,
    'MOBILE_VOIP',
  ],
  [/(zoiper|linphone|bria|groundwire|acrobits|3cx).*(android|iphone|ios\b|mobile)/i, 'MOBILE_VOIP'],
  [/acrobits|groundwire|cloudsoftphone|linphone(android|iphone)|csipsimple/i, 'MOBILE_VOIP'],
  [
    /\b(ht\d{3}|spa\d*2102|spa112|spa122|gxw|ata\s?19\d|mediatrix|audiocodes.*mp-?1|patton|obihai|obi\d{3})/i,
    'FXS',
  ],
  [/\b(fax|t38modem|hylafax)/i, 'FAX'],
  [/dect|\bw5\d|\bw6\d|\bw7\d|gigaset|n\d{3} ?ip|rtx|spectralink|snom.?m\d{3}/i, 'MOBILE_EXT'],
  [
    /zoiper|linphone|bria|x-lite|eyebeam|microsip|jitsi|blink|phonerlite|telephone|baresip|ekiga|twinkle|softphone|3cx|pjsua|counterpath|sflphone|jami/i,
    'SOFT',
  ],
  [
    /yealink|polycom|poly\b|snom|cisco|grandstream|gxp|grp\d|aastra|mitel|fanvil|panasonic|htek|akuvox|alcatel|avaya|unify|openstage|sangoma|digium|gigaset pro|vtech|escene|obihai phone|linksys/i,
    'DESKTOP',
  ],
  [/asterisk|freeswitch|freepbx|3cxphonesystem|kamailio|opensips|sbc/i, 'EXTERNAL_PBX'],
];

/** @returns the type that a SIP `User-Agent` (or contact parameter) names, else undefined */
export function deviceTypeOf(userAgent: string): DeviceType | undefined {
  return BY_USER_AGENT.find(([pattern]) => pattern.test(userAgent))?.[1];
}
