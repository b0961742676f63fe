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

/**
 * First match wins: what names itself narrowly stands before what names itself broadly. A maker's name counts at the start
 * only, as makers write it, so that `Cisco IOS` is no iPhone and a telephone's owner no `Telephone`. No pattern repeats
 * within a repetition: the time it takes grows with the text, not faster.
 */
const BY_USER_AGENT: readonly (readonly [RegExp, DeviceType])[] = [
  // A browser.
  [/\bsip\.?js\b|\bjssip|\bwebrtc|sipml5|mizuwebphone|\bverto\b|mozilla\//i, 'WEB'],
  [
    /\bfax\b|\bfaxback|\bfaxmaker|fax ?voip|hylafax|t38modem|iaxmodem|rightfax|zetafax|ictfax|^brktsip/i,
    'FAX',
  ],

  // Phone systems, proxies and gateways, where their makers build phones too or others build phones for them.
  [
    /^3cx ?phone ?system|^3cx.*\bsbc\b|^(?:portsip|vodia|pbxnsip|snom)[ -]?pbx|^grandstream (?:ucm|gxw-?4[15])/i,
    'EXTERNAL_PBX',
  ],
  [
    /^cisco-(?:sipgateway|cucm|ucm)|^cisco[ -](?:ios|cube|unified)|^openscape (?:voice|business|sbc)/i,
    'EXTERNAL_PBX',
  ],
  [
    /^avaya[ -](?:cm|sm|sbce?|aura|ip office|session)\b|^mitel[ -](?:3300|mivoice|border)|^ip office \d/i,
    'EXTERNAL_PBX',
  ],
  [/^audiocodes.*(?:mediant|fxo)|^mediant|^sangoma (?:sbc|netborder)/i, 'EXTERNAL_PBX'],

  // Boxes with sockets for analogue phones.
  [/^grandstream (?:ht|handytone|gxw)|^(?:ht|gxw)-?\d{3,4}\b|^yeastar (?:neogate )?ta\d/i, 'FXS'],
  [
    /^(?:cisco|linksys|sipura)\W(?:spa[- ]?(?:1001|112|122|2[01]\d\d|232d|3000|3102|8000|8800)\b|pap2|wrp|wrt|rtp)/i,
    'FXS',
  ],
  [/^cisco[-/ ]ata|^audiocodes.*\bmp-?\d|^(?:audc-)?mp-?(?:1\d\d|20\d|1288)\b|mediapack/i, 'FXS'],
  [
    /^obihai\/obi[2-5]\d\d\b|^obihai\/obi1[01]0\b|^(?:poly|polycom|obihai)[/ -]?(?:obi|ata)[2-5]\d\d\b/i,
    'FXS',
  ],
  [
    /^patton (?:sn(?:200|411\d|43\d\d)|m-ata)|^mediatrix (?:c7|41|11|21|lp)|^mitel ta7|^vega-?(?:3\d|5\d\d\d)/i,
    'FXS',
  ],
  [/^(?:avm )?fritz!?box|^thomson tg/i, 'FXS'],
  [/^patton|^mediatrix|^vega/i, 'EXTERNAL_PBX'],

  // Phones that are carried about in the house: DECT and Wi-Fi.
  [/dect|^openmobility|^(?:yealink|poly(?:com)?)(?: sip-|[ /_-])?(?:rove|w[4-9]\d|ax\d\d)/i, 'MOBILE_EXT'],
  [
    /^snom[ -]?m\d|^grandstream (?:dp7|wp8)|^fanvil (?:linkvil )?w\d{3}|^panasonic[ _-]kx-(?:tgp|tpa|udt)/i,
    'MOBILE_EXT',
  ],
  [/^cisco-cp-?(?:792[1-6]|8821|8[46]0\b)|^cisco[ /-]dbs-?\d|^sangoma d[bc]2|^vtech v[sd]p6/i, 'MOBILE_EXT'],
  [/^(?:gigaset )?(?:[acs]l?\d{3}h?a? ?(?:ip|go)|n\d{3}[ -]?(?:ip|dm))|^gigaset [acsn]\d/i, 'MOBILE_EXT'],
  [/spectralink|^kirk|^kws\d|^ascom|^\(?ipbs\d|^rtx\d{4}|polycomvvx-vvx_d230/i, 'MOBILE_EXT'],

  // The phone of a mobile network.
  [/^ios\/\d+[^)]*\) iphone$|\bsamsung ims\b/i, 'MOBILE'],

  // Programs; of those that there are for phones and for computers, the operating system tells.
  [
    /acrobits|groundwire|cloud ?softphone|linphone-?(?:android|iphone|ios)|csipsimple|mizudroid|^sipnetic|^sipdroid/i,
    'MOBILE_VOIP',
  ],
  [/^(?:gs|grandstream gs) ?wave|^sessiontalk|^media5-fone|^fritz!?app|^sangoma connect/i, 'MOBILE_VOIP'],
  [/zoiper|^z \d+\.\d|linphone|\bbria\b|^x-lite|^eyebeam|counterpath|microsip|phonerlite|^phoner\b/i, 'SOFT'],
  [/^jitsi|^blink\b|^telephone[ /]\d|baresip|^ekiga|^twinkle|pjsua|sflphone|^jami\b|softphone/i, 'SOFT'],
  [/^3cx|^ringotel|^portsip|^portgo|^webex|cisco[ -]?webex|^cisco-csf|\bjabber\b|sipipcommunicator/i, 'SOFT'],
  [/^avaya (?:one-x communicator|communicator|workplace|equinox|ix workplace)|^grandstream wave/i, 'SOFT'],
  [
    /\blinkus\b|micollab|\buccapi\/|^uc-one|^broadtouch|^swyxit|^sjphone|express talk|^wildix collab/i,
    'SOFT',
  ],

  // Phones on the desk, by their makers' names; a conference phone is one too.
  [
    /^(?:yealink|snom|fanvil|grandstream|htek|akuvox|escene|vtech|digium|sangoma|aastra|mitel|atcom)/i,
    'DESKTOP',
  ],
  [/^poly(?:com|edge|vvx|ccx|trio|studio|[/ _-])|^cisco|^linksys|^sipura|^tandberg|^panasonic/i, 'DESKTOP'],
  [/^alcatel|^ale[ -]|^avaya|^unify|^openstage|^openscape|^optipoint|^audiocodes|^audc-/i, 'DESKTOP'],
  [
    /^obihai|^gigaset|^de\d{3} ip|^maxwell|^gxp|^grp\d|^auerswald comfortel|^thomson st|^tiptel|^nortel/i,
    'DESKTOP',
  ],

  // What else answers for a whole phone system.
  [
    /asterisk|freeswitch|freepbx|^fpbx|kamailio|opensips|^openser|^yate\b|jambonz|drachtio|^yeastar/i,
    'EXTERNAL_PBX',
  ],
  [
    /\be?sbc|^oracle|acme ?packet|^sonus|^ribbon|^perimeta|^broadworks|^omnipcx|^oxo|^hipath/i,
    'EXTERNAL_PBX',
  ],
  [/^microsoft\.pstnhub|mediationserver|^vodia|^swyx|^wildix|issabel|elastix|vitalpbx/i, 'EXTERNAL_PBX'],
];

/** A program that names one of these runs on a mobile phone. */
const MOBILE_SYSTEM = /android|iphone|ipad|\bios\b|\bmobile\b|harmonyos/i;
const WEB_SOCKET = /\btransport=wss?\b/i;
/** Longer than any that a phone has; what comes after tells nothing more. */
const MOST_LETTERS = 255;

/** @returns the type that a SIP `User-Agent` (or contact parameter) names, else undefined */
export function deviceTypeOf(userAgent: string): DeviceType | undefined {
  if (WEB_SOCKET.test(userAgent)) return 'WEB';
  const name = userAgent.slice(0, MOST_LETTERS).trim();
  const type = BY_USER_AGENT.find(([pattern]) => pattern.test(name))?.[1];
  return type === 'SOFT' && MOBILE_SYSTEM.test(name) ? 'MOBILE_VOIP' : type;
}
