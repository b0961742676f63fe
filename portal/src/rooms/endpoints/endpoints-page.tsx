import { Skeleton, Stack } from '@mantine/core';
import { useParams, useRouteContext } from '@tanstack/react-router';
import { IconPlugConnected } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { EndpointCard } from './endpoint-card.tsx';
import { useEndpointStates } from './endpoints.ts';

export function EndpointsPage() {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const { me } = useRouteContext({ from: '/inside' });
  const states = useEndpointStates(organisation);
  const items = states.data?.items ?? [];
  const add = me.may_write && (
    <ButtonLink to="/o/$organisation/endpoints/-/new" params={{ organisation }}>
      {t('endpoints.add')}
    </ButtonLink>
  );
  return (
    <Page title={t('endpoints.title')} about={t('endpoints.about')} actions={items.length > 0 && add}>
      <Problem problem={states.error} retry={() => void states.refetch()} />
      {states.isPending && <Skeleton height={140} />}
      {states.isSuccess && items.length === 0 && (
        <Empty icon={IconPlugConnected} title={t('endpoints.empty')} action={add}>
          {t('endpoints.emptyText')}
        </Empty>
      )}
      <Stack component="ul" p={0} m={0}>
        {items.map((state) => (
          <EndpointCard key={state.id} organisation={organisation} state={state} />
        ))}
      </Stack>
    </Page>
  );
}
