/** One endpoint; which part of it is open stands in the address. */
import { Skeleton, Tabs } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { AccessTab } from './access-tab.tsx';
import { useEndpoint, useEndpointStates } from './endpoints.ts';
import { HealthSign } from './health.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { TABS, type Tab } from './search.ts';
import { SettingsTab } from './settings-tab.tsx';
import { SignatureTab } from './signature-tab.tsx';

const ROUTE = '/inside/o/$organisation/endpoints/$endpoint';

export function EndpointPage() {
  const { t } = useTranslation();
  const place = useParams({ from: ROUTE });
  const { tab = 'overview', span = 'day' } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: '/o/$organisation/endpoints/$endpoint' });
  const one = useEndpoint(place);
  const states = useEndpointStates(place.organisation);
  const state = states.data?.items.find(({ id }) => id === place.endpoint);
  return (
    <Page title={place.endpoint} about={one.data?.value.url} actions={state && <HealthSign state={state} />}>
      <Problem problem={one.error ?? states.error} />
      {one.isPending && <Skeleton height={480} />}
      {one.isSuccess && (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(chosen) =>
            void navigate({ search: { tab: chosen as Tab, span }, replace: true, resetScroll: false })
          }
        >
          <Tabs.List mb="lg">
            {TABS.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`endpoints.tabs.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="overview">
            {state && <OverviewTab place={place} state={state} span={span} />}
          </Tabs.Panel>
          <Tabs.Panel value="messages">
            <SettingsTab place={place} read={one.data} />
          </Tabs.Panel>
          <Tabs.Panel value="access">
            <AccessTab place={place} read={one.data} />
          </Tabs.Panel>
          <Tabs.Panel value="signature">
            <SignatureTab place={place} endpoint={one.data.value} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
