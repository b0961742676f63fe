import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { FilterBar } from './filter-bar.tsx';
import { MessageList } from './message-list.tsx';
import { ReplayFailed } from './replay-failed.tsx';

export function MessagesPage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const filters = useSearch({ from: '/inside/o/$organisation/messages' });
  const navigate = useNavigate({ from: '/o/$organisation/messages' });
  return (
    <Page
      title={t('messages.title')}
      about={t('messages.about')}
      actions={me.may_write && <ReplayFailed endpoint={filters.endpoint} />}
    >
      <FilterBar filters={filters} change={(search) => void navigate({ search, replace: true })} />
      <MessageList key={JSON.stringify(filters)} filters={filters} />
    </Page>
  );
}
