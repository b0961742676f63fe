/** An address is all that is needed. What is made is shown with its signing secret, which is seen only now. */
import { useParams, useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { Page } from '../../ui/page.tsx';
import { Made } from './made.tsx';
import { NewEndpointForm } from './new-endpoint-form.tsx';

export function NewEndpointPage() {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const { me } = useRouteContext({ from: '/inside' });
  const [made, setMade] = useState<Schemas['ChangedEndpoint']>();
  return made === undefined ? (
    <Page title={t('endpoints.add')} about={t('endpoints.addAbout')}>
      {me.may_write && <NewEndpointForm organisation={organisation} done={setMade} />}
    </Page>
  ) : (
    <Page title={t('endpoints.made.title')} about={t('endpoints.made.about', { url: made.url })}>
      <Made organisation={organisation} made={made} />
    </Page>
  );
}
