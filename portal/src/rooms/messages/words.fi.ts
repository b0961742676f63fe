import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Viestit',
  codes: {
    delivered: { title: 'Perillä', todo: '' },
    redirected: {
      title: 'Palvelin ohjaa toiseen osoitteeseen',
      todo: 'Anna webhook-liittimelle se osoite, johon palvelin ohjaa.',
    },
    refused_message: {
      title: 'Palvelin ei hyväksy tätä viestiä',
      todo: 'Kysy CRM:n ylläpidolta, mitä se odottaa, ja näytä heille alla oleva JSON.',
    },
    refused: {
      title: 'Palvelin torjuu sen',
      todo: 'Vertaa webhook-liittimen osoitetta, salaisuutta ja tunnistautumista CRM:n asetuksiin.',
    },
    gone: {
      title: 'Palvelin ei halua enää viestejä',
      todo: 'Poista vastaanottaja tai anna sille uusi osoite.',
    },
    rate_limited: {
      title: 'Palvelin pyytää taukoa',
      todo: 'Ei mitään: tauon jälkeen yritetään uudelleen. Jos näin käy usein, rajoita viestien määrää sekunnissa.',
    },
    receiver_error: {
      title: 'Palvelimessa on virhe',
      todo: 'Pyydä CRM:n ylläpitoa katsomaan lokistaan tämä ajankohta.',
    },
    unexpected_answer: { title: 'Vastaus ei ole ymmärrettävä', todo: 'Onko osoitteessa verkkopalvelin?' },
    timeout_connect: {
      title: 'Palvelinta ei tavoitettu ajoissa',
      todo: 'Tarkista osoite ja onko välissä palomuuri.',
    },
    timeout_response: {
      title: 'Palvelin ei vastannut ajoissa',
      todo: 'CRM:n pitää vastata heti ja tehdä työ vasta sitten. Kysy sen ylläpidolta.',
    },
    dns_failed: { title: 'Palvelimen nimeä ei tunneta', todo: 'Tarkista osoitteen kirjoitusasu.' },
    connection_refused: {
      title: 'Osoitteessa ei vastaa mikään',
      todo: 'Onko palvelin käynnissä? Tarkista osoite ja portti.',
    },
    connection_lost: {
      title: 'Palvelin katkaisi yhteyden vastaamatta',
      todo: 'Vaatiiko se asiakasvarmenteen? Kysy sen ylläpidolta.',
    },
    tls_certificate: {
      title: 'Palvelimen varmenne ei kelpaa',
      todo: 'Pyydä palvelimen ylläpitoa uusimaan se ja asentamaan koko ketju.',
    },
    tls_failed: { title: 'Salattua yhteyttä ei syntynyt', todo: 'Puhuuko tämä portti HTTPS:ää?' },
    client_certificate_refused: {
      title: 'Palvelin haluaa toisen asiakasvarmenteen',
      todo: 'Vertaa webhook-liittimen asiakasvarmennetta siihen, jonka palvelin tuntee.',
    },
    oauth_refused: {
      title: 'Tunnistuspalvelin torjuu',
      todo: 'Vertaa webhook-liittimen asiakastunnusta ja salaisuutta.',
    },
    oauth_failed: {
      title: 'Tunnistuspalvelimessa on virhe',
      todo: 'Vertaa sen osoitetta; kysy sen ylläpidolta.',
    },
    oauth_unreachable: {
      title: 'Tunnistuspalvelinta ei tavoitettu',
      todo: 'Tarkista sen osoite ja onko välissä palomuuri.',
    },
    address_not_allowed: {
      title: 'Tähän osoitteeseen ei saa lähettää',
      todo: 'Se on yksityinen osoite. Pyydä operaattoria sallimaan se.',
    },
    not_https: {
      title: 'Osoite ei ole https://',
      todo: 'Anna webhook-liittimelle https://-alkuinen osoite.',
    },
    claim_lapsed: { title: 'Toinen palvelin otti sen hoitaakseen', todo: 'Ei mitään.' },
    unknown: { title: 'Se ei onnistunut', todo: 'Alla kerrotaan enemmän.' },
  },
};
