/** A CSV file on its way to users: read here, tried by the API, then done as it was tried. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../../api/client.ts';
import { typeByWord } from './device-types.ts';
import { readUsers, type Sheet } from './user-columns.ts';
import { useSystems, useUserChanges } from './users.ts';

const IMPORT = '/api/v1/organisations/{organisation}/users/import';

export type Row = Schemas['UsersImported']['users'][number];

export interface Preview {
  sheet: Sheet;
  /** Undefined while the file itself has problems. */
  tried?: { plan: Schemas['UsersImported']; etag: string } | { refused: unknown };
}

export function usePreview(text: string) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const { systems, isPending } = useSystems();
  return useQuery({
    queryKey: ['users-import', organisation, text, systems],
    enabled: !isPending,
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    async queryFn(): Promise<Preview> {
      const { parseCsv } = await import('./csv.ts');
      const sheet = readUsers(parseCsv(text), { systems, typeOf: typeByWord(t) });
      if (sheet.problems.length > 0 || sheet.users.length === 0) return { sheet };
      try {
        const { users, fields } = sheet;
        const body = { users, fields, dry_run: true };
        const { data, response } = await api.POST(IMPORT, { params: { path: { organisation } }, body });
        return { sheet, tried: { plan: data!, etag: response.headers.get('etag') ?? '' } };
      } catch (refused) {
        return { sheet, tried: { refused } };
      }
    },
  });
}

/** Does what the preview has shown, or nothing. */
export function useImport({ users, fields }: Sheet, etag: string, done: () => void) {
  const { organisation, again } = useUserChanges();
  return useMutation({
    async mutationFn() {
      await api.POST(IMPORT, {
        params: { path: { organisation } },
        body: { users, fields, dry_run: false },
        headers: { 'if-match': etag },
      });
      await again();
    },
    onSuccess: done,
  });
}
