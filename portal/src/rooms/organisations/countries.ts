/** The countries whose numbers can be read, by their names in the reader's language. */

/** ISO 3166, those of libphonenumber; a test holds them to what the API takes. */
export const COUNTRIES = (
  'AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG ' +
  'CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI ' +
  'GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA ' +
  'LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO ' +
  'NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST ' +
  'SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
).split(' ');

export function countryName(code: string, language: string): string {
  return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code;
}

/** For a `Select`, by name. */
export function countriesIn(language: string): { value: string; label: string }[] {
  const { compare } = new Intl.Collator(language);
  return COUNTRIES.map((value) => ({ value, label: countryName(value, language) })).toSorted((a, b) =>
    compare(a.label, b.label),
  );
}

/** Where the reader probably is: `fi-FI` → FI. */
export function countryOf(languages: readonly string[]): string | null {
  const regions = languages.map((language) => new Intl.Locale(language).region ?? '');
  return regions.find((region) => COUNTRIES.includes(region)) ?? null;
}
