import { Affix, Button, Group, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { IconArrowUp, IconPhoneCall, IconSearchOff } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { LiveSign } from '../../ui/live-sign.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useNewest } from './newest.ts';
import { CallList, Other } from './call-list.tsx';
import { useCalls } from './calls.ts';
import { CallsFilter } from './calls-filter.tsx';
import { useHeld } from './held.ts';
import type { Search } from './search.ts';
import { summaryOf } from './summary.ts';

const AT = '/inside/o/$organisation/calls';

export function CallsPage() {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: AT });
  const search = useSearch({ from: AT });
  const navigate = useNavigate();
  const { live, pages, items, isLooking } = useCalls(organisation, search);
  const { shown, held } = useHeld(items, ({ call_id }) => call_id);
  const list = useRef<HTMLDivElement>(null);
  const seek = (to: Search) =>
    void navigate({ to: '/o/$organisation/calls', params: { organisation }, search: to, replace: true });
  const toTop = () => {
    window.scrollTo({ top: 0 });
    list.current?.focus({ preventScroll: true });
  };
  const isSought = Object.keys(search).length > 0;
  return (
    <Page
      title={t('calls.title')}
      about={t('calls.about')}
      actions={
        <Group>
          <LiveSign state={live} />
          <ButtonLink
            variant="default"
            to="/o/$organisation/calls/not-reported"
            params={{ organisation }}
            preload="intent"
          >
            {t('calls.toNotReported')}
          </ButtonLink>
        </Group>
      }
    >
      <CallsFilter organisation={organisation} search={search} seek={seek} />
      <Problem problem={pages.error} retry={() => void pages.refetch()} />
      {isLooking && <Waiting />}
      {!isLooking && pages.isSuccess && items.length === 0 && (
        <Empty
          icon={isSought ? IconSearchOff : IconPhoneCall}
          title={t(isSought ? 'calls.noneFound' : 'calls.empty')}
          action={
            isSought && (
              <Button variant="default" onClick={() => seek({})}>
                {t('calls.showAll')}
              </Button>
            )
          }
        >
          {t(isSought ? 'calls.noneFoundText' : 'calls.emptyText')}
        </Empty>
      )}
      <div ref={list} tabIndex={-1}>
        {shown.length > 0 && <CallList organisation={organisation} calls={shown} />}
      </div>
      <NewestCall calls={items} search={search} />
      {held > 0 && (
        <Affix position={{ top: 68, right: 24 }}>
          <Button leftSection={<IconArrowUp size={16} />} onClick={toTop}>
            {t('calls.newCalls', { count: held })}
          </Button>
        </Affix>
      )}
      <More pages={pages} />
    </Page>
  );
}

/** Heard, not seen. */
function NewestCall({ calls, search }: { calls: readonly Schemas['Call'][]; search: Search }) {
  const { t } = useTranslation();
  const newest = useNewest(calls, ({ call_id }) => call_id, JSON.stringify(search));
  const summary = newest && summaryOf(newest.branches);
  return (
    <VisuallyHidden role="status">
      {summary !== undefined && (
        <>
          {t('calls.newCall', { who: summary.who.join(', ') })} <Other name={summary.other} />
        </>
      )}
    </VisuallyHidden>
  );
}

export function Waiting() {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" aria-busy aria-label={t('ui.loading')} role="status">
      {Array.from({ length: 6 }, (_, nth) => (
        <Skeleton key={nth} h={40} />
      ))}
    </Stack>
  );
}
