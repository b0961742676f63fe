/** Where the API is reached, and the settings that have to go together for it. Pure. */
export interface ApiSettings {
  api_host: string;
  api_port: number;
  api_tls_certificate_file: string;
  api_tls_key_file: string;
  public_url: string;
}

interface Problem {
  key: keyof ApiSettings;
  problem: string;
}

export function checkApi(settings: ApiSettings): Problem[] {
  const { api_tls_certificate_file: certificate, api_tls_key_file: key, public_url: url } = settings;
  if (certificate !== '' && key === '') {
    return [
      { key: 'api_tls_certificate_file', problem: '`api_tls_certificate_file` needs `api_tls_key_file`' },
    ];
  }
  if (certificate === '' && key !== '') {
    return [{ key: 'api_tls_key_file', problem: '`api_tls_key_file` needs `api_tls_certificate_file`' }];
  }
  if (speaksTls(settings) && url.startsWith('http:')) {
    const problem = '`public_url`: must begin with https://, since `api_tls_certificate_file` is given';
    return [{ key: 'public_url', problem }];
  }
  return [];
}

export function speaksTls({
  api_tls_certificate_file: file,
}: Pick<ApiSettings, 'api_tls_certificate_file'>): boolean {
  return file !== '';
}

/** Where it listens: `https://127.0.0.1:8480`. @param host as `api_host` */
export function originOf(settings: Omit<ApiSettings, 'public_url'>, host = settings.api_host): string {
  const scheme = speaksTls(settings) ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${settings.api_port}`;
}
