/**
 * What the phone systems have and nobody's directory has: phones to make users of. An organisation's own people see those
 * that they may add; the operator, who may add any, sees the others too.
 */
import { SegmentedControl, Skeleton } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { AllowedPhones } from './allowed-phones.tsx';
import { UnknownPhoneTable } from './unknown-phone-table.tsx';
import { NOBODY, UserEditor, type Edited } from './user-editor.tsx';
import { useAllowedDevices } from './users.ts';

/** While somebody makes test calls and looks. */
const AGAIN_MS = 5_000;

export function UnknownPhonesPage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const navigate = useNavigate({ from: '/o/$organisation/users/unknown-phones' });
  const { all } = useSearch({ from: '/inside/o/$organisation/users/unknown-phones' });
  const [edited, setEdited] = useState<Edited>();
  const { allowed, isPending } = useAllowedDevices();
  const isOperator = me.role === 'operator';
  const isChoice = isOperator && !isPending && allowed !== 'all' && allowed.length > 0;
  const isWhole = isOperator && !isPending && (all === true || !isChoice);
  const found = useUnknownPhones(organisation, isWhole ? 'all' : isPending ? undefined : 'allowed');
  const isAny = isWhole || allowed === 'all';
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
      about={t(isAny ? 'users.unknown.about' : 'users.unknown.aboutAllowed')}
      actions={
        <ButtonLink variant="default" to="/o/$organisation/users" params={{ organisation }}>
          {t('users.backToUsers')}
        </ButtonLink>
      }
    >
      <AllowedPhones />
      {isChoice && (
        <SegmentedControl
          aria-label={t('users.unknown.which')}
          style={{ alignSelf: 'flex-start' }}
          value={isWhole ? 'all' : 'allowed'}
          onChange={(which) => void navigate({ search: which === 'all' ? { all: true } : {}, replace: true })}
          data={[
            { value: 'allowed', label: t('users.unknown.allowed') },
            { value: 'all', label: t('users.unknown.all') },
          ]}
        />
      )}
      <Problem problem={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Skeleton h={240} />}
      {found.isSuccess && items.length === 0 && (isOperator || allowed.length > 0) && (
        <Empty icon={IconCircleCheck} title={t(isAny ? 'users.unknown.empty' : 'users.unknown.emptyAllowed')}>
          {t(isAny ? 'users.unknown.emptyText' : 'users.unknown.emptyAllowedText')}
        </Empty>
      )}
      {items.length > 0 && <UnknownPhoneTable items={items} mayMake={me.may_write} make={makeUser} />}
      <UserEditor edited={edited} close={close} />
    </Page>
  );
}

/** @param which undefined: not known yet */
function useUnknownPhones(organisation: string, which: 'all' | 'allowed' | undefined) {
  const own = '/api/v1/organisations/{organisation}/unknown-devices';
  const often = { refetchInterval: AGAIN_MS };
  const whole = queries.useQuery(
    'get',
    '/api/v1/unknown-devices',
    {},
    { ...often, enabled: which === 'all' },
  );
  const path = { organisation };
  const part = queries.useQuery('get', own, { params: { path } }, { ...often, enabled: which === 'allowed' });
  return which === 'all' ? whole : part;
}

/** `PJSIP/1001`, `sip:1001@pbx` and `user/1001@pbx` most likely are the phone of 1001. */
function extensionIn(address: string): string[] {
  const [, digits] = /(?:^|[/:])(\d{2,6})(?:@|$)/.exec(address) ?? [];
  return digits === undefined ? [] : [digits];
}
