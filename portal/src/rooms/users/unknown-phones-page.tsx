/** What the phone systems have and nobody's directory has: phones to make users of. For the operator. */
import { Button, Skeleton, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useRouteContext, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import { NOBODY, UserEditor, type Edited } from './user-editor.tsx';

/** While somebody makes test calls and looks. */
const AGAIN_MS = 5_000;

export function UnknownPhonesPage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const [edited, setEdited] = useState<Edited>();
  const found = queries.useQuery('get', '/api/v1/unknown-devices', {}, { refetchInterval: AGAIN_MS });
  const items = found.data?.items ?? [];
  const makeUser = (source: string, address: string) =>
    setEdited({
      is: 'new',
      start: { ...NOBODY, extensions: extensionIn(address), devices: [{ source, address }] },
    });
  const close = () => {
    setEdited(undefined);
    void found.refetch();
  };
  return (
    <Page
      title={t('users.unknown.title')}
      about={t('users.unknown.about')}
      actions={
        <ButtonLink variant="default" to="/o/$organisation/users" params={{ organisation }}>
          {t('users.backToUsers')}
        </ButtonLink>
      }
    >
      <Problem problem={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Skeleton h={240} />}
      {found.isSuccess && items.length === 0 && (
        <Empty icon={IconCircleCheck} title={t('users.unknown.empty')}>
          {t('users.unknown.emptyText')}
        </Empty>
      )}
      {items.length > 0 && (
        <WideTable label={t('users.unknown.title')} minWidth={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('users.address')}</Table.Th>
              <Table.Th>{t('users.system')}</Table.Th>
              <Table.Th>{t('users.unknown.seen')}</Table.Th>
              <Table.Th>
                <VisuallyHidden>{t('users.actions')}</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ source, address, last_seen_at }) => (
              <Table.Tr key={`${source} ${address}`}>
                <Table.Td>
                  <Text size="sm" fw={600}>
                    {address}
                  </Text>
                </Table.Td>
                <Table.Td>{source}</Table.Td>
                <Table.Td>
                  <Time at={last_seen_at} />
                </Table.Td>
                <Table.Td ta="right">
                  {me.may_write && (
                    <Button size="xs" variant="default" onClick={() => makeUser(source, address)}>
                      {t('users.unknown.make')}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      )}
      <UserEditor edited={edited} close={close} />
    </Page>
  );
}

/** `PJSIP/1001`, `sip:1001@pbx` and `user/1001@pbx` most likely are the phone of 1001. */
function extensionIn(address: string): string[] {
  const [, digits] = /(?:^|[/:])(\d{2,6})(?:@|$)/.exec(address) ?? [];
  return digits === undefined ? [] : [digits];
}
