/**
 * The session's cookie. Scripts cannot read it, other sites' requests do not carry it, and over TLS its name says that
 * no other host and no clear connection can have set it (`__Host-`).
 */
import type { ApiContext } from './context.ts';

const NAME = 'callhook_session';

type Place = Pick<ApiContext, 'publicUrl'>;

export function sessionCookie(token: string, place: Place): string {
  return `${nameOf(place)}=${token}; Path=/; HttpOnly; SameSite=Strict${secure(place)}`;
}

export function endedCookie(place: Place): string {
  return `${nameOf(place)}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${secure(place)}`;
}

/** @param header `Cookie` */
export function sessionOf(header: string | undefined, place: Place): string | undefined {
  const start = `${nameOf(place)}=`;
  const found = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(start));
  return found?.slice(start.length);
}

/** Does it reach people over TLS, our own or a proxy's? */
export function isOverTls({ publicUrl }: Place): boolean {
  return publicUrl.startsWith('https:');
}

function nameOf(place: Place): string {
  return isOverTls(place) ? `__Host-${NAME}` : NAME;
}

function secure(place: Place): string {
  return isOverTls(place) ? '; Secure' : '';
}
