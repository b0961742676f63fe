/**
 * What the version before stamps had made with the key of 32 zero bytes (`KEYS`), in hex: bare nonces, bound to no place.
 * Not made anew: what lies in databases does not change with the code.
 */
export const SEALED_BEFORE = {
  /** `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw` */
  endpointSecret:
    'd2666e4a36f5528d6d7e9e3d4314f241cbda892ddcf6c21e2f0a445d6b0f29f8911fa890e0d5bcd72f3e6505464bfa61102f13603e7dcda3b5717d0a47c82275b5cd',
  /** A former secret that ends in the year 2096, and a Basic password. */
  endpointMore:
    '894c049fc633ea68e352513926c607731fb6358ced85a4f2a74bc3f1a6fa070b1f1035c06e0b072d2906a475b45aa7713d7146d08d9dacdb006d245b0bc278c5ebb58c8e2435e1e1fd4d28d8f65fa4e36225454b8993aa1052aa3878fc97e93cdadc146bfdf58a6cec554e3773c86a6317a490ebd42b9b7d052f3eba8c9ddf91301a193477b8d4b993b88daf57ea69cb25cb733e2948cf9f79d13d70ab1a28f042ff0d6bd8e7c052',
  /** `correct horse battery` */
  sourceSecret:
    'c7d35723707901dab7f20ff59fa5e0af5a7e309a798a51b4ed5f1d0e50e76fe6d529bda1b7a7a20dbba80561fb29f926fb',
  /** `{"secret":"shown once"}` */
  requestAnswer:
    'afe16ca37b2e4e8e1f1f4b64ce69a8cdaa10607d97caad520b957d040b50be2f5a2658851b282095a7666e7a64ab97c05d633c',
};

export const IDENTITY_BEFORE = {
  /** Of organisation `acme`, source `pbx`, call `1`. */
  callId: 'qEMhj3CdAtAQHVeaicwCmw',
  /** Of `x`. */
  fingerprint: 'fp_cbda68e73528',
};
