/** Phones as they name themselves, and what the seed calls them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { deviceTypeOf } from '../../src/policy/device-type.ts';

for (const [userAgent, type] of [
  ['Yealink SIP-T46S 66.86.0.15', 'DESKTOP'],
  ['PolycomVVX-VVX_411-UA/6.4.3.5814', 'DESKTOP'],
  ['snomD785/10.1.175.16', 'DESKTOP'],
  ['Cisco/SPA504G-7.6.2f', 'DESKTOP'],
  ['Grandstream GXP2170 1.0.11.79', 'DESKTOP'],
  ['Fanvil X4U 2.12.1', 'DESKTOP'],
  ['Grandstream HT802 1.0.49.2', 'FXS'],
  ['Linksys/SPA2102-5.2.13', 'FXS'],
  ['Cisco/SPA112-1.4.1', 'FXS'],
  ['Yealink W60B 77.85.0.20', 'MOBILE_EXT'],
  ['N510 IP PRO/42.258', 'MOBILE_EXT'],
  ['MicroSIP/3.21.3', 'SOFT'],
  ['Zoiper rv2.10.20.4', 'SOFT'],
  ['baresip v3.5.0 (x86_64/Linux)', 'SOFT'],
  ['Bria 6.5.1 (Windows)', 'SOFT'],
  ['LinphoneAndroid/5.2.5 (Pixel 8) LinphoneSDK/5.3', 'MOBILE_VOIP'],
  ['Acrobits Softphone iOS 24.1', 'MOBILE_VOIP'],
  ['Zoiper v2.10.19 (iPhone)', 'MOBILE_VOIP'],
  ['JsSIP 3.10.0', 'WEB'],
  ['SIP.js/0.21.2', 'WEB'],
  ['anything transport=ws', 'WEB'],
  ['Asterisk PBX 20.5.0', 'EXTERNAL_PBX'],
  ['FreeSWITCH-mod_sofia/1.10.12', 'EXTERNAL_PBX'],
  ['T38Modem/4.3', 'FAX'],
  ['', undefined],
  ['something else', undefined],
] as const) {
  test(`${userAgent === '' ? 'a phone without a name' : userAgent} is ${type ?? 'unknown'}`, () => {
    assert.equal(deviceTypeOf(userAgent), type);
  });
}
